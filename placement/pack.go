package placement

import (
	"cmp"
	"slices"

	"ecs-cluster-scaler/cluster"
)

// Order is the order in which tasks are placed, and how each finds its host.
type Order int

// The three orders. One finds room where another does not. What all three place, ECS places too, as far as one can say
// without knowing its sequence.
const (
	// LargestFirst places by falling dominant share, each task on the first host with room.
	LargestFirst Order = iota
	// SmallestFirst is the same by rising share.
	SmallestFirst
	// ByStrategy goes service by service, each task where its service's strategy puts it.
	ByStrategy
)

// Orders are all three.
var Orders = []Order{LargestFirst, SmallestFirst, ByStrategy}

// Left is tasks that found no room.
type Left struct {
	Kind, Tasks int
	// Freest is the most of each resource that any host of its capacity providers had left.
	Freest cluster.Resources
	// Barred: a host has the room, but a constraint, a port, a neighbour or an interface forbids it.
	Barred bool
}

// Outcome is the result of a packing.
type Outcome struct {
	// Left are the tasks without a host.
	Left []Left
	// Spare is how many headroom tasks still fit then.
	Spare int
	// Cut: the steps were spent before the end, so what is left might have found room.
	Cut bool
}

// Pack places the batches in stages, each beside those before, and returns an outcome for each.
func (f *Fleet) Pack(order Order, stages ...[]Batch) []Outcome {
	f.begin(order)
	defer f.forget()
	outcomes := make([]Outcome, len(stages))
	for i, stage := range stages {
		for _, b := range stage {
			f.want(b)
		}
		outcomes[i] = f.outcome(order)
	}
	return outcomes
}

// Without removes the hosts and places the tasks that move from them, with the batches beside.
func (f *Fleet) Without(leaving []int, order Order, beside []Batch) Outcome {
	return f.without(leaving, order, beside, together)
}

// sequence is which tasks are placed first: those that move or those that stand beside. ECS tells nobody its own, and
// either may take the room that the other needs.
type sequence int

const (
	together sequence = iota
	movingFirst
	movingLast
)

func (f *Fleet) without(leaving []int, order Order, beside []Batch, which sequence) Outcome {
	f.begin(order)
	defer f.forget()
	moving := func() {
		for _, host := range leaving {
			for _, b := range f.hosts[host].Moves {
				f.want(b)
			}
		}
	}
	others := func() {
		for _, b := range beside {
			f.want(b)
		}
	}
	for _, host := range leaving {
		f.remove(int32(host))
	}
	var early []Left
	switch which {
	case movingFirst:
		moving()
		early = f.placeWanted(order, nil)
		others()
	case movingLast:
		others()
		early = f.placeWanted(order, nil)
		moving()
	default:
		moving()
		others()
	}
	o := f.outcome(order)
	o.Left = append(early, o.Left...)
	return o
}

func (f *Fleet) outcome(order Order) Outcome {
	left := f.placeWanted(order, nil)
	return Outcome{Left: left, Spare: f.spareRoom, Cut: f.Steps.Spent()}
}

// FitsInEveryOrder tells whether all three orders place everything without the hosts and leave room for so many spare
// tasks, whichever of the tasks that move and those beside are placed first. Otherwise it returns the first outcome that
// falls short.
func (f *Fleet) FitsInEveryOrder(leaving []int, beside []Batch, spare int) (Outcome, bool) {
	sequences := []sequence{together}
	if len(beside) > 0 {
		sequences = []sequence{together, movingFirst, movingLast}
	}
	for _, which := range sequences {
		for _, order := range Orders {
			if o := f.without(leaving, order, beside, which); o.Cut || len(o.Left) > 0 || o.Spare < spare {
				return o, false
			}
		}
	}
	return Outcome{}, true
}

// begin prepares a packing: first fit uses the canonical order, strategies their own spreads.
func (f *Fleet) begin(order Order) {
	f.prepareFirstFit()
	f.packed, f.byStrategies = f.spreads[:1], false
	if order == ByStrategy {
		f.prepareSpreads()
		f.packed, f.byStrategies = f.spreads[1:], !f.Steps.Spent()
	}
}

func (f *Fleet) want(b Batch) {
	if b.Tasks <= 0 {
		return
	}
	if f.wanted[b.Kind] == 0 {
		f.named = append(f.named, b.Kind)
	}
	f.wanted[b.Kind] = min(f.wanted[b.Kind]+min(b.Tasks, mostOfAKind), mostOfAKind)
}

// placeWanted places what is wanted and clears the list. It tells used each host that takes tasks.
func (f *Fleet) placeWanted(order Order, used func(host int32)) []Left {
	slices.SortFunc(f.named, func(a, b int) int {
		switch order {
		case LargestFirst:
			return cmp.Compare(f.kinds[b].rank, f.kinds[a].rank)
		case SmallestFirst:
			return cmp.Compare(f.kinds[a].rank, f.kinds[b].rank)
		default:
			return cmp.Compare(a, b)
		}
	})
	var left []Left
	for _, kind := range f.named {
		n := f.wanted[kind]
		f.wanted[kind] = 0
		switch {
		case f.Steps.Spent():
		case order == ByStrategy:
			n = f.byStrategy(kind, n)
		default:
			n = f.firstFit(kind, n, used)
		}
		if n > 0 {
			left = append(left, f.left(kind, n))
		}
	}
	f.named = f.named[:0]
	return left
}

// left tells of tasks that found no room how much was free, and whether something else barred them.
func (f *Fleet) left(kind, n int) Left {
	l := Left{Kind: kind, Tasks: n}
	f.Steps.take(len(f.free))
	if f.Steps.Spent() {
		return l
	}
	for host, free := range f.free {
		if f.kinds[kind].provided(&f.hosts[host]) == no {
			continue
		}
		l.Freest = most(l.Freest, free)
		l.Barred = l.Barred || holds(free, f.kinds[kind].Size)
	}
	return l
}

// firstFit fills host after host and returns how many tasks are left.
func (f *Fleet) firstFit(kind, n int, used func(host int32)) int {
	k := &f.kinds[kind]
	c := &f.spreads[0].cells[0]
	for at := k.first; n > 0; at++ {
		if at = f.next(k, c, at); at < 0 {
			break
		}
		if room := f.room(k, c.hosts[at], n); room > 0 {
			f.put(kind, c.hosts[at], room)
			n -= room
			if used != nil {
				used(c.hosts[at])
			}
		}
	}
	return n
}

// byStrategy places task by task: in the cell with room that has the fewest tasks of the group. Counts only grow, so it
// goes through the cells level by level.
func (f *Fleet) byStrategy(kind, n int) int {
	k := &f.kinds[kind]
	cells := len(k.spread.cells)
	var counts []int32
	if k.group >= 0 {
		counts = k.spread.counts[k.group]
	} else {
		counts = make([]int32, cells) // not of a group: every cell is as good
	}
	f.full = append(f.full[:0], make([]bool, cells)...)
	full := f.full
	f.Steps.take(1 + cells/8)
	level, at := emptiestLevel(counts, full), 0
	for n > 0 && !f.Steps.Spent() {
		for at < len(full) && (full[at] || counts[at] > level) {
			at++
		}
		if at == len(full) {
			f.Steps.take(1 + cells/8)
			if level, at = emptiestLevel(counts, full), 0; level < 0 {
				break
			}
			continue
		}
		host := f.nextHost(k, at)
		if host < 0 {
			full[at] = true
			continue
		}
		f.put(kind, host, 1)
		n--
	}
	return n
}

// emptiestLevel is the fewest tasks in a cell that is not full; -1: all are full.
func emptiestLevel(counts []int32, full []bool) int32 {
	fewest := int32(-1)
	for c, n := range counts {
		if !full[c] && (fewest < 0 || n < fewest) {
			fewest = n
		}
	}
	return fewest
}

// nextHost is the host that the strategy takes next in the cell; -1: none has room.
func (f *Fleet) nextHost(k *kindState, c int) int32 {
	cell, cursor := &k.spread.cells[c], &k.cells[c]
	if cursor.epoch != f.epoch {
		cursor.now, cursor.epoch = cursor.base, f.epoch
	}
	if k.local {
		cursor.now = position{}
	}
	cursor.now = f.emptiestHost(k, cell, cursor.now)
	if cursor.now.at >= len(cell.hosts) {
		return -1
	}
	return cell.hosts[cursor.now.at]
}

// emptiestHost returns the first host with room and, if the strategy spreads over hosts, the fewest tasks of the group.
// The search begins at from: no earlier host has room and as few tasks as its level.
func (f *Fleet) emptiestHost(k *kindState, c *cell, from position) position {
	if from.at >= len(c.hosts) {
		return from
	}
	if !k.spread.hosts {
		return position{at: f.seek(k, c, from.at)}
	}
	for at := f.seek(k, c, from.at); at < len(c.hosts); at = f.seek(k, c, at+1) {
		if f.counts.of(k.group, c.hosts[at]) <= from.level {
			return position{at, from.level}
		}
	}
	found := position{at: len(c.hosts)}
	for at := f.seek(k, c, 0); at < len(c.hosts); at = f.seek(k, c, at+1) {
		n := f.counts.of(k.group, c.hosts[at])
		if found.at == len(c.hosts) || n < found.level {
			found = position{at, n}
		}
		if n <= from.level+1 {
			break
		}
	}
	return found
}
