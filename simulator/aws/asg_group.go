package aws

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// InstanceType is what a group launches.
type InstanceType struct {
	Name string
	// Resources are what the ECS agent registers: memory is what the operating system sees less ECS_RESERVED_MEMORY.
	Resources Resources
	// ENIs is how many awsvpc tasks a host takes at once, trunking included.
	ENIs int
}

// GroupSpec is an Auto Scaling group to be made.
type GroupSpec struct {
	Name, Cluster string
	Type          InstanceType
	// Types are further ones that its mixed instances policy allows: a launch is of any, as EC2 has them
	// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html).
	Types             []InstanceType
	Zones             []string
	Min, Max, Desired int
	Spot              bool
	// Protect gives new instances scale-in protection.
	Protect bool
	// Warmup is DefaultInstanceWarmup; negative means unset, which is the default cooldown of 300 s.
	Warmup     time.Duration
	Tags       map[string]string
	Attributes map[string]string
	Hooks      []HookSpec
	// Deregistration is the delay of an attached target group: it passes in Terminating, before any hook. 0: none attached.
	Deregistration time.Duration
}

// Group is an Auto Scaling group.
type Group struct {
	Spec              GroupSpec
	Min, Max, Desired int
	// Suspended are the suspended processes, as Launch.
	Suspended map[string]bool
	// NoCapacity are the zones in which EC2 refuses launches; "*" is all.
	NoCapacity map[string]bool
	// BadImage makes every new host one that never registers.
	BadImage bool

	world      *World
	cluster    *Cluster
	number     int         // among all groups ever
	launched   int         // instances ever, for their ids
	instances  []*Instance // oldest first, without those that are gone
	activities []*activity // newest last
	policies   []*stepPolicy
	asked      []invocation // of policies, within the last minute
	deciding   bool         // about asked, at the end of this instant
	reacting   bool         // a look at the difference between desired and actual capacity is on its way
	reactions  int
	moving     int  // instances launched to rebalance zones, for which others are still to go
	stuck      bool // told that all that remain are protected
	deleted    bool
	created    time.Time
	why        string // the last change of the desired capacity, as activities tell it
	shown      *types.AutoScalingGroup
}

// Instances are the group's instances that are not gone, oldest first.
func (g *Group) Instances() []*Instance { return g.instances }

// NewGroup makes a group and launches Desired hosts. Spec.Cluster exists already.
func (w *World) NewGroup(spec GroupSpec) *Group {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.grouped++
	spec.Tags = maps.Clone(spec.Tags)
	if spec.Tags == nil {
		spec.Tags = map[string]string{}
	}
	g := &Group{
		Spec: spec, Min: spec.Min, Max: spec.Max,
		Suspended: map[string]bool{}, NoCapacity: map[string]bool{},
		world: w, number: w.grouped, created: w.now,
	}
	for _, c := range w.clusters {
		if c.Name == spec.Cluster {
			g.cluster = c
		}
	}
	w.groups = append(w.groups, g)
	g.setDesired(spec.Desired, "user")
	if often := w.Knobs.EC2.AZRebalance; often > 0 {
		w.every(w.now.Add(often), often, "rebalance "+spec.Name, g.rebalance)
	}
	return g
}

func (g *Group) arn() string {
	return fmt.Sprintf("arn:aws:autoscaling:%s:%s:autoScalingGroup:%08x-0000-4000-b000-000000000000:autoScalingGroupName/%s", region, account, g.number, g.Spec.Name)
}

// changed forgets what the API last showed of the group.
func (g *Group) changed() { g.shown = nil }

// setDesired sets the desired capacity within Min and Max, and launches or terminates after the reaction time.
// cause: policy:<name>, managed, user, api. The caller holds the lock.
func (g *Group) setDesired(n int, cause string) {
	n = min(max(n, g.Min), g.Max)
	if g.deleted || n == g.Desired {
		return
	}
	from := g.Desired
	g.Desired, g.stuck = n, false
	g.why = fmt.Sprintf("At %s %s changing the desired capacity from %d to %d.", moment(g.world.now), asked(cause), from, n)
	g.changed()
	g.world.tell(Happened{Kind: DesiredChanged, Cluster: g.Spec.Cluster, Group: g.Spec.Name, Cause: cause, From: from, To: n})
	g.react()
}

// asked says in an activity's words who changed the desired capacity.
func asked(cause string) string {
	const policy = "policy:"
	if len(cause) > len(policy) && cause[:len(policy)] == policy {
		return fmt.Sprintf("a monitor alarm in state ALARM triggered policy %s", cause[len(policy):])
	}
	return "a user request explicitly set group desired capacity"
}

// SetDesired is SetDesiredCapacity: it does not wait for warm-ups
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html). What is beyond the limits, which
// AWS refuses, is cut to them.
func (g *Group) SetDesired(n int) {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	g.setDesired(n, "user")
}

// SetLimits is UpdateAutoScalingGroup of MinSize and MaxSize: a desired capacity outside of the new limits moves to the
// nearer one (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html).
func (g *Group) SetLimits(least, most int) {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	g.Min, g.Max = least, max(least, most)
	g.changed()
	g.setDesired(g.Desired, "user")
}

// Suspend is SuspendProcesses and ResumeProcesses of one process; "" is all of them
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html).
func (g *Group) Suspend(process string, on bool) {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	for _, p := range processes {
		if process == "" || process == p {
			if on {
				g.Suspended[p] = true
			} else {
				delete(g.Suspended, p)
			}
		}
	}
	g.changed()
	g.react()
}

var processes = []string{
	"AZRebalance", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh", "Launch", "ReplaceUnhealthy",
	"ScheduledActions", "Terminate",
}

// SetTag is CreateOrUpdateTags; an empty value deletes the tag.
func (g *Group) SetTag(key, value string) {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	g.setTag(key, value)
}

// setTag is SetTag under the caller's lock.
func (g *Group) setTag(key, value string) {
	if value == "" {
		delete(g.Spec.Tags, key)
	} else {
		g.Spec.Tags[key] = value
	}
	g.changed()
}

// SetProtection is SetInstanceProtection. Where scale-in waits for one to lose its protection, it goes on.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html
func (g *Group) SetProtection(i *Instance, on bool) {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	g.setProtection(i, on)
}

// setProtection is SetProtection under the caller's lock.
func (g *Group) setProtection(i *Instance, on bool) {
	if i.Protected == on {
		return
	}
	i.Protected = on
	i.changed()
	if !on && g.stuck {
		g.stuck = false
		g.react()
	}
}

// SetNoCapacity has EC2 refuse launches in a zone, or in every one ("*"), until it is switched off.
func (g *Group) SetNoCapacity(zone string, on bool) {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	if on {
		g.NoCapacity[zone] = true
	} else {
		delete(g.NoCapacity, zone) // the next try finds it
	}
}

// SetBadImage has every new host be one whose agent never registers.
func (g *Group) SetBadImage(on bool) {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	g.BadImage = on
}

// SetType has every further launch be of another type, as a new version of the launch template does
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/update-auto-scaling-group.html: what runs stays as it is).
func (g *Group) SetType(kind InstanceType) {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	g.Spec.Type = kind
	g.changed()
}

// Delete is DeleteAutoScalingGroup with ForceDelete: the instances go at once, without hooks
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html).
func (g *Group) Delete() {
	w := g.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if g.deleted {
		return
	}
	g.deleted = true
	w.groups = slices.DeleteFunc(w.groups, func(o *Group) bool { return o == g })
	for _, i := range slices.Clone(g.instances) {
		if !i.terminating() {
			i.leave("manual", "At "+moment(w.now)+" instance "+i.ID+" was taken out of service in response to a user request.")
		}
		i.endActions()
		i.proceed()
	}
	g.Desired = 0
}

// react looks at the difference between desired and actual capacity after the reaction time.
func (g *Group) react() {
	g.reactions++
	g.reactIn(g.world.Knobs.EC2.Reaction.of(g.world.draw(fmt.Sprintf("reaction %s %d", g.Spec.Name, g.reactions))))
}

func (g *Group) reactIn(d time.Duration) {
	if g.reacting || g.deleted {
		return
	}
	g.reacting = true
	g.world.after(d, "group "+g.Spec.Name, func() {
		g.reacting = false
		if !g.deleted {
			g.replaceUnhealthy()
			g.balance()
		}
	})
}

// balance launches what is missing, or terminates what is too much. Instances that terminate are not part of the capacity.
func (g *Group) balance() {
	standing := g.standing()
	surplus := standing - g.Desired
	if g.moving > 0 && slices.ContainsFunc(g.instances, (*Instance).pending) {
		surplus = max(min(surplus, 0), surplus-g.moving) // rebalancing launches before it terminates
	}
	switch {
	case surplus < 0 && !g.Suspended["Launch"]:
		g.launch(-surplus, g.because("an instance was started in response to a difference between desired and actual capacity, increasing the capacity from %d to %d.", standing, g.Desired))
	case surplus > 0 && !g.Suspended["Terminate"]:
		g.scaleIn(surplus, g.because("an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from %d to %d.", standing, g.Desired))
	case standing == g.Desired:
		g.moving = 0
	}
}

// standing is how many instances do not terminate.
func (g *Group) standing() int {
	n := 0
	for _, i := range g.instances {
		if !i.terminating() {
			n++
		}
	}
	return n
}

// scaleIn terminates n instances in service. Those that are being launched are left alone until they are in service.
func (g *Group) scaleIn(n int, cause string) {
	for range n {
		i := g.victim()
		if i == nil {
			g.couldNot(cause)
			return
		}
		reason := "scale_in"
		if g.moving > 0 {
			g.moving--
			reason = "rebalance"
		}
		i.terminate(reason, fmt.Sprintf("%s  At %s instance %s was selected for termination.", cause, moment(g.world.now), i.ID))
	}
}

// couldNot tells once for each desired capacity that nothing may go. It stays what it is.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html
func (g *Group) couldNot(cause string) {
	if g.stuck || slices.ContainsFunc(g.instances, (*Instance).pending) {
		return
	}
	g.stuck = true
	a := g.begin("Could not scale to desired capacity because all remaining instances are protected from scale-in.", cause, "", types.ScalingActivityStatusCodeCancelled)
	a.end = g.world.now
}
