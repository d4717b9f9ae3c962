package placement

import "ecs-cluster-scaler/cluster"

// Host is one that tasks could be placed on.
type Host struct {
	// ID is what sums call it: its EC2 instance id.
	ID   string
	Free cluster.Resources
	// Closed: it takes no tasks, but those it has may have to move.
	Closed bool
	// Attributes are its attributes; nil: not known.
	Attributes map[string]string
	// Open are attributes that may turn out to have any of these values; none listed: any value.
	Open map[string][]string
	// Providers are its capacity provider, or those that a host to come may have; none: it has none.
	Providers []string
	// Ports are taken.
	Ports []cluster.Port
	// Awsvpc is how many of its tasks have a network interface, AwsvpcLimit how many can; negative: not limited.
	Awsvpc, AwsvpcLimit int
	// Groups counts its tasks by task group; GroupsKnown: all of them.
	Groups      map[string]int
	GroupsKnown bool
	// Moves are its tasks that must move when it is removed.
	Moves []Batch

	fleet *Fleet
	at    int32
}

// Batch is so many tasks of one kind, named by its index in the fleet's list.
type Batch struct {
	Kind, Tasks int
}

// here counts the tasks of a group on the host, with those that a packing put there.
func (h *Host) here(group string) int {
	if h.fleet == nil {
		return h.Groups[group]
	}
	if g, known := h.fleet.groups[group]; known {
		return int(h.fleet.counts.of(g, h.at))
	}
	return h.Groups[group]
}

// times is how often size goes into free, at most enough times.
func times(free, size cluster.Resources, enough int) int {
	if !holds(free, size) {
		return 0
	}
	n := int64(enough)
	if size.CPU > 0 {
		n = min(n, free.CPU/size.CPU)
	}
	if size.Memory > 0 {
		n = min(n, free.Memory/size.Memory)
	}
	if size.GPU > 0 {
		n = min(n, free.GPU/size.GPU)
	}
	return int(n)
}
