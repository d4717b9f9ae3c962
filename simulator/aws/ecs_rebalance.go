package aws

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
	tasks := s.group.zones
	light, heavy := -1, -1
	for z, hosts := range s.Cluster.zones {
		if hosts > 0 && (light < 0 || tasks[z] < tasks[light]) {
			light = z
		}
		if heavy < 0 || tasks[z] > tasks[heavy] {
			heavy = z
		}
	}
	if light < 0 || tasks[heavy]-tasks[light] < 2 {
		return
	}
	s.spare = s.placeTask(s.Cluster.zoneNames[light])
}
