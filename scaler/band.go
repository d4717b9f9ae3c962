package scaler

import (
	"fmt"
	"strings"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// resource is CPU, memory or GPU with its thresholds and its reservation. All three are judged alike.
type resource struct {
	name     string
	reason   Reason
	band     thresholds.Band
	reserved *cluster.Percent
	amount   func(cluster.Resources) int64
}

func resources(entry thresholds.Entry, r cluster.Reservation) [3]resource {
	return [...]resource{
		{"CPU", CPUAtScaleOut, entry.CPU, r.CPU, func(r cluster.Resources) int64 { return r.CPU }},
		{"memory", MemoryAtScaleOut, entry.Memory, r.Memory, func(r cluster.Resources) int64 { return r.Memory }},
		{"GPU", GPUAtScaleOut, entry.GPU, r.GPU, func(r cluster.Resources) int64 { return r.GPU }},
	}
}

// atScaleOut tells whether the reservation is at or above the threshold. Null is never reached.
func (r resource) atScaleOut() bool {
	return r.reserved != nil && r.band.ScaleOutAt != nil && float64(*r.reserved) >= *r.band.ScaleOutAt
}

// notBelow names the resources that are not below their scale-in threshold.
func notBelow(entry thresholds.Entry, reserved cluster.Reservation) []string {
	var above []string
	for _, r := range resources(entry, reserved) {
		if r.reserved != nil && float64(*r.reserved) >= r.band.ScaleInBelow {
			above = append(above, fmt.Sprintf("%s reservation %s is not below %s", r.name, show(float64(*r.reserved)), show(r.band.ScaleInBelow)))
		}
	}
	return above
}

// allBelow says that every reservation is below its scale-in threshold, or that by this basis none holds.
func (b basis) allBelow(entry thresholds.Entry, reserved cluster.Reservation) string {
	var below []string
	holds := !b.lifts()
	for _, r := range resources(entry, reserved) {
		if r.reserved != nil {
			holds = holds || r.band.ScaleInBelow < noScaleInBelow
			below = append(below, fmt.Sprintf("%s %s < %s", r.name, show(float64(*r.reserved)), show(r.band.ScaleInBelow)))
		}
	}
	if !holds {
		return "no scale_in_below holds, because headroom is fitted to demand"
	}
	return fmt.Sprintf("every reservation is below its scale-in threshold (%s)", strings.Join(below, ", "))
}
