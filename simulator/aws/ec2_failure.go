package aws

import (
	"slices"
	"time"
)

// Fail stops an instance's machine, as failed hardware does.
func (w *World) Fail(i *Instance) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i.fail()
}

// fail ends what runs at once; the group replaces the instance when its health check has seen it
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html).
func (i *Instance) fail() {
	if !i.Powered {
		return
	}
	i.Powered, i.lost = false, "health"
	if i.Host != nil {
		i.Host.dark()
	}
	i.noticedIn(i.Group.world.Knobs.EC2.HealthCheck)
}

// FailZone fails every instance of a zone and lets none be launched there until it is over.
func (w *World) FailZone(zone string, d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outages[zone] = w.now.Add(d)
	for _, g := range w.groups {
		for _, i := range slices.Clone(g.instances) {
			if i.Zone == zone {
				i.fail()
			}
		}
	}
}

// Interrupt is a Spot interruption: a warning, and two minutes later the end.
func (w *World) Interrupt(i *Instance) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i.interrupt()
}

// interrupt warns and takes: hooks do not hold up EC2
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html#lifecycle-hook-considerations). The group sees
// afterwards that the instance is gone, by its health check.
func (i *Instance) interrupt() {
	if !i.Powered {
		return
	}
	w := i.Group.world
	w.warnOfSpot(i)
	w.after(w.Knobs.EC2.SpotWarning, "reclaim "+i.ID, func() {
		if !i.Powered {
			return
		}
		i.lost = "spot"
		i.off(i.lost)
		i.noticedIn(w.Knobs.EC2.HealthCheck)
	})
}

// noticedIn has the group's health check see after a while that the machine is gone. What leaves already is not checked;
// AWS's documents do not say that it is.
func (i *Instance) noticedIn(d time.Duration) {
	i.Group.world.after(d, "health "+i.ID, func() {
		switch {
		case i.terminating() || !i.Healthy:
		case i.Group.Suspended["HealthCheck"]:
			i.noticedIn(time.Minute)
		default:
			i.Healthy = false
			i.changed()
			i.Group.react()
		}
	})
}

// replaceUnhealthy terminates the instances that failed their health check; what then is missing is launched.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html#replace-unhealthy-instance
func (g *Group) replaceUnhealthy() {
	if g.Suspended["ReplaceUnhealthy"] || g.Suspended["Terminate"] {
		return
	}
	for _, i := range slices.Clone(g.instances) {
		if !i.Healthy && !i.terminating() {
			i.terminate(i.lost, "At "+moment(g.world.now)+" an instance was taken out of service in response to "+checks[i.lost])
		}
	}
}

// checks are what a cause says of a failed health check
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-healthchecks.html).
var checks = map[string]string{
	"health": "an EC2 instance status checks failure.",
	"spot":   "an EC2 health check indicating it has been terminated or stopped.",
}
