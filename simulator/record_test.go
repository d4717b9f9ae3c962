package simulator

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/workload"
)

func TestRecordingChangesNothing(t *testing.T) {
	for scenario, scaling := range map[string]string{"flash-crowd": "gap", "batch-storm": "managed-90", "az-outage": "signal"} {
		t.Run(scenario+"/"+scaling, func(t *testing.T) {
			t.Parallel()
			run := func(record bool) (string, Result) {
				w, err := workload.Named(scenario)
				require.NoError(t, err)
				w.Lasts = w.Settle + 3*time.Hour
				result, err := Simulate(t.Context(), Setup{Workload: w, Policy: scaling, Seed: 7, Prices: Prices{AnyType: 0.192}, Record: record})
				require.NoError(t, err)
				text, err := json.Marshal(result)
				require.NoError(t, err)
				return string(text), result
			}
			without, _ := run(false)
			with, result := run(true)
			if without != with { // Equal would print megabytes
				t.Error("differs")
			}
			require.NoError(t, result.Recording.Check())
			assert.Equal(t, 3*time.Hour, result.Recording.Length())
		})
	}
}
