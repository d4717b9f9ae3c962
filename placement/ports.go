package placement

import (
	"slices"

	"ecs-cluster-scaler/cluster"
)

// conflicts tells whether one of the ports is taken.
func conflicts(taken, wanted []cluster.Port) bool {
	return slices.ContainsFunc(wanted, func(p cluster.Port) bool { return slices.Contains(taken, p) })
}

// mostPorts is how many ports of a host can be reserved, with the agent's. Ports that Docker assigns do not count
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html).
const mostPorts = 100

// reservesAll tells whether the kind's ports are too many. AWS does not document whether TCP and UDP count together.
func (f *Fleet) reservesAll(host int32, k *kindState) bool {
	if len(f.ports[host])+len(k.Ports) <= mostPorts {
		return false
	}
	udp := 0
	for _, p := range slices.Concat(f.ports[host], k.Ports) {
		if p.UDP {
			udp++
		}
	}
	return f.Strict || max(udp, len(f.ports[host])+len(k.Ports)-udp) > mostPorts
}
