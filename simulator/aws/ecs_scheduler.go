package aws

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// look is one turn of the service scheduler. It is had only when something of the service has changed, or when it said
// that it wants another.
func (s *Service) look() {
	switch {
	case s.Status == inactive:
		return
	case s.Status == string(draining):
		s.lookDeleted()
		return
	case s.Spec.Daemon:
		s.lookDaemon()
	default:
		s.stopSpare()
		s.replace()
		s.start()
		s.rebalance()
	}
	s.watchRollout()
}

func (s *Service) lookDeleted() {
	for _, t := range slices.Clone(s.tasks) {
		t.stop(byService, "Service deleted")
	}
	if len(s.tasks) == 0 {
		s.Status = inactive
		s.version++
	}
}

func (s *Service) primary() *Deployment { return s.deployments[0] }

// stays are the PRIMARY deployment's tasks that need not be replaced.
func (s *Service) stays() int { return s.primary().live - s.primary().leaving }

// replace stops what is of an older revision or on a DRAINING host, as far as minimumHealthyPercent allows: below 100 %
// before its replacement has started, at 100 % when that is healthy
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html).
func (s *Service) replace() {
	if s.stays() == s.live {
		return
	}
	count := 0
	for _, t := range slices.Clone(s.tasks) {
		if !s.replaceable(t) {
			continue
		}
		count++
		if t.leaving() {
			t.stop(byDrain, "Task stopped by (service "+s.Spec.Name+") because its container instance is DRAINING")
		} else {
			t.stop(byService, "Scaling activity initiated by (deployment "+s.primary().ID+")")
		}
	}
	if count > 0 {
		s.event("(service " + s.Spec.Name + ") has stopped " + strconv.Itoa(count) + " running tasks.")
	}
}

// replaceable says whether a task is to be replaced and may be stopped now: one that runs and counts as healthy only
// while more than the floor do, one that runs and does not while the floor is kept, one that does not run at any time.
func (s *Service) replaceable(t *Task) bool {
	moves, older := t.leaving(), t.Deployment != s.primary() && s.primary().Rollout != failedRollout
	if t.Desired != taskRunning || !moves && !older {
		return false
	}
	if t.protected() && (!moves || s.Cluster.world.Knobs.ECS.ProtectionHoldsDrains) {
		s.wakeAt(t.ProtectedUntil)
		return false
	}
	switch spare := s.healthy - s.floor(); {
	case t.Last != taskRunning:
		return true
	case t.Healthy:
		return spare > 0
	default:
		return spare >= 0
	}
}

// start starts what is missing, never above maximumPercent, and no faster than AWS's launch rate.
func (s *Service) start() {
	w, d := s.Cluster.world, s.primary()
	missing := s.Desired - s.stays()
	if missing <= 0 {
		s.trying = time.Time{}
		return
	}
	if s.trying.IsZero() {
		s.trying = w.now
	}
	n := min(missing, s.ceiling()-s.live)
	if n <= 0 || d.Rollout == failedRollout {
		return // what could change that wakes
	}
	if wait := latest(s.notBefore, d.notBefore); w.now.Before(wait) {
		s.wakeAt(wait.Add(-1)) // at a turn that is just then
		return
	}
	if allowed := s.launches(); n > allowed {
		n = allowed
		s.wake()
	}
	if s.Spec.Managed {
		n = s.queueTasks(n)
	} else {
		n = s.placeTasks(n)
	}
	s.launched += n
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// launches is how many tasks the service may still start in this minute.
func (s *Service) launches() int {
	w := s.Cluster.world
	if minute := w.now.Truncate(time.Minute); !minute.Equal(s.minute) {
		s.minute, s.launched = minute, 0
	}
	if w.Knobs.ECS.TasksPerMinute <= 0 {
		return int(^uint(0) >> 1)
	}
	return max(0, w.Knobs.ECS.TasksPerMinute-s.launched)
}

// placeTasks starts tasks until one fits nowhere, and says how many.
func (s *Service) placeTasks(n int) int {
	var started []string
	for range n {
		t := s.placeTask("")
		if t == nil {
			break
		}
		started = append(started, "(task "+t.ID()+")")
	}
	if len(started) > 0 {
		s.event("(service " + s.Spec.Name + ") has started " + strconv.Itoa(len(started)) + " tasks: " + strings.Join(started, " ") + ".")
	}
	if len(started) < n {
		s.refuse()
	}
	return len(started)
}

// placeTask starts one task, in a zone where one is given. nil: it fits nowhere, and why is in s.refusal.
func (s *Service) placeTask(zone string) *Task {
	c, d := s.Cluster, s.primary().Definition
	if zone == "" && s.refusedAt == c.room && s.refusedFor == d {
		return nil // nothing has become free since
	}
	h, through, why := s.chooseHost(d, zone)
	if h == nil {
		if zone == "" {
			s.refusal, s.refusedAt, s.refusedFor = why, c.room, d
		}
		return nil
	}
	s.refused, s.notBefore = 0, time.Time{}
	t := c.newTask(d, s.group, s)
	t.provider = through
	t.place(h)
	return t
}

// chooseHost finds a host for the service's next task, and the group behind the capacity provider that it is placed
// through, where it has a strategy.
func (s *Service) chooseHost(d *TaskDefinition, zone string) (h *Host, through *Group, why refusal) {
	r := s.request(d, zone)
	if len(s.Spec.Providers) == 0 {
		h, why = s.Cluster.choose(r)
		return h, nil, why
	}
	for _, through = range s.next() {
		r.only = through
		var here refusal
		if h, here = s.Cluster.choose(r); h != nil {
			return h, through, refusal{}
		}
		if here.why > why.why {
			why = here
		}
	}
	return nil, nil, why
}

func (s *Service) request(d *TaskDefinition, zone string) request {
	r := request{
		definition: d, group: s.group, distinct: s.Spec.DistinctInstance, memberOf: s.Spec.MemberOf, strategy: s.strategy, zone: zone,
		luck: s.Cluster.Name + " " + s.Spec.Name + " " + strconv.Itoa(s.Cluster.made),
	}
	if s.Spec.Managed && s.Cluster.provider != nil {
		r.only = s.Cluster.provider.Group
	}
	return r
}

// refuse says so in the service's events, and after some refusals in a row waits ever longer: AWS does not publish how
// long (https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/operating-at-scale-dealing-with-throttles.html).
func (s *Service) refuse() {
	w := s.Cluster.world
	s.refused++
	s.event(s.refusal.event(s.Spec.Name))
	if over := s.refused - w.Knobs.ECS.RefusalsToBackOff; over >= 0 && w.Knobs.ECS.BackOff > 0 {
		s.notBefore = w.now.Add(doubled(w.Knobs.ECS.BackOff, over, w.Knobs.ECS.BackOffMax))
	}
	s.wakeAt(latest(w.now, s.notBefore.Add(-1)))
}

// retry ends the back-off of every service, where the knob says that a registration does.
func (c *Cluster) retry() {
	if !c.world.Knobs.ECS.RegistrationRetries {
		return
	}
	for _, s := range c.services {
		s.notBefore = time.Time{}
		s.wake()
	}
}

// doubled is d doubled so many times, at most most.
func doubled(d time.Duration, times int, most time.Duration) time.Duration {
	for range times {
		if d >= most {
			break
		}
		d *= 2
	}
	return min(d, max(most, 0))
}
