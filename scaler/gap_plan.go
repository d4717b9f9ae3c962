package scaler

import (
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// planned are new hosts: how many, what they register, and what their daemons take of it.
type planned struct {
	hosts         int
	size, daemons cluster.Resources
}

func (p *planned) add(of *sample, n int) {
	p.hosts += n
	if of.sized {
		p.size, p.daemons = p.size.Plus(of.size.Times(int64(n))), p.daemons.Plus(of.daemons.Times(int64(n)))
	}
}

// plan is the fewest new hosts that take what is short.
func (f *findings) plan() planned {
	var fewest planned
	if f.shortage.tasks() == 0 && !f.shortage.headroomShort() {
		return fewest
	}
	for i, r := range f.shortage.firstFits {
		if p := f.planFor(r); i == 0 || p.hosts < fewest.hosts {
			fewest = p
		}
	}
	return fewest
}

// planFor returns what one way of first fit opens. Each task goes on the newest host that takes it. Tasks that only
// some hosts take come first, because the rest can use what they leave. For tasks that need an unseen host, one is
// tried.
func (f *findings) planFor(r remainder) planned {
	config, kinds := packing(f.newHost, f.demand, false, placement.NewSteps(mostSteps).Until(f.until)), f.demand.kinds
	var p planned
	var opened []placement.Host
	var placed [][]placement.Batch
	for _, of := range f.newHost.inPlanOrder() {
		left := f.shortage.landingOn(of, r)
		switch {
		case len(left) == 0:
			continue
		case !of.sized:
			p.add(of, 1)
			continue
		}
		placed = append(placed, left)
		if len(opened) > 0 {
			outcomes := placement.New(slices.Clone(opened), kinds, config).Pack(r.order, placed...)
			if last := outcomes[len(outcomes)-1]; !last.Cut {
				left = batchesOf(last.Left)
			}
		}
		n := placement.Fewest(of.host, kinds, config, r.order, 0, left)
		p.add(of, n)
		opened = append(opened, slices.Repeat([]placement.Host{of.host}, n)...)
	}
	if r.headroom == 0 || f.shortage.headroomUnplaceable {
		return p
	}
	spare := 0
	if len(placed) > 0 {
		outcomes := placement.New(slices.Clone(opened), kinds, config).Pack(r.order, placed...)
		spare = outcomes[len(outcomes)-1].Spare
	}
	if of := f.newHost.hostFor(f.demand.headroom.kind()); of.sized {
		p.add(of, placement.Fewest(of.host, kinds, config, r.order, max(0, r.headroom-spare)))
	} else {
		p.add(of, 1)
	}
	return p
}

// inPlanOrder returns the hosts that may come, in the order of planning: within a group the last first.
func (n newHost) inPlanOrder() []*sample {
	var hosts []*sample
	for _, l := range slices.Backward(n.launchers) {
		for _, of := range slices.Backward(l.all()) {
			hosts = append(hosts, of)
		}
	}
	return hosts
}

// landingOn are the tasks of a remainder that are planned on a new host like this one.
func (s shortage) landingOn(of *sample, r remainder) []placement.Batch {
	return batchesOf(slices.DeleteFunc(r.needHost(), func(l placement.Left) bool { return s.hostFor[l.Kind] != of }))
}

func batchesOf(left []placement.Left) []placement.Batch {
	batches := make([]placement.Batch, len(left))
	for i, l := range left {
		batches[i] = placement.Batch{Kind: l.Kind, Tasks: l.Tasks}
	}
	return batches
}
