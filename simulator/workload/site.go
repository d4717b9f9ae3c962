// Package workload is what users do to a cluster: services that grow and shrink, roll-outs, batches, and what goes
// wrong. A workload knows nothing of the policy that scales the cluster beside it.
package workload

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// Site is where a workload is built: a world, and a policy that has its say on how things are made.
type Site struct {
	World *aws.World
	// Policy scales the clusters.
	Policy Policy
	// Strategy overrides how tasks are placed; empty is as the workload has it.
	Strategy Strategy

	// history is how long the world is there before the workload's beginning.
	history time.Duration
}

// Policy is what a workload may ask of whatever scales its clusters.
type Policy interface {
	// Name is the policy's, with its knob, as managed-90.
	Name() string
	// Managed says whether ECS scales the group itself, so that tasks are queued for it.
	Managed() bool
	// Prepare has its say on a group before it is made: tags, hooks, protection, warm-up.
	Prepare(spec *aws.GroupSpec, active bool)
	// Install begins to scale the cluster, which has been made with its groups, by its active group. scaleInOff begins
	// with scaling in switched off.
	Install(w *aws.World, cluster *aws.Cluster, active *aws.Group)
	// ScaleIn switches scaling in on or off, as an operator does who changes colours.
	ScaleIn(cluster *aws.Cluster, on bool)
	// Activate makes another group the one that is scaled.
	Activate(cluster *aws.Cluster, group *aws.Group)
}

// NewGroup makes a group as the policy wants it.
func (s Site) NewGroup(spec aws.GroupSpec, active bool) *aws.Group {
	s.Policy.Prepare(&spec, active)
	return s.World.NewGroup(spec)
}

// CreateService makes a service as the policy wants it. A load balancer that does not say otherwise has AWS's times.
func (s Site) CreateService(c *aws.Cluster, spec aws.ServiceSpec) *aws.Service {
	spec = s.placed(spec)
	spec.Managed = s.Policy.Managed() && !spec.Daemon
	return c.CreateService(spec)
}

// placed is a service with the load balancer's times and the strategy that holds here.
func (s Site) placed(spec aws.ServiceSpec) aws.ServiceSpec {
	if spec.LoadBalanced && spec.TargetHealthy == 0 && spec.Deregistration == 0 {
		spec.TargetHealthy, spec.Deregistration = s.World.Knobs.ECS.TargetHealthy, s.World.Knobs.ECS.Deregistration
	}
	if s.Strategy != "" && !spec.Daemon {
		spec.Strategy, _ = s.Strategy.chains()
	}
	return spec
}

// since is how long after the workload's beginning it is; before that it is less than nothing.
func (s Site) since() time.Duration { return s.World.Now().Sub(s.World.Knobs.Start) - s.history }

// Workload is one, ready to be built.
type Workload struct {
	// Name is what it is called on the command line; Why says in a sentence what it shows.
	Name, Why string
	// Lasts is how long it is run for; Settle of it, at the beginning, is not measured.
	Lasts, Settle time.Duration
	// Begins is what the clock shows when it begins; zero is as the knobs have it.
	Begins time.Time
	// Build makes clusters, groups and services, installs the policy, and makes happen what will.
	Build func(Site)
}

// After is the workload as it goes on after so long a time before its beginning, which is simulated and not measured.
func (w Workload) After(history time.Duration) Workload {
	build := w.Build
	w.Build = func(s Site) {
		s.history = history
		build(s)
	}
	w.Lasts += history
	w.Settle += history
	return w
}
