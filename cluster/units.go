package cluster

import (
	"cmp"
	"slices"
)

// The units that an Auto Scaling group may count its sizes in instead of instances
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups-instance-weighting.html).
const (
	// Weights: the sum of what its instance types weigh.
	Weights = "units"
	// VCPUs and MiB: the sum of its instances' vCPUs, or of their memory.
	VCPUs = "vcpu"
	MiB   = "memory-mib"
)

// cpuUnits is what a vCPU registers with ECS
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html).
const cpuUnits = 1024

// Capacity is what a group's instances in service count, in the units of its sizes.
type Capacity struct {
	// InService is their sum.
	InService int
	// Lightest and Heaviest are the fewest and the most units of an unprotected instance; 0: all are protected.
	Lightest, Heaviest int
	// Known: the units of each instance are known. Otherwise all other fields are zero.
	Known bool
}

// CapacityOf adds up what the group's instances in service count.
func (s Snapshot) CapacityOf(g Group) Capacity {
	c := Capacity{Known: true}
	for _, i := range g.Instances {
		if i.Phase != InService {
			continue
		}
		weight := s.weight(g, i)
		if weight == 0 {
			return Capacity{}
		}
		c.InService += weight
		if !i.Protected {
			c.Heaviest = max(c.Heaviest, weight)
			c.Lightest = cmp.Or(min(c.Lightest, weight), weight)
		}
	}
	return c
}

// weight is how many units an instance counts; 0: not known. If AWS does not show it, a host's vCPUs are those that it
// registered. Its registered memory would not do: it is less than what the group counts.
func (s Snapshot) weight(g Group, i Instance) int {
	switch {
	case g.Unit == "":
		return 1
	case i.Weight > 0:
		return i.Weight
	case g.Unit == VCPUs:
		if n := slices.IndexFunc(s.Hosts, func(h Host) bool { return h.InstanceID == i.ID }); n >= 0 {
			return int(s.Hosts[n].Registered.CPU / cpuUnits)
		}
	}
	return 0
}

// Standing is the capacity that a scale-in starts from: what is in service, or what is desired if hosts are leaving. In
// units, a group may stay above its desired capacity by less than its heaviest host, because AWS removes no host if that
// would leave the group below.
func (g Group) Standing(c Capacity) int {
	if c.InService-g.Desired < max(c.Heaviest, 1) {
		return c.InService
	}
	return g.Desired
}

// Spare is how many hosts can be removed before the group is at its MinSize, whichever they are.
func (g Group) Spare(c Capacity) int {
	return max(0, g.Standing(c)-g.Min) / max(c.Heaviest, 1)
}
