package scaler

import (
	"cmp"
	"slices"

	"ecs-cluster-scaler/placement"
)

// shortage is what does not fit on the capacity there is. What is unknown about a host is taken in favour of the task:
// only a known shortage is a cause.
type shortage struct {
	remainder
	// headroomUnplaceable: not even an empty new host would take one task of the headroom's size.
	headroomUnplaceable bool
	// hostFor are the new hosts that would take a task of each kind of the demand; nil: none would.
	hostFor []*sample
	// firstFits are what each way of first fit leaves, for the gap.
	firstFits []remainder
	// cut: the steps were spent before every order was tried, so that it may be less.
	cut bool
}

// remainder is what one order leaves without a host.
type remainder struct {
	order placement.Order
	// unplaced and waiting are tasks that a new host would take, the unplaceable ones those that it would not.
	unplaced, waiting, unplaceable, unplaceableWaiting []placement.Left
	// headroom is how many of its tasks find no room beside the rest.
	headroom int
}

// newShortage packs the demand and the headroom in one order after another. What fits in one order fits. Otherwise the
// order that leaves the least tells what is short.
func newShortage(f *facts, n newHost, d demand, c daemonsToCome, i interfaces) shortage {
	if d.tasks() == 0 && d.headroom.tasks == 0 {
		return shortage{}
	}
	hosts := make([]placement.Host, len(f.capacity))
	for at, h := range f.capacity {
		hosts[at] = f.packed(h, false, c.certain[h.ARN], i.on(h, f.awsvpcLimit()))
	}
	s := shortage{hostFor: make([]*sample, len(d.kinds))}
	for number, k := range d.kinds {
		s.hostFor[number] = n.hostFor(k)
	}
	s.headroomUnplaceable = d.headroom.tasks > 0 && !n.takes(d.headroom.kind())
	fleet := placement.New(hosts, d.kinds, packing(n, d, false, f.steps))
	var tried []remainder
	for _, order := range placement.Orders {
		outcomes := fleet.Pack(order, d.batches(d.unplaced), d.batches(d.waiting))
		if s.cut = outcomes[1].Cut; s.cut {
			break // what was found before still holds; of this order nothing is known
		}
		r := remainder{order: order, headroom: max(0, d.headroom.tasks-outcomes[1].Spare)}
		r.unplaced, r.unplaceable = byNewHost(outcomes[0].Left, s.hostFor)
		r.waiting, r.unplaceableWaiting = byNewHost(outcomes[1].Left, s.hostFor)
		tried = append(tried, r)
		if order != placement.ByStrategy {
			s.firstFits = append(s.firstFits, r)
		}
		if r.tasks() == 0 && (r.headroom == 0 || s.headroomUnplaceable) {
			break
		}
	}
	if len(tried) > 0 {
		s.remainder = slices.MinFunc(tried, func(a, b remainder) int {
			return cmp.Or(cmp.Compare(a.tasks(), b.tasks()), cmp.Compare(a.headroom, b.headroom))
		})
	}
	return s
}

// packing says how the demand is packed; strict: only what certainly fits counts.
func packing(n newHost, d demand, strict bool, steps *placement.Steps) placement.Config {
	return d.headroom.keptIn(placement.Config{Strict: strict, Unit: n.unit, Steps: steps})
}

// byNewHost separates what a new host would take from what it would not.
func byNewHost(left []placement.Left, hostFor []*sample) (taken, unplaceable []placement.Left) {
	for _, l := range left {
		if hostFor[l.Kind] != nil {
			taken = append(taken, l)
		} else {
			unplaceable = append(unplaceable, l)
		}
	}
	return taken, unplaceable
}

// needHost are the tasks that need a new host, unplaceableTasks those that none would take, all both of them.
func (r remainder) needHost() []placement.Left { return slices.Concat(r.unplaced, r.waiting) }
func (r remainder) unplaceableTasks() []placement.Left {
	return slices.Concat(r.unplaceable, r.unplaceableWaiting)
}
func (r remainder) all() []placement.Left { return slices.Concat(r.needHost(), r.unplaceableTasks()) }

// tasks is how many tasks need a new host.
func (r remainder) tasks() int { return tasks(r.unplaced) + tasks(r.waiting) }

func tasks(left []placement.Left) int {
	n := 0
	for _, l := range left {
		n += l.Tasks
	}
	return n
}

// unseen are the tasks that wait for a host like none that was launched yet.
func (s shortage) unseen() []placement.Left {
	return slices.DeleteFunc(s.needHost(), func(l placement.Left) bool { return s.hostFor[l.Kind].sized })
}

// counted is how many tasks are unplaced: all that are wanted, and waiting ones that fit nowhere.
func (s shortage) counted(d demand) int {
	n := tasks(s.waiting) + tasks(s.unplaceableWaiting)
	for _, w := range d.all {
		if !w.Waiting {
			n += w.Tasks
		}
	}
	return n
}
