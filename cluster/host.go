package cluster

import "time"

// HostStatus is a container instance's status, as ECS names it.
type HostStatus string

// The statuses of container instances
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html).
const (
	Registering        HostStatus = "REGISTERING"
	RegistrationFailed HostStatus = "REGISTRATION_FAILED"
	Active             HostStatus = "ACTIVE"
	Draining           HostStatus = "DRAINING"
	Deregistering      HostStatus = "DEREGISTERING"
	Inactive           HostStatus = "INACTIVE"
)

// Host is one container instance.
type Host struct {
	// ARN is that of the container instance. InstanceID is that of the EC2 (i-…) or external (mi-…) instance under it.
	ARN        string
	InstanceID string
	Status     HostStatus
	// Connected: the agent is reachable, so that tasks can be placed.
	Connected bool
	// ConnectedAt is when a disconnected agent was last seen connected; zero: not known.
	ConnectedAt time.Time
	// External: registered through ECS Anywhere, or launched by ECS Managed Instances. No Auto Scaling group adds or removes
	// it, and ECS places no tasks of services on EC2 there.
	External bool
	// Provider is the capacity provider that it belongs to; empty: none.
	Provider string
	// Registered is what it offers. Remaining is what placed tasks do not reserve of it.
	Registered Resources
	Remaining  Resources
	// Tasks counts those that ECS wants to run here or has just placed here, without stopping ones.
	Tasks int
	// TasksRead: the snapshot has every task that ECS wants to run here.
	TasksRead bool
	// Version counts the host's changes, such as each start and stop of a task; 0: not known
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html).
	Version int64
	// RegisteredAt is when it joined the cluster.
	RegisteredAt time.Time
	// Attributes are ECS's and its operator's, by name; an attribute without a value has "". nil: not read
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html).
	Attributes map[string]string
	// Ports are those in use. ECS lists them as PORTS and PORTS_UDP of the remaining resources.
	Ports []Port
}

// The attributes that ECS sets and that our rules use
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html#attributes).
const (
	TypeAttribute   = "ecs.instance-type"
	ZoneAttribute   = "ecs.availability-zone"
	SubnetAttribute = "ecs.subnet-id"
)

// Type is the host's EC2 instance type; empty: not known.
func (h Host) Type() string { return h.Attributes[TypeAttribute] }

// Providers are the host's capacity providers: one, or none. A host that registered before its group got a provider may
// have none
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html).
func (h Host) Providers() []string {
	if h.Provider == "" {
		return nil
	}
	return []string{h.Provider}
}

// IsCapacity tells whether tasks can be placed on the host: it is ACTIVE, connected and not external. Only such hosts count
// in a reservation, on both sides of the ratio. AWS's own CPUReservation counts DRAINING hosts too
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html).
func (h Host) IsCapacity() bool {
	return h.Status == Active && h.Connected && !h.External
}

// Reserved is what placed tasks hold of the host, PENDING ones included. Remaining resources are those that are not
// allocated yet (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html).
func (h Host) Reserved() Resources {
	return h.Registered.Minus(h.Remaining)
}

// Counts says how many hosts are in which condition. Each host counts once.
type Counts struct {
	// Active hosts can take tasks.
	Active int `json:"active"`
	// Draining hosts take no new tasks and lose those they have.
	Draining int `json:"draining"`
	// Disconnected hosts are ACTIVE, but their agent does not answer.
	Disconnected int `json:"disconnected"`
	// Other hosts are registering, deregistering, failed or external.
	Other int `json:"other"`
}

// Count sorts the hosts by condition.
func (s Snapshot) Count() Counts {
	var c Counts
	for _, h := range s.Hosts {
		switch {
		case h.External:
			c.Other++
		case h.IsCapacity():
			c.Active++
		case h.Status == Draining:
			c.Draining++
		case h.Status == Active:
			c.Disconnected++
		default:
			c.Other++
		}
	}
	return c
}

// Capacity adds up what the hosts that can take tasks registered, and what tasks reserve of it.
func (s Snapshot) Capacity() (registered, reserved Resources) {
	for _, h := range s.Hosts {
		if h.IsCapacity() {
			registered = registered.Plus(h.Registered)
			reserved = reserved.Plus(h.Reserved())
		}
	}
	return registered, reserved
}

// LargestHost is the size of the largest host that can take tasks: by registered CPU, then memory, then GPUs. false: there
// is none.
func (s Snapshot) LargestHost() (Resources, bool) {
	var largest Resources
	found := false
	for _, h := range s.Hosts {
		if h.IsCapacity() && (!found || h.Registered.larger(largest)) {
			largest, found = h.Registered, true
		}
	}
	return largest, found
}
