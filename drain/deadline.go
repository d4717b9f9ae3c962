package drain

import (
	"time"

	"ecs-cluster-scaler/thresholds"
)

const (
	// longestHook and mostBeats are AWS's cap on a hook: 48 hours, and 100 times its timeout
	// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html).
	longestHook = 48 * time.Hour
	mostBeats   = 100
	// reserve is kept before AWS's cap, so that the last tasks still get SIGTERM.
	reserve = 15 * time.Minute
	// stopsWithin is how long a task may take to stop after its deadline: a load balancer's 300 s, SIGTERM's 30 s, and the
	// agent's time. A longer stopTimeout gives more, see end.
	stopsWithin = 10 * time.Minute
	// deregistration is a load balancer's default delay before SIGTERM, slack what the agent and ticks add
	// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html).
	deregistration, slack = 5 * time.Minute, 150 * time.Second
	// unknownStop is for a task whose definition cannot be read. Its stopTimeout may be long, but must not hold a host for
	// days.
	unknownStop = time.Hour
	// forDaemons is kept for daemons, which are stopped last: SIGTERM has 30 s
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html, ECS_CONTAINER_STOP_TIMEOUT).
	forDaemons = 3 * time.Minute
	// leastAge is how old a termination must be before its host is released. A scaling policy counts a leaving host for that
	// long; an alarm on stale data could take a second host.
	leastAge = 3 * time.Minute
	// beatAlways: a heartbeat is due at every tick if a third of the hook's timeout is less than this.
	beatAlways = 3 * time.Minute
	// startUnknown is added to leastAge if only this process's first sight of the termination is known: the minute was cut
	// by up to 60 s, and the tick may have been 90 s late.
	startUnknown = 150 * time.Second
)

// deadlines are the moments by which things must have happened to one host.
type deadlines struct {
	// deadline is the entry's. From then on at_deadline applies.
	deadline time.Time
	// services is when services' tasks are stopped and floors no longer hold, standalone when standalone tasks are stopped.
	services, standalone time.Time
	// last ends all waiting, at most 48 h − 15 min + 10 min after the start: AWS ends the hook 5 minutes later.
	last time.Time
}

func deadlinesOf(h Host, want thresholds.Drain) deadlines {
	most := longestHook
	if h.Hook.Timeout > 0 {
		most = min(most, mostBeats*h.Hook.Timeout)
	}
	most -= reserve
	after := func(minutes int) time.Time {
		return h.Began.Add(min(time.Duration(minutes)*time.Minute, most))
	}
	d := deadlines{
		deadline:   after(want.DeadlineMinutes),
		standalone: after(want.StandaloneDeadlineMinutes),
		last:       h.Began.Add(most + stopsWithin),
	}
	d.services = d.deadline
	if want.AtDeadline == thresholds.Hold {
		d.services = h.Began.Add(most)
	}
	return d
}

// of is when a task is stopped. A protected task, such as a session of hours, has until its protection ends, but no longer
// than a standalone task. Doubt counts as protection: a stopped task cannot be restored, and a waiting host calls a person.
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
