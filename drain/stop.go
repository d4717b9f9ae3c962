package drain

import (
	"slices"
	"time"

	"ecs-cluster-scaler/thresholds"
)

// toStop are the tasks whose time is over and that were not told to stop. Daemons are last, because they may serve the
// others, but in time for SIGTERM even if a task does not stop.
func (f *facts) toStop(left remaining, due deadlines, want thresholds.Drain) []Task {
	atOnce := f.stuck() && want.AtDeadline == thresholds.Stop
	var stop []Task
	for _, t := range wantedRunning(left.replicas) {
		if reached(f.stopAt(t, due), f.now) || atOnce && !t.Protected && !t.ProtectionUnread {
			stop = append(stop, t)
		}
	}
	if reached(due.standalone, f.now) {
		stop = append(stop, wantedRunning(left.standalone)...)
	}
	if (atOnce || reached(due.services, f.now)) && reached(f.daemonsMayStopFrom(left, due), f.now) {
		stop = append(stop, wantedRunning(left.daemons)...)
	}
	return stop
}

// daemonsMayStopFrom is shortly before the last of the other tasks must have stopped.
func (f *facts) daemonsMayStopFrom(left remaining, due deadlines) time.Time {
	var last time.Time
	for _, t := range slices.Concat(left.replicas, left.standalone) {
		last = latest(last, f.end(t, due))
	}
	return last.Add(-forDaemons)
}

// stopAt is when a service's task is told to stop. A task that is held until AWS's cap is told earlier if its stopTimeout
// needs that, but not before the entry's deadline, and not while it may be protected.
func (f *facts) stopAt(t Task, due deadlines) time.Time {
	at := due.of(t)
	if t.Protected || t.ProtectionUnread {
		return at
	}
	if inTime := due.last.Add(-f.given(t)); inTime.Before(at) {
		return latest(due.deadline, inTime)
	}
	return at
}

// end is by when a task must have stopped: 10 minutes after its deadline, or the time that it is given after it was told.
func (f *facts) end(t Task, due deadlines) time.Time {
	return latest(due.of(t).Add(stopsWithin), t.StoppingAt.Add(f.given(t)))
}

// given is how long a task may take to stop: 10 minutes, or what its stopTimeout needs. Daemons have no load balancer.
func (f *facts) given(t Task) time.Duration {
	given, before := stopsWithin, deregistration
	if f.services[t.Service].Daemon {
		given, before = forDaemons, 0
	}
	if d, known := f.Definitions[t.Definition]; known && d.StopTimeout > 0 {
		given = max(given, before+d.StopTimeout+slack)
	} else if !known && t.DefinitionUnread {
		given = unknownStop
	}
	return given
}

// givenUp tells whether every task that is left was told to stop and had its time.
func (f *facts) givenUp(left remaining, due deadlines) bool {
	return reached(due.last, f.now) || !slices.ContainsFunc(slices.Concat(left.replicas, left.standalone, left.daemons), func(t Task) bool {
		return t.WantedRunning || !reached(f.end(t, due), f.now)
	})
}
