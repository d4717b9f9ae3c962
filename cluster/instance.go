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
	// Weight is how many units of the group's sizes it counts; 0: AWS shows none.
	Weight int
	Phase  Phase
	State  LifecycleState
	// Template is the launch template, as id and version, or the launch configuration that it came from; empty: not known.
	Template string
	// Unhealthy: Auto Scaling's health status of it is Unhealthy.
	Unhealthy bool
	// LaunchedAt is when its launch began: StartTime of the launch activity. Zero: not known, or of no account, because it
	// was registered before. It is read for unregistered instances only
	// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Activity.html).
	LaunchedAt time.Time
	// HeldUntil is when it was last seen waiting for a launch hook; zero: never.
	HeldUntil time.Time
	// Warmed: it came from the group's warm pool.
	Warmed bool
	// Watched: its launch was young when it was first seen, and it has not been registered since.
	Watched bool
}

// InLaunchHook tells whether a launch hook holds the instance, or has just let it go: it is for the hook, not for the
// image, how long that takes (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html).
func (i Instance) InLaunchHook() bool {
	return i.Phase == Pending && strings.HasPrefix(i.State, "Pending:")
}

// MostToJoin is the longest that any host is waited for, from its launch to its registration: as long as a launch hook
// holds an instance unless told otherwise (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html).
const MostToJoin = time.Hour

// LifecycleState is Auto Scaling's own name of where an instance stands, such as Pending:Wait
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

// Phase is where an instance stands in its life, which is less than AWS's lifecycle states tell
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html).
type Phase string

// The phases.
const (
	Pending     Phase = "pending"
	InService   Phase = "in_service"
	Terminating Phase = "terminating"
	// Aside: standby, detaching, warm pool, retained. It neither serves nor is about to.
	Aside Phase = "aside"
)

// Instances are those of all the cluster's groups that are in the given phase.
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

// Unregistered are the Pending and InService instances of the cluster's groups that are no container instance of it.
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
