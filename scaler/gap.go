package scaler

import (
	"sort"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// mostHosts bounds the gap.
const mostHosts = placement.MostHosts

// missing is the fewest new hosts, those in flight among them, that clear every cause; at least 1.
func (j *judgement) missing() int {
	if !j.instance.known {
		return 1
	}
	return max(1, j.newHosts(), j.toGoBelow())
}

// toGoBelow is the fewest new hosts that bring every resource below its scale-out threshold, unplaced tasks counted as
// placed. A new host brings its daemons; one that would itself stand at the threshold, or that has nothing of the
// resource, can never help and is not bought for it.
func (j *judgement) toGoBelow() int {
	reserved := j.reserved.Plus(j.toBePlaced())
	hosts := 0
	for _, r := range resources(j.entry, j.reservation) {
		if r.band.ScaleOutAt != nil {
			hosts = max(hosts, j.toGoBelowOf(r, reserved))
		}
	}
	return hosts
}

// toGoBelowOf plans by the newest host, and by the one before it where the newest can never help.
func (j *judgement) toGoBelowOf(r resource, reserved cluster.Resources) int {
	for _, l := range j.instance.launchers {
		for _, of := range l.likes[:min(twice, len(l.likes))] {
			if n := hostsToGoBelow(*r.band.ScaleOutAt, r.amount(j.registered), r.amount(reserved), r.amount(of.size), r.amount(of.daemons)); n > 0 {
				return n
			}
		}
	}
	return hostsToGoBelow(*r.band.ScaleOutAt, r.amount(j.registered), r.amount(reserved), r.amount(j.instance.size), r.amount(j.instance.daemons))
}

// toBePlaced is the sum of the wanted tasks that a host can take.
func (j *judgement) toBePlaced() cluster.Resources {
	var sum cluster.Resources
	c := j.wanted.catalogue
	for _, b := range c.batches(j.wanted.unplaced) {
		sum = sum.Plus(c.kinds[b.Kind].Size.Times(int64(b.Tasks)))
	}
	for _, l := range j.lack.waiting {
		sum = sum.Plus(c.kinds[l.Kind].Size.Times(int64(l.Tasks)))
	}
	for _, l := range j.lack.hopeless {
		sum = sum.Minus(c.kinds[l.Kind].Size.Times(int64(l.Tasks)))
	}
	return sum
}

// hostsToGoBelow is the least n with 100·(reserved + n·daemons) / (registered + n·size) < percent; 0 where no n will do,
// mostHosts where only more than that would. Every ratio here is cluster.Reservation's, so that both agree to the last
// digit. It falls with each host as long as a host by itself stands below, so that halving finds n.
func hostsToGoBelow(percent float64, registered, reserved, size, daemons int64) int {
	below := func(registered, reserved int64) bool {
		ratio := cluster.ReservationOf(cluster.Resources{CPU: registered}, cluster.Resources{CPU: reserved}).CPU
		return ratio != nil && float64(*ratio) < percent
	}
	if reserved <= 0 || !below(size, daemons) {
		return 0
	}
	return sort.Search(mostHosts, func(n int) bool {
		more := cluster.Resources{CPU: size, Memory: daemons}.Times(int64(n)).Plus(cluster.Resources{CPU: registered, Memory: reserved})
		return below(more.CPU, more.Memory)
	})
}
