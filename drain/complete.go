package drain

import (
	"fmt"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// decideByFloors releases an empty host, unless a service that lost a task there is below its floor.
func (f *facts) decideByFloors(h Host, due deadlines, want thresholds.Drain, s *Step) {
	switch {
	case reached(due.services, f.now) || f.stuck() && want.AtDeadline == thresholds.Stop:
		s.set(Complete, Ready, "")
		if short := f.shortfalls(h); len(short) > 0 {
			s.set(Complete, Deadline, "floors no longer count; "+list(short))
		}
		return
	case len(lost(h, f.now)) > 0 && !f.ServicesRead:
		s.set(Wait, ServiceBelowFloor, "the cluster's services could not be read")
		return
	}
	var ours, others []shortfall
	for _, short := range f.shortfalls(h) {
		if short.caused || !short.counted {
			ours = append(ours, short)
		} else {
			others = append(others, short)
		}
	}
	switch {
	case len(ours) > 0 && reached(due.deadline, f.now):
		s.set(Wait, Deadline, "held, as the entry says; "+list(ours))
	case len(ours) > 0:
		s.set(Wait, ServiceBelowFloor, list(ours))
	case len(others) > 0:
		s.set(Complete, BelowFloorNotOurs, list(others))
	default:
		s.set(Complete, Ready, "")
	}
}

// holdCompletion turns a completion that is too early, or not ours, into waiting.
func (f *facts) holdCompletion(h Host, due deadlines, s *Step) {
	early := leastAge
	if !h.BeganKnown {
		early += startUnknown
	}
	switch {
	case h.State != cluster.TerminatingWait:
		s.Action, s.Deregister = Wait, false
		s.Detail = join(s.Detail, "the instance is not yet in Terminating:Wait")
	case s.Reason != HostDead && f.now.Sub(h.Began) < early:
		s.Action = Wait
		s.Detail = join(s.Detail, "never released sooner than 3 minutes after the termination began")
	case h.Hook.Refused:
		s.set(Wait, HookNotAllowed, fmt.Sprintf("the entry names hook %s, which is not in DRAIN_HOOKS", s.Hook))
		s.Deregister = false
	case h.Hook.Unread && !reached(due.last, f.now):
		s.Action = Wait
		s.Detail = join(s.Detail, "the group's hook could not be read")
	case !h.Hook.Found && !h.Hook.Unread:
		s.set(None, ForeignHook, fmt.Sprintf("the group has no terminating hook %s", s.Hook))
		s.Deregister = false
	case h.Hook.Gone:
		s.set(None, ForeignHook, fmt.Sprintf("hook %s is done", s.Hook))
		s.Deregister = false
	}
}
