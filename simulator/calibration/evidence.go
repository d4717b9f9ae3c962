package calibration

import (
	"cmp"
	"slices"
	"time"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// evidence is a recording in the order in which judges read it, and the knobs that it is held against.
type evidence struct {
	recording.Recording
	knobs aws.Knobs
	// look is how far apart two looks were.
	look time.Duration
	// registrations are the times at which hosts registered, sorted.
	registrations []time.Time
	groups        map[string]*group
	services      map[string]*service
	// onHost are the service tasks of each host, first created first.
	onHost map[string][]recording.ServiceTask
}

type group struct {
	recording.Group
	// hosts in the order of their launch; those whose launch is not known are left out.
	hosts []recording.Host
}

type service struct {
	recording.Service
	// tasks in the order in which they were created.
	tasks []recording.ServiceTask
	// refusals in their order.
	refusals []time.Time
}

func gather(r recording.Recording, k aws.Knobs) *evidence {
	e := &evidence{
		Recording: r, knobs: k, look: time.Duration(r.Resolution) * time.Second,
		groups: map[string]*group{}, services: map[string]*service{}, onHost: map[string][]recording.ServiceTask{},
	}
	for _, g := range r.Groups {
		e.groups[g.Name] = &group{Group: g}
	}
	for _, s := range r.Services {
		e.services[s.Name] = &service{Service: s}
	}
	for _, h := range r.Hosts {
		if !h.Registered.IsZero() {
			e.registrations = append(e.registrations, h.Registered)
		}
		if g := e.groups[h.Group]; g != nil && !h.Launched.IsZero() {
			g.hosts = append(g.hosts, h)
		}
	}
	for _, t := range r.ServiceTasks {
		if s := e.services[t.Service]; s != nil {
			s.tasks = append(s.tasks, t)
		}
		if t.Host != "" {
			e.onHost[t.Host] = append(e.onHost[t.Host], t)
		}
	}
	for _, refused := range r.Refusals {
		if s := e.services[refused.Service]; s != nil {
			s.refusals = append(s.refusals, refused.At)
		}
	}
	e.sort()
	return e
}

func (e *evidence) sort() {
	slices.SortFunc(e.registrations, time.Time.Compare)
	for _, g := range e.groups {
		slices.SortStableFunc(g.hosts, func(a, b recording.Host) int {
			return cmp.Or(a.Launched.Compare(b.Launched), cmp.Compare(a.Instance, b.Instance))
		})
	}
	created := func(a, b recording.ServiceTask) int { return a.Created.Compare(b.Created) }
	for _, s := range e.services {
		slices.SortStableFunc(s.tasks, created)
		slices.SortFunc(s.refusals, time.Time.Compare)
	}
	for _, tasks := range e.onHost {
		slices.SortStableFunc(tasks, created)
	}
}

// inOrder are the services in the order of the recording, so that what is computed from them does not depend on chance.
func (e *evidence) inOrder() []*service {
	var all []*service
	for _, s := range e.Services {
		all = append(all, e.services[s.Name])
	}
	return all
}

func (e *evidence) groupsInOrder() []*group {
	var all []*group
	for _, g := range e.Groups {
		all = append(all, e.groups[g.Name])
	}
	return all
}

// within says whether a time is in the recording, so that what follows from it was watched.
func (e *evidence) within(t time.Time) bool { return !t.Before(e.From) && t.Before(e.To) }

// unread says whether something between two times may have been missed.
func (e *evidence) unread(from, to time.Time) bool {
	for _, gap := range e.Gaps {
		if (gap.To.IsZero() || gap.To.After(from)) && gap.From.Before(to) {
			return true
		}
	}
	return false
}

// joined finds the first registration after a time and before another; none is zero.
func (e *evidence) joined(after, before time.Time) time.Time {
	i, found := slices.BinarySearchFunc(e.registrations, after, time.Time.Compare)
	if found {
		i++
	}
	if i < len(e.registrations) && e.registrations[i].Before(before) {
		return e.registrations[i]
	}
	return time.Time{}
}

// newest is the revision of the task that a service started last before a time; a look may see a roll-out after it.
func (s *service) newest(before time.Time) string {
	revision := ""
	for _, t := range s.tasks {
		if t.Created.Before(before) {
			revision = t.Revision
		}
	}
	return revision
}

// stopTimeout is how long a container of a revision may take to end.
func (e *evidence) stopTimeout(s *service, revision string) time.Duration {
	for _, r := range s.Revisions {
		if r.Name == revision && r.StopTimeout > 0 {
			return time.Duration(r.StopTimeout) * time.Second
		}
	}
	return e.knobs.ECS.StopTimeout
}
