package scaler

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

const (
	// mostTries bounds unplaced tasks times hosts: each host is tried with all of them beside its own tasks, at about a
	// microsecond in each of nine packings: three orders, and its own tasks with, before and after the others. So many
	// tasks are placed within minutes, and nothing is removed until then.
	mostTries = 200_000
	// manyHosts are so many that the steps may not do for half of them. Then a tenth is tried first.
	manyHosts = 1000
	// share: at most one host in two is removed at a time.
	share = 2
)

// removal tells which hosts can be removed: those whose tasks fit on the others.
type removal struct {
	*findings
	rebound rebound
	hosts   []cluster.Host
	// removable are those that may be chosen, as indices, by group.
	removable [][]int
	// stuck names, for each host, a task that ECS could never move; empty: none.
	stuck []string
	// leaving are the hosts that go with whichever are removed, as indices.
	leaving []int
	fleet   *placement.Fleet
	kinds   []placement.Kind
	beside  []placement.Batch
}

// removableHosts returns the hosts that Auto Scaling may choose, by followed group: in service and unprotected. Without
// any group it is all ACTIVE hosts. Disconnected hosts are among them, because their tasks still run.
func removableHosts(s cluster.Snapshot) [][]cluster.Host {
	if len(s.Groups) == 0 {
		return [][]cluster.Host{slices.DeleteFunc(slices.Clone(s.Hosts), func(h cluster.Host) bool { return h.Status != cluster.Active || h.External })}
	}
	followers := s.Followers()
	of := make([][]cluster.Host, len(followers))
	followed := map[string][]int{}
	for g := range followers {
		for _, i := range followers[g].Instances {
			if i.Phase == cluster.InService && !i.Protected && !slices.Contains(followed[i.ID], g) {
				followed[i.ID] = append(followed[i.ID], g)
			}
		}
	}
	for _, h := range s.Hosts {
		for _, g := range followed[h.InstanceID] {
			of[g] = append(of[g], h)
		}
	}
	return of
}

// newRemoval prepares the placing of every host's tasks elsewhere, or returns what forbids it.
func newRemoval(f *findings, r rebound) (*removal, *explanation) {
	hosts := f.hostsToEmpty()
	if c := tasksMissing(hosts); c != nil {
		return nil, c
	}
	if len(f.toCome.unread) > 0 {
		return nil, &explanation{TasksUnread, fmt.Sprintf("the room that ECS keeps for daemon tasks is not known without %s", firstOf(slices.Sorted(maps.Keys(f.toCome.unread))))}
	}
	tasks, known := f.tasksAlike(hosts)
	at, stuck := map[string]int{}, make([]string, len(hosts))
	for i, h := range hosts {
		if doubt := firstSaid(tasks[i], func(a *alike) string { return a.doubt }); doubt != "" {
			return nil, &explanation{TasksUnread, doubt}
		}
		at[h.ARN], stuck[i] = i, firstSaid(tasks[i], func(a *alike) string { return a.stuck })
	}
	removable, choices := make([][]int, len(r.removable)), 0
	for g, of := range r.removable {
		for _, h := range of {
			removable[g] = append(removable[g], at[h.ARN])
		}
		choices += len(of)
	}
	leaving := make([]int, 0, len(f.leaving))
	for _, h := range f.leaving {
		leaving = append(leaving, at[h.ARN])
	}
	if f.demand.tasks() > mostTries/max(1, choices) {
		return nil, &explanation{TooLarge, fmt.Sprintf("%d tasks wait for a host, too many to try beside the tasks of each of %d hosts; most will be placed soon", f.demand.tasks(), choices)}
	}
	c := newCatalogue(f.facts, kindsToPlace(f.demand, known))
	c.kinds = append(c.kinds, f.demand.headroom.restKind())
	var beside []placement.Batch
	for _, w := range slices.Concat(f.demand.known(), f.demand.heldBack) {
		for _, k := range kindsOf(w.Service.Name, w.Definition, w.Providers) {
			beside = append(beside, placement.Batch{Kind: c.number[k], Tasks: w.Tasks})
		}
	}
	config := packing(f.newHost, f.demand, true, placement.NewSteps(placement.MostSteps).Until(f.until))
	fleet := placement.New(f.movable(hosts, tasks, c), c.kinds, config)
	return &removal{findings: f, rebound: r, hosts: hosts, removable: removable, stuck: stuck, leaving: leaving, fleet: fleet, kinds: c.kinds, beside: beside}, nil
}

// objection returns what forbids the removal of any one host, or nil. Of several unmarked groups, each gives one at
// once.
func (m *removal) objection() *explanation {
	fullest := make([][]int, len(m.removable))
	for g, of := range m.removable {
		fullest[g] = m.byFill(of)[:min(1, len(of))]
	}
	for g, of := range m.removable {
		others := slices.Concat(slices.Delete(slices.Clone(fullest), g, g+1)...)
		for _, host := range of {
			if c := m.refuses(append([]int{host}, others...)); c != nil {
				return c
			}
		}
	}
	return nil
}

// refuses returns why these hosts cannot be removed together, or nil.
func (m *removal) refuses(set []int) *explanation {
	gone := make([]cluster.Host, len(set))
	for i, host := range set {
		gone[i] = m.hosts[host]
		if m.stuck[host] != "" {
			return &explanation{CannotMove, fmt.Sprintf("%s has %s", name(gone[i]), m.stuck[host])}
		}
	}
	if bounce := m.rebound.of(gone); bounce != "" {
		return &explanation{WouldBounce, bounce}
	}
	set = append(slices.Clip(set), m.leaving...)
	o, fits := m.fleet.FitsInEveryOrder(set, m.beside, m.demand.headroom.mustFit())
	switch {
	case fits || m.fitsWithRest(set, o):
		return nil
	case o.Cut:
		return &explanation{TooLarge, cutShort}
	case len(o.Left) > 0:
		return &explanation{WouldNotFit, fmt.Sprintf("without %s, %s", namesOf(gone), fitsNowhere(m.kinds, o.Left[0]))}
	default:
		return m.demand.headroom.breaks(gone, o.Spare)
	}
}

// fitsWithRest tells whether headroom that falls short of its last task fits with what that task needs.
func (m *removal) fitsWithRest(set []int, o placement.Outcome) bool {
	h := m.demand.headroom
	if o.Cut || len(o.Left) > 0 || h.rest == (cluster.Resources{}) {
		return false
	}
	rest := placement.Batch{Kind: len(m.kinds) - 1, Tasks: 1}
	_, fits := m.fleet.FitsInEveryOrder(set, append(slices.Clip(m.beside), rest), h.leave-1)
	return fits
}

// atOnce is how many hosts may be removed at once, whichever they are: a number of choices stands for all. That one can be
// removed was found before.
func (m *removal) atOnce() int {
	if len(m.removable) != 1 {
		return 1 // each of several groups would follow the gap
	}
	of := m.removable[0]
	most := min(len(of), m.staying()-m.entry.MinInstances)
	size := m.staying()
	for _, g := range m.s.Followers() {
		size = g.InService()
		most = min(most, g.Spare(m.s.CapacityOf(g)))
	}
	most = min(most, size/share, mostHosts)

	c := m.newChoices(of)
	tried := map[int]bool{} // what was found of the listed ones
	listed := func(n int) bool {
		if _, known := tried[n]; !known {
			tried[n] = m.canRemoveListed(n, c)
		}
		return tried[n]
	}
	all := func(n int) bool { return listed(n) && m.canRemoveGuessed(n, size, c) }
	least := 1
	if few := min(most, size/10); size > manyHosts && all(few) {
		least = few
	}
	return mostThat(least, mostThat(least, most, listed), all)
}

// mostThat is the largest number up to most, or one just below, that can be removed; least can. If many hosts can be removed,
// fewer nearly always can, so that halving finds it.
func mostThat(least, most int, can func(n int) bool) int {
	good, bad := least, most+1
	for try := most; bad-good > 1; try = (good + bad) / 2 {
		if can(try) {
			good = try
		} else {
			bad = try
		}
	}
	return good
}

// canRemoveListed tries the first n hosts of each listed order.
func (m *removal) canRemoveListed(n int, c *choices) bool {
	for i, order := range c.listed {
		if m.refuses(order[:n]) != nil {
			c.listed[0], c.listed[i] = order, c.listed[0] // what refuses many may refuse fewer
			return false
		}
	}
	return true
}

// canRemoveGuessed tries n hosts of random orders, or every choice where there are few. The same cluster gives
// the same ones, whatever order its hosts were read in.
func (m *removal) canRemoveGuessed(n, size int, c *choices) bool {
	if all := c.every(n, everyChoice); all != nil {
		return !slices.ContainsFunc(all, func(set []int) bool { return m.refuses(set) != nil })
	}
	random := rand.New(rand.NewPCG(uint64(len(c.fullest)), uint64(n)))
	for i := range guesses + guessesForAll*n/max(1, size) + guessesForOne/n {
		if m.refuses(c.guessed(random, i)[:n]) != nil {
			return false
		}
	}
	return true
}

// byFill sorts hosts by what is reserved on them, the fullest first.
func (m *removal) byFill(hosts []int) []int {
	sorted := slices.Clone(hosts)
	fill := func(host int) float64 { return placement.Share(m.hosts[host].Reserved(), m.newHost.unit) }
	slices.SortStableFunc(sorted, func(a, b int) int { return cmp.Or(cmp.Compare(fill(b), fill(a)), cmp.Compare(a, b)) })
	return sorted
}
