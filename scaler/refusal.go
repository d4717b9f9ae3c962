package scaler

import (
	"fmt"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// backOff is how long ECS may wait before it tries a task again: up to 27 minutes
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html). Older refusals do not
// count.
const backOff = 30 * time.Minute

// refusals returns the services that want a task which ECS refused lately, although by our packing it fits: they reveal
// what is not modelled.
func refusals(f *facts, d demand, s shortage) []cluster.Service {
	stuck := map[string]bool{}
	for _, l := range s.all() {
		stuck[d.kinds[l.Kind].Name] = true
	}
	var refused []cluster.Service
	for _, w := range d.all {
		young := !w.Service.Refused.IsZero() && f.now.Sub(w.Service.Refused) < backOff
		if young && !stuck[w.Service.Name] {
			stuck[w.Service.Name] = true // once is enough
			refused = append(refused, w.Service)
		}
	}
	return refused
}

// refused returns why the refusals justify a host, or "". It asks for one host only: a refusal does not count if a host
// has registered since, or if a suitable host is unused.
func (f *findings) refused() string {
	if len(f.refusals) == 0 {
		return ""
	}
	unused := f.mayBeUnused()
	var why []string
	for _, service := range f.refusals {
		newest := time.Time{}
		for _, h := range slices.Backward(f.s.Hosts) { // the youngest comes last
			if admits(service, h) {
				newest = h.RegisteredAt
				break
			}
		}
		idle := slices.ContainsFunc(unused, func(h cluster.Host) bool { return admits(service, h) })
		if service.Refused.After(newest) && !idle && f.newHost.takes(placement.Kind{Providers: service.ProvidersOf(service.Starts())}) {
			why = append(why, fmt.Sprintf("ECS said at %s UTC that no host met all requirements of a task of %s", service.Refused.UTC().Format("15:04"), service.Name))
		}
	}
	return firstOf(why)
}

// mayBeUnused returns the hosts of the new size that have, or may have, no service tasks.
func (f *findings) mayBeUnused() []cluster.Host {
	return slices.DeleteFunc(slices.Clone(f.capacity), func(h cluster.Host) bool {
		return !f.newHost.isOfNewSize(h) || tasksKnown(h) && f.serves(h)
	})
}
