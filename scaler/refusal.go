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
func (j *judgement) refusals() []cluster.Service {
	stuck := map[string]bool{}
	for _, l := range slices.Concat(j.lack.unplaced, j.lack.waiting, j.lack.hopeless, j.lack.hopelessWaiting) {
		stuck[j.wanted.catalogue.kinds[l.Kind].Name] = true
	}
	var refused []cluster.Service
	for _, w := range j.s.Demand() {
		young := !w.Service.Refused.IsZero() && j.now.Sub(w.Service.Refused) < backOff
		if young && !stuck[w.Service.Name] {
			stuck[w.Service.Name] = true // once is enough
			refused = append(refused, w.Service)
		}
	}
	return refused
}

// refused says why a host is added for refusals; empty: none is. The host is bought once: no refusal that is older than
// the newest registration counts, and none while one of the new size stands unused.
func (j *judgement) refused() string {
	refusals := j.refusals()
	if len(refusals) == 0 {
		return ""
	}
	unused := j.unused()
	var why []string
	for _, service := range refusals {
		newest := time.Time{}
		for _, h := range slices.Backward(j.s.Hosts) { // the youngest comes last
			if admits(service, h) {
				newest = h.RegisteredAt
				break
			}
		}
		if service.Refused.After(newest) && !fresh(service, unused) && j.helps(service) {
			why = append(why, fmt.Sprintf("ECS said at %s UTC that no host met all requirements of a task of %s", service.Refused.UTC().Format("15:04"), service.Name))
		}
	}
	return firstOf(why)
}

// helps tells whether a new host could take the service's tasks, by its capacity provider.
func (j *judgement) helps(service cluster.Service) bool {
	return j.takes(placement.Kind{Providers: service.ProvidersOf(service.Starts())})
}

// fresh tells whether a host as a new one would be stands there without service tasks, so that another would not help the
// service.
func fresh(service cluster.Service, unused []cluster.Host) bool {
	return slices.ContainsFunc(unused, func(h cluster.Host) bool { return admits(service, h) })
}

// unused are the hosts as a new one would be that have no service tasks. One whose tasks are not known may be one.
func (j *judgement) unused() []cluster.Host {
	var hosts []cluster.Host
	for _, h := range j.capacity {
		if j.isOfNewSize(h) && (!read(h) || !j.serves(h)) {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

// serves tells whether the host has a task of a service that is no daemon.
func (j *judgement) serves(h cluster.Host) bool {
	for _, t := range j.tasks[h.ARN] {
		if t.Service != "" && !j.services[t.Service].Daemon {
			return true
		}
	}
	return false
}

// mayBeFresh are the hosts whose tasks decide on a refusal.
func (j *judgement) mayBeFresh() bool {
	for _, h := range j.capacity {
		if j.isOfNewSize(h) && !read(h) {
			return true
		}
	}
	return false
}
