package scaler

import (
	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// newInterfaces is how many tasks with a network interface a host of each type is taken to hold, where ECS refused such a
// task that by our packing fits: as many as the fullest holds. ECS shows no interfaces, so that its refusal is the only
// sign that they ran out; without one, that a host holds few is no sign that it cannot hold more. A type of which a
// host's tasks are not known has no bound. nil: nothing of this is known.
func newInterfaces(j *judgement) map[string]int {
	if !j.interfacesRefused() {
		return nil
	}
	most, unknown := map[string]int{}, map[string]bool{}
	for _, h := range j.s.Hosts {
		kind := h.Type()
		if !h.IsCapacity() && (h.External || !read(h)) {
			continue // it is not read for this
		}
		unknown[kind] = unknown[kind] || kind == "" || !read(h)
		// One more than the daemons' has room on every host: a limit that leaves none would make every such task hopeless.
		most[kind] = max(most[kind], j.place(h, true).Awsvpc, j.instance.host.Awsvpc+1)
	}
	for kind := range unknown {
		if unknown[kind] {
			delete(most, kind)
		}
	}
	return most
}

// interfacesRefused tells whether ECS refused a task with an interface that by our packing fits.
func (j *judgement) interfacesRefused() bool {
	if j.awsvpcLimit() >= 0 {
		return false // the entry says how many fit
	}
	refused := map[string]bool{}
	for _, service := range j.refusals() {
		refused[service.Name] = true
	}
	for _, w := range j.s.Demand() {
		if refused[w.Service.Name] && j.s.Definitions[w.Definition].Awsvpc {
			return true
		}
	}
	return false
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

// interfacesOfNew is interfacesOn for a new host: as its type holds, or else as the roomiest type does.
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
