package scaler

import (
	"slices"
	"sort"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// mostHosts bounds the gap.
const mostHosts = placement.MostHosts

// gap is how many hosts are missing beyond those launching. For thresholds every launching host counts, for waiting
// tasks only those that would take one.
func (f *findings) gap() int {
	p, all := f.plan(), 1
	if f.newHost.known {
		all = min(mostHosts, max(1, p.hosts+f.toGoBelow(p)))
	}
	return max(all-f.launching, min(all, p.hosts)-f.helpful(), 0)
}

// toGoBelow is the fewest hosts beyond those planned that bring every resource below its scale-out threshold. Unplaced
// tasks count as placed, and a new host brings its daemons. A host that would itself stand at the threshold, or lacks
// the resource, never helps and is not bought for it.
func (f *findings) toGoBelow(p planned) int {
	registered, reserved := f.registered.Plus(p.size), f.reserved.Plus(f.toBePlaced()).Plus(p.daemons)
	hosts := 0
	for _, r := range resources(f.entry, f.reservation) {
		if r.band.ScaleOutAt != nil {
			hosts = max(hosts, f.toGoBelowOf(r, registered, reserved))
		}
	}
	return hosts
}

// toGoBelowOf plans by the newest host, and by the one before it where the newest can never help.
func (f *findings) toGoBelowOf(r resource, registered, reserved cluster.Resources) int {
	for _, l := range f.newHost.launchers {
		for _, of := range l.all()[:min(twice, len(l.all()))] {
			if n := hostsToGoBelow(*r.band.ScaleOutAt, r.amount(registered), r.amount(reserved), r.amount(of.size), r.amount(of.daemons)); of.sized && n > 0 {
				return n
			}
		}
	}
	return 0
}

// toBePlaced is the sum of the wanted tasks that a host can take whose size is known.
func (f *findings) toBePlaced() cluster.Resources {
	var sum cluster.Resources
	c := f.demand.catalogue
	for _, b := range append(c.batches(f.demand.unplaced), batchesOf(f.shortage.waiting)...) {
		sum = sum.Plus(c.kinds[b.Kind].Size.Times(int64(b.Tasks)))
	}
	for _, l := range slices.Concat(f.shortage.unplaceable, f.shortage.unseen()) {
		sum = sum.Minus(c.kinds[l.Kind].Size.Times(int64(l.Tasks)))
	}
	return sum
}

// hostsToGoBelow is the least n with 100·(reserved + n·daemons) / (registered + n·size) < percent; 0 if no n will do,
// at most mostHosts. Ratios are cluster.Reservation's, so both agree to the last digit. The ratio falls with each host
// as long as one host alone is below, so halving finds n.
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
