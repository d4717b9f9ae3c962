package calibration

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// lateToJoin is how long after its launch a host that has not registered counts as one that never does. It is longer than
// any boot that was seen.
const lateToJoin = 15 * time.Minute

// boot is ec2.boot: launch to registration. A host that has not registered took at least as long as it was watched.
func boot(e *evidence) said {
	var seen []span
	for _, h := range e.Hosts {
		switch {
		case h.Launched.IsZero() || !e.within(h.Launched):
		case !h.Registered.IsZero():
			seen = append(seen, exactly(h.Registered.Sub(h.Launched)))
		case e.Made == recording.CloudWatch: // registrations of hosts that are gone are not known afterwards
		default:
			if watched := e.watched(h); watched < lateToJoin {
				seen = append(seen, longerThan(watched))
			}
		}
	}
	return lengths("hosts that registered, from launch to registration", seen, skewed(e.knobs.EC2.Boot), func(k *aws.Knobs, o Observed) {
		k.EC2.Boot = aws.LogNormal{Median: length(o.Median), P95: length(o.P95)}
	})
}

// watched is how long after its launch a host was there, and watched.
func (e *evidence) watched(h recording.Host) time.Duration {
	until := e.To
	for _, end := range []time.Time{h.Leaving, h.Ended} {
		if !end.IsZero() && end.Before(until) {
			until = end
		}
	}
	return until.Sub(h.Launched)
}

// neverJoins is ec2.never_joins.
func neverJoins(e *evidence) said {
	never, all := 0, 0
	for _, h := range e.Hosts {
		switch {
		case h.Launched.IsZero() || !e.within(h.Launched):
		case !h.Registered.IsZero():
			all++
		case e.watched(h) >= lateToJoin:
			all++
			never++
		}
	}
	return share("hosts that never registered", "launches", never, all, e.knobs.EC2.NeverJoins, func(k *aws.Knobs, p float64) { k.EC2.NeverJoins = p })
}

// running is ec2.running: launch to InService, in groups that no hook holds up.
func running(e *evidence) said {
	var seen []span
	for _, g := range e.groupsInOrder() {
		if g.hooked(true) {
			continue
		}
		for _, h := range g.hosts {
			if e.within(h.Launched) && !h.InService.IsZero() {
				seen = append(seen, exactly(h.InService.Sub(h.Launched)))
			}
		}
	}
	return lengths("hosts that were launched, from launch to InService", seen, evenly(e.knobs.EC2.Running), func(k *aws.Knobs, o Observed) { k.EC2.Running = o.bounds() })
}

// hooked says whether a lifecycle hook holds hosts that are launched, or that terminate.
func (g *group) hooked(launching bool) bool {
	for _, h := range g.Hooks {
		if h.Launching == launching {
			return true
		}
	}
	return false
}

// shutDown is ec2.shut_down: from the end of the hooks to gone. When a hook was completed is not told. It was after the
// host's last task had stopped, and ECS's own looks every few seconds; of others no more is known.
func shutDown(e *evidence) said {
	const managedHook = time.Minute
	var seen []span
	for _, g := range e.groupsInOrder() {
		for _, h := range g.hosts {
			if h.Leaving.IsZero() || h.Ended.IsZero() || h.Cause == recording.Spot || !e.within(h.Ended) {
				continue
			}
			from := h.Leaving
			for _, t := range e.onHost[h.Instance] {
				from = later(from, t.Stopped)
			}
			most := h.Ended.Sub(from)
			switch {
			case !g.hooked(false):
				seen = append(seen, exactly(h.Ended.Sub(h.Leaving)))
			case g.Provider != nil && g.Provider.Draining:
				seen = append(seen, between(most-managedHook, most))
			default:
				seen = append(seen, atMost(most))
			}
		}
	}
	return lengths("hosts that ended, from their last task's end to gone", seen, evenly(e.knobs.EC2.ShutDown), func(k *aws.Knobs, o Observed) { k.EC2.ShutDown = o.bounds() })
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// reaction is ec2.reaction: from a change of desired capacity, where AWS tells its time, to the first launch.
func reaction(e *evidence) said {
	const alone = 2 * time.Minute // no other change so soon before or after
	var seen []span
	for _, g := range e.groupsInOrder() {
		for i, c := range g.Desired {
			if i == 0 || !c.Told || c.Desired < g.Desired[i-1].Desired || !e.within(c.At) ||
				i > 1 && c.At.Sub(g.Desired[i-1].At) < alone || i+1 < len(g.Desired) && g.Desired[i+1].At.Sub(c.At) < alone {
				continue
			}
			if first := g.attempt(c.At.Add(-time.Nanosecond)); !first.IsZero() && first.Sub(c.At) < alone {
				seen = append(seen, exactly(first.Sub(c.At)))
			}
		}
	}
	return lengths("scale-outs, from the change to the first launch", seen, evenly(e.knobs.EC2.Reaction), func(k *aws.Knobs, o Observed) { k.EC2.Reaction = o.bounds() })
}

// attempt is the first launch after a time, whether EC2 had a host or not; zero: none.
func (g *group) attempt(after time.Time) time.Time {
	var first time.Time
	take := func(t time.Time) {
		if t.After(after) && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for _, h := range g.hosts {
		take(h.Launched)
	}
	for _, f := range g.LaunchFailures {
		take(f.At)
	}
	return first
}

// retryLaunch is ec2.retry_launch: from an attempt of which EC2 refused all to the next one.
func retryLaunch(e *evidence) said {
	var seen []span
	for _, g := range e.groupsInOrder() {
		launched := map[time.Time]bool{}
		for _, h := range g.hosts {
			launched[h.Launched.Truncate(time.Second)] = true
		}
		var last time.Time
		for _, f := range g.LaunchFailures {
			if !f.NoCapacity || f.At.Equal(last) || launched[f.At.Truncate(time.Second)] {
				continue
			}
			last = f.At
			if next := g.attempt(f.At); !next.IsZero() && !g.changed(f.At, next) {
				seen = append(seen, exactly(next.Sub(f.At)))
			}
		}
	}
	return lengths("launches that EC2 refused, to the next try", seen, always(e.knobs.EC2.RetryLaunch), func(k *aws.Knobs, o Observed) { k.EC2.RetryLaunch = length(o.Median) })
}

// changed says whether the desired capacity changed between two times.
func (g *group) changed(from, to time.Time) bool {
	for i, c := range g.Desired {
		if i > 0 && c.At.After(from) && c.At.Before(to) {
			return true
		}
	}
	return false
}

// exposed is how long hosts were there and watched, added up, from a time on that is known of them.
func (e *evidence) exposed(since func(recording.Host) time.Time) time.Duration {
	var sum time.Duration
	for _, h := range e.Hosts {
		began := since(h)
		from, to := later(e.From, began), e.To
		for _, end := range []time.Time{h.Leaving, h.Ended} {
			if !end.IsZero() && end.Before(to) {
				to = end
			}
		}
		if !began.IsZero() && to.After(from) {
			sum += to.Sub(from)
		}
	}
	return sum
}

// registered is when a host's agent registered, and there when it is known to be there first.
func registered(h recording.Host) time.Time { return h.Registered }

func there(h recording.Host) time.Time {
	if h.InService.IsZero() {
		return h.Registered
	}
	return h.InService
}

func (e *evidence) count(of func(recording.Host) bool) int {
	n := 0
	for _, h := range e.Hosts {
		if of(h) {
			n++
		}
	}
	return n
}

const (
	day   = 24 * time.Hour
	month = 730 * time.Hour // as the simulated AWS counts it
)

// failures is ec2.failures_per_month: hosts that left because they failed their status checks.
func failures(e *evidence) said {
	failed := e.count(func(h recording.Host) bool { return h.Cause == recording.Health && e.within(h.Leaving) })
	months := e.exposed(there).Hours() / month.Hours()
	return rate("hosts that failed", "host-months", failed, months, 1, e.knobs.EC2.FailuresPerMonth, func(k *aws.Knobs, r float64) { k.EC2.FailuresPerMonth = r })
}

// interruptions is ec2.spot_interruptions_per_day.
func interruptions(e *evidence) said {
	days := e.exposed(func(h recording.Host) time.Time {
		if g := e.groups[h.Group]; g == nil || !g.Spot {
			return time.Time{}
		}
		return there(h)
	}).Hours() / day.Hours()
	if days == 0 {
		return nothing("There were no Spot hosts.")
	}
	taken := e.count(func(h recording.Host) bool {
		return h.Cause == recording.Spot && (e.within(h.Leaving) || e.within(h.Ended))
	})
	return rate("hosts that were reclaimed", "Spot host-days", taken, days, 1, e.knobs.EC2.SpotInterruptionsPerDay, func(k *aws.Knobs, r float64) { k.EC2.SpotInterruptionsPerDay = r })
}

// healthCheck is ec2.health_check: from a machine's failure, seen by its agent's being away from then on, to its
// replacement.
func healthCheck(e *evidence) said {
	const reaction = 10 * time.Second
	var seen []span
	for _, h := range e.Hosts {
		if h.Cause != recording.Health || h.Leaving.IsZero() || len(h.Disconnected) == 0 {
			continue
		}
		last := h.Disconnected[len(h.Disconnected)-1]
		if !last.To.IsZero() && last.To.Before(h.Leaving) || last.From.After(h.Leaving) {
			continue
		}
		away := h.Leaving.Sub(last.From)
		seen = append(seen, between(away-reaction, away+e.look))
	}
	return lengths("hosts that failed, from the agent's going to the termination", seen, always(e.knobs.EC2.HealthCheck), func(k *aws.Knobs, o Observed) { k.EC2.HealthCheck = length(o.Median) })
}

// share judges a knob that is a share of things.
func share(what, of string, k, n int, p float64, turn func(*aws.Knobs, float64)) said {
	if n == 0 {
		return nothing("There were no " + of + ".")
	}
	s := said{
		verdict: shares(k, n, p), seen: n, why: fmt.Sprintf("%s: %d of %d %s.", capital(what), k, n, of),
		turn: func(knobs *aws.Knobs) { turn(knobs, rounded(float64(k)/float64(n))) },
	}
	switch {
	case s.verdict == NotSeen && p == 0:
		s.why, s.do = s.why+" That is too few to exclude one in ten.", longer
	case s.verdict == NotSeen:
		s.why, s.do = s.why+tooFew, longer
	}
	return s
}

// rate judges a knob that is how often things come in a time. Of those that come, a share is seen.
func rate(things, unit string, k int, watched, share, r float64, turn func(*aws.Knobs, float64)) said {
	if watched <= 0 {
		return nothing("No host was watched.")
	}
	s := said{
		verdict: rates(k, watched*share, r), seen: k, why: fmt.Sprintf("%s: %d in %.3g %s.", capital(things), k, watched, unit),
		turn: func(knobs *aws.Knobs) { turn(knobs, rounded(float64(k)/watched/share)) },
	}
	switch {
	case s.verdict == NotSeen && k == 0:
		s.why += " What comes more rarely does not show."
	case s.verdict == NotSeen:
		s.why, s.do = s.why+tooFew, longer
	}
	return s
}
