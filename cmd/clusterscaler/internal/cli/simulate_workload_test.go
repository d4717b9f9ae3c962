package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator"
)

func TestTraceOfServicesDrivesASimulation(t *testing.T) {
	services := file(t, "ours.csv", "t_s,service,desired,cpu_units,memory_mib,revision\n0,web,4,512,1024,1\n0,etl,1,9999,1,1\n900,web,6,512,1024,2\n1800,web,6,512,1024,2\n")
	got := clusterscaler(t, nil, "simulate", "--services", services)
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "ours.csv under signal, seed 1: 30 min measured. A trace of what 1 service wanted, with 1 roll-out.")
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
		"--tasks, --services and --demand cannot be combined":                    {"--services", services, "--demand", demand},
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
	assert.Contains(t, one.stdout, "The hosts cost $1.73 and the scaler itself $0.0061, together $1265.93 a month.")
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
