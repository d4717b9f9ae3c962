package drain

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// facts are a Cluster at one moment, with what the steps of several hosts share.
type facts struct {
	Cluster
	now      time.Time
	services map[string]cluster.Service
	leaving  map[string]bool
}

func newFacts(c Cluster, now time.Time) *facts {
	f := &facts{Cluster: c, now: now, services: map[string]cluster.Service{}, leaving: map[string]bool{}}
	for _, s := range c.Services {
		f.services[s.Name] = s
	}
	for _, h := range c.Terminating {
		f.leaving[h.Instance] = true
	}
	for _, i := range c.Instances(cluster.Terminating) {
		f.leaving[i.ID] = true // of another stack's groups too
	}
	return f
}

// Next is one step for each leaving host, in their order. It remembers nothing: called again, it goes on from what AWS then
// shows, whether the step was done once, twice or in part, and by whom.
func Next(c Cluster, want thresholds.Drain, now time.Time) []Step {
	f := newFacts(c, now)
	steps := make([]Step, len(c.Terminating))
	for i, h := range c.Terminating {
		steps[i] = f.step(h, want)
	}
	return steps
}

func (f *facts) step(h Host, want thresholds.Drain) Step {
	if h.Right == OnlyEmpty {
		want.AtDeadline = thresholds.Hold // floors hold until AWS's cap
	}
	due := deadlinesOf(h, want)
	s := Step{Cluster: f.Snapshot.Cluster, Group: h.Group, Instance: h.Instance, Since: h.Began, Hook: cmp.Or(h.Hook.Name, want.Hook)}
	if h.Registration != nil {
		s.Registration = h.Registration.ARN
	}
	f.decide(h, due, want, &s)
	if s.Action == Complete {
		f.holdCompletion(h, due, &s)
	}
	h.restrain(&s)
	// A hook that we may not complete runs out once the host is empty: no task ends early, and nobody else would end it.
	s.Heartbeat = s.Action != Complete && s.Reason != ForeignHook && s.Reason != HookNotAllowed && f.beatDue(h)
	s.Beats = h.beats(s.Hook)
	s.AgeCounts = s.Action != Complete && s.Action != None && !f.mayTakeTime(h, due, s.Reason)
	return s
}

// mayTakeTime tells whether the host waits only for standalone and protected tasks before their own deadline.
func (f *facts) mayTakeTime(h Host, due deadlines, reason Reason) bool {
	unsure := slices.ContainsFunc(h.Tasks, func(t Task) bool { return t.ProtectionUnread })
	return (reason == StandaloneTask || reason == ProtectedTask) && !unsure && !reached(due.standalone, f.now)
}

// decide says what the host's registration and tasks call for. The states of docs/drain.md, and what ends each by time:
//
//	Terminating ── set DRAINING ──► DRAINING ── ECS moves tasks ──► tasks_stopping ── all STOPPED ──► floors ── kept ──► released (ready)
//	   │                              │                               │                                 │
//	   │ no registration:             │ due.services,                 │ end: 10 minutes after its       │ due.services: deadline
//	   │ not_registered               │ due.standalone:               │ deadline, or as long as         │ (floors count no more);
//	   │ dead host:                   │ tasks are told to stop,       │ its stopTimeout says:           │ after 10 minutes:
//	   │ host_dead                    │ daemons last (toStop)         │ deadline                        │ below_floor_not_ours
//	   ▼                              ▼                               ▼                                 ▼
//	released                       tasks_stopping                  released                          released
//
// Past due.last every state is released. holdCompletion and restrain hold back what must not end yet.
func (f *facts) decide(h Host, due deadlines, want thresholds.Drain, s *Step) {
	r := h.Registration
	switch {
	case h.State == cluster.TerminatingProceed:
		s.set(None, Ready, "all its hooks are done")
		// ECS removes the registration of an instance that ends only if its agent is connected
		// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister_container_instance.html).
		s.Deregister = r != nil && !r.Connected
	case r == nil && !h.SearchedAll && reached(due.last, f.now):
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
	case r.Status == cluster.Registering && !reached(due.deadline, f.now):
		// Only an ACTIVE one can be set DRAINING.
		s.set(Wait, NotRegistered, "it is still registering")
	case r.Status == cluster.Registering:
		s.set(Complete, Deadline, "it never finished registering")
	case r.Status == cluster.Active && !reached(due.deadline, f.now):
		s.set(Wait, TasksRunning, "") // setDraining below turns it into SetDraining
	case !h.TasksRead && reached(due.last, f.now):
		// AWS would end it anyway, with the hook's default result.
		s.set(Complete, Deadline, "its tasks could not be read")
	case !h.TasksRead:
		s.set(Wait, TasksRunning, "its tasks could not be read")
	default:
		f.decideByTasks(h, due, want, s)
	}
	if s.Action != Complete && s.Action != None {
		s.setDraining(r)
	}
}

func (f *facts) decideByTasks(h Host, due deadlines, want thresholds.Drain, s *Step) {
	left := f.remaining(h)
	if left.none() {
		f.decideByFloors(h, due, want, s)
		return
	}
	if f.givenUp(left, due) {
		s.set(Complete, Deadline, "tasks were told to stop and did not, within 10 minutes or their own stopTimeout")
		return
	}
	if stop := f.toStop(left, due, want); len(stop) > 0 {
		s.set(StopTasks, Deadline, count(len(stop), "task"))
		s.Tasks = arns(stop)
		return
	}
	reason, detail := f.waitsFor(left, due)
	if reached(due.deadline, f.now) && !reached(due.services, f.now) && len(wantedRunning(left.replicas)) > 0 {
		reason, detail = Deadline, fmt.Sprintf("held until %s, as the entry says; %s", due.services.UTC().Format(time.RFC3339), detail)
	}
	s.set(Wait, reason, detail)
}
