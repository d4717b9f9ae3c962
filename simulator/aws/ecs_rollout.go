package aws

import "time"

// Roll-outs' states (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html).
const (
	inProgress    = "IN_PROGRESS"
	completed     = "COMPLETED"
	failedRollout = "FAILED"
)

// Deployment is one revision's roll-out.
type Deployment struct {
	ID         string
	Definition *TaskDefinition
	Created    time.Time
	// Rollout is IN_PROGRESS, COMPLETED or FAILED.
	Rollout string
	// failed are tasks that failed one after another, none having come up (API_Deployment.html, failedTasks).
	failed  int
	cameUp  bool
	changed time.Time
	reason  string

	counts
	// rounds of restarts that failed one after another; none before notBefore.
	rounds    int
	notBefore time.Time
}

// watchRollout drops deployments that have no tasks any more, and completes the PRIMARY one in a steady state.
func (s *Service) watchRollout() {
	kept := s.deployments[:1:1]
	for _, d := range s.deployments[1:] {
		if d.live > 0 {
			kept = append(kept, d)
		}
	}
	s.deployments = kept
	d := s.primary()
	n := s.Desired
	steady := len(kept) == 1 && d.live == n && d.running == n && d.healthy == n && d.leaving == 0
	if steady && !s.steady {
		if d.Rollout == inProgress {
			s.setRollout(completed, "ECS deployment "+d.ID+" completed.")
			s.event("(service " + s.Spec.Name + ") (deployment " + d.ID + ") deployment completed.")
		}
		s.event("(service " + s.Spec.Name + ") has reached a steady state.")
	}
	s.steady = steady
}

func (s *Service) setRollout(state, reason string) {
	d := s.primary()
	d.Rollout, d.reason, d.changed = state, reason, s.Cluster.world.now
	s.version++
}

// failed counts a task that failed, for the throttle of restarts and the circuit breaker.
func (s *Service) failed(t *Task) {
	w, d := s.Cluster.world, t.Deployment
	if !t.Started.IsZero() && w.now.Sub(t.Started) >= w.Knobs.ECS.ShortLived && !t.unhealthy {
		d.rounds = 0
		return
	}
	s.throttle(d)
	// Once a task has come up, failures are not counted any more.
	if !d.cameUp {
		d.failed++
	}
	if s.Spec.CircuitBreaker && d == s.primary() && d.Rollout == inProgress && d.failed >= breaks(s.Desired) {
		s.setRollout(failedRollout, "ECS deployment circuit breaker: tasks failed to start.")
		s.event("(service " + s.Spec.Name + ") (deployment " + d.ID + ") deployment failed: tasks failed to start.")
	}
}

// throttle slows restarts down. Tasks that fail while it already waits are of the same round.
func (s *Service) throttle(d *Deployment) {
	w := s.Cluster.world
	if w.now.Before(d.notBefore) {
		return
	}
	d.rounds++
	d.notBefore = w.now.Add(time.Second)
	if d.rounds < 2 || w.Knobs.ECS.Restart <= 0 {
		return
	}
	d.notBefore = w.now.Add(doubled(w.Knobs.ECS.Restart, d.rounds-2, w.Knobs.ECS.RestartMax))
	s.event("(service " + s.Spec.Name + ") is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
}

// breaks is how many failed tasks end a roll-out: half the desired count, at least 3, at most 200
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html).
func breaks(desired int) int { return min(max((desired+1)/2, 3), 200) }
