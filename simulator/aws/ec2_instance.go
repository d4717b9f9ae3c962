package aws

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// The states through which an instance goes, in this order
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html).
const (
	pending             = types.LifecycleStatePending
	inService           = types.LifecycleStateInService
	terminating         = types.LifecycleStateTerminating
	terminatingWait     = types.LifecycleStateTerminatingWait
	terminatingProceed  = types.LifecycleStateTerminatingProceed
	terminated          = types.LifecycleStateTerminated
	instancesKept       = time.Hour
	hoursPerMonth       = 730
	hoursPerDay         = 24
	noCapacityInTheZone = "We currently do not have sufficient capacity in the Availability Zone you requested (%s). Our system will be working on provisioning additional capacity. Launching EC2 instance failed."
)

// Instance is an EC2 instance of a group.
type Instance struct {
	ID    string
	Group *Group
	Type  InstanceType
	Zone  string
	State types.LifecycleState
	// Cause is why it leaves: scale_in, health, spot, manual, rebalance; empty while it does not.
	Cause     string
	Spot      bool
	Protected bool
	// Powered: EC2 runs it. A failed host is not, though Auto Scaling has not noticed yet.
	Powered bool
	// Healthy is Auto Scaling's view.
	Healthy                      bool
	Launched, InService, Leaving time.Time
	// Host is its registration in ECS; nil before.
	Host *Host

	launch, termination *activity
	actions             []*lifecycleAction // that wait, in the order of the hooks
	lost                string             // why its machine ended without Auto Scaling: health or spot
	billed              bool               // EC2 runs it or did, and HostGone has not been told
	gone                time.Time
	luck                uint64 // where nothing else tells two instances apart
	shown               *types.Instance
}

func (i *Instance) pending() bool { return i.State == pending }

// terminating says that Auto Scaling no longer counts it.
func (i *Instance) terminating() bool { return i.State != pending && i.State != inService }

// becomes moves an instance to a state.
func (i *Instance) becomes(state types.LifecycleState) {
	i.State = state
	i.changed()
}

// changed forgets what the API last showed of the instance and its group.
func (i *Instance) changed() {
	i.shown = nil
	i.Group.changed()
}

// tell tells of something that happened to the instance.
func (i *Instance) tell(kind Kind, cause string) {
	g := i.Group
	g.world.tell(Happened{
		Kind: kind, Cluster: g.Spec.Cluster, Group: g.Spec.Name, Instance: i.ID, Cause: cause, Size: i.Type.Resources,
	})
}

// launch starts n instances, each in the zone with the fewest. A zone without capacity is left for another; when none is
// left, it is tried again later. https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html
func (g *Group) launch(n int, cause string) {
	refused := map[string]bool{}
	places := g.places()
	for n > 0 {
		p := g.zoneFor(places, refused)
		switch {
		case p == nil:
			g.reactIn(g.world.Knobs.EC2.RetryLaunch)
			return
		case g.refuses(p.zone):
			refused[p.zone] = true
			g.launchFailed(p.zone, cause)
		default:
			p.instances++
			n--
			g.start(p.zone, cause)
		}
	}
}

func (g *Group) launchFailed(zone, cause string) {
	message := fmt.Sprintf(noCapacityInTheZone, zone)
	a := g.begin("Launching a new EC2 instance.  Status Reason: "+message, cause, zone, types.ScalingActivityStatusCodeFailed)
	a.end, a.message = g.world.now, message
	g.world.tell(Happened{Kind: LaunchFailed, Cluster: g.Spec.Cluster, Group: g.Spec.Name, N: 1, Cause: zone})
}

// start launches an instance: EC2 runs it after a while, and then it is in service; its agent registers in ECS when it has
// booted.
func (g *Group) start(zone, cause string) {
	w := g.world
	g.launched++
	i := &Instance{
		ID: fmt.Sprintf("i-%04x%013x", g.number, g.launched), Group: g, Zone: zone, Spot: g.Spec.Spot,
		State: pending, Powered: true, Healthy: true, Launched: w.now,
	}
	i.Type = g.Spec.Type
	if others := g.Spec.Types; len(others) > 0 {
		if n := w.draw("type " + i.ID).IntN(len(others) + 1); n > 0 {
			i.Type = others[n-1]
		}
	}
	i.luck = w.luck(i.ID)
	i.launch = g.begin("Launching a new EC2 instance: "+i.ID, cause, zone, types.ScalingActivityStatusCodePreInService)
	g.instances = append(g.instances, i)
	w.keep(i)
	running := w.Knobs.EC2.Running.of(w.draw("running " + i.ID))
	boot := max(running, w.Knobs.EC2.Boot.of(w.draw("boot "+i.ID)))
	w.after(running, "run "+i.ID, i.runs)
	if joins := w.draw("joins "+i.ID).Float64() >= w.Knobs.EC2.NeverJoins; joins && !g.BadImage {
		w.after(boot, "join "+i.ID, i.join)
	}
	i.fate()
	g.changed()
}

// keep remembers an instance for an hour after it is gone.
func (w *World) keep(i *Instance) {
	w.instances = slices.DeleteFunc(append(w.instances, i), func(o *Instance) bool {
		old := !o.gone.IsZero() && w.now.Sub(o.gone) > instancesKept
		if old {
			delete(w.byID, o.ID)
		}
		return old
	})
	w.byID[i.ID] = i
}

// runs is EC2's state running: the bill begins, and without a launch hook it is in service. Protection begins here.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html
func (i *Instance) runs() {
	if !i.pending() || !i.Powered {
		return
	}
	g := i.Group
	i.billed = true
	i.InService, i.Protected = g.world.now, g.Spec.Protect
	i.becomes(inService)
	i.launch.ends(types.ScalingActivityStatusCodeSuccessful, g.world.now)
	i.tell(HostLaunched, "")
	i.tell(HostInService, "")
	if g.standing() > g.Desired {
		g.react()
	}
}

// join is the agent's registration.
func (i *Instance) join() {
	if c := i.Group.cluster; c != nil && i.Powered {
		c.join(i)
	}
}

// fate draws when the machine fails and when EC2 wants it back, for those whom it will happen.
func (i *Instance) fate() {
	w := i.Group.world
	if rate := w.Knobs.EC2.FailuresPerMonth; rate > 0 {
		w.after(exponential(w.draw("fails "+i.ID), rate/hoursPerMonth), "fails "+i.ID, i.fail)
	}
	if rate := w.Knobs.EC2.SpotInterruptionsPerDay; rate > 0 && i.Spot {
		w.after(exponential(w.draw("reclaimed "+i.ID), rate/hoursPerDay), "reclaimed "+i.ID, i.interrupt)
	}
}

// off ends the machine: the bill ends and whatever ran on it.
func (i *Instance) off(cause string) {
	i.Powered = false
	if i.billed {
		i.billed = false
		i.tell(HostGone, cause)
	}
	if i.Host != nil {
		i.Host.gone(cause)
	}
}

// vanish takes an instance out of its group, EC2 having terminated it.
func (i *Instance) vanish() {
	g := i.Group
	i.gone = g.world.now
	i.becomes(terminated)
	i.termination.ends(types.ScalingActivityStatusCodeSuccessful, g.world.now)
	g.instances = slices.DeleteFunc(g.instances, func(o *Instance) bool { return o == i })
}
