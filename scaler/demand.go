package scaler

import (
	"cmp"
	"maps"
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// kind names the tasks of one revision of one service on hosts of these capacity providers; see asOne.
type kind struct{ service, definition, providers string }

// catalogue numbers kinds in the order of their names.
type catalogue struct {
	kinds  []placement.Kind
	number map[kind]int
}

func newCatalogue(f *facts, named map[kind]bool) catalogue {
	c := catalogue{number: make(map[kind]int, len(named))}
	var kinds placement.Kinds
	for _, k := range slices.SortedFunc(maps.Keys(named), func(a, b kind) int {
		return cmp.Or(cmp.Compare(a.service, b.service), cmp.Compare(a.definition, b.definition), cmp.Compare(a.providers, b.providers))
	}) {
		of := kinds.Of(f.services[k.service].Service, f.s.Definitions[k.definition])
		of.Providers = asMany(k.providers)
		c.number[k] = len(c.kinds)
		c.kinds = append(c.kinds, of)
	}
	return c
}

// demand is what services want and no ACTIVE host holds, and the headroom that is kept beside it.
type demand struct {
	catalogue
	// all are the demands of the snapshot; see cluster.Demand. unplaced tasks are wanted now, waiting ones only if they
	// fit nowhere. heldBack ones are wanted once hosts are drained. The definitions of unread ones are not known.
	all, unplaced, waiting, heldBack, unread []cluster.Demand
	headroom                                 headroom
}

func newDemand(f *facts, n newHost) demand {
	d := demand{all: f.s.Demand(), headroom: newHeadroom(f, n.unit)}
	named := map[kind]bool{}
	for _, w := range d.all {
		if _, known := f.s.Definitions[w.Definition]; !known {
			d.unread = append(d.unread, w)
			continue
		}
		named[kindOf(w)] = true
		if w.Waiting {
			d.waiting = append(d.waiting, w)
		} else {
			d.unplaced = append(d.unplaced, w)
		}
	}
	for _, w := range f.s.HeldBack() {
		if _, known := f.s.Definitions[w.Definition]; !known {
			d.unread = append(d.unread, w)
			continue
		}
		named[kindOf(w)] = true
		d.heldBack = append(d.heldBack, w)
	}
	d.catalogue = newCatalogue(f, named)
	return d
}

func kindOf(w cluster.Demand) kind {
	return kind{w.Service.Name, w.Definition, asOne(w.Providers)}
}

// known are the demands whose definition is known.
func (d demand) known() []cluster.Demand { return slices.Concat(d.unplaced, d.waiting) }

// batches are demands as a packing takes them.
func (c catalogue) batches(wanted []cluster.Demand) []placement.Batch {
	batches := make([]placement.Batch, 0, len(wanted))
	for _, w := range wanted {
		batches = append(batches, placement.Batch{Kind: c.number[kindOf(w)], Tasks: w.Tasks})
	}
	return batches
}

// tasks is how many tasks of known definitions are wanted.
func (d demand) tasks() int {
	n := 0
	for _, w := range d.known() {
		n += w.Tasks
	}
	return n
}

// needsNeighbours tells whether some wanted task's place depends on the tasks that are on hosts already.
func (d demand) needsNeighbours(f *facts) bool {
	return slices.ContainsFunc(d.kinds, func(k placement.Kind) bool {
		return k.GoesByNeighbours() || k.Awsvpc && f.awsvpcLimit() >= 0
	})
}
