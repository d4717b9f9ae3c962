package scaler

import (
	"slices"

	"ecs-cluster-scaler/placement"
)

// newHosts is the fewest new hosts that take what is lacking.
func (j *judgement) newHosts() int {
	if j.lack.wants() == 0 && (j.lack.headroom == 0 || j.lack.vain) {
		return 0
	}
	fewest := -1
	for _, r := range j.lack.firstFits {
		if n := j.plan(r); fewest < 0 || n < fewest {
			fewest = n
		}
	}
	return fewest
}

// plan is how many new hosts one way of first fit opens. Each task is planned on the newest host that takes it. Those that
// only some take come first, because what they leave of their hosts serves the rest; for those whose host nobody has seen
// one host is tried.
func (j *judgement) plan(r remainder) int {
	config, kinds := j.packing(false), j.wanted.catalogue.kinds
	config.Steps = placement.NewSteps(mostSteps)
	blind := 0
	var opened []placement.Host
	var placed [][]placement.Batch
	for _, of := range j.hostsFor(r) {
		if !of.sized {
			blind = 1
			continue
		}
		left := slices.Concat(j.landing(r.unplaced, of), j.landing(r.waiting, of))
		placed = append(placed, left)
		if len(opened) > 0 {
			outcomes := placement.New(slices.Clone(opened), kinds, config).Pack(r.order, placed...)
			if last := outcomes[len(outcomes)-1]; !last.Cut {
				left = again(last.Left)
			}
		}
		n := placement.Fewest(of.host, kinds, config, r.order, 0, left)
		opened = append(opened, slices.Repeat([]placement.Host{of.host}, n)...)
	}
	if r.headroom == 0 || j.lack.vain {
		return len(opened) + blind
	}
	spare := 0
	if len(placed) > 0 {
		outcomes := placement.New(slices.Clone(opened), kinds, config).Pack(r.order, placed...)
		spare = outcomes[len(outcomes)-1].Spare
	}
	of := j.lands(j.headroom.kind())
	if of == nil || !of.sized {
		return max(1, len(opened)+blind)
	}
	return len(opened) + blind + placement.Fewest(of.host, kinds, config, r.order, max(0, r.headroom-spare))
}

// hostsFor are the new hosts on which what an order leaves is planned, those that come last in their group first.
func (j *judgement) hostsFor(r remainder) []*like {
	var hosts []*like
	for _, l := range slices.Backward(j.instance.launchers) {
		for _, of := range slices.Backward(l.all()) {
			if len(j.landing(r.unplaced, of))+len(j.landing(r.waiting, of)) > 0 {
				hosts = append(hosts, of)
			}
		}
	}
	return hosts
}

// landing are the tasks that are planned on a new host like this one.
func (j *judgement) landing(left []placement.Left, of *like) []placement.Batch {
	return again(slices.DeleteFunc(slices.Clone(left), func(l placement.Left) bool { return j.lack.lands[l.Kind] != of }))
}

// blind tells whether a task waits of which only a host could help that nobody has seen yet.
func (j *judgement) blind() bool {
	return slices.ContainsFunc(slices.Concat(j.lack.unplaced, j.lack.waiting), func(l placement.Left) bool { return !j.lack.lands[l.Kind].sized })
}
