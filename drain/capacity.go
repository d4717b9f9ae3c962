package drain

import (
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// fits tells whether one more task of the service and revision fits on a staying host. An unknown size fits: a guess must
// not explain why a host waits.
func (f *facts) fits(service cluster.Service, definition string) bool {
	d, known := f.Definitions[definition]
	if !known {
		return true
	}
	var hosts []placement.Host
	for _, h := range f.Hosts {
		if h.IsCapacity() && !f.leaving[h.InstanceID] {
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

// stuck tells whether services' tasks can move nowhere: no ACTIVE host stays, and no group may launch one.
func (f *facts) stuck() bool {
	if f.HostsUnread {
		return false
	}
	for _, h := range f.Hosts {
		if h.Status == cluster.Active && !h.External && !f.leaving[h.InstanceID] {
			return false
		}
	}
	return len(f.Groups) > 0 && f.deserted()
}

// deserted tells whether no group of the cluster may launch a host.
func (c Cluster) deserted() bool {
	return !slices.ContainsFunc(c.Groups, func(g cluster.Group) bool { return g.Max > 0 })
}
