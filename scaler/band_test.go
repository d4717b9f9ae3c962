package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// The upper threshold is reached at its value, the lower one is left only below it.
func TestThresholdsAtTheirValues(t *testing.T) {
	for name, tt := range map[string]struct {
		cpu, memory, gpu int64
		reasons          []scaler.Reason
	}{
		"CPU at scale_out_at":             {cpu: 75, reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"memory at scale_out_at":          {memory: 75, reasons: []scaler.Reason{scaler.MemoryAtScaleOut}},
		"GPU, whose scale_out_at is null": {gpu: 100, reasons: []scaler.Reason{scaler.WithinBand}},
		"all at once":                     {cpu: 90, memory: 90, gpu: 90, reasons: []scaler.Reason{scaler.CPUAtScaleOut, scaler.MemoryAtScaleOut}},
		"just below scale_out_at":         {cpu: 74, memory: 74, reasons: []scaler.Reason{scaler.WithinBand}},
		"at scale_in_below":               {cpu: 50, reasons: []scaler.Reason{scaler.WithinBand}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host(4, cluster.Resources{CPU: 100, Memory: 100, GPU: 100}, func(h *cluster.Host) {
				h.Remaining = h.Registered.Minus(cluster.Resources{CPU: tt.cpu, Memory: tt.memory, GPU: tt.gpu})
			})
			v := w.decide()
			assert.Equal(t, tt.reasons, v.Reasons, v.Why)
		})
	}
}
