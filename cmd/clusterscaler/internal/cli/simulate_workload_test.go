package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/aws"
)

func TestTraceOfServicesDrivesASimulation(t *testing.T) {
	services := file(t, "ours.csv", "t_s,service,desired,cpu_units,memory_mib,revision\n0,web,4,512,1024,1\n0,etl,1,9999,1,1\n900,web,6,512,1024,2\n1800,web,6,512,1024,2\n")
	got := clusterscaler(t, nil, "simulate", "--services", services)
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "ours.csv under ours, seed 1: 30 min measured. A trace of what 1 service wanted, with 1 roll-out.")
	assert.Equal(t, "note: tasks of etl are larger than a host (m5.xlarge: 4096 CPU, 15400 MiB) and left out; they need up to 9999 CPU, 1 MiB\n", got.stderr)
}

// refused says that simulate answers each set of arguments with a sentence.
func refused(t *testing.T, answers map[string][]string) {
	t.Helper()
	for want, args := range answers {
		got := clusterscaler(t, nil, append([]string{"simulate"}, args...)...)
		assert.Equal(t, 1, got.code, want)
		assert.Contains(t, got.stderr, want)
		assert.Empty(t, got.stdout)
		assert.Equal(t, 1, strings.Count(got.stderr, "\n"), got.stderr)
	}
}

func TestWrongTraceOfServicesIsAnsweredWithWhatToDo(t *testing.T) {
	demand := file(t, "demand.csv", "t_s,value\n0,1\n3600,1\n")
	services := file(t, "services.csv", "t_s,service,desired,cpu_units,memory_mib\n60,web,2,256,512\n0,web,1,256,512\n")
	refused(t, map[string][]string{
		"--tasks, --services, --demand and --recording cannot be combined":       {"--services", services, "--demand", demand},
		"services.csv:3: t_s is 0, before the line above; sort the lines by t_s": {"--services", services},
		"demand.csv:1: this is a trace of demand; give it to --demand":           {"--services", demand},
	})
}

func TestPricesTurnHoursIntoMoney(t *testing.T) {
	args := []string{"simulate", "quiet-night", "--length", "1h", "--policy", "signal"}
	table := file(t, "prices.csv", "instance_type,usd_per_hour\nm5.xlarge,0.192\n")
	page := filepath.Join(t.TempDir(), "night.html")
	one := clusterscaler(t, nil, append(args, "--price", "0.192", "--html", page)...)
	require.Zero(t, one.code, one.stderr)
	assert.Contains(t, one.stdout, "The hosts cost $1.73 and the scaler itself $0.0078, together $1267.13 a month.")
	assert.Regexp(t, `│ – hosts +│ +\$1\.73 │`, one.stdout)
	byType := clusterscaler(t, nil, append(args, "--prices", table)...)
	assert.Equal(t, one.stdout, byType.stdout)
	written, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Contains(t, string(written), "An hour of a host: any $0.192.")

	var result simulator.Result
	asJSON := clusterscaler(t, nil, append(args, "--prices", table, "--output", "json")...)
	require.NoError(t, json.Unmarshal([]byte(asJSON.stdout), &result), asJSON.stderr)
	require.NotNil(t, result.Measures.Cost)
	assert.InDelta(t, 9*0.192, result.Measures.Cost.Hosts, 1e-9)
	assert.NotContains(t, clusterscaler(t, nil, append(args, "--output", "json")...).stdout, "cost_usd")
}

func TestWrongPricesAreAnsweredWithWhatToDo(t *testing.T) {
	twice := file(t, "twice.csv", "instance_type,usd_per_hour\nm5.xlarge,0.192\nm5.xlarge,0.2\n")
	other := file(t, "other.csv", "instance_type,usd_per_hour\nc5.large,0.085\n")
	refused(t, map[string][]string{
		"--price: an hour of a host cannot cost 0; it must be more than 0":                         {"diurnal", "--price", "0"},
		"--price: an hour of a host cannot cost NaN;":                                              {"diurnal", "--price", "NaN"},
		`"0,192" for "--price" flag: it must be a number`:                                          {"diurnal", "--price", "0,192"},
		"--price and --prices cannot be combined; keep one of them":                                {"diurnal", "--price", "1", "--prices", other},
		`twice.csv:3: instance_type is "m5.xlarge", which has a price in line 2; keep one of them`: {"diurnal", "--prices", twice},
		"the workload's hosts are of type m5.xlarge, and a price is given for c5.large alone":      {"diurnal", "--prices", other},
		"other.csv:1: this is a table of prices; give it to --prices":                              {"--services", other},
	})
}

func TestKnobsAreTurnedByAFileAndTold(t *testing.T) {
	knobs := file(t, "knobs.json", `{"ec2.boot": {"median": "40s", "p95": "1m"}, "ecs.back_off": "1m"}`)
	page := filepath.Join(t.TempDir(), "night.html")
	got := clusterscaler(t, nil, "simulate", "quiet-night", "--length", "10m", "--policy", "managed-100", "--knobs", knobs, "--html", page)
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "Knobs turned: ec2.boot {median: 40s, p95: 1m}, ecs.back_off 1m.")
	written, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Contains(t, string(written), "<dt>Knobs turned</dt><dd>ec2.boot {median: 40s, p95: 1m}, ecs.back_off 1m</dd>")

	list := clusterscaler(t, nil, "simulate", "--list-knobs", "--knobs", knobs)
	require.Zero(t, list.code, list.stderr)
	assert.Contains(t, list.stdout, "\"ecs.back_off\": \"1m\"   (a guess)\n    How long it waits first; the wait doubles.\n")
	var all []struct {
		Name   string
		Value  json.RawMessage
		Source string
		Guess  bool
	}
	asJSON := clusterscaler(t, nil, "simulate", "--list-knobs", "--output", "json")
	require.NoError(t, json.Unmarshal([]byte(asJSON.stdout), &all))
	assert.Len(t, all, len(aws.ListKnobs()))
	assert.Equal(t, "ec2.running", all[0].Name)
	assert.True(t, all[0].Guess)
}

func TestHistoryIsSimulatedAndNotCounted(t *testing.T) {
	demand := file(t, "demand.csv", "t_s,value\n0,100\n3600,300\n7200,100\n")
	for _, args := range [][]string{{"quiet-night", "--length", "1h"}, {"--demand", demand, "--window", "3600:7200"}} {
		got := clusterscaler(t, nil, append([]string{"simulate", "--policy", "managed-100", "--history", "30m", "--output", "json"}, args...)...)
		require.Zero(t, got.code, got.stderr)
		var result simulator.Result
		require.NoError(t, json.Unmarshal([]byte(got.stdout), &result))
		settles := 2 * time.Hour
		if args[0] == "--demand" {
			settles = time.Hour
		}
		assert.InDelta(t, 1, result.Measures.Hours, 1e-9)
		assert.Len(t, result.Series, int((settles+90*time.Minute)/time.Minute))
	}
}

func TestWrongKnobsAndHistoryAreAnsweredWithWhatToDo(t *testing.T) {
	demand := file(t, "demand.csv", "t_s,value\n0,1\n3600,1\n")
	knobs := file(t, "knobs.json", `{"ecs.loop": 15}`)
	throttled := file(t, "throttled.json", `{"faults.throttled": 0.1}`)
	refused(t, map[string][]string{
		"knobs.json: ecs.loop is 15; it must be a duration in quotes":                                                                       {"diurnal", "--knobs", knobs},
		"--faults and the faults of throttled.json cannot be combined; keep one of them":                                                    {"diurnal", "--faults", "5", "--knobs", throttled},
		"--knobs: open /nowhere.json: no such file or directory; name a JSON file such as":                                                  {"diurnal", "--knobs", "/nowhere.json"},
		"--list-knobs runs nothing; leave out either --list-knobs or the workload":                                                          {"diurnal", "--list-knobs"},
		"--list and --list-knobs cannot be combined; keep one of them":                                                                      {"--list", "--list-knobs"},
		"--history is 0s; it must be one or more whole minutes, such as 24h":                                                                {"diurnal", "--history", "0s"},
		"--history is 1m30s; it must be one or more whole minutes":                                                                          {"diurnal", "--history", "90s"},
		"--history: 3600 seconds of history lie before second 60, at which the window begins; choose a window that begins at 3600 or later": {"--demand", demand, "--window", "60:3600", "--history", "1h"},
	})
}

func TestStrategyIsChosenAndTold(t *testing.T) {
	page := filepath.Join(t.TempDir(), "night.html")
	got := clusterscaler(t, nil, "simulate", "quiet-night", "--length", "10m", "--policy", "managed-100", "--strategy", "binpack", "--html", page)
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "Placement strategy: binpack.")
	written, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Contains(t, string(written), "<dt>Placement strategy</dt><dd>binpack</dd>")
	refused(t, map[string][]string{
		`"pack" for "--strategy" flag: it must be aws-default, binpack or spread`: {"diurnal", "--strategy", "pack"},
	})
}
