package simulator

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/workload"
)

func TestScenarioAfterHistoryIsTheSameScenario(t *testing.T) {
	const history = 20 * time.Hour
	for _, name := range []string{"diurnal", "flash-crowd", "scale-to-zero", "stuck-deploy"} {
		w, err := workload.Named(name)
		require.NoError(t, err)
		plain, series, _ := runs(t, w, &still{}, nil)
		later, after, _ := runs(t, w.After(history), &still{}, nil)
		assert.InDelta(t, plain.Hours, later.Hours, 1e-9, name)
		require.Len(t, after, len(series)+int(history/time.Minute))
		for i, s := range series[w.Settle/time.Minute:] {
			then := after[(w.Settle+history)/time.Minute:][i]
			require.Equal(t, s.Demand, then.Demand, "%s, minute %d", name, i)
			require.Equal(t, s.At.Add(history), then.At)
		}
	}
}

func TestHistoryHasTheDayBefore(t *testing.T) {
	w, err := workload.Named("scale-to-zero")
	require.NoError(t, err)
	_, series, _ := runs(t, w.After(24*time.Hour), &still{}, nil)
	busy := 0
	for _, s := range series[:24*60] {
		if s.Demand.CPU > 0 {
			busy++
		}
	}
	assert.Equal(t, 8*60+5, busy, "the office is open for eight hours of it, and shrinks five minutes later")
}

func TestKnobsOfASetupAreTheWorlds(t *testing.T) {
	w, err := workload.Named("flash-crowd")
	require.NoError(t, err)
	w.Lasts = w.Settle + 2*time.Hour
	run := func(s Setup) Result {
		s.Workload, s.Policy, s.Seed = w, "managed-100", 3
		r, err := Simulate(t.Context(), s)
		require.NoError(t, err)
		return r
	}
	slow := aws.Defaults()
	slow.Seed = 99
	slow.EC2.Boot = aws.LogNormal{Median: 9 * time.Minute, P95: 9 * time.Minute}
	plain, turned := run(Setup{}), run(Setup{Knobs: &slow})
	assert.Empty(t, plain.Knobs)
	assert.JSONEq(t, `{"median": "9m", "p95": "9m"}`, string(turned.Knobs["ec2.boot"]))
	assert.Len(t, turned.Knobs, 1)
	assert.Greater(t, turned.Measures.UnplacedTaskSeconds, 2*plain.Measures.UnplacedTaskSeconds)

	defaults := aws.Defaults()
	defaults.Seed = 99
	assert.Equal(t, plain, run(Setup{Knobs: &defaults}), "the seed is the setup's")
	assert.Contains(t, run(Setup{Knobs: &defaults, Faults: Faults(0.05)}).Knobs, "faults.ticks_lost")
}
