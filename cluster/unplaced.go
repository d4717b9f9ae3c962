package cluster

import (
	"cmp"
	"math"
	"slices"
)

// Unplaced is how many tasks the service wants now that no ACTIVE host holds. onDraining is how many of its tasks with
// desired status RUNNING sit on DRAINING hosts: they count as running for ECS, but have to go.
//
// A service that wants nothing of this cluster's hosts has none: not ACTIVE, DAEMON, or on other capacity.
func (s Service) Unplaced(onDraining int) int {
	if !s.WantsHosts() {
		return 0
	}
	s = s.bounded()
	if s.Rollout == SideBySide {
		wanted, placed := 0, 0
		for _, d := range s.Deployments {
			if d.wants() {
				wanted += d.Desired
				placed += min(d.Desired, d.Running+d.Pending)
			}
		}
		return max(0, wanted-placed+onDraining)
	}
	if s.primary().Failed {
		return 0
	}
	missing := s.Desired - (s.Running + s.Pending - onDraining)
	return max(0, min(missing, s.startable()))
}

// RolloutWaits tells whether a rolling deployment wants to start a task beside the old ones, which MaximumPercent
// allows, though the service has all the tasks that it desires. Where that task fits nowhere, the deployment is stuck
// until there is another host.
func (s Service) RolloutWaits() bool {
	s = s.bounded()
	p := s.primary()
	return s.WantsHosts() && s.Rollout == Rolling && p.InProgress && !p.Failed &&
		p.Pending == 0 && p.Running < p.Desired &&
		s.Running+s.Pending >= s.Desired && s.startable() > 0
}

// Floor is the fewest tasks that the service may have: ceil(desired × minimumHealthyPercent / 100)
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html).
func (s Service) Floor() int {
	s = s.bounded()
	return (s.Desired*s.MinimumHealthyPercent + 99) / 100
}

// Most is the most tasks that a rolling service may have: floor(desired × maximumPercent / 100) (same document as Floor).
func (s Service) Most() int {
	s = s.bounded()
	return s.Desired * s.MaximumPercent / 100
}

// startable is how many tasks ECS may start on top of those that run or are pending.
func (s Service) startable() int {
	return s.Most() - s.Running - s.Pending
}

// Immovable tells whether a service that has all its tasks keeps each on its host for ever, a DRAINING one too: Floor
// forbids to stop one first, and Most to start another first
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html). Most binds no
// deployments that run side by side, and where no task is desired each is stopped.
func (s Service) Immovable() bool {
	s = s.bounded()
	return s.Active && !s.Daemon && s.Rollout != SideBySide && s.Desired > 0 && s.Floor() >= s.Desired && s.Most() <= s.Desired
}

// mostCounted bounds the counts and percentages that ECS gives: they are 32-bit integers, of which two can be multiplied.
const mostCounted = math.MaxInt32

// bounded is the service with every count between 0 and mostCounted, so that no sum or product of them overflows.
func (s Service) bounded() Service {
	count := func(n int) int { return max(0, min(n, mostCounted)) }
	s.Desired, s.Running, s.Pending = count(s.Desired), count(s.Running), count(s.Pending)
	s.MinimumHealthyPercent, s.MaximumPercent = count(s.MinimumHealthyPercent), count(s.MaximumPercent)
	for i, d := range s.Deployments {
		within := d
		within.Desired, within.Running, within.Pending = count(d.Desired), count(d.Running), count(d.Pending)
		if within.Desired != d.Desired || within.Running != d.Running || within.Pending != d.Pending {
			s.Deployments = slices.Clone(s.Deployments)
			s.Deployments[i] = within
		}
	}
	return s
}

// WantsHosts tells whether its tasks run on this cluster's hosts and are a demand for them.
func (s Service) WantsHosts() bool {
	return s.Active && !s.Daemon && s.Home == OnEC2
}

// wants tells whether ECS starts tasks of the deployment on this cluster's hosts.
func (d Deployment) wants() bool { return !d.Failed && !d.Stopping && d.Home != Elsewhere }

// Keeps tells whether the service still wants tasks of a revision. It does not where every deployment of that revision is
// being stopped; of one that no deployment names nothing is known, and it may.
func (s Service) Keeps(revision string) bool {
	named := false
	for _, d := range s.Deployments {
		if cmp.Or(d.TaskDefinition, s.Starts()) != revision {
			continue
		}
		if !d.Stopping {
			return true
		}
		named = true
	}
	return !named
}

func (s Service) primary() Deployment {
	for _, d := range s.Deployments {
		if d.Primary {
			return d
		}
	}
	return Deployment{}
}
