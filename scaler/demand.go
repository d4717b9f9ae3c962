package scaler

import (
	"cmp"
	"maps"
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// kind names the tasks of one revision of one service that are placed on hosts of these capacity providers; see asOne.
type kind struct{ service, definition, providers string }

// catalogue numbers kinds in the order of their names.
type catalogue struct {
	kinds []placement.Kind
	of    map[kind]int
}

func (j *judgement) catalogue(named map[kind]bool) catalogue {
	c := catalogue{of: make(map[kind]int, len(named))}
	var kinds placement.Kinds
	for _, k := range slices.SortedFunc(maps.Keys(named), func(a, b kind) int {
		return cmp.Or(cmp.Compare(a.service, b.service), cmp.Compare(a.definition, b.definition), cmp.Compare(a.providers, b.providers))
	}) {
		of := kinds.Of(j.services[k.service], j.s.Definitions[k.definition])
		of.Providers = asMany(k.providers)
		c.of[k] = len(c.kinds)
		c.kinds = append(c.kinds, of)
	}
	return c
}

// demand is what services want and no ACTIVE host holds.
type demand struct {
	// unplaced tasks are wanted now, waiting ones only if they fit nowhere: see cluster.Demand. Those whose definition is
	// not known are in unread instead.
	unplaced, waiting, unread []cluster.Demand
	catalogue                 catalogue
}

func newDemand(j *judgement) demand {
	var d demand
	named := map[kind]bool{}
	for _, w := range j.s.Demand() {
		if _, known := j.s.Definitions[w.Definition]; !known {
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
	d.catalogue = j.catalogue(named)
	return d
}

func kindOf(w cluster.Demand) kind {
	return kind{w.Service.Name, w.Definition, asOne(w.Providers)}
}

// batches are demands as a packing takes them.
func (c catalogue) batches(wanted []cluster.Demand) []placement.Batch {
	batches := make([]placement.Batch, 0, len(wanted))
	for _, w := range wanted {
		batches = append(batches, placement.Batch{Kind: c.of[kindOf(w)], Tasks: w.Tasks})
	}
	return batches
}

func (d demand) tasks() int {
	n := 0
	for _, w := range slices.Concat(d.unplaced, d.waiting) {
		n += w.Tasks
	}
	return n
}

// goesByNeighbours tells whether some wanted task's place depends on the tasks that are on hosts already.
func (j *judgement) goesByNeighbours() bool {
	return slices.ContainsFunc(j.wanted.catalogue.kinds, func(k placement.Kind) bool {
		return k.GoesByNeighbours() || k.Awsvpc && j.awsvpcLimit() >= 0
	})
}
