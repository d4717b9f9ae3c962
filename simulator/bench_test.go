package simulator

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/workload"
)

// benchmark simulates a cluster of so many hosts at its peak and ten times as many tasks, with the real publisher each
// minute and the real drainer.
func benchmark(b *testing.B, hosts int, lasts time.Duration) {
	b.Helper()
	w := workload.Large(hosts, 10*hosts, lasts)
	for b.Loop() {
		result, err := Simulate(b.Context(), Setup{Workload: w, Policy: "gap", Seed: 1})
		require.NoError(b, err)
		require.Zero(b, result.Measures.TasksEndedByScaleIn)
		b.ReportMetric(float64(result.Measures.HostsLaunched), "hosts-launched")
		b.ReportMetric(float64(result.Measures.TasksMoved), "tasks-moved")
		b.ReportMetric(float64(result.Measures.PlacementWait.Count), "tasks-placed")
	}
}

// BenchmarkDay is to take 3 s at most, BenchmarkWeek 4 minutes, on two cores that do nothing else.
func BenchmarkDay(b *testing.B) { benchmark(b, 100, 24*time.Hour) }

func BenchmarkWeek(b *testing.B) { benchmark(b, 1000, 7*24*time.Hour) }
