package simulator

import (
	"encoding/json"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/workload"
)

// outcome is a short run's whole result.
func outcome(t *testing.T, scenario, scaling string) string {
	t.Helper()
	w, err := workload.Named(scenario)
	require.NoError(t, err)
	w.Lasts = w.Settle + 3*time.Hour
	result, err := Simulate(t.Context(), Setup{Workload: w, Policy: scaling, Seed: 7, Faults: Faults(0.05), Prices: Prices{AnyType: 0.192}})
	require.NoError(t, err)
	text, err := json.Marshal(result)
	require.NoError(t, err)
	return string(text)
}

// The publisher and the drainer call side by side; what they get must not depend on who comes first, however many
// processors there are. Not parallel: GOMAXPROCS is everyone's.
func TestOneSeedIsOneResultByteForByteOnAnyNumberOfProcessors(t *testing.T) {
	for scenario, scaling := range map[string]string{
		"flash-crowd": "gap", "batch-storm": "surge", "az-outage": "signal", "colour-switch": "gap", "agent-blips": "signal",
		"scale-to-zero": "managed-90", "rolling-deploy": "alarms-75", "diurnal": "schedulable-2",
	} {
		t.Run(scenario+"/"+scaling, func(t *testing.T) {
			first := outcome(t, scenario, scaling)
			for _, processors := range []int{1, 2, 8} {
				before := runtime.GOMAXPROCS(processors)
				again := outcome(t, scenario, scaling)
				runtime.GOMAXPROCS(before)
				if first != again { // Equal would print megabytes
					t.Errorf("differs with %d processors", processors)
				}
			}
		})
	}
}
