package drain

import (
	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// fits tells whether one more task of the service and revision fits on some ACTIVE host that does not leave. What is
// not known counts as room: a host that waits must not be explained by a guess.
func (p *picture) fits(service cluster.Service, definition string) bool {
	d, known := p.Definitions[definition]
	if !known {
		return true
	}
	var hosts []placement.Host
	for _, h := range p.Hosts {
		if h.IsCapacity() && !p.leaving[h.InstanceID] {
			hosts = append(hosts, placement.Host{
				ID: h.InstanceID, Free: h.Remaining, Attributes: h.Attributes, Ports: h.Ports, AwsvpcLimit: -1, Groups: map[string]int{},
				Providers: h.Providers(),
			})
		}
	}
	kind := placement.KindOf(service, d)
	kind.Providers = service.ProvidersOf(definition)
	fleet := placement.New(hosts, []placement.Kind{kind}, placement.Config{})
	return len(fleet.Pack(placement.LargestFirst, []placement.Batch{{Kind: 0, Tasks: 1}})[0].Left) == 0
}

// stuck tells whether service tasks of the cluster can move nowhere, now or later: it has no ACTIVE host that stays, and
// no group may launch one.
func (p *picture) stuck() bool {
	if p.HostsUnread {
		return false
	}
	for _, h := range p.Hosts {
		if h.Status == cluster.Active && !h.External && !p.leaving[h.InstanceID] {
			return false
		}
	}
	for _, g := range p.Groups {
		if g.Max > 0 {
			return false
		}
	}
	return len(p.Groups) > 0
}
