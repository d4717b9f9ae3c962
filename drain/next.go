package drain

import (
	"fmt"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// picture is a Picture with what several hosts' steps go by.
type picture struct {
	Picture
	now      time.Time
	services map[string]cluster.Service
	leaving  map[string]bool
}

// Next is one step for each terminating host, in their order. It changes nothing and remembers nothing: called again
// with what AWS then shows, it goes on from there, whoever did the step, and whether it was done once, twice or in part.
func Next(of Picture, want thresholds.Drain, now time.Time) []Step {
	p := &picture{Picture: of, now: now, services: map[string]cluster.Service{}, leaving: map[string]bool{}}
	for _, s := range of.Services {
		p.services[s.Name] = s
	}
	for _, h := range of.Terminating {
		p.leaving[h.Instance] = true
	}
	for _, i := range of.Instances(cluster.Terminating) {
		p.leaving[i.ID] = true // of another stack's groups too
	}
	steps := make([]Step, len(of.Terminating))
	for i, h := range of.Terminating {
		steps[i] = p.step(h, want)
	}
	return steps
}

func (p *picture) step(h Host, want thresholds.Drain) Step {
	if h.Right == OnlyEmpty {
		want.AtDeadline = thresholds.Hold // floors hold it too, as long as AWS lets it wait
	}
	due := deadlinesOf(h, want)
	s := Step{Cluster: p.Cluster, Group: h.Group, Instance: h.Instance, Since: h.Began, Hook: h.Hook.Name}
	if s.Hook == "" {
		s.Hook = want.Hook
	}
	if h.Registration != nil {
		s.Registration = h.Registration.ARN
	}
	p.decide(h, due, want, &s)
	if s.Action == Complete {
		p.mayComplete(h, due, &s)
	}
	h.restrain(&s)
	// A refused hook runs out when the host is empty: nothing is left that would end early, and nobody else ends it.
	s.Heartbeat = s.Action != Complete && s.Reason != ForeignHook && s.Reason != HookNotAllowed && p.beatDue(h)
	s.Beats = h.beats(s.Hook)
	s.Restless = s.Action != Complete && s.Action != None && !p.patient(h, due, s.Reason)
	return s
}

// patient tells whether the host waits only for tasks that may take their time: standalone and protected ones, before the
// deadline that is theirs.
func (p *picture) patient(h Host, due deadlines, why Reason) bool {
	if why != StandaloneTask && why != ProtectedTask {
		return false
	}
	return !slices.ContainsFunc(h.Tasks, func(t Task) bool { return t.ProtectionUnread }) && !reached(due.standalone, p.now)
}

func (s *Step) set(a Action, r Reason, detail string) { s.Action, s.Reason, s.Detail = a, r, detail }

// decide says what the host's registration and tasks call for.
func (p *picture) decide(h Host, due deadlines, want thresholds.Drain, s *Step) {
	r := h.Registration
	switch {
	case h.State == cluster.TerminatingProceed:
		s.set(None, Ready, "all its hooks are done")
		// An agent that is connected when its instance ends takes its registration along; one that is not leaves it
		// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister_container_instance.html).
		s.Deregister = r != nil && !r.Connected
	case r == nil && !h.SearchedAll && reached(due.last, p.now):
		s.set(Complete, Deadline, "not every known cluster was searched for it")
	case r == nil && !h.SearchedAll:
		s.set(Wait, NotRegistered, "not every known cluster was searched for it")
	case r == nil:
		s.set(Complete, NotRegistered, "")
	case h.Unhealthy && !r.Connected:
		s.set(Complete, HostDead, "")
		s.Deregister = true
	case r.Status == cluster.RegistrationFailed:
		s.set(Complete, NotRegistered, "its registration failed")
	case r.Status == cluster.Registering && !reached(due.asked, p.now):
		// Only an ACTIVE one can be set DRAINING.
		s.set(Wait, NotRegistered, "it is still registering")
	case r.Status == cluster.Registering:
		s.set(Complete, Deadline, "it never finished registering")
	case r.Status == cluster.Active && !reached(due.asked, p.now):
		s.set(SetDraining, TasksRunning, "")
	case !h.TasksRead && reached(due.last, p.now):
		// AWS would end it with its tasks all the same, and with the hook's own result.
		s.set(Complete, Deadline, "its tasks could not be read")
	case !h.TasksRead:
		s.set(Wait, TasksRunning, "its tasks could not be read")
	default:
		p.decideByTasks(h, due, want, s)
	}
	if r != nil && r.Status == cluster.Active && s.Action != Complete && s.Action != None {
		s.Drain = true
		if s.Action == Wait {
			s.Action = SetDraining
		}
	}
}

func (p *picture) decideByTasks(h Host, due deadlines, want thresholds.Drain, s *Step) {
	left := p.remaining(h)
	if left.none() {
		p.decideByFloors(h, due, want, s)
		return
	}
	if p.givenUp(left, due) {
		s.set(Complete, Deadline, "tasks were told to stop and did not, within 10 minutes or their own stopTimeout")
		return
	}
	if stop := p.toStop(left, due, want); len(stop) > 0 {
		s.set(StopTasks, Deadline, count(len(stop), "task"))
		s.Tasks = arns(stop)
		return
	}
	reason, detail := p.why(left, due)
	if reached(due.asked, p.now) && !reached(due.services, p.now) && len(wanted(left.replicas)) > 0 {
		reason, detail = Deadline, fmt.Sprintf("held until %s, as the entry says; %s", due.services.UTC().Format(time.RFC3339), detail)
	}
	s.set(Wait, reason, detail)
}

func (p *picture) decideByFloors(h Host, due deadlines, want thresholds.Drain, s *Step) {
	lost := len(p.lost(h)) > 0
	switch {
	case reached(due.services, p.now) || p.stuck() && want.AtDeadline == thresholds.Stop:
		s.set(Complete, Ready, "")
		if short := p.shortfalls(h); len(short) > 0 {
			s.set(Complete, Deadline, "floors no longer count; "+list(short))
		}
		return
	case lost && !p.ServicesRead:
		s.set(Wait, ServiceBelowFloor, "the cluster's services could not be read")
		return
	}
	var mine, others []shortfall
	for _, short := range p.shortfalls(h) {
		if short.ours || !short.counted {
			mine = append(mine, short)
		} else {
			others = append(others, short)
		}
	}
	switch {
	case len(mine) > 0 && reached(due.asked, p.now):
		s.set(Wait, Deadline, "held, as the entry says; "+list(mine))
	case len(mine) > 0:
		s.set(Wait, ServiceBelowFloor, list(mine))
	case len(others) > 0:
		s.set(Complete, BelowFloorNotOurs, list(others))
	default:
		s.set(Complete, Ready, "")
	}
}

// toStop are the tasks whose time is over and which nobody has told to stop. Daemons go last, because they may serve the
// others, but in time for SIGTERM: a task that does not stop must not take them along.
func (p *picture) toStop(left remaining, due deadlines, want thresholds.Drain) []Task {
	atOnce := p.stuck() && want.AtDeadline == thresholds.Stop
	var stop []Task
	for _, t := range wanted(left.replicas) {
		if reached(p.stopAt(t, due), p.now) || atOnce && !t.Protected && !t.ProtectionUnread {
			stop = append(stop, t)
		}
	}
	if reached(due.standalone, p.now) {
		stop = append(stop, wanted(left.standalone)...)
	}
	if (atOnce || reached(due.services, p.now)) && reached(p.others(left, due).Add(-forDaemons), p.now) {
		stop = append(stop, wanted(left.daemons)...)
	}
	return stop
}

// others is when the time to stop ends for the last of those that daemons wait for; zero: there are none.
func (p *picture) others(left remaining, due deadlines) time.Time {
	var last time.Time
	for _, t := range slices.Concat(left.replicas, left.standalone) {
		last = latest(last, p.end(t, due))
	}
	return last
}

// stopAt is when a service's task is told to stop. Where the entry holds it until AWS's cap, it is told so long before the
// cap as its own stopTimeout needs, but never before the entry's deadline or while it may be protected.
func (p *picture) stopAt(t Task, due deadlines) time.Time {
	at := due.of(t)
	if t.Protected || t.ProtectionUnread {
		return at
	}
	if inTime := due.last.Add(-p.given(t)); inTime.Before(at) {
		return latest(due.asked, inTime)
	}
	return at
}

// end is by when a task must have stopped: 10 minutes after its deadline, or as long after it was told as it is given.
func (p *picture) end(t Task, due deadlines) time.Time {
	return latest(due.of(t).Add(toStop), t.StoppingAt.Add(p.given(t)))
}

// given is how long a task that was told to stop may take: 10 minutes, or as its own stopTimeout says. Daemons need not be
// deregistered first.
func (p *picture) given(t Task) time.Duration {
	given, before := toStop, deregistered
	if p.services[t.Service].Daemon {
		given, before = forDaemons, 0
	}
	if d, known := p.Definitions[t.Definition]; known && d.StopTimeout > 0 {
		given = max(given, before+d.StopTimeout+attended)
	} else if !known && t.DefinitionUnread {
		given = unknownStop
	}
	return given
}

// givenUp tells whether every task that is left had its deadline and then the time to stop. Where ticks were missed, that
// time counts from when the task was told.
func (p *picture) givenUp(left remaining, due deadlines) bool {
	if reached(due.last, p.now) {
		return true
	}
	return !slices.ContainsFunc(slices.Concat(left.replicas, left.standalone, left.daemons), func(t Task) bool {
		return t.WantedRunning || !reached(p.end(t, due), p.now)
	})
}

// mayComplete turns a completion into waiting where it is too early, or not ours.
func (p *picture) mayComplete(h Host, due deadlines, s *Step) {
	early := settled
	if !h.BeganKnown {
		early += unsettled
	}
	switch {
	case h.State != cluster.TerminatingWait:
		s.Action, s.Deregister = Wait, false
		s.Detail = join(s.Detail, "the instance is not yet in Terminating:Wait")
	case s.Reason != HostDead && p.now.Sub(h.Began) < early:
		s.Action = Wait
		s.Detail = join(s.Detail, "never released sooner than 3 minutes after the termination began")
	case h.Hook.Refused:
		s.set(Wait, HookNotAllowed, fmt.Sprintf("the entry names hook %s, which is not in DRAIN_HOOKS", s.Hook))
		s.Deregister = false
	case h.Hook.Unread && !reached(due.last, p.now):
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

// beats are the hooks that heartbeats are for, as soon as the host waits: the named one, where it is or may be there, and
// the others.
func (h Host) beats(name string) []string {
	switch {
	case h.State == cluster.TerminatingProceed:
		return nil
	case h.Hook.Found || h.Hook.Unread:
		return append([]string{name}, h.Hook.Others...)
	default:
		return h.Hook.Others
	}
}

// beatDue tells whether a third of the hook's timeout has passed since the last heartbeat, or else since the start, so
// that two may be lost. Where a third is under 3 minutes, it is due at every tick: a tick just before the third would
// otherwise send none, and too few ticks would be left that may be lost or late. It is due at every tick too where the hook
// could not be read, because its timeout is not known. If there is no such hook, AWS refuses the heartbeat.
func (p *picture) beatDue(h Host) bool {
	switch {
	case h.State != cluster.TerminatingWait || h.Hook.Gone || len(h.beats("")) == 0:
		return false
	case h.Hook.Overdue:
		return true
	}
	last := h.Began
	if h.Hook.Beaten.After(last) {
		last = h.Hook.Beaten
	}
	third := h.Hook.Timeout / 3
	return third < beatAlways || p.now.Sub(last) >= third
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
