package cluster

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

// Capacity is what a group's instances in service count, in the units of its sizes: instances, unless it has others.
type Capacity struct {
	// InService is their sum.
	InService int
	// Lightest and Heaviest are the fewest and the most units that an instance counts which may go; 0: none may go.
	Lightest, Heaviest int
	// Known: it is known how many units each instance counts. Otherwise all other fields are zero.
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
		if i.Protected {
			continue
		}
		c.Heaviest = max(c.Heaviest, weight)
		if c.Lightest == 0 || weight < c.Lightest {
			c.Lightest = weight
		}
	}
	return c
}

// weight is what an instance counts; 0: not known. Where AWS does not show it, a host's vCPUs are what it registered; its
// memory is less than what the group counts.
func (s Snapshot) weight(g Group, i Instance) int {
	switch {
	case g.Unit == "":
		return 1
	case i.Weight > 0:
		return i.Weight
	case g.Unit == VCPUs:
		for _, h := range s.Hosts {
			if h.InstanceID == i.ID {
				return int(h.Registered.CPU / cpuUnits)
			}
		}
	}
	return 0
}

// Standing is the capacity from which a scale-in is reckoned: what is in service, or what is desired where hosts are on
// their way out. In units a group may stand above what is desired for good, by less than its heaviest host, because AWS
// lets no host go that would leave it below.
func (g Group) Standing(c Capacity) int {
	if c.InService-g.Desired < max(c.Heaviest, 1) {
		return c.InService
	}
	return g.Desired
}

// Spare is how many hosts can go before the group is at its MinSize, whichever they are.
func (g Group) Spare(c Capacity) int {
	return max(0, g.Standing(c)-g.Min) / max(c.Heaviest, 1)
}
