package aws

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"time"
)

// places counts the group's instances that do not terminate, by zone, in the order of the group's zones.
func (g *Group) places() []place {
	places := make([]place, len(g.Spec.Zones))
	for n, zone := range g.Spec.Zones {
		places[n].zone = zone
	}
	for _, i := range g.instances {
		if n := slices.Index(g.Spec.Zones, i.Zone); n >= 0 && !i.terminating() {
			places[n].instances++
			places[n].open = places[n].open || i.State == inService && !i.Protected
		}
	}
	return places
}

// place is a zone of a group; open means that it has an instance that scale-in may take.
type place struct {
	zone      string
	instances int
	open      bool
}

// zoneFor picks where the next instance is launched: the zone with the fewest, any of several such. refused are left out.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#AutoScalingBehavior.InstanceUsage
func (g *Group) zoneFor(places []place, refused map[string]bool) *place {
	var best *place
	for n := range places {
		p := &places[n]
		if refused[p.zone] {
			continue
		}
		if best == nil || p.instances < best.instances ||
			p.instances == best.instances && g.luckOf(p.zone) < g.luckOf(best.zone) {
			best = p
		}
	}
	return best
}

// luckOf orders zones for the next launch.
func (g *Group) luckOf(zone string) uint64 {
	return g.world.luck(fmt.Sprintf("%s %d %s", g.Spec.Name, g.launched, zone))
}

// luck is a number that only the seed and the name decide.
func (w *World) luck(name string) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d %s", w.Knobs.Seed, name)
	x := h.Sum64() // of two names that differ in the last letter FNV's high bits do not
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	return x ^ x>>33
}

// refuses says whether EC2 launches nothing in a zone now.
func (g *Group) refuses(zone string) bool {
	return g.NoCapacity["*"] || g.NoCapacity[zone] || g.world.outages[zone].After(g.world.now)
}

// victim is the instance that scale-in takes next by the default termination policy: first the zones with the most
// instances that have one without protection, then, all launch templates being the same, the instance that is closest to
// its next billing hour, then any.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
func (g *Group) victim() *Instance {
	most := 0
	places := g.places()
	for _, p := range places {
		if p.open {
			most = max(most, p.instances)
		}
	}
	full := map[string]bool{}
	for _, p := range places {
		full[p.zone] = p.open && p.instances == most
	}
	var open []*Instance
	for _, i := range g.instances {
		if full[i.Zone] && i.State == inService && !i.Protected {
			open = append(open, i)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return slices.MinFunc(open, func(a, b *Instance) int {
		return cmp.Or(cmp.Compare(a.toBillingHour(), b.toBillingHour()), cmp.Compare(a.luck, b.luck))
	})
}

// toBillingHour is how long it is until the next full hour of its running.
func (i *Instance) toBillingHour() time.Duration {
	return time.Hour - i.Group.world.now.Sub(i.InService)%time.Hour
}
