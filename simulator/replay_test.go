package simulator

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
	"ecs-cluster-scaler/simulator/workload"
)

// replayed runs a scenario under a policy, records it with the recorder that reads AWS, and runs the recording under the
// same policy and seed.
func replayed(tb testing.TB, scenario, policy string, seed uint64) (day, again Measures) {
	tb.Helper()
	w, err := workload.Named(scenario)
	require.NoError(tb, err)
	// A recording begins without the days before it, so headroom that fits itself would be another in each.
	entry := []byte(`{"headroom": {"fitted": false}}`)
	first, err := Simulate(tb.Context(), Setup{Workload: w, Policy: policy, Entry: entry, Seed: seed, Record: true})
	require.NoError(tb, err)
	r := *first.Recording
	if scenario == "eni-limit" {
		r.InstanceTypes[0].AwsvpcTasks = 3 // whoever has such hosts knows it, and ECS does not tell
	}
	knobs := aws.Defaults()
	workload.LearnBoot(r, &knobs)
	w, _, err = workload.Recorded("day.json", r, workload.Window{}, 0)
	require.NoError(tb, err)
	second, err := Simulate(tb.Context(), Setup{Workload: w, Policy: policy, Entry: entry, Seed: seed, Knobs: &knobs})
	require.NoError(tb, err)
	return first.Measures, second.Measures
}

func TestReplayOfADayHasItsHours(t *testing.T) {
	for policy, scenarios := range map[string][]string{
		"gap":        {"diurnal", "flash-crowd", "rolling-deploy", "long-batch", "two-hosts-one-service", "eni-limit", "scale-to-zero"},
		"managed-90": {"rolling-deploy", "flash-crowd", "batch-storm", "two-hosts-one-service", "eni-limit", "scale-to-zero", "gpu", "quiet-night"},
	} {
		for _, scenario := range scenarios {
			t.Run(policy+" "+scenario, func(t *testing.T) {
				t.Parallel()
				day, again := replayed(t, scenario, policy, 1)
				assert.InEpsilon(t, day.InstanceHours, again.InstanceHours, 0.02)
				assert.InEpsilon(t, day.LowerBoundHours, again.LowerBoundHours, 0.01, "the same was wanted")
			})
		}
	}
}

func TestAnAnonymousRecordingWantsTheSame(t *testing.T) {
	w, err := workload.Named("two-hosts-one-service")
	require.NoError(t, err)
	day, err := Simulate(t.Context(), Setup{Workload: w, Policy: "gap", Seed: 1, Record: true})
	require.NoError(t, err)
	var bounds []float64
	for _, r := range []recording.Recording{*day.Recording, day.Recording.Anonymised()} {
		w, notes, err := workload.Recorded("day.json", r, workload.Window{}, 0)
		require.NoError(t, err)
		assert.Empty(t, notes)
		again, err := Simulate(t.Context(), Setup{Workload: w, Policy: "gap", Seed: 1})
		require.NoError(t, err)
		assert.InEpsilon(t, day.Measures.InstanceHours, again.Measures.InstanceHours, 0.02)
		bounds = append(bounds, again.Measures.LowerBoundHours)
	}
	assert.InDelta(t, bounds[0], bounds[1], 0)
}

// BenchmarkReplay prints by how many percent the hours of a replay differ from the day's:
//
//	go test ./simulator -run '^$' -bench Replay -benchtime 1x
func BenchmarkReplay(b *testing.B) {
	for _, w := range workload.All() {
		for _, policy := range []string{"gap", "managed-90"} {
			for seed := range uint64(4) {
				b.Run(fmt.Sprintf("%s/%s/seed-%d", w.Name, policy, seed+1), func(b *testing.B) {
					var day, again Measures
					for b.Loop() {
						day, again = replayed(b, w.Name, policy, seed+1)
					}
					b.ReportMetric(day.InstanceHours, "h_day")
					b.ReportMetric(again.InstanceHours, "h_replay")
					b.ReportMetric(100*(again.InstanceHours/day.InstanceHours-1), "%off")
				})
			}
		}
	}
}
