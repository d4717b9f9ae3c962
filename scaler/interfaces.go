package scaler

import (
	"maps"
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// newInterfaces is how many tasks with a network interface a host of each type is taken to hold, where ECS refused such a
// task that by our packing fits: as many as the fullest holds. ECS shows no interfaces, so that its refusal is the only
// sign that they ran out; without one, that a host holds few is no sign that it cannot hold more. A type of which a
// host's tasks are not known, or whose hosts hold none but daemons', has no bound. nil: nothing of this is known.
func newInterfaces(j *judgement) map[string]int {
	refused := j.interfacesRefused()
	if len(refused) == 0 {
		return nil
	}
	most, unknown := map[string]int{}, map[string]bool{}
	for _, h := range j.s.Hosts {
		kind := h.Type()
		if !h.IsCapacity() && (h.External || !read(h)) {
			continue // it is not read for this
		}
		unknown[kind] = unknown[kind] || kind == "" || !read(h)
		most[kind] = max(most[kind], j.place(h, true).Awsvpc)
	}
	maps.DeleteFunc(most, func(kind string, n int) bool {
		return unknown[kind] || !refused[kind] || n <= j.instance.host.Awsvpc
	})
	return most
}

// interfacesRefused are the types of hosts that had no room, as ECS said, for a task with an interface that by our packing
// fits there. A host that registered after the refusal was not asked: the task may have been refused for want of it.
func (j *judgement) interfacesRefused() map[string]bool {
	types := map[string]bool{}
	if j.awsvpcLimit() >= 0 {
		return types // the entry says how many fit
	}
	refused := map[string]bool{}
	for _, service := range j.refusals() {
		refused[service.Name] = true
	}
	for _, w := range slices.Concat(j.wanted.unplaced, j.wanted.waiting) {
		if refused[w.Service.Name] && j.s.Definitions[w.Definition].Awsvpc {
			j.wereRefused(w, types)
		}
	}
	return types
}

// wereRefused adds the types of the hosts that stood when ECS refused the service's task.
func (j *judgement) wereRefused(w cluster.Demand, types map[string]bool) {
	k := j.wanted.catalogue.kinds[j.wanted.catalogue.of[kindOf(w)]]
	for _, h := range j.capacity { // the oldest first
		if !h.RegisteredAt.Before(w.Service.Refused) || j.steps.Spent() {
			return
		}
		if !types[h.Type()] && k.Size == least(k.Size, h.Remaining) && placement.TakesEmpty(j.place(h, false), k, placement.Config{Steps: j.steps}) {
			types[h.Type()] = true
		}
	}
}

// interfacesOn is how many tasks with an interface the host can hold; negative: not limited, as far as is known.
func (j *judgement) interfacesOn(h cluster.Host) int {
	if limit, bounded := j.interfaces[h.Type()]; bounded {
		return limit
	}
	return j.awsvpcLimit()
}

// boundNew bounds every new host that may come.
func (j *judgement) boundNew() {
	j.instance.host.AwsvpcLimit = j.interfacesOfNew(j.instance.host)
	for _, l := range j.instance.launchers {
		for _, of := range l.all() {
			of.host.AwsvpcLimit = j.interfacesOfNew(of.host)
		}
	}
}

// interfacesOfNew is interfacesOn for a new host: as many as its type holds. If that is not known, as the roomiest type holds.
func (j *judgement) interfacesOfNew(of placement.Host) int {
	if limit, bounded := j.interfaces[of.Attributes[cluster.TypeAttribute]]; bounded {
		return limit
	}
	roomiest := j.awsvpcLimit()
	for _, limit := range j.interfaces {
		roomiest = max(roomiest, limit)
	}
	return roomiest
}
