package scaler

import (
	"maps"
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// interfaces is how many tasks with a network interface a host of each type can hold; nil: nothing is known.
type interfaces map[string]int

// newInterfaces bounds a type to what its fullest host holds, if ECS refused such a task although it fits by our
// packing. ECS does not show interfaces, so a refusal is the only sign that they ran out. A type has no bound if the
// tasks of a host are not known, or if its hosts hold only daemons.
func newInterfaces(f *facts, n newHost, d demand, c daemonsToCome, s shortage) interfaces {
	refused := interfacesRefused(f, d, c, s)
	if len(refused) == 0 {
		return nil
	}
	most, unknown := interfaces{}, map[string]bool{}
	for _, h := range f.s.Hosts {
		kind := h.Type()
		if !h.IsCapacity() && (h.External || !tasksKnown(h)) {
			continue // it is not read for this
		}
		unknown[kind] = unknown[kind] || kind == "" || !tasksKnown(h)
		most[kind] = max(most[kind], f.packed(h, true, c.possible[h.ARN], f.awsvpcLimit()).Awsvpc)
	}
	maps.DeleteFunc(most, func(kind string, held int) bool {
		return unknown[kind] || !refused[kind] || held <= n.host.Awsvpc
	})
	return most
}

// interfacesRefused returns the types of hosts for which ECS refused a task with an interface that fits by our packing.
// Hosts that registered after the refusal do not count: the task may have been refused because they were missing.
func interfacesRefused(f *facts, d demand, c daemonsToCome, s shortage) map[string]bool {
	types := map[string]bool{}
	if f.awsvpcLimit() >= 0 {
		return types // the entry says how many fit
	}
	refused := map[string]bool{}
	for _, service := range refusals(f, d, s) {
		refused[service.Name] = true
	}
	for _, w := range d.known() {
		if !refused[w.Service.Name] || !f.s.Definitions[w.Definition].Awsvpc {
			continue
		}
		k := d.kinds[d.number[kindOf(w)]]
		for _, h := range f.capacity { // the oldest first
			if !h.RegisteredAt.Before(w.Service.Refused) || f.steps.Spent() {
				break
			}
			if !types[h.Type()] && k.Size == least(k.Size, h.Remaining) &&
				placement.TakesEmpty(f.packed(h, false, c.certain[h.ARN], f.awsvpcLimit()), k, placement.Config{Steps: f.steps}) {
				types[h.Type()] = true
			}
		}
	}
	return types
}

// on is how many tasks with an interface the host can hold; otherwise, where its type has no bound.
func (i interfaces) on(h cluster.Host, otherwise int) int {
	if limit, bounded := i[h.Type()]; bounded {
		return limit
	}
	return otherwise
}

// ofNew is on for a new host. If its type is not known, it holds as many as the roomiest type.
func (i interfaces) ofNew(h placement.Host) int {
	if limit, bounded := i[h.Attributes[cluster.TypeAttribute]]; bounded {
		return limit
	}
	roomiest := h.AwsvpcLimit
	for _, limit := range i {
		roomiest = max(roomiest, limit)
	}
	return roomiest
}

// within is the new host with its interfaces bounded, whichever comes.
func (n newHost) within(i interfaces) newHost {
	n.launchers = slices.Clone(n.launchers)
	for at := range n.launchers {
		l := &n.launchers[at]
		samples := slices.Clone(l.all())
		for s, of := range samples {
			bounded := *of
			bounded.host.AwsvpcLimit = i.ofNew(of.host)
			samples[s] = &bounded
		}
		l.samples = samples[:len(l.samples)]
		if l.unseen != nil {
			l.unseen = samples[len(samples)-1]
		}
	}
	return n
}
