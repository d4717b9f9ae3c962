package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/report"
)

var update = flag.Bool("update", false, "write the golden files; then read them")

var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// good is a day on which all went well.
func good() simulator.Result {
	run := simulator.Result{
		Workload: "diurnal", Policy: "surge", Seed: 7,
		Measures: simulator.Measures{
			Hours: 24, UnplacedTaskSeconds: 1234, UnplacedLateTaskSeconds: 934,
			PlacementWait: simulator.Waits{Count: 310, P50: 0, P95: 61, P99: 175, Max: 3605},
			OutOfCapacity: simulator.Waits{Count: 9, P50: 60, P95: 170, P99: 180, Max: 180},
			InstanceHours: 312.44, InstanceHoursBooting: 4.1, InstanceHoursDraining: 9.25, LowerBoundHours: 250,
			OverLowerBound: 1.24976, OverLowerBoundBooted: 1.2333, UtilisationCPU: 66.04, UtilisationMemory: 51.96,
			ScaledOut: 14, ScaledIn: 1, Reversals: 1, TasksMoved: 120, TasksEndedOtherwise: map[string]int{},
			BelowFloorOther: 90, Drains: 13, LongestDrain: 8*60 + 5, HostsLaunched: 14,
		},
	}
	for minute := 1; minute <= 26*60; minute++ {
		s := simulator.Sample{At: monday.Add(time.Duration(minute) * time.Minute), Active: 9}
		switch {
		case minute <= 2*60:
			s.Active, s.Unplaced = 1, 99 // settling is not told of
		case minute == 8*60+42:
			s.Unplaced = 14
		case minute == 20*60:
			s.Active = 21
		}
		run.Series = append(run.Series, s)
		v := simulator.Verdict{Reasons: []scaler.Reason{scaler.WithinBand}}
		switch minute % 10 {
		case 3:
			v = simulator.Verdict{Signal: 1, Reasons: []scaler.Reason{scaler.CPUAtScaleOut, scaler.UnplacedTasks}}
		case 4:
			v = simulator.Verdict{Signal: -1, Reasons: []scaler.Reason{scaler.AllBelowScaleIn}}
		case 5:
			v.Reasons = []scaler.Reason{scaler.InstancesDraining, scaler.AllBelowScaleIn, scaler.WouldBounce, scaler.WouldNotFit}
		}
		v.At = s.At
		run.Verdicts = append(run.Verdicts, v)
	}
	return run
}

// bad is a run in which everything went wrong.
func bad() simulator.Result {
	return simulator.Result{
		Workload: "bad-ami", Policy: "managed-100", Seed: 1,
		Measures: simulator.Measures{
			Hours: 72.5, UnplacedTaskSeconds: 2e6, UnplacedAtEnd: 1,
			PlacementWait: simulator.Waits{Count: 1, P50: 200000, P95: 200000, P99: 200000, Max: 200000},
			InstanceHours: 10, LowerBoundHours: 0, ScaledOut: 1, ScaledIn: 2, Reversals: 2, ReversalsUnchanged: 2,
			TasksEndedByScaleIn: 3, TasksEndedOtherwise: map[string]int{"spot": 2, "health": 11},
			BelowFloorScaling: 125, Drains: 1, LongestDrain: 172800, TasksMoved: 1, HooksExpired: 1,
			LaunchesFailed: 5, HostsLaunched: 6, NeverRegistered: 6,
		},
	}
}

// quiet is a run in which nothing happened.
func quiet() simulator.Result {
	return simulator.Result{Workload: "quiet-night", Policy: "signal", Seed: 1, Measures: simulator.Measures{
		Hours: 12, InstanceHours: 108, LowerBoundHours: 72, OverLowerBound: 1.5, OverLowerBoundBooted: 1.5,
	}}
}

// priced is the good day with its money.
func priced() simulator.Result {
	run := good()
	run.Measures.Cost = &simulator.Cost{
		Total: 60.14348, PerMonth: 1829.3641, Hosts: 59.98848, LowerBound: 48, Scaler: 0.155, Functions: 0.0083, Metrics: 0.1372, Alarms: 0.0095,
	}
	return run
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "go test ./simulator/report -update writes it; read the difference")
}

func TestRunIsToldInSentencesAndATable(t *testing.T) {
	for name, run := range map[string]simulator.Result{"good": good(), "bad": bad(), "quiet": quiet(), "priced": priced()} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, report.Text(&out, "A reason to run it.", run))
			golden(t, name, out.String())
			for line := range strings.Lines(out.String()) {
				assert.LessOrEqual(t, len([]rune(strings.TrimSuffix(line, "\n"))), 100, line)
				assert.Equal(t, strings.TrimRight(line, " \n")+"\n", line)
			}
		})
	}
}

func TestPoliciesStandSideBySide(t *testing.T) {
	golden(t, "compared", report.Table(good(), bad())+"\n")
}

func TestWhatWasSetIsTold(t *testing.T) {
	run := quiet()
	run.Strategy = "spread"
	run.Knobs = map[string]json.RawMessage{
		"ecs.back_off": []byte(`"1m"`), "ec2.boot": []byte(`{"median": "40s", "p95": "1m"}`), "faults.ticks_lost": []byte("0.016666666666666666"),
	}
	var one, two bytes.Buffer
	require.NoError(t, report.Text(&one, "", run))
	require.NoError(t, report.CompareText(&two, report.Comparison{Runs: []simulator.Result{run, run}}))
	for _, text := range []string{one.String(), two.String()} {
		assert.Contains(t, strings.Join(strings.Fields(text), " "),
			"Placement strategy: spread. Knobs turned: ec2.boot {median: 40s, p95: 1m}, ecs.back_off 1m, faults.ticks_lost 0.0167. ┌")
	}
}

func TestMoneyStandsBesideWhatHasNone(t *testing.T) {
	table := report.Table(bad(), priced())
	assert.Regexp(t, `│ cost  +│ +– │ +\$60\.14 │`, table)
	assert.Regexp(t, `│ – the scaler itself +│ +– │ +\$0\.1550 │`, table)
	assert.NotContains(t, report.Table(bad(), good()), "cost")
}

func TestEveryMeasureHasANameAndADefinition(t *testing.T) {
	for _, r := range report.Rows() {
		assert.NotEmpty(t, r.Name)
		assert.True(t, strings.HasSuffix(r.Meaning, "."), "%s: %q", r.Name, r.Meaning)
		assert.NotContains(t, r.Meaning, "|", "it stands in a Markdown table")
	}
}
