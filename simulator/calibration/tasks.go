package calibration

import (
	"slices"
	"time"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// firstPull is ecs.first_pull, and cachedPull ecs.cached_pull: an image's pull and start on a host that has not run it, and
// on one that has. Where ECS tells when a pull began, it runs from there to RUNNING; else, from the placement. What the
// container itself needs is in both. It is taken from the service's own cached starts, so these say nothing themselves.
func firstPull(e *evidence) said {
	of := e.starts()
	var seen []span
	for _, s := range e.inOrder() {
		for _, r := range s.Revisions {
			these := of[revision{s.Name, r.Name}]
			if these == nil || len(these.later) < fewest {
				continue
			}
			usual := observed(these.later).Median
			least, most := usual-e.knobs.ECS.CachedPull.Max.Seconds(), usual-e.knobs.ECS.CachedPull.Min.Seconds()
			for _, f := range these.first {
				seen = append(seen, span{max(0, f.least-most), max(0, f.most-least), max(0, f.likely-(least+most)/2)})
			}
		}
	}
	return lengths("first starts of an image on a host, less what a later one takes", seen, evenly(e.knobs.ECS.FirstPull), func(k *aws.Knobs, o Observed) { k.ECS.FirstPull = o.bounds() })
}

type revision struct{ service, name string }

// starts are from placement to RUNNING, of the first task of a revision on a host and of later ones.
type starts struct{ first, later []span }

// starts are those on hosts that registered in the recording, of tasks that waited for nothing that stopped.
func (e *evidence) starts() map[revision]*starts {
	of := map[revision]*starts{}
	for _, h := range e.Hosts {
		if h.Registered.IsZero() || !e.within(h.Registered) {
			continue
		}
		there := map[revision]time.Time{} // since when the image is
		for _, t := range e.onHost[h.Instance] {
			r := revision{t.Service, t.Revision}
			if of[r] == nil {
				of[r] = &starts{}
			}
			since, known := there[r]
			if !t.Running.IsZero() && (!known || t.Running.Before(since)) {
				there[r] = t.Running
			}
			began := later(t.Created, t.PullBegan)
			switch {
			case t.Running.IsZero():
				there[r] = e.To // whether it pulled the image, and when, is not known
			case !t.Placed.IsZero() && t.PullBegan.IsZero(), e.crowded(h, t): // it waited for something else
			case !known:
				of[r].first = append(of[r].first, exactly(t.Running.Sub(began)))
			case began.After(since):
				of[r].later = append(of[r].later, exactly(t.Running.Sub(began)))
			}
		}
	}
	return of
}

// crowded says whether a task may have waited for the room of one that was stopping.
func (e *evidence) crowded(h recording.Host, t recording.ServiceTask) bool {
	return slices.ContainsFunc(e.onHost[h.Instance], func(o recording.ServiceTask) bool {
		return !o.Stopping.IsZero() && o.Stopping.Before(t.Running) && (o.Stopped.IsZero() || o.Stopped.After(t.Created))
	})
}

// Kinds of health.
type health int

const (
	byItself health = iota
	byCheck
	byTarget
)

func (s *service) health() health {
	switch {
	case s.LoadBalanced:
		return byTarget
	case s.HealthCheck:
		return byCheck
	default:
		return byItself
	}
}

// healthy are ecs.healthy, ecs.health_check and ecs.target_healthy: RUNNING to healthy. ECS does not tell when a target is
// healthy. But where a service must keep all its tasks, the first one that is replaced is stopped when the first new one is
// healthy, at the scheduler's next turn.
func healthy(kind health, things string, knob func(*aws.Knobs) *time.Duration) func(*evidence) said {
	return func(e *evidence) said {
		var seen []span
		for _, s := range e.inOrder() {
			if s.health() == kind && !s.Daemon && s.MinHealthy == 100 {
				seen = append(seen, e.replacements(s)...)
			}
		}
		return lengths(things, seen, always(*knob(&e.knobs)), func(k *aws.Knobs, o Observed) { *knob(k) = length(o.Median) })
	}
}

// calm is how long nothing may have happened in a service before a task of it is replaced.
const calm = 15 * time.Minute

// replacements are from RUNNING of the first new task to the stop of the first one that it replaces.
func (e *evidence) replacements(s *service) []span {
	stops := slices.DeleteFunc(slices.Clone(s.tasks), func(t recording.ServiceTask) bool { return t.Stopping.IsZero() })
	slices.SortStableFunc(stops, func(a, b recording.ServiceTask) int { return a.Stopping.Compare(b.Stopping) })
	var seen []span
	last := e.From // when something stopped last
	for _, t := range stops {
		at := t.Stopping
		quiet := at.Sub(last) > calm
		last = at
		if !quiet || t.Running.IsZero() || at.Sub(t.Running) < calm || e.unread(at.Add(-calm), at) || !s.wanted(at.Add(-calm), at, e.look) {
			continue
		}
		if t.Cause != recording.StoppedByDrain && (t.Cause != recording.StoppedByService || t.Revision == s.newest(at)) {
			continue // it is not replaced
		}
		if first := s.firstRunning(at.Add(-calm), at); !first.IsZero() {
			seen = append(seen, between(at.Sub(first)-e.knobs.ECS.Loop, at.Sub(first)))
		}
	}
	return seen
}

// wanted says whether a service wanted the same number of tasks for some time.
func (s *service) wanted(from, to time.Time, look time.Duration) bool {
	for i := 1; i < len(s.Desired); i++ {
		d := s.Desired[i]
		if d.Desired != s.Desired[i-1].Desired && d.At.After(from) && d.At.Add(-look).Before(to.Add(look)) {
			return false
		}
	}
	return true
}

// firstRunning is when the first of the tasks ran that were created in some time; zero where one ran at its beginning that
// was not healthy long before.
func (s *service) firstRunning(from, to time.Time) time.Time {
	var first time.Time
	for _, t := range s.tasks {
		switch {
		case t.Created.Before(from):
			if t.Running.After(from) {
				return time.Time{}
			}
		case t.Running.IsZero() || !t.Running.Before(to):
		case first.IsZero() || t.Running.Before(first):
			first = t.Running
		}
	}
	return first
}

// deregistration is ecs.deregistration: from a stop of a task behind a load balancer to its end, less what its containers
// take to end.
func deregistration(e *evidence) said {
	var seen []span
	for _, s := range e.inOrder() {
		if !s.LoadBalanced {
			continue
		}
		for _, t := range s.tasks {
			if !told(t) || t.Running.IsZero() || t.Stopped.IsZero() {
				continue
			}
			took := t.Stopped.Sub(t.Stopping)
			seen = append(seen, between(took-e.stopTimeout(s, t.Revision), took))
		}
	}
	return lengths("tasks that left a load balancer", seen, always(e.knobs.ECS.Deregistration), func(k *aws.Knobs, o Observed) { k.ECS.Deregistration = length(o.Median) })
}

// told says whether ECS was told to stop a task.
func told(t recording.ServiceTask) bool {
	return !t.Stopping.IsZero() && slices.Contains([]recording.StopCause{recording.StoppedByService, recording.StoppedByDrain, recording.StoppedByAPI}, t.Cause)
}

// stopTimeout is ecs.stop_timeout. A task that took some time to stop had at least as much, unless its definition says.
func stopTimeout(e *evidence) said {
	var seen []span
	for _, s := range e.inOrder() {
		for _, t := range s.tasks {
			if !s.LoadBalanced && told(t) && !t.Running.IsZero() && !t.Stopped.IsZero() && !s.ownTimeout(t.Revision) {
				seen = append(seen, longerThan(t.Stopped.Sub(t.Stopping)))
			}
		}
	}
	return lengths("stops of tasks whose definition has no stop timeout", seen, always(e.knobs.ECS.StopTimeout), func(k *aws.Knobs, o Observed) { k.ECS.StopTimeout = length(o.Most) })
}

func (s *service) ownTimeout(revision string) bool {
	return slices.ContainsFunc(s.Revisions, func(r recording.Revision) bool { return r.Name == revision && r.StopTimeout > 0 })
}

// provisioning is ecs.provisioning: how long tasks waited for a capacity provider that gave up.
func provisioning(e *evidence) said {
	var seen []span
	for _, s := range e.inOrder() {
		for _, t := range s.tasks {
			if t.Cause == recording.StoppedForCapacity && !t.Stopped.IsZero() && e.within(t.Created) {
				seen = append(seen, exactly(t.Stopped.Sub(t.Created)))
			}
		}
	}
	return lengths("tasks that gave up in PROVISIONING", seen, evenly(e.knobs.ECS.Provisioning), func(k *aws.Knobs, o Observed) { k.ECS.Provisioning = o.bounds() })
}

// queueLoop is ecs.queue_loop: from a host's registration to the placement of the first task on it that had waited for one.
// A look sees that it is placed; it was before its image's pull began, or before it ran.
func queueLoop(e *evidence) said {
	var seen []span
	for _, h := range e.Hosts {
		if h.Registered.IsZero() || !e.within(h.Registered) {
			continue
		}
		for _, t := range e.onHost[h.Instance] {
			if t.Placed.IsZero() || t.Created.After(h.Registered) {
				continue
			}
			latest := t.Placed
			for _, after := range []time.Time{t.PullBegan, t.Running} {
				if !after.IsZero() && after.Before(latest) {
					latest = after
				}
			}
			seen = append(seen, between(t.Placed.Add(-e.look).Sub(h.Registered), latest.Sub(h.Registered)))
			break
		}
	}
	return lengths("hosts that a waiting task was placed on, from registration to placement", seen, evenly(aws.Uniform{Max: e.knobs.ECS.QueueLoop}), func(k *aws.Knobs, o Observed) { k.ECS.QueueLoop = max(time.Second, length(o.Most)) })
}
