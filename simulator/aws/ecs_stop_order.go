package aws

import "cmp"

// stopSpare stops what is more than the desired count; tasks under protection are left
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html).
func (s *Service) stopSpare() {
	spare := s.stays() - s.Desired
	if t := s.spare; t != nil {
		if t.Desired == taskRunning && !t.Healthy {
			spare-- // the one it is to stand in for is not to be stopped yet
		} else {
			s.spare = nil
		}
	}
	for ; spare > 0; spare-- {
		t := s.victim()
		if t == nil {
			return
		}
		t.stop(byService, "Scaling activity initiated by (deployment "+s.primary().ID+")")
	}
}

// victim is the task that scaling in stops: first one that has no host or does not run yet, which AWS does not document.
// With binpack, then, the one whose host would have most left; with spread, one of the fullest part; without a strategy,
// of the zone with most of the service's tasks, on the host with most of them
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html). Of equals, the youngest.
func (s *Service) victim() *Task {
	var best *Task
	var score victimScore
	values := s.Cluster.values(s.strategy, s.group)
	for _, t := range s.tasks {
		if t.Desired != taskRunning || t.Deployment != s.primary() || t.leaving() {
			continue
		}
		if t.protected() {
			s.wakeAt(t.ProtectedUntil)
			continue
		}
		its := victimScore{readiness: t.readiness()}
		if t.Host != nil {
			its.by = t.Host.score(s.strategy, s.group, values)
			if s.Spec.Rebalance {
				its.zone = s.group.zones[t.Host.zone]
			}
		}
		if best == nil || its.compare(score) <= 0 {
			best, score = t, its
		}
	}
	return best
}

// victimScore is lowest for the first to go by readiness, and highest by what else counts.
type victimScore struct {
	readiness int
	zone      int // with availabilityZoneRebalancing
	by        [mostStrategies]int
}

func (v victimScore) compare(o victimScore) int {
	return cmp.Or(cmp.Compare(v.readiness, o.readiness), cmp.Compare(o.zone, v.zone), compare(o.by, v.by))
}

func (t *Task) readiness() int {
	switch {
	case t.Host == nil:
		return 0
	case t.Last != taskRunning:
		return 1
	case !t.Healthy:
		return 2
	default:
		return 3
	}
}
