package cluster

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Demand is a number of tasks of one service and one revision that are wanted and that no ACTIVE host holds.
type Demand struct {
	Service Service
	// Definition is the ARN of the revision that ECS would start.
	Definition string
	// Providers are the capacity providers on whose hosts ECS would start them; none: every host.
	Providers []string
	Tasks     int
	// Waiting: it is the next task of a roll-out whose service has all the tasks that it desires. It counts only if it fits
	// nowhere, because then the roll-out is stuck.
	Waiting bool
}

// Demand is what all services want now, in their order. A waiting roll-out follows its service.
func (s Snapshot) Demand() []Demand {
	draining := s.onDraining()
	var wanted []Demand
	for _, service := range s.Services {
		wanted = append(wanted, service.demand(draining[service.Name])...)
		if service.RolloutWaits() {
			wanted = append(wanted, Demand{
				Service: service, Definition: service.Starts(), Providers: service.ProvidersOf(service.Starts()), Tasks: 1, Waiting: true,
			})
		}
	}
	return wanted
}

// HeldBack is what services will want once their tasks on DRAINING hosts have stopped, beyond Demand.
func (s Snapshot) HeldBack() []Demand {
	draining := s.onDraining()
	var wanted []Demand
	for _, service := range s.Services {
		all := 0
		for revision, n := range draining[service.Name] {
			if service.Keeps(revision) {
				all += n
			}
		}
		if all == 0 {
			continue
		}
		if n := service.heldBack(all); n > 0 {
			wanted = append(wanted, Demand{Service: service, Definition: service.Starts(), Providers: service.ProvidersOf(service.Starts()), Tasks: n})
		}
	}
	return wanted
}

// demand splits Unplaced by revision. A rolling service starts tasks of its primary deployment. Side by side, each
// deployment starts its own tasks, and a task on a DRAINING host is replaced by one of the same revision.
func (s Service) demand(onDraining map[string]int) []Demand {
	s = s.bounded()
	onDraining = maps.Clone(onDraining)
	maps.DeleteFunc(onDraining, func(revision string, _ int) bool { return !s.Keeps(revision) })
	all := 0
	for _, n := range onDraining {
		all += n
	}
	if n := s.Unplaced(all); n == 0 || s.Rollout != SideBySide {
		return s.want(map[start]int{startOf(s.Starts(), s.ProvidersOf(s.Starts())): n})
	}
	wanted := map[start]int{}
	for revision, n := range onDraining {
		wanted[startOf(revision, s.ProvidersOf(revision))] += n
	}
	for _, d := range s.Deployments {
		if d.wants() {
			wanted[startOf(cmp.Or(d.TaskDefinition, s.Starts()), s.providersOf(d))] += d.Desired - min(d.Desired, d.Running+d.Pending)
		}
	}
	return s.want(wanted)
}

// start is a revision that ECS starts, and the providers on whose hosts: their names with a zero byte between.
type start struct{ revision, providers string }

func startOf(revision string, providers []string) start {
	return start{revision, strings.Join(providers, "\x00")}
}

func (s Service) want(tasks map[start]int) []Demand {
	var wanted []Demand
	for _, of := range slices.SortedFunc(maps.Keys(tasks), func(a, b start) int {
		return cmp.Or(cmp.Compare(a.revision, b.revision), cmp.Compare(a.providers, b.providers))
	}) {
		if n := tasks[of]; n > 0 {
			var providers []string
			if of.providers != "" {
				providers = strings.Split(of.providers, "\x00")
			}
			wanted = append(wanted, Demand{Service: s, Definition: of.revision, Providers: providers, Tasks: n})
		}
	}
	return wanted
}

// Unplaced is how many tasks of all services are wanted now and held by no ACTIVE host. Waiting tasks are left out, because
// whether they count depends on the room there is.
func (s Snapshot) Unplaced() int {
	n := 0
	for _, d := range s.Demand() {
		if !d.Waiting {
			n += d.Tasks
		}
	}
	return n
}

// Unplaced is how many tasks the service wants now that no ACTIVE host holds. onDraining is how many of its tasks with
// desired status RUNNING are on DRAINING hosts: ECS counts them as running, but they have to move.
func (s Service) Unplaced(onDraining int) int {
	if !s.WantsHosts() {
		return 0
	}
	s = s.bounded()
	if s.Rollout == SideBySide {
		missing := onDraining
		for _, d := range s.Deployments {
			if d.wants() {
				missing += d.Desired - min(d.Desired, d.Running+d.Pending)
			}
		}
		return max(0, missing)
	}
	if s.primary().Failed {
		return 0
	}
	missing := s.Desired - (s.Running + s.Pending - onDraining)
	return max(0, min(missing, s.startable()))
}

// heldBack is how many tasks the service will want beyond Unplaced once its tasks on DRAINING hosts have stopped: MaximumPercent
// lets ECS start these only then.
func (s Service) heldBack(onDraining int) int {
	if !s.WantsHosts() || s.Rollout == SideBySide {
		return 0
	}
	s = s.bounded()
	missing := s.Desired - (s.Running + s.Pending - onDraining)
	if s.primary().Failed {
		missing = min(missing, onDraining)
	}
	return max(0, missing-s.Unplaced(onDraining))
}

// RolloutWaits tells whether a rolling deployment wants to start a task beside the old ones, which MaximumPercent allows,
// although the service has all the tasks that it desires. If that task fits nowhere, the deployment is stuck until there
// is another host.
func (s Service) RolloutWaits() bool {
	s = s.bounded()
	p := s.primary()
	return s.WantsHosts() && s.Rollout == Rolling && p.InProgress && !p.Failed &&
		p.Pending == 0 && p.Running < p.Desired &&
		s.Running+s.Pending >= s.Desired && s.startable() > 0
}

// onDraining counts, by service and revision, the tasks on DRAINING hosts that ECS still wants to run.
func (s Snapshot) onDraining() map[string]map[string]int {
	draining := map[string]bool{}
	for _, h := range s.Hosts {
		if h.Status == Draining {
			draining[h.ARN] = true
		}
	}
	counts := map[string]map[string]int{}
	if len(draining) == 0 {
		return counts
	}
	for _, t := range s.Tasks {
		if t.Service != "" && t.WantedRunning && draining[t.Host] {
			if counts[t.Service] == nil {
				counts[t.Service] = map[string]int{}
			}
			counts[t.Service][t.Definition]++
		}
	}
	return counts
}
