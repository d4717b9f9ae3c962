package cluster

import (
	"strings"
	"time"
)

// Instance is one EC2 instance of a group.
type Instance struct {
	ID string
	// Protected from scale-in.
	Protected bool
	// Weight is how many units it counts in the group's sizes; 0: AWS shows none.
	Weight int
	Phase  Phase
	State  LifecycleState
	// Template is the launch template, as id and version, or the launch configuration that it came from; empty: not known.
	Template string
	// Unhealthy: Auto Scaling's health status of it is Unhealthy.
	Unhealthy bool
	// LaunchedAt is when its launch began: StartTime of the launch activity. It is read for unregistered instances only. Zero:
	// not known, or not needed because the instance was registered before
	// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Activity.html).
	LaunchedAt time.Time
	// InServiceFrom is when it became InService, or the earliest moment at which it may have, or may become so if it is
	// Pending. Zero: hours ago, or not known.
	InServiceFrom time.Time
	// JustArrived: it is Pending, or became InService within the last hours, as far as is known.
	JustArrived bool
	// HeldUntil is when it was last seen waiting for a launch hook; zero: never.
	HeldUntil time.Time
	// Warmed: it came from the group's warm pool.
	Warmed bool
	// Watched: it was first seen soon after its launch, and has not been registered since.
	Watched bool
}

// InLaunchHook tells whether a launch hook holds the instance or has just released it. How long that takes says nothing
// about the image (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html).
func (i Instance) InLaunchHook() bool {
	return i.Phase == Pending && strings.HasPrefix(i.State, "Pending:")
}

// MostToJoin is the longest that any host may take from launch to registration: the default timeout of a launch hook
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html).
const MostToJoin = time.Hour

// LifecycleState is an instance's lifecycle state as Auto Scaling names it, such as Pending:Wait
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html).
type LifecycleState = string

// The states of a termination.
const (
	// JustTerminating: no hook waits yet. Where the group has a load balancer, it deregisters the instance first.
	JustTerminating LifecycleState = "Terminating"
	// TerminatingWait: a hook waits. Only now it can be completed.
	TerminatingWait LifecycleState = "Terminating:Wait"
	// TerminatingProceed: every hook is done.
	TerminatingProceed LifecycleState = "Terminating:Proceed"
)

// Phase sums up the lifecycle states of AWS
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html).
type Phase string

// The phases.
const (
	Pending     Phase = "pending"
	InService   Phase = "in_service"
	Terminating Phase = "terminating"
	// Aside: standby, detaching, warm pool or retained. It does not serve and is not about to.
	Aside Phase = "aside"
)

// Instances are those of all the cluster's groups in the given phase.
func (s Snapshot) Instances(phase Phase) []Instance {
	var found []Instance
	for _, g := range s.Groups {
		for _, i := range g.Instances {
			if i.Phase == phase {
				found = append(found, i)
			}
		}
	}
	return found
}

// Unregistered are the Pending and InService instances of the cluster's groups that are not registered with it.
func (s Snapshot) Unregistered() []Instance {
	registered := make(map[string]bool, len(s.Hosts))
	for _, h := range s.Hosts {
		registered[h.InstanceID] = true
	}
	var missing []Instance
	for _, i := range append(s.Instances(Pending), s.Instances(InService)...) {
		if !registered[i.ID] {
			missing = append(missing, i)
		}
	}
	return missing
}
