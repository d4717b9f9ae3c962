package scaler

import (
	"math"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// missing is the fewest new hosts that bring every resource below its scale-out threshold, at least 1.
func missing(entry thresholds.Entry, s cluster.Snapshot, v *Verdict) int {
	size, known := newInstance(entry, s)
	if !known {
		v.because(InstanceSizeUnknown, "the size of a new host is unknown, so the gap is 1; set instance.cpu and instance.memory in the entry")
		return 1
	}
	registered, reserved := s.Capacity()
	gap := 1
	for _, r := range resources(entry, v.Reservation) {
		if r.atScaleOut() && r.amount(size) > 0 {
			gap = max(gap, hostsToGoBelow(*r.band.ScaleOutAt, r.amount(registered), r.amount(reserved), r.amount(size)))
		}
	}
	return gap
}

// newInstance is what the group would launch now.
func newInstance(entry thresholds.Entry, s cluster.Snapshot) (cluster.Resources, bool) {
	if entry.Instance.CPU == nil || entry.Instance.Memory == nil {
		return s.LargestHost()
	}
	size := cluster.Resources{CPU: *entry.Instance.CPU, Memory: *entry.Instance.Memory}
	if entry.Instance.GPU != nil {
		size.GPU = *entry.Instance.GPU
	}
	return size, true
}

// hostsToGoBelow is the least n with 100·reserved/(registered + n·size) < percent.
func hostsToGoBelow(percent float64, registered, reserved, size int64) int {
	n := int64(math.Max(0, math.Floor((float64(reserved)*100/percent-float64(registered))/float64(size))))
	for float64(reserved*100)/float64(registered+n*size) >= percent {
		n++
	}
	return int(n)
}
