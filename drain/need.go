package drain

import (
	"maps"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

const (
	// roomAfter is how long ECS may take to move a task before its size is read to explain why.
	roomAfter = 2 * time.Minute
	// explainAfter is how long a drain may take before protection is read to explain why.
	explainAfter = 5 * time.Minute
	// stopsLong is how long a task may be stopping before its stopTimeout is read. Most have stopped by then.
	stopsLong = 5 * time.Minute
)

// Needed is what must still be read before Next can decide, each list sorted.
type Needed struct {
	// Hooks are groups whose hosts wait for one.
	Hooks []string
	// Tasks are instances.
	Tasks []string
	// Services are only those that tasks name: a cluster may have hundreds.
	Services []string
	// Healthy are services whose healthy tasks must be counted: their floors decide.
	Healthy []string
	// Sizes are revisions. Whether they fit elsewhere explains why ECS does not move their tasks.
	Sizes []string
	// Protection are tasks that may be stopped now unless they are protected. For Explaining it only explains the wait.
	Protection, Explaining []string
	// StopTimeouts are revisions whose tasks have been stopping for long.
	StopTimeouts []string
}

// Rounds is how often more can be needed: hooks, tasks, services, what those call for, and definitions still unknown then.
const Rounds = 5

func (n *Needed) lists() []*[]string {
	return []*[]string{&n.Hooks, &n.Tasks, &n.Services, &n.Healthy, &n.Sizes, &n.Protection, &n.Explaining, &n.StopTimeouts}
}

// Nothing tells whether everything that Next uses was asked for.
func (n Needed) Nothing() bool {
	return !slices.ContainsFunc(n.lists(), func(l *[]string) bool { return len(*l) > 0 })
}

// And joins the two.
func (n Needed) And(others Needed) Needed {
	for i, l := range n.lists() {
		*l = slices.Concat(*l, *others.lists()[i])
	}
	return n
}

// Need names what must be read next, by the same rules as Next. Read it, add it to Asked, and ask again: more may be needed.
func Need(c Cluster, want thresholds.Drain, now time.Time) Needed {
	f := newFacts(c, now)
	hooks, tasks, services := names{}, names{}, names{}
	for _, h := range c.Terminating {
		hooks.add(h.Group, h.State == cluster.TerminatingWait)
		tasks.add(h.Instance, needsTasks(h, deadlinesOf(h, want), now))
		f.needServices(h, deadlinesOf(h, want), services)
	}
	switch n := (Needed{Hooks: hooks.except(c.Asked.Hooks), Tasks: tasks.except(c.Asked.Tasks), Services: services.except(c.Asked.Services)}); {
	case len(n.Hooks) > 0:
		return Needed{Hooks: n.Hooks}
	case len(n.Tasks) > 0:
		return Needed{Tasks: n.Tasks}
	case len(n.Services) > 0:
		return Needed{Services: n.Services}
	default:
		return f.needForTasks(want)
	}
}

// names are a set of them.
type names map[string]bool

func (n names) add(name string, wanted bool) {
	if wanted && name != "" {
		n[name] = true
	}
}

func (n names) except(asked []string) []string {
	for _, name := range asked {
		delete(n, name)
	}
	return slices.Sorted(maps.Keys(n))
}

// needsTasks tells whether the host's step depends on its tasks. An ACTIVE host is first set DRAINING.
func needsTasks(h Host, due deadlines, now time.Time) bool {
	r := h.Registration
	return r != nil && h.State != cluster.TerminatingProceed && r.Status != cluster.Registering &&
		(r.Status != cluster.Active || reached(due.deadline, now))
}

// needServices adds the services on which the host's step depends. While tasks are to move, and past the deadline, they tell
// which tasks are daemons and what the others wait for. Once all have stopped, the services that lost a task have floors.
func (f *facts) needServices(h Host, due deadlines, needed names) {
	left, moving := names{}, reached(due.deadline, f.now)
	for _, t := range h.Tasks {
		if !t.Stopped() {
			left[t.Service] = true
			moving = moving || t.Service != "" && t.WantedRunning
		}
	}
	if len(left) == 0 {
		for name := range lost(h, f.now) {
			needed[name] = true
		}
	} else if moving {
		maps.Copy(needed, left)
	}
	delete(needed, "") // standalone tasks
}

// needForTasks names what the tasks and services call for.
func (f *facts) needForTasks(want thresholds.Drain) Needed {
	healthy, sizes, protection, explaining, stopTimeouts := names{}, names{}, names{}, names{}, names{}
	for _, h := range f.Terminating {
		due := deadlinesOf(h, want)
		mayStop := reached(due.deadline, f.now) || f.deserted()
		for _, t := range h.Tasks {
			_, known := f.Definitions[t.Definition]
			moving := t.Service != "" && t.WantedRunning && !t.Stopped()
			sizes.add(t.Definition, moving && f.now.Sub(h.Began) >= roomAfter)
			protection.add(t.ARN, moving && mayStop)
			explaining.add(t.ARN, moving && !mayStop && !f.ProtectionRefused && f.now.Sub(h.Began) >= explainAfter)
			stopping := !t.Stopped() && !t.WantedRunning && f.now.Sub(t.StoppingAt) >= stopsLong
			stopTimeouts.add(t.Definition, !known && stopping && reached(due.deadline, f.now))
		}
		if h.allStopped() {
			for name := range lost(h, f.now) {
				s, known := f.services[name]
				healthy.add(name, known && s.WantsHosts() && s.Desired > 0 && s.Running >= s.Floor())
			}
		}
	}
	n := Needed{
		Healthy: healthy.except(f.Asked.Healthy), Sizes: sizes.except(f.Asked.Sizes),
		Protection: protection.except(f.Asked.Protection), Explaining: explaining.except(f.Asked.Explaining),
	}
	if n.Nothing() {
		n.StopTimeouts = stopTimeouts.except(f.Asked.StopTimeouts)
	}
	return n
}

func (h Host) allStopped() bool {
	return !slices.ContainsFunc(h.Tasks, func(t Task) bool { return !t.Stopped() })
}

// HealthReports are the revisions of tasks on hosts where all have stopped, and whether one of them reported health.
func (c Cluster) HealthReports() map[string]bool {
	reports := map[string]bool{}
	for _, h := range c.Terminating {
		for _, t := range h.Tasks {
			if h.allStopped() {
				reports[t.Definition] = reports[t.Definition] || t.ReportsHealth
			}
		}
	}
	return reports
}

// Staying are the ARNs of ACTIVE hosts that do not leave. Tasks there count for floors.
func (c Cluster) Staying() map[string]bool {
	f := newFacts(c, time.Time{})
	hosts := map[string]bool{}
	for _, h := range c.Hosts {
		if h.Status == cluster.Active && !f.leaving[h.InstanceID] {
			hosts[h.ARN] = true
		}
	}
	return hosts
}
