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

func (p *planned) add(of *like, n int) {
	p.hosts += n
	if of.sized {
		p.size, p.daemons = p.size.Plus(of.size.Times(int64(n))), p.daemons.Plus(of.daemons.Times(int64(n)))
	}
}

// newHosts are the fewest new hosts that take what is lacking.
func (j *judgement) newHosts() planned {
	var fewest planned
	if j.lack.wants() == 0 && (j.lack.headroom == 0 || j.lack.vain) {
		return fewest
	}
	for i, r := range j.lack.firstFits {
		if p := j.plan(r); i == 0 || p.hosts < fewest.hosts {
			fewest = p
		}
	}
	return fewest
}

// plan is what one way of first fit opens. Each task is planned on the newest host that takes it. Those that only some
// take come first, because what they leave of their hosts serves the rest; for those whose host nobody has seen one host
// is tried.
func (j *judgement) plan(r remainder) planned {
	config, kinds := j.packing(false), j.wanted.catalogue.kinds
	config.Steps = placement.NewSteps(mostSteps).Until(j.until)
	var p planned
	var opened []placement.Host
	var placed [][]placement.Batch
	for _, of := range j.hostsFor(r) {
		if !of.sized {
			p.add(of, 1)
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
		p.add(of, n)
		opened = append(opened, slices.Repeat([]placement.Host{of.host}, n)...)
	}
	if r.headroom == 0 || j.lack.vain {
		return p
	}
	spare := 0
	if len(placed) > 0 {
		outcomes := placement.New(slices.Clone(opened), kinds, config).Pack(r.order, placed...)
		spare = outcomes[len(outcomes)-1].Spare
	}
	if of := j.lands(j.headroom.kind()); of.sized {
		p.add(of, placement.Fewest(of.host, kinds, config, r.order, max(0, r.headroom-spare)))
	} else {
		p.add(of, 1)
	}
	return p
}

// hostsFor are the kinds of new hosts on which a remainder is planned. Within a group the last one comes first.
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

// untold are tasks that wait for a host as nobody has seen one.
func (j *judgement) untold() []placement.Left {
	return slices.DeleteFunc(slices.Concat(j.lack.unplaced, j.lack.waiting), func(l placement.Left) bool { return j.lack.lands[l.Kind].sized })
}
