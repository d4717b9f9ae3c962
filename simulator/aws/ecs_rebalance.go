package aws

import (
	"maps"
	"slices"
)

// rebalance is availabilityZoneRebalancing: where zones differ by more than one task, one is started in the lightest, and
// when that is healthy scaling in takes one of the heaviest
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html).
func (s *Service) rebalance() {
	if !s.Spec.Rebalance || s.spare != nil || s.ceiling() <= s.Desired || len(s.deployments) > 1 {
		return
	}
	if s.healthy != s.Desired || s.live != s.Desired || s.leaving > 0 {
		return
	}
	zones := slices.Sorted(maps.Keys(s.Cluster.zones))
	if len(zones) < 2 {
		return
	}
	spread := s.Cluster.spread[s.group]
	light, heavy := zones[0], zones[0]
	for _, z := range zones {
		if spread[z] < spread[light] {
			light = z
		}
		if spread[z] > spread[heavy] {
			heavy = z
		}
	}
	if spread[heavy]-spread[light] < 2 {
		return
	}
	s.spare = s.placeTask(light)
}
