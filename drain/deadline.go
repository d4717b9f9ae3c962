package drain

import (
	"time"

	"ecs-cluster-scaler/thresholds"
)

const (
	// longest is how long AWS lets a hook wait at most, whatever its heartbeats; and not more than beats times its
	// timeout (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html).
	longest = 48 * time.Hour
	beats   = 100
	// reserve is kept before AWS's cap, so that the last tasks are stopped by us, not with their host.
	reserve = 15 * time.Minute
	// toStop is how long a task that was told to stop at a deadline may take: a load balancer's 300 s, SIGTERM's 30 s,
	// and what an agent needs. One whose definition gives SIGTERM more has more, see end.
	toStop = 10 * time.Minute
	// deregistered is a load balancer's default delay before SIGTERM
	// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html), attended
	// what agent and ticks take besides.
	deregistered, attended = 5 * time.Minute, 150 * time.Second
	// unknownStop is what a task has whose definition cannot be read: it may give SIGTERM more than 30 s, and one that
	// never stops must not keep its host for days.
	unknownStop = time.Hour
	// forDaemons is what of that is theirs at the least: they are stopped last, and SIGTERM has 30 s
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html, ECS_CONTAINER_STOP_TIMEOUT).
	forDaemons = 3 * time.Minute
	// settled is how long the step policy goes on counting a host that leaves: completed earlier, an alarm repeated on
	// stale data would take a second host.
	settled = 3 * time.Minute
	// beatAlways is a third of a hook's timeout below which each tick sends a heartbeat.
	beatAlways = 3 * time.Minute
	// unsettled is added to it where a termination's beginning is the minute in which a process first saw it: 60 s were
	// cut off that, and a scheduled event may be 90 s late.
	unsettled = 150 * time.Second
)

// deadlines are the moments by which things must have happened to one host.
type deadlines struct {
	// asked is the entry's, from which on at_deadline applies.
	asked time.Time
	// services is when service tasks are stopped and floors count no more, standalone when those of run-task are; see of.
	services, standalone time.Time
	// last is when nothing is waited for any more, known or unknown: AWS ends the hook 5 minutes later anyway.
	last time.Time
}

func deadlinesOf(h Host, want thresholds.Drain) deadlines {
	most := longest
	if h.Hook.Timeout > 0 {
		most = min(most, beats*h.Hook.Timeout)
	}
	most -= reserve
	after := func(minutes int) time.Time {
		return h.Began.Add(min(time.Duration(minutes)*time.Minute, most))
	}
	d := deadlines{
		asked:      after(want.DeadlineMinutes),
		standalone: after(want.StandaloneDeadlineMinutes),
		last:       h.Began.Add(most + toStop),
	}
	d.services = d.asked
	if want.AtDeadline == thresholds.Hold {
		d.services = h.Began.Add(most)
	}
	return d
}

// of is when a task is stopped. One that is protected from scale-in has until its protection ends, and no longer than
// tasks of run-task have; it may be a session or a job of hours. Doubt about it counts as protection: a task that was
// stopped cannot be taken back, and a host that waits calls a person.
func (d deadlines) of(t Task) time.Time {
	switch {
	case t.Service == "":
		return d.standalone
	case t.ProtectionUnread || t.Protected && t.ProtectedUntil.IsZero():
		return latest(d.services, d.standalone)
	case t.Protected && t.ProtectedUntil.Before(d.standalone):
		return latest(d.services, t.ProtectedUntil)
	case t.Protected:
		return latest(d.services, d.standalone)
	default:
		return d.services
	}
}

func latest(first time.Time, others ...time.Time) time.Time {
	for _, t := range others {
		if t.After(first) {
			first = t
		}
	}
	return first
}

func reached(deadline, now time.Time) bool { return !now.Before(deadline) }
