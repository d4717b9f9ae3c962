package scaler

import (
	"cmp"
	"fmt"
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// mostUnread is how many unknown tasks a pass reads of one cluster. 100 tasks take two calls (ListTasks,
// DescribeTasks), so all take 400. The publisher's 40 % of ECS's bucket is 40 calls at once and 8 a second
// (internal/awsclient/limit.go). 40 calls go at once and 360 take 45 seconds, which is all that a pass has for reading.
const mostUnread = 20_000

// hostsToEmpty are the hosts that can take tasks, then those that cannot but may have some.
func (f *facts) hostsToEmpty() []cluster.Host {
	hosts := slices.Clone(f.capacity)
	for _, h := range f.s.Hosts {
		if !h.IsCapacity() && !h.External {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

// tasksMissing is the objection that tasks were not read; nil: all were.
func tasksMissing(hosts []cluster.Host) *explanation {
	tasks, on := 0, 0
	for _, h := range hosts {
		if !tasksKnown(h) {
			tasks += unknownTasks(h)
			on++
		}
	}
	switch {
	case tasks > mostUnread:
		return &explanation{TooLarge, fmt.Sprintf("%d tasks would have to be read, and a pass can read %d of one cluster", tasks, mostUnread)}
	case tasks > 0:
		return &explanation{TasksUnread, fmt.Sprintf("%d tasks on %d hosts were not read, so it is not known whether they would fit elsewhere", tasks, on)}
	default:
		return nil
	}
}

// alike are tasks of one service, revision and capacity provider, and what becomes of them without their host.
type alike struct {
	// kinds are what ECS may start elsewhere in their place; none: it does not start them again.
	kinds []kind
	// doubt says what is not known of them, stuck why ECS could never move them; empty: nothing.
	doubt, stuck string
	awsvpc       bool
}

// tasksAlike returns each host's tasks, in the order of the hosts, and all of them by kind.
func (f *facts) tasksAlike(hosts []cluster.Host) (on [][]*alike, known map[kind]*alike) {
	on, known = make([][]*alike, len(hosts)), map[kind]*alike{}
	all := make([]*alike, 0, len(f.s.Tasks))
	for i, h := range hosts {
		first := len(all)
		for _, t := range f.tasks[h.ARN] {
			key := kind{t.Service, t.Definition, cmp.Or(t.Provider, h.Provider)}
			if known[key] == nil {
				known[key] = f.newAlike(key)
			}
			all = append(all, known[key])
		}
		on[i] = all[first:]
	}
	return on, known
}

// newAlike finds whether ECS would start such tasks again elsewhere. It does not for daemons, standalone tasks, and
// tasks of a service or task set that is being deleted. If the service still names the capacity provider that a task
// runs on, it is placed through that one again.
func (f *facts) newAlike(t kind) *alike {
	d, defined := f.s.Definitions[t.definition]
	a := &alike{awsvpc: d.Awsvpc}
	s, known := f.services[t.service]
	switch {
	case t.service == "":
	case !known:
		a.doubt = fmt.Sprintf("a task of service %s is running, and nothing is known about that service", t.service)
	case s.Daemon || !s.Active || !s.Keeps(t.definition):
	case !defined:
		a.doubt = fmt.Sprintf("the definition %s of the tasks of %s is not known", t.definition, t.service)
	default:
		providers := s.ProvidersOf(t.definition)
		if slices.Contains(providers, t.providers) {
			providers = []string{t.providers}
		}
		a.kinds = kindsOf(t.service, t.definition, providers)
		switch {
		case s.Immovable():
			a.stuck = fmt.Sprintf("a task of %s that can never move: with %d desired, minimumHealthyPercent %d and maximumPercent %d let ECS neither start another task first nor stop this one first; raise maximumPercent so that one more may start",
				s.Name, s.Desired, s.MinimumHealthyPercent, s.MaximumPercent)
		case s.Desired > 0 && s.Crashes(f.now) && t.definition != s.Starts():
			a.stuck = fmt.Sprintf("a task of %s that cannot move while its roll-out crashes: in its place ECS would start a new one, and those stop one after another; mend the roll-out, or roll it back",
				s.Name)
		}
	}
	return a
}

// firstSaid returns the first sentence about a host's tasks in alphabetical order, because tasks have no order; or "".
func firstSaid(tasks []*alike, of func(*alike) string) string {
	first := ""
	for _, a := range tasks {
		if said := of(a); said != "" && (first == "" || said < first) {
			first = said
		}
	}
	return first
}

// kindsToPlace are the kinds that may have to be placed: those wanted already, and those that move.
func kindsToPlace(d demand, tasks map[kind]*alike) map[kind]bool {
	named := map[kind]bool{}
	add := func(kinds []kind) {
		for _, k := range kinds {
			named[k] = true
		}
	}
	for of := range d.number {
		add(kindsOf(of.service, of.definition, asMany(of.providers)))
	}
	for _, a := range tasks {
		add(a.kinds)
	}
	return named
}

// movable returns the hosts as a packing sees them, with the tasks that would move from each. Network interfaces are
// not visible, so without instance.awsvpc_tasks no host holds more than the fullest of its type.
func (f *findings) movable(hosts []cluster.Host, tasks [][]*alike, c catalogue) []placement.Host {
	packed := make([]placement.Host, len(hosts))
	fullest := map[string]int{}
	moves := map[int]int{}
	for i, h := range hosts {
		packed[i] = f.packed(h, true, f.toCome.possible[h.ARN], f.interfaces.on(h, f.awsvpcLimit()))
		clear(moves)
		awsvpc := 0
		for _, a := range tasks[i] {
			if a.awsvpc {
				awsvpc++
			}
			if h.Status == cluster.Draining {
				continue // what is on a draining host is wanted elsewhere already
			}
			for _, k := range a.kinds {
				moves[c.number[k]]++
			}
		}
		packed[i].Moves = make([]placement.Batch, 0, len(moves))
		for number, n := range moves {
			packed[i].Moves = append(packed[i].Moves, placement.Batch{Kind: number, Tasks: n})
		}
		fullest[h.Type()] = max(fullest[h.Type()], awsvpc)
	}
	if f.awsvpcLimit() >= 0 {
		return packed
	}
	for i, h := range hosts {
		packed[i].AwsvpcLimit = packed[i].Awsvpc
		if h.Type() != "" {
			packed[i].AwsvpcLimit = max(0, fullest[h.Type()])
		}
	}
	return packed
}
