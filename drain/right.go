package drain

import (
	"fmt"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// Right is how far a stack may go with a host. An account may have several stacks, and a group belongs to one of them.
type Right int

const (
	// Full allows every step. The group's tag names the stack, or names none and the stack has, or had, an entry.
	Full Right = iota
	// OnlyEmpty allows to release an empty host, and to stop no task. The tag names no stack, and this one has no entry, so
	// the host may be another stack's, whose entry gives its tasks more time.
	OnlyEmpty
	// OnlyHold allows to end nothing. The entry could not be read.
	OnlyHold
)

// Entry is what a cluster's entry says of draining, and how sure that is.
type Entry struct {
	thresholds.Drain
	// There: the cluster has an entry, or had one.
	There bool
	// Named: the entry or its defaults name the hook. A faulty entry does not.
	Named bool
	// Unsure: neither the entry nor its last valid version could be read.
	Unsure bool
}

// Right is how far the stack may go with a host. tagged: the tag of its group names the stack.
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

// restrain turns a step that the stack may not do into waiting.
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

// wait makes the step end nothing.
func (s *Step) wait(h Host) {
	s.Action, s.Tasks = Wait, nil
	s.setDraining(h.Registration)
}

// empty tells whether the host is known to have no task.
func (h Host) empty() bool {
	if h.Registration == nil || h.Registration.Status == cluster.Registering {
		return true
	}
	return h.TasksRead && h.allStopped()
}
