package simulator

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
)

// In agent-blips an agent dies after four hours. With cheaper settings than the built-in ones there is a host to spare then, and
// Auto Scaling, which does not know the agent, may choose the dead one.
func TestNoHostGoesWhileTheAgentOfOneWithTasksIsLost(t *testing.T) {
	w, err := workload.Named("agent-blips")
	require.NoError(t, err)
	w.Lasts = w.Settle + 8*time.Hour
	for _, seed := range []uint64{4, 5, 6, 7} {
		r, err := Simulate(t.Context(), Setup{
			Workload: w, Policy: policy.Gap, Seed: seed,
			Entry: []byte(`{"headroom": {"fitted": false}, "cpu": {"scale_out_at": 95, "scale_in_below": 90}, "memory": {"scale_out_at": 95, "scale_in_below": 90}}`),
		})
		require.NoError(t, err)
		assert.Zero(t, r.Measures.TasksEndedByScaleIn)
		dies := aws.Defaults().Start.Add(w.Settle + 4*time.Hour)
		for _, d := range r.Drains {
			if d.Cause == "scale_in" {
				assert.True(t, d.From.Before(dies), "seed %d: %s went at %s", seed, d.Instance, d.From)
			}
		}
	}
}
