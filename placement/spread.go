package placement

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"

	"ecs-cluster-scaler/cluster"
)

// strategy is the part of a service's placement strategy that decides where the next task goes: spread over attributes,
// then over hosts, then an order of hosts. Links after the first that is no spread could only break ties. Binpack uses
// what was free at first: the host that is filled first stays the fullest while it is filled.
type strategy struct {
	// attributes are those to spread over, in order.
	attributes string
	// hosts: then over hosts.
	hosts bool
	// order of hosts within; "": the canonical one.
	order string
}

// chain reads a service's strategy; none: ECS spreads over zones, then over hosts
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html).
func chain(links []cluster.Strategy) strategy {
	if len(links) == 0 {
		return strategy{attributes: cluster.ZoneAttribute, hosts: true}
	}
	var s strategy
	var attributes []string
	for _, link := range links {
		name, attribute := strings.CutPrefix(link.Field, "attribute:")
		switch {
		case link.Type == cluster.Spread && attribute && !s.hosts:
			attributes = append(attributes, name)
		case link.Type == cluster.Spread && !attribute:
			s.hosts = true
		case link.Type == cluster.Binpack:
			s.order = "binpack:" + strings.ToLower(link.Field)
		case link.Type == cluster.Random:
			s.order = "random"
		}
		if s.order != "" {
			break
		}
	}
	s.attributes = strings.Join(attributes, "\x00")
	return s
}

// spread is the fleet as one strategy sees it: cells of hosts that share the attributes to spread over, each in order.
type spread struct {
	strategy
	cells []cell
	// cell and at say where a host stands.
	cell, at []int32
	// counts are a group's tasks by cell; nil for groups whose kinds use another spread.
	counts [][]int32
}

type cell struct {
	hosts []int32
	tree  tree
}

// cursor is where a kind's search in a cell may begin: no earlier host has room and so few tasks of the group. Rooms
// shrink and counts grow during a packing, so it only moves on. base is where every packing begins.
type cursor struct {
	base, now position
	epoch     int
}

// position is a place in a cell's order; level is the fewest tasks of the group on a host there.
type position struct {
	at    int
	level int32
}

func newSpread(f *Fleet, s strategy) *spread {
	f.Steps.take(2 * len(f.hosts) * (1 + strings.Count(s.attributes, "\x00")))
	v := &spread{strategy: s, cell: make([]int32, len(f.hosts)), at: make([]int32, len(f.hosts))}
	ordered := make([]int32, len(f.hosts))
	for i := range ordered {
		ordered[i] = int32(i)
	}
	slices.SortStableFunc(ordered, f.compare(s.order))
	known, names := map[string]int32{}, strings.Split(s.attributes, "\x00")
	values := make([]string, len(names))
	for _, host := range ordered {
		for i, name := range names {
			values[i] = f.hosts[host].Attributes[name]
		}
		key := strings.Join(values, "\x00")
		c, seen := known[key]
		if !seen {
			c = int32(len(v.cells))
			known[key] = c
			v.cells = append(v.cells, cell{})
		}
		v.cell[host], v.at[host] = c, int32(len(v.cells[c].hosts))
		v.cells[c].hosts = append(v.cells[c].hosts, host)
	}
	for c := range v.cells {
		free := make([]cluster.Resources, len(v.cells[c].hosts))
		for i, host := range v.cells[c].hosts {
			free[i] = f.free[host]
		}
		v.cells[c].tree = newTree(free)
	}
	if len(v.cells) == 0 {
		v.cells = []cell{{tree: newTree(nil)}}
	}
	return v
}

func (f *Fleet) compare(order string) func(a, b int32) int {
	switch order {
	case "binpack:cpu":
		return func(a, b int32) int { return cmp.Compare(f.free[a].CPU, f.free[b].CPU) }
	case "binpack:memory":
		return func(a, b int32) int { return cmp.Compare(f.free[a].Memory, f.free[b].Memory) }
	case "random":
		hash := func(host int32) uint64 {
			h := fnv.New64a()
			_, _ = h.Write([]byte(f.hosts[host].ID)) // a hash's Write never fails
			return h.Sum64()
		}
		return func(a, b int32) int { return cmp.Compare(hash(a), hash(b)) }
	default:
		return cmp.Compare[int32]
	}
}

func (s *spread) set(host int32, free cluster.Resources) {
	s.cells[s.cell[host]].tree.set(int(s.at[host]), free)
}

func (s *spread) count(group, host int32, n int) {
	if counts := s.counts[group]; counts != nil {
		counts[s.cell[host]] += int32(n)
	}
}

// prepareFirstFit finds where each kind's search may begin. It is called before anything is packed.
func (f *Fleet) prepareFirstFit() {
	if f.firstFitReady {
		return
	}
	f.firstFitReady = true
	for i := range f.kinds {
		if k := &f.kinds[i]; !k.local { // a task that is placed later may open a host to a local one
			k.first = f.seek(k, &f.spreads[0].cells[0], 0)
		}
	}
}

// prepareSpreads makes a spread for each strategy, counts in it the tasks on the hosts, and finds where each kind's
// search may begin. It is called before anything is packed.
func (f *Fleet) prepareSpreads() {
	if f.spreadsReady {
		return
	}
	f.spreadsReady = true
	made := map[strategy]*spread{}
	cells := 0
	for i := range f.kinds {
		k := &f.kinds[i]
		s := chain(k.Strategy)
		if made[s] == nil {
			// Each spread holds all hosts and a place for every group.
			if cells += len(f.hosts) + len(f.groups); cells > mostCells {
				f.Steps.spend()
				return
			}
			made[s] = newSpread(f, s)
			made[s].counts = make([][]int32, len(f.groups))
			f.spreads = append(f.spreads, made[s])
		}
		k.spread = made[s]
		if cells += len(k.spread.cells); cells > mostCells {
			f.Steps.spend()
			return
		}
		if k.group >= 0 && k.spread.counts[k.group] == nil {
			k.spread.counts[k.group] = make([]int32, len(k.spread.cells))
		}
		k.cells = make([]cursor, len(k.spread.cells))
	}
	f.countGroups()
	for i := range f.kinds {
		k := &f.kinds[i]
		if k.local {
			continue // as in prepareFirstFit
		}
		for c := range k.cells {
			k.cells[c].base = f.emptiestHost(k, &k.spread.cells[c], position{})
			k.cells[c].epoch = -1
		}
	}
}

func (f *Fleet) countGroups() {
	for i := range f.hosts {
		f.Steps.take(len(f.hosts[i].Groups) * len(f.spreads))
		for group, n := range f.hosts[i].Groups {
			if g, known := f.groups[group]; known {
				for _, v := range f.spreads[1:] {
					v.count(g, int32(i), n)
				}
			}
		}
	}
}

// seek is the first position at or after from where the kind has room; the number of hosts if there is none.
func (f *Fleet) seek(k *kindState, c *cell, from int) int {
	for at := from; ; at++ {
		if at = f.next(k, c, at); at < 0 {
			return len(c.hosts)
		}
		if f.room(k, c.hosts[at], 1) > 0 {
			return at
		}
	}
}

// next is the first position at or after from with so much free; -1: there is none, or the steps are spent.
func (f *Fleet) next(k *kindState, c *cell, from int) int {
	at, visited := c.tree.next(k.Size, from)
	f.Steps.take(visited)
	if f.Steps.Spent() {
		return -1
	}
	return at
}
