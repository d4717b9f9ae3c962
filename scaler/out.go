package scaler

import (
	"fmt"
	"strconv"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// resource is one of the three that are judged alike.
type resource struct {
	name     string
	reason   Reason
	band     thresholds.Band
	reserved *cluster.Percent
	amount   func(cluster.Resources) int64
}

func resources(entry thresholds.Entry, r cluster.Reservation) []resource {
	return []resource{
		{"CPU", CPUAtScaleOut, entry.CPU, r.CPU, func(r cluster.Resources) int64 { return r.CPU }},
		{"memory", MemoryAtScaleOut, entry.Memory, r.Memory, func(r cluster.Resources) int64 { return r.Memory }},
		{"GPU", GPUAtScaleOut, entry.GPU, r.GPU, func(r cluster.Resources) int64 { return r.GPU }},
	}
}

// atScaleOut: the threshold is inclusive, null is never reached.
func (r resource) atScaleOut() bool {
	return r.reserved != nil && r.band.ScaleOutAt != nil && float64(*r.reserved) >= *r.band.ScaleOutAt
}

type cause struct {
	reason Reason
	why    string
}

// causes are the reasons to scale out.
func causes(entry thresholds.Entry, reserved cluster.Reservation) []cause {
	var found []cause
	for _, r := range resources(entry, reserved) {
		if r.atScaleOut() {
			found = append(found, cause{r.reason, fmt.Sprintf("%s reservation %s is at or above %s",
				r.name, show(float64(*r.reserved)), show(*r.band.ScaleOutAt))})
		}
	}
	return found
}

// show is a percentage with as many decimals as it needs, two at most.
func show(percent float64) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(percent, 'f', 2, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64) + "%"
}
