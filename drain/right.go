package drain

import (
	"fmt"
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// Right is how far a stack may go with a host. Several stacks may run in one account and region, and a group belongs to one
// of them.
type Right int

const (
	// Full is the right to every step: the group's tag names the stack; or it names none, and the stack has, or had, an entry for the cluster.
	Full Right = iota
	// OnlyEmpty is the right to end nothing but an empty host: the tag names no stack, and this one knows of no entry for the cluster. The host may be another stack's,
	// whose entry gives its tasks more time. So tasks are never stopped, and only a host without any is let go.
	OnlyEmpty
	// OnlyHold is the right to end nothing: whether there is an entry, or what it says, could not be read.
	OnlyHold
)

// Entry is what a cluster's entry says of draining, and how far that can be trusted.
type Entry struct {
	thresholds.Drain
	// There: the cluster has an entry, or had one.
	There bool
	// Named: the hook's name is the entry's own word, or its defaults', not the built-in one of a faulty entry.
	Named bool
	// Unsure: whether there is an entry, or what the last valid version of it says, could not be read.
	Unsure bool
}

// Right is how far a stack may go with the cluster's hosts; tagged: the host's group names the stack.
func (e Entry) Right(tagged bool) Right {
	switch {
	case e.Unsure:
		return OnlyHold
	case e.There || tagged:
		return Full
	default:
		return OnlyEmpty
	}
}

// restrain turns what the stack may not do into waiting.
func (h Host) restrain(s *Step) {
	ends := s.Action == Complete || s.Action == StopTasks
	if h.Right == OnlyHold && s.Action != None || h.Right == OnlyEmpty && (s.Action == None || !h.empty()) {
		s.Deregister = false
	}
	switch {
	case h.Right == OnlyHold && ends:
		s.wait(h)
		s.Detail = join(s.Detail, "its entry could not be read")
	case h.Right == OnlyEmpty && (s.Action == StopTasks || s.Action == Complete && !h.empty()):
		s.wait(h)
		s.Reason = NoEntry
	case h.Right == OnlyEmpty && s.Reason == Deadline:
		s.Reason, s.Detail = NoEntry, ""
	}
	if h.Right == OnlyEmpty {
		s.Detail = join(s.Detail, fmt.Sprintf("this stack has no entry for cluster %s", s.Cluster))
	}
}

// wait takes back whatever would end something.
func (s *Step) wait(h Host) {
	s.Action, s.Tasks = Wait, nil
	s.setDraining(h.Registration)
}

// empty tells whether it is known that no task is left on the host.
func (h Host) empty() bool {
	if h.Registration == nil || h.Registration.Status == cluster.Registering {
		return true
	}
	return h.TasksRead && !slices.ContainsFunc(h.Tasks, func(t Task) bool { return !t.Stopped() })
}
