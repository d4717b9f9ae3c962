package scaler

import (
	"slices"

	"ecs-cluster-scaler/placement"
)

// lack is what does not fit on the capacity there is. What is unknown about a host is taken in favour of the task: only
// a known lack is a cause.
type lack struct {
	remainder
	// vain: not even an empty new host would take one task of the headroom's size.
	vain bool
	// lands are the new hosts that would take a task of each kind of the demand; nil: none would.
	lands []*like
	// firstFits are what each way of first fit leaves, for the gap.
	firstFits []remainder
	// cut: the steps were spent before every order was tried, so that it may be less.
	cut bool
}

// remainder is what one order leaves without a host.
type remainder struct {
	order placement.Order
	// unplaced and waiting are tasks that a new host would take, the hopeless ones those that it would not.
	unplaced, waiting, hopeless, hopelessWaiting []placement.Left
	// headroom is how many of its tasks find no room beside the rest.
	headroom int
}

// newLack packs the demand, and the headroom beside it, in one order after another. What one of them fits, fits; else
// the order that leaves the least tells what is lacking.
func newLack(j *judgement) lack {
	if j.wanted.tasks() == 0 && j.headroom.tasks == 0 {
		return lack{}
	}
	hosts := make([]placement.Host, len(j.capacity))
	for i, h := range j.capacity {
		hosts[i] = j.place(h, false)
	}
	c := j.wanted.catalogue
	takes, lands := make([]bool, len(c.kinds)), make([]*like, len(c.kinds))
	for i, k := range c.kinds {
		lands[i] = j.lands(k)
		takes[i] = lands[i] != nil
	}
	l := lack{lands: lands, vain: j.headroom.tasks > 0 && !j.takes(j.headroom.kind())}
	config := j.packing(false)
	config.Steps = j.steps
	f := placement.New(hosts, c.kinds, config)
	var tried []remainder
	for _, order := range placement.Orders {
		outcomes := f.Pack(order, c.batches(j.wanted.unplaced), c.batches(j.wanted.waiting))
		if l.cut = outcomes[1].Cut; l.cut {
			break // what was found before still holds; of this order nothing is known
		}
		r := remainder{order: order, headroom: max(0, j.headroom.tasks-outcomes[1].Spare)}
		r.unplaced, r.hopeless = split(outcomes[0].Left, takes)
		r.waiting, r.hopelessWaiting = split(outcomes[1].Left, takes)
		tried = append(tried, r)
		if order != placement.ByStrategy {
			l.firstFits = append(l.firstFits, r)
		}
		if r.wants() == 0 && (r.headroom == 0 || l.vain) {
			break
		}
	}
	if len(tried) == 0 {
		return l
	}
	l.remainder = slices.MinFunc(tried, func(a, b remainder) int {
		if a.wants() != b.wants() {
			return a.wants() - b.wants()
		}
		return a.headroom - b.headroom
	})
	return l
}

// packing is how the judgement packs; strict for what only a proof will do.
func (j *judgement) packing(strict bool) placement.Config {
	c := placement.Config{Strict: strict, Unit: j.unit()}
	if j.headroom.tasks > 0 {
		c.Spare, c.SpareProviders = j.headroom.size, j.headroom.providers
	}
	return c
}

func split(left []placement.Left, takes []bool) (taken, hopeless []placement.Left) {
	for _, l := range left {
		if takes[l.Kind] {
			taken = append(taken, l)
		} else {
			hopeless = append(hopeless, l)
		}
	}
	return taken, hopeless
}

// wants is how many tasks need a new host.
func (r remainder) wants() int {
	return tasks(r.unplaced) + tasks(r.waiting)
}

func tasks(left []placement.Left) int {
	n := 0
	for _, l := range left {
		n += l.Tasks
	}
	return n
}

func again(left []placement.Left) []placement.Batch {
	batches := make([]placement.Batch, len(left))
	for i, l := range left {
		batches[i] = placement.Batch{Kind: l.Kind, Tasks: l.Tasks}
	}
	return batches
}

// counted is how many tasks are unplaced: all that are wanted, and the waiting ones that fit nowhere.
func (j *judgement) counted() int {
	return j.s.Unplaced() + tasks(j.lack.waiting) + tasks(j.lack.hopelessWaiting)
}
