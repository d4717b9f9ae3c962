package drain

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// remaining are a host's tasks that have not stopped.
type remaining struct {
	// replicas belong to services, daemons to DAEMON services, standalone to none.
	replicas, daemons, standalone []Task
}

func (f *facts) remaining(h Host) remaining {
	var r remaining
	for _, t := range h.Tasks {
		switch {
		case t.Stopped():
		case t.Service == "":
			r.standalone = append(r.standalone, t)
		case f.services[t.Service].Daemon:
			r.daemons = append(r.daemons, t)
		default:
			r.replicas = append(r.replicas, t)
		}
	}
	return r
}

func (r remaining) none() bool {
	return len(r.replicas)+len(r.daemons)+len(r.standalone) == 0
}

func wantedRunning(tasks []Task) []Task {
	return slices.DeleteFunc(slices.Clone(tasks), func(t Task) bool { return !t.WantedRunning })
}

func arns(tasks []Task) []string {
	var names []string
	for _, t := range tasks {
		names = append(names, t.ARN)
	}
	return names
}

// waitsFor is the reason that the host waits for, the hardest first.
func (f *facts) waitsFor(r remaining, due deadlines) (Reason, string) {
	if moving := wantedRunning(r.replicas); len(moving) > 0 {
		return f.whyNotMoved(moving, due)
	}
	switch {
	case len(r.replicas) > 0:
		return TasksStopping, byService(r.replicas)
	case len(wantedRunning(r.standalone)) > 0:
		return StandaloneTask, count(len(r.standalone), "standalone task")
	case len(r.standalone) > 0:
		return TasksStopping, count(len(r.standalone), "standalone task")
	case len(wantedRunning(r.daemons)) > 0:
		return DaemonTasks, byService(r.daemons)
	default:
		return TasksStopping, byService(r.daemons)
	}
}

func (f *facts) whyNotMoved(moving []Task, due deadlines) (Reason, string) {
	for _, t := range moving {
		until := due.of(t).UTC().Format(time.RFC3339)
		switch {
		case t.Protected:
			return ProtectedTask, fmt.Sprintf("service %s, task %s, until %s", t.Service, short(t.ARN), until)
		case t.ProtectionUnread && reached(due.services, f.now):
			return ProtectedTask, fmt.Sprintf("service %s, task %s: its protection could not be read, so it may run until %s", t.Service, short(t.ARN), until)
		}
	}
	for _, t := range moving {
		s, known := f.services[t.Service]
		if known && s.Immovable() {
			return CannotMove, fmt.Sprintf("service %s: of %d desired at least %d must run (minimumHealthyPercent %d) and at most %d may (maximumPercent %d), running %d",
				s.Name, s.Desired, s.Floor(), s.MinimumHealthyPercent, s.Most(), s.MaximumPercent, s.Running)
		}
	}
	for _, t := range moving {
		if s, known := f.services[t.Service]; known && !f.fits(s, t.Definition) {
			return NoRoom, fmt.Sprintf("service %s: a task of %s fits on no ACTIVE host", s.Name, f.Definitions[t.Definition].Size)
		}
	}
	return TasksRunning, byService(moving)
}

func byService(tasks []Task) string {
	counts := map[string]int{}
	for _, t := range tasks {
		counts[t.Service]++
	}
	var text []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		text = append(text, fmt.Sprintf("%s of service %s", count(counts[name], "task"), name))
	}
	return strings.Join(text, "; ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func short(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
