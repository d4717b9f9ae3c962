package drain

import (
	"fmt"
	"slices"

	"ecs-cluster-scaler/cluster"
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
	if r := h.Registration; r != nil && r.Status == cluster.Active {
		s.Action, s.Drain = SetDraining, true
	}
}

// empty tells whether it is known that no task is left on the host.
func (h Host) empty() bool {
	if h.Registration == nil || h.Registration.Status == cluster.Registering {
		return true
	}
	return h.TasksRead && !slices.ContainsFunc(h.Tasks, func(t Task) bool { return !t.Stopped() })
}
