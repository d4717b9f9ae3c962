package cluster

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Service is one ECS service.
type Service struct {
	Name string
	// Active: ECS keeps its tasks running. DRAINING and INACTIVE services want none.
	Active bool
	// Daemon: it has one task on each host, so it never demands hosts.
	Daemon bool
	// Home is where its tasks run.
	Home Home
	// Providers are the capacity providers that its strategy names. ECS places its tasks on their hosts only. None: launch
	// type EC2, whose tasks may be placed on every host of the cluster.
	Providers []string
	// Desired, Running and Pending count its tasks over all deployments, without stopping ones.
	Desired, Running, Pending int
	// MinimumHealthyPercent and MaximumPercent bound a rolling deployment, in percent of Desired.
	MinimumHealthyPercent, MaximumPercent int
	// TaskDefinition is the ARN of the revision that the service runs now.
	TaskDefinition string
	// Rollout says how deployments are replaced.
	Rollout     Rollout
	Deployments []Deployment
	// Constraints are its placementConstraints; its definitions have their own.
	Constraints []Constraint
	// Placement is its placementStrategy; none: ECS spreads over Availability Zones, then over hosts
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html).
	Placement []Strategy
	// Refused is when ECS last said that it could not place a task of this service; zero: not lately.
	Refused time.Time
	// Crashed is when ECS last said that its tasks stop one after another; zero: not lately.
	Crashed time.Time
}

// Home is the kind of capacity that a service's tasks run on.
type Home string

// The kinds of capacity.
const (
	// OnEC2: container instances of this cluster, by launch type EC2 or by an Auto Scaling group's capacity provider.
	OnEC2 Home = "ec2"
	// Elsewhere: Fargate, ECS Anywhere, ECS Managed Instances.
	Elsewhere Home = "elsewhere"
	// Unknown: its capacity provider could not be read.
	Unknown Home = "unknown"
)

// Rollout is how a service replaces its tasks.
type Rollout string

// The ways of rolling out. They differ in what bounds the number of tasks meanwhile.
const (
	// Rolling keeps the sum of all deployments within MaximumPercent.
	Rolling Rollout = "rolling"
	// SideBySide runs each deployment or task set at its own desired count: CODE_DEPLOY, EXTERNAL, BLUE_GREEN, LINEAR,
	// CANARY. MaximumPercent does not bound them.
	SideBySide Rollout = "side_by_side"
)

// Deployment is one deployment or task set of a service.
type Deployment struct {
	// Primary: it is the newest one, and replaces the others.
	Primary bool
	// Failed: the circuit breaker ended it. ECS starts no more tasks of it.
	Failed bool
	// Stopping: ECS is stopping its tasks and wants none of them, whatever its counts say. It is a task set in status DRAINING
	// or a deployment in status INACTIVE
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html,
	// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html).
	Stopping bool
	// InProgress: it has not reached a steady state yet.
	InProgress                bool
	Desired, Running, Pending int
	TaskDefinition            string
	// Home and Providers are like those of a service. No Home: those of the service apply.
	Home      Home
	Providers []string
}

// WantsHosts tells whether its tasks need hosts of this cluster.
func (s Service) WantsHosts() bool {
	return s.Active && !s.Daemon && s.Home == OnEC2
}

// wants tells whether ECS starts tasks of the deployment on this cluster's hosts.
func (d Deployment) wants() bool { return !d.Failed && !d.Stopping && d.Home != Elsewhere }

// Starts is the revision of the tasks that ECS starts next.
func (s Service) Starts() string {
	return cmp.Or(s.primary().TaskDefinition, s.TaskDefinition)
}

// Keeps tells whether the service may still want tasks of a revision. It does not if every deployment of that revision is
// being stopped. It may if no deployment names the revision, because then nothing is known of it.
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

// ProvidersOf are the capacity providers on whose hosts ECS places the service's tasks of a revision: those of the
// deployments that start this revision. A rolling service starts tasks of its primary deployment only, whatever revision
// it replaces. None: every host will do.
func (s Service) ProvidersOf(revision string) []string {
	if s.Rollout != SideBySide {
		return s.providersOf(s.primary())
	}
	var named []string
	found := false
	for _, d := range s.Deployments {
		if cmp.Or(d.TaskDefinition, s.Starts()) != revision || d.Home == Elsewhere || d.Stopping {
			continue
		}
		providers := s.providersOf(d)
		if len(providers) == 0 {
			return nil
		}
		named, found = append(named, providers...), true
	}
	if !found {
		return s.providersOf(s.primary())
	}
	slices.Sort(named)
	return slices.Compact(named)
}

func (s Service) providersOf(d Deployment) []string {
	if d.Home == "" {
		return s.Providers
	}
	return d.Providers
}

// mostCounted bounds the counts and percentages that ECS gives. They are 32-bit integers, so two can be multiplied.
const mostCounted = math.MaxInt32

// bounded is the service with every count between 0 and mostCounted, so no sum or product of them overflows.
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
