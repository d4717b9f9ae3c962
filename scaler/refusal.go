package scaler

import (
	"fmt"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// backOff is how long ECS may wait before it tries again to place a service's task: up to 27 minutes
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html). An older refusal says
// nothing of today.
const backOff = 30 * time.Minute

// refusals are the services that still want a task of which ECS said lately that it fits nowhere, though by our packing
// it does: the second witness, for what is not modelled.
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

// refused returns why ECS's refusals justify a host; empty: they do not. The host is bought once: no refusal that is older
// than the newest registration counts, and none while a host of the new size stands unused.
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
		stands := slices.ContainsFunc(unused, func(h cluster.Host) bool { return admits(service, h) })
		helps := func() bool { return f.newHost.takes(placement.Kind{Providers: service.ProvidersOf(service.Starts())}) }
		if service.Refused.After(newest) && !stands && helps() {
			why = append(why, fmt.Sprintf("ECS said at %s UTC that no host met all requirements of a task of %s", service.Refused.UTC().Format("15:04"), service.Name))
		}
	}
	return firstOf(why)
}

// mayBeUnused are the hosts as a new one would be that have no service tasks. One whose tasks are not known may be one.
func (f *findings) mayBeUnused() []cluster.Host {
	return slices.DeleteFunc(slices.Clone(f.capacity), func(h cluster.Host) bool {
		return !f.newHost.isOfNewSize(h) || tasksKnown(h) && f.serves(h)
	})
}
