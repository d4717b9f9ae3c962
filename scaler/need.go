package scaler

import (
	"maps"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// Reach says on which hosts tasks must be read.
type Reach string

// The three reaches.
const (
	// None: the verdict does not depend on any task. It is what a usual pass needs.
	None Reach = "none"
	// OnDraining: on DRAINING hosts, because ECS counts those tasks as running, and we count them as unplaced.
	OnDraining Reach = "draining"
	// Everywhere: a host might be removed, or a wanted task's place depends on its neighbours.
	Everywhere Reach = "all"
)

// Needed is what must still be read before Decide can judge a snapshot.
type Needed struct {
	Tasks Reach
	// Hosts are those whose tasks are needed and not read.
	Hosts []cluster.Host
	// Definitions are the ARNs of revisions that are needed and not known.
	Definitions []string
	// Warmup: it is needed which hosts of the active group a step policy counts.
	Warmup bool
}

// Nothing tells whether everything that Decide uses is known.
func (n Needed) Nothing() bool {
	return len(n.Hosts) == 0 && len(n.Definitions) == 0 && !n.Warmup
}

// Rounds is how often Need can ask for more: tasks of draining hosts, what is wanted, all tasks, their definitions, and what
// step policies count.
const Rounds = 5

// Need names what must be read next, by the rules of Decide. Read it and ask again: more may be
// needed.
func Need(entry thresholds.Entry, s cluster.Snapshot, now time.Time) Needed {
	return Until(nil).Need(entry, s, now)
}

// Need is the function Need, within the time.
func (u Until) Need(entry thresholds.Entry, s cluster.Snapshot, now time.Time) Needed {
	return u.Judge(entry, s, now).Need()
}

// Need names what this judgement still needs. If that is nothing, its Verdict is final.
func (j *Judgement) Need() Needed {
	n := Needed{Tasks: None}
	definitions := map[string]bool{}
	for _, w := range j.demand.unread {
		definitions[w.Definition] = true
	}
	for _, arn := range j.demand.headroom.unread {
		definitions[arn] = true
	}
	for _, service := range j.s.Services {
		if _, known := j.s.Definitions[service.Starts()]; !known && service.CrashingSurplus(j.now) > 0 {
			definitions[service.Starts()] = true
		}
	}
	for _, h := range j.s.Hosts {
		if h.Status == cluster.Draining && !tasksKnown(h) {
			n.Tasks = OnDraining
			n.Hosts = append(n.Hosts, h)
		}
	}
	if len(j.causes) > 0 || j.unplaceable != "" || len(definitions) > 0 || j.basis.fits() {
		for _, arn := range j.unreadDaemons() {
			definitions[arn] = true
		}
	}
	doubtful := j.portsInDoubt()
	j.definitionsOn(doubtful, definitions)
	switch {
	case j.interfaces != nil:
		n.everywhere(j.capacity)
		j.definitionsOn(j.capacity, definitions)
	case j.demand.needsNeighbours(j.facts) || j.mayBeRefused():
		n.everywhere(j.capacity)
	case len(doubtful) > 0:
		n.everywhere(doubtful)
	case j.spare && len(j.objections) == 0 && j.entry.Enabled: // nothing but the tasks can still forbid a scale-in
		hosts := slices.DeleteFunc(slices.Clone(j.s.Hosts), func(h cluster.Host) bool { return h.External })
		n.everywhere(hosts)
		maps.Copy(definitions, j.toCome.unread)
		j.definitionsOn(hosts, definitions)
	}
	n.Warmup = j.needsWarmup()
	delete(definitions, "") // a task set that names none: it stays unknown
	n.Definitions = slices.Sorted(maps.Keys(definitions))
	return n
}

// everywhere asks for the tasks of these hosts too, unless they are more than a pass can read.
func (n *Needed) everywhere(hosts []cluster.Host) {
	tasks := 0
	var unread []cluster.Host
	for _, h := range hosts {
		if !tasksKnown(h) {
			tasks += unknownTasks(h)
			unread = append(unread, h)
		}
	}
	if tasks > 0 && tasks <= mostUnread {
		n.Tasks = Everywhere
		n.Hosts = append(n.Hosts, unread...)
	}
}

// definitionsOn adds the definitions of the hosts' tasks that are not known.
func (f *facts) definitionsOn(hosts []cluster.Host, definitions map[string]bool) {
	for _, h := range hosts {
		for _, t := range f.tasks[h.ARN] {
			if _, known := f.s.Definitions[t.Definition]; !known && t.Definition != "" {
				definitions[t.Definition] = true
			}
		}
	}
}

// mayBeRefused tells whether a refusal may be a cause, which the tasks of unread hosts of the new size decide.
func (j *Judgement) mayBeRefused() bool {
	return len(j.causes) == 0 && len(j.refusals) > 0 &&
		slices.ContainsFunc(j.capacity, func(h cluster.Host) bool { return j.newHost.isOfNewSize(h) && !tasksKnown(h) })
}

// needsWarmup tells whether the capacity change depends on when hosts came into service: a cause is there, and some came
// lately.
func (j *Judgement) needsWarmup() bool {
	active := j.s.ActiveGroup()
	return len(j.causes) > 0 && j.entry.Enabled && active != nil && !active.WarmupRead && !j.s.GroupsUnread &&
		slices.ContainsFunc(active.Instances, func(i cluster.Instance) bool { return i.JustArrived })
}
