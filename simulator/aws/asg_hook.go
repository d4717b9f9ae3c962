package aws

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// The longest that a hook holds an instance
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html: 48 hours or 100 heartbeats).
const (
	longestHook    = 48 * time.Hour
	mostHeartbeats = 100
	abandon        = "ABANDON"
)

// HookSpec is a lifecycle hook for terminating instances.
type HookSpec struct {
	Name      string
	Heartbeat time.Duration
	// Default is CONTINUE or ABANDON.
	Default string
}

// lifecycleAction is an instance waiting in a terminating hook.
type lifecycleAction struct {
	hook           HookSpec
	token          string
	began, expires time.Time
	over           bool
}

// terminate begins an instance's end: Terminating, deregistration from a target group, then the hooks.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
func (i *Instance) terminate(cause, told string) {
	g := i.Group
	i.leave(cause, told)
	if g.Spec.Deregistration <= 0 {
		i.hooks()
		return
	}
	i.termination.becomes(types.ScalingActivityStatusCodeWaitingForELBConnectionDraining)
	g.world.after(g.Spec.Deregistration, "hooks "+i.ID, func() {
		if i.State == terminating {
			i.hooks()
		}
	})
}

// Terminate is TerminateInstanceInAutoScalingGroup with a smaller desired capacity, as far as the minimum allows; below it
// the group launches another
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html).
func (w *World) Terminate(i *Instance) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := i.Group
	if i.terminating() {
		return
	}
	if g.Desired > g.Min {
		g.Desired--
		w.tell(Happened{Kind: DesiredChanged, Cluster: g.Spec.Cluster, Group: g.Spec.Name, Cause: "user", From: g.Desired + 1, To: g.Desired})
	}
	i.terminate("manual", "At "+moment(w.now)+" instance "+i.ID+" was taken out of service in response to a user request.")
	g.react()
}

// leave is Terminating.
func (i *Instance) leave(cause, told string) {
	g := i.Group
	i.launch.ends(types.ScalingActivityStatusCodeCancelled, g.world.now)
	i.Cause, i.Leaving = cause, g.world.now
	i.becomes(terminating)
	i.termination = g.begin("Terminating EC2 instance: "+i.ID, told, i.Zone, types.ScalingActivityStatusCodeInProgress)
	i.tell(HostLeaving, cause)
}

// ends is what ends the instance: the loss of its machine where that came first, or else what made it leave.
func (i *Instance) ends() string { return cmp.Or(i.lost, i.Cause) }

// hooks is Terminating:Wait. Each hook has an action of its own, and all wait at once.
func (i *Instance) hooks() {
	g := i.Group
	if len(g.Spec.Hooks) == 0 {
		i.proceed()
		return
	}
	i.becomes(terminatingWait)
	i.termination.becomes(types.ScalingActivityStatusCodeMidLifecycleAction)
	for n, hook := range g.Spec.Hooks {
		a := &lifecycleAction{hook: hook, token: fmt.Sprintf("%08x-0000-4000-9000-%012x", n+1, i.luck&0xffffffffffff), began: g.world.now}
		i.actions = append(i.actions, a)
		i.beat(a)
		i.expireAt(a, a.expires)
		g.world.noticeOfHook(i, a)
	}
}

// beat restarts an action's timeout, within what AWS allows in all.
func (i *Instance) beat(a *lifecycleAction) {
	a.expires = i.Group.world.now.Add(a.hook.Heartbeat)
	if end := a.began.Add(a.hook.longest()); a.expires.After(end) {
		a.expires = end
	}
}

// longest is how long a hook may hold an instance, heartbeats or not.
func (h HookSpec) longest() time.Duration { return min(longestHook, mostHeartbeats*h.Heartbeat) }

// expireAt looks at an action when it was last known to expire; heartbeats may have moved that.
func (i *Instance) expireAt(a *lifecycleAction, at time.Time) {
	i.Group.world.at(at, "hook "+i.ID+" "+a.hook.Name, func() {
		switch {
		case a.over:
		case a.expires.After(at):
			i.expireAt(a, a.expires)
		default:
			i.tell(HookExpired, a.hook.Name)
			i.complete(a, a.hook.Default)
		}
	})
}

// complete ends an action. Either result lets a terminating instance go on; ABANDON does not wait for the other hooks.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/completing-lifecycle-hooks.html
func (i *Instance) complete(a *lifecycleAction, result string) {
	if !slices.Contains(i.actions, a) {
		return // another one's ABANDON, or the group's end, was faster
	}
	a.over = true
	i.actions = slices.DeleteFunc(i.actions, func(o *lifecycleAction) bool { return o == a })
	if result == abandon || result == "" { // ABANDON is the default of DefaultResult
		i.endActions()
	}
	if len(i.actions) == 0 {
		i.proceed()
	}
}

func (i *Instance) endActions() {
	for _, a := range i.actions {
		a.over = true
	}
	i.actions = nil
}

// proceed is Terminating:Proceed: EC2 shuts the instance down. The bill ends now, and so does what still runs: the
// operating system's shutdown does not wait for it.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
func (i *Instance) proceed() {
	if i.State == terminatingProceed {
		return
	}
	w := i.Group.world
	i.becomes(terminatingProceed)
	i.termination.becomes(types.ScalingActivityStatusCodeInProgress)
	i.off(i.ends())
	w.after(w.Knobs.EC2.ShutDown.of(w.draw("shutdown "+i.ID)), "gone "+i.ID, i.vanish)
}
