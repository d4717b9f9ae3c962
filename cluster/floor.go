package cluster

// Floor is the fewest tasks of the service that must run: ceil(desired × minimumHealthyPercent / 100)
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

// Immovable tells whether ECS can never move a task of the service once all its tasks run, not even off a DRAINING host:
// Floor forbids to stop one first, and Most forbids to start another first
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html). Most does not bind
// deployments side by side, and a service that desires no task has all of them stopped.
func (s Service) Immovable() bool {
	s = s.bounded()
	return s.Active && !s.Daemon && s.Rollout != SideBySide && s.Desired > 0 && s.Floor() >= s.Desired && s.Most() <= s.Desired
}
