package simulator

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/workload"
)

func under(t *testing.T, scenario, policy string, by workload.Strategy, measured time.Duration) Measures {
	t.Helper()
	w, err := workload.Named(scenario)
	require.NoError(t, err)
	w.Lasts = w.Settle + measured
	result, err := Simulate(t.Context(), Setup{Workload: w, Policy: policy, Seed: 1, Strategy: by})
	require.NoError(t, err)
	assert.Equal(t, by, result.Strategy)
	return result.Measures
}

func TestEveryPolicyRunsUnderEveryStrategy(t *testing.T) {
	for _, policy := range Policies() {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			hours := map[float64]bool{}
			for _, by := range []workload.Strategy{workload.AWSDefault, workload.Binpack, workload.Spread} {
				m := under(t, "batch-storm", policy, by, 3*time.Hour)
				assert.Zero(t, m.UnplacedAtEnd, by)
				hours[m.InstanceHours] = true
			}
			assert.Greater(t, len(hours), 1, "no strategy makes a difference")
		})
	}
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html: what spreads over hosts leaves none
// empty, and managed scaling takes only empty ones.
func TestManagedScalingIsDearWhereServicesSpreadOverHosts(t *testing.T) {
	hours := func(by workload.Strategy) float64 {
		return under(t, "diurnal", "managed-90", by, 24*time.Hour).InstanceHours
	}
	assert.Greater(t, hours(workload.AWSDefault), 1.5*hours(workload.Binpack))
}
