package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

// A cluster of jobs has no service that waits, so that thresholds are all that buys.
func TestWithTheGPURecipeGPUsDecide(t *testing.T) {
	recipe, err := thresholds.RecipeNamed("gpu")
	require.NoError(t, err)
	entry, err := thresholds.Parse(recipe.Entry, nil)
	require.NoError(t, err)
	buys := func(cpuPercent, gpus int64, entry thresholds.Entry) bool {
		w := newWorld()
		w.entry = entry
		of := cluster.Resources{CPU: 1000, Memory: 1000, GPU: 4}
		w.host(3, of, func(h *cluster.Host) {
			h.Remaining = of.Minus(cluster.Resources{CPU: 10 * cpuPercent, Memory: 10, GPU: gpus})
		})
		return w.decide().Signal == scaler.ScaleOut
	}
	assert.False(t, buys(60, 4, builtin), "the built-in entry does not see that every GPU is reserved")
	assert.True(t, buys(60, 4, entry))
	assert.False(t, buys(60, 3, entry))
	assert.True(t, buys(80, 2, builtin), "the built-in entry buys GPUs for CPU")
	assert.False(t, buys(80, 2, entry))
}
