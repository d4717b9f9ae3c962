package placement

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"ecs-cluster-scaler/cluster"
)

// Config says how a fleet is packed.
type Config struct {
	// Strict: unknown properties of a host keep a task off it.
	Strict bool
	// Unit is the host by which a task's dominant share is judged.
	Unit cluster.Resources
	// Spare is the size of a headroom task; zero: there is no headroom. SpareProviders are the capacity providers on
	// whose hosts alone it counts; none: all hosts count.
	Spare          cluster.Resources
	SpareProviders []string
	// Steps bounds the packing; nil: MostSteps for this fleet alone.
	Steps *Steps
}

// Fleet is hosts, in the order in which first fit fills them, and the kinds of tasks that may be placed on them. It
// tries one packing after another and forgets each. It is not safe for concurrent use.
type Fleet struct {
	Config
	hosts []Host
	kinds []kindState
	// free, awsvpc and ports change with the packing.
	free   []cluster.Resources
	awsvpc []int
	ports  [][]cluster.Port
	// groups numbers the task groups that a kind belongs to or may ask for; counts is their tasks on a host.
	groups  map[string]int32
	counts  counts
	spreads []*spread
	// packed are the spreads that the packing in progress uses.
	packed []*spread
	// byStrategies: the packing follows strategies, so tasks are counted by cell.
	byStrategies bool
	// classes group hosts that no kind can tell apart by their attributes.
	classes []int32

	spareRoom     int
	log           []change
	epoch         int
	firstFitReady bool
	spreadsReady  bool
	wanted        []int
	named         []int
	full          []bool
}

// kindState is a kind and what the fleet knows about it.
type kindState struct {
	Kind
	group int32
	// share is its dominant share of the unit, rank its place among all kinds by it.
	share float64
	rank  int
	// allowed tells whether it may run on hosts of a class.
	allowed []ternary
	spread  *spread
	// first is a position in the canonical order. Before it the kind fits nowhere, and never will while rooms shrink.
	first int
	cells []cursor
}

// New makes a fleet. Batches name kinds by their index. The order of the list must not vary, because equals follow it.
func New(hosts []Host, kinds []Kind, config Config) *Fleet {
	return newFleet(hosts, kinds, config, false)
}

// newFleet makes a fleet; alike: no host differs from the first.
func newFleet(hosts []Host, kinds []Kind, config Config, alike bool) *Fleet {
	if config.Steps == nil {
		config.Steps = NewSteps(MostSteps)
	}
	config.Steps.take(len(hosts) + len(kinds))
	f := &Fleet{
		Config: config, hosts: hosts,
		free: make([]cluster.Resources, len(hosts)), awsvpc: make([]int, len(hosts)), ports: make([][]cluster.Port, len(hosts)),
		groups: map[string]int32{},
		wanted: make([]int, len(kinds)),
	}
	for i := range hosts {
		h := &hosts[i]
		h.fleet, h.at = f, int32(i)
		f.free[i] = most(h.Free, cluster.Resources{})
		if h.Closed {
			f.free[i] = nothing
		}
		f.awsvpc[i], f.ports[i] = h.Awsvpc, slices.Clip(h.Ports)
		f.spareRoom += f.spareOn(int32(i), f.free[i])
	}
	f.spreads = []*spread{newSpread(f, strategy{})}
	f.packed = f.spreads
	f.learn(kinds, alike)
	return f
}

// learn finds what the kinds have in common with each other and with the hosts.
func (f *Fleet) learn(kinds []Kind, alike bool) {
	asked := map[string]bool{}
	for i := range kinds {
		kinds[i].names(asked)
	}
	classes := f.classify(asked, alike)
	f.kinds = make([]kindState, len(kinds))
	for i, k := range kinds {
		s := &f.kinds[i]
		s.Kind, s.share = k, Share(k.Size, f.Unit)
		s.group = f.number(k.Group)
		if !k.local {
			s.allowed = f.answers(s, classes, len(asked) > 0)
		}
		for _, group := range k.neighbours() {
			f.number(group)
		}
	}
	order := make([]int, len(kinds))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(f.kinds[a].share, f.kinds[b].share) })
	for rank, i := range order {
		f.kinds[i].rank = rank
	}
	f.counts = newCounts(len(f.groups), len(f.hosts))
	for i := range f.hosts {
		for group, n := range f.hosts[i].Groups {
			if g, known := f.groups[group]; known {
				f.counts.add(g, int32(i), n)
			}
		}
	}
}

// answers tells on which classes of hosts the kind may run; nil: on all. Past the bound of steps it is unknown.
func (f *Fleet) answers(k *kindState, classes []int, asked bool) []ternary {
	if !asked && len(k.where) == 0 {
		return nil // no kind asks anything of a host
	}
	allowed := make([]ternary, len(classes))
	for class, host := range classes {
		f.Steps.take(k.cost)
		if f.Steps.Spent() {
			break
		}
		allowed[class] = k.allows(&f.hosts[host])
	}
	return allowed
}

func (f *Fleet) number(group string) int32 {
	if group == "" {
		return -1
	}
	g, known := f.groups[group]
	if !known {
		g = int32(len(f.groups))
		f.groups[group] = g
	}
	return g
}

// classify groups hosts that have the same values of the attributes asked for, and names one host of each class.
func (f *Fleet) classify(asked map[string]bool, alike bool) []int {
	names := make([]string, 0, len(asked))
	for name := range asked {
		names = append(names, name)
	}
	slices.Sort(names)
	f.classes = make([]int32, len(f.hosts))
	if alike && len(f.hosts) > 0 {
		return []int{0}
	}
	var first []int
	known := map[string]int32{}
	var key strings.Builder
	for i := range f.hosts {
		h := &f.hosts[i]
		f.Steps.take(len(names))
		if f.Steps.Spent() {
			break
		}
		key.Reset()
		if h.Attributes == nil {
			key.WriteByte('?')
		}
		for _, name := range names {
			value, present := h.Attributes[name]
			values, open := h.Open[name]
			switch {
			case name == byProvider:
				key.WriteString("\x00@" + strings.Join(h.Providers, "\x01"))
			case open:
				key.WriteString("\x00?" + strings.Join(values, "\x01"))
			case present:
				key.WriteString("\x00=" + value)
			default:
				key.WriteString("\x00")
			}
		}
		class, seen := known[key.String()]
		if !seen {
			class = int32(len(first))
			known[key.String()] = class
			first = append(first, i)
		}
		f.classes[i] = class
	}
	return first
}

// Share is a task's dominant share of a host: the largest part that it takes of any resource.
func Share(size, of cluster.Resources) float64 {
	largest := 0.0
	for _, r := range [][2]int64{{size.CPU, of.CPU}, {size.Memory, of.Memory}, {size.GPU, of.GPU}} {
		switch {
		case r[0] <= 0:
		case r[1] <= 0:
			return math.Inf(1)
		default:
			largest = max(largest, float64(r[0])/float64(r[1]))
		}
	}
	return largest
}

func (f *Fleet) spareOn(host int32, free cluster.Resources) int {
	if f.Spare == (cluster.Resources{}) {
		return 0
	}
	if len(f.SpareProviders) > 0 {
		of := (&Kind{Providers: f.SpareProviders}).provided(&f.hosts[host])
		if of == no || of == unknown && f.Strict {
			return 0
		}
	}
	return times(free, f.Spare, math.MaxInt32)
}

// room is how many tasks of the kind the host would take, at most enough.
func (f *Fleet) room(k *kindState, host int32, enough int) int {
	f.Steps.take(1 + len(k.Ports)*len(f.ports[host]))
	if f.Steps.Spent() {
		return 0
	}
	n := times(f.free[host], k.Size, enough)
	if n == 0 {
		return 0
	}
	h := &f.hosts[host]
	if k.Awsvpc && h.AwsvpcLimit >= 0 {
		n = min(n, h.AwsvpcLimit-f.awsvpc[host])
	}
	if len(k.Ports) > 0 {
		if n = min(n, 1); conflicts(f.ports[host], k.Ports) || f.reservesAll(host, k) {
			return 0
		}
	}
	if k.Distinct {
		if n = min(n, 1); f.Strict && !h.GroupsKnown || f.counts.of(k.group, host) > 0 {
			return 0
		}
	}
	allowed := yes
	switch {
	case k.local:
		f.Steps.take(k.cost)
		allowed = k.allows(h)
	case k.allowed != nil:
		allowed = k.allowed[f.classes[host]]
	}
	if allowed == no || allowed == unknown && f.Strict {
		return 0
	}
	return max(n, 0)
}

// change is one step of a packing, to be taken back.
type change struct {
	host, kind int32
	tasks      int32
	free       cluster.Resources
}

// put places tasks of a kind onto a host.
func (f *Fleet) put(kind int, host int32, n int) {
	k := &f.kinds[kind]
	f.Steps.take(2 * len(f.packed))
	if len(f.log) >= mostPlacements {
		f.Steps.spend()
	}
	f.log = append(f.log, change{host: host, kind: int32(kind), tasks: int32(n), free: f.free[host]})
	f.setFree(host, f.free[host].Minus(k.Size.Times(int64(n))))
	f.count(k, host, n)
	f.ports[host] = append(f.ports[host], k.Ports...)
}

func (f *Fleet) count(k *kindState, host int32, n int) {
	if k.Awsvpc {
		f.awsvpc[host] += n
	}
	if k.group < 0 {
		return
	}
	f.counts.add(k.group, host, n)
	if f.byStrategies {
		k.spread.count(k.group, host, n)
	}
}

// remove takes out a host, and takes the tasks that move from it out of the counts by cell.
func (f *Fleet) remove(host int32) {
	f.log = append(f.log, change{host: host, kind: -1, free: f.free[host]})
	f.setFree(host, nothing)
	f.uncount(host, -1)
}

func (f *Fleet) uncount(host int32, sign int) {
	if !f.byStrategies {
		return
	}
	f.Steps.take(len(f.hosts[host].Moves))
	for _, b := range f.hosts[host].Moves {
		if k := &f.kinds[b.Kind]; k.group >= 0 {
			k.spread.count(k.group, host, sign*b.Tasks)
		}
	}
}

func (f *Fleet) setFree(host int32, free cluster.Resources) {
	f.spareRoom += f.spareOn(host, free) - f.spareOn(host, f.free[host])
	f.free[host] = free
	for _, v := range f.packed {
		v.set(host, free)
	}
}

// forget undoes every step. A host's first step holds what it had free, so each spread is told once.
func (f *Fleet) forget() {
	for _, c := range slices.Backward(f.log) {
		f.spareRoom += f.spareOn(c.host, c.free) - f.spareOn(c.host, f.free[c.host])
		f.free[c.host] = c.free
		if c.kind < 0 {
			f.uncount(c.host, 1)
			continue
		}
		k := &f.kinds[c.kind]
		f.count(k, c.host, -int(c.tasks))
		f.ports[c.host] = f.ports[c.host][:len(f.ports[c.host])-len(k.Ports)]
	}
	for _, c := range f.log {
		for _, v := range f.packed {
			v.set(c.host, f.free[c.host])
		}
	}
	f.log = f.log[:0]
	f.epoch++
}
