package aws

import (
	"cmp"
	"math"
	"slices"
	"time"

	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// managedHook is what ECS puts on the group of a capacity provider with managed draining
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html).
const managedHook = "ecs-managed-draining-termination-hook"

const (
	// managedMinutes are the datapoints below the target that scale in
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html).
	managedMinutes = 15
	// managedAtOnce is the share of the instances that one minute's scale-in may take (ibid.: less than 50 %).
	managedAtOnce = 0.5
)

// CapacityProvider is ECS managed scaling of a group
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html).
type CapacityProvider struct {
	Group            *Group
	Target           int
	MinStep, MaxStep int
	Warmup           time.Duration
	// Draining is managed draining; Protection is managed termination protection.
	Draining, Protection bool
}

// Manage has ECS scale a group by a managed capacity provider. The one that the cluster had before stops scaling.
func (w *World) Manage(c *Cluster, p CapacityProvider) {
	w.mu.Lock()
	defer w.mu.Unlock()
	first := c.provider == nil
	c.provider = &p
	if p.Draining && p.Group.hook(managedHook) == nil {
		p.Group.Spec.Hooks = append(p.Group.Spec.Hooks, HookSpec{Name: managedHook, Heartbeat: time.Hour, Default: "CONTINUE"})
	}
	if first {
		low := 0
		w.every(w.now.Truncate(time.Minute).Add(time.Minute), time.Minute, "managed scaling "+c.Name, func() { low = c.scaleManaged(low) })
		w.every(w.now.Add(managedLook), managedLook, "managed draining "+c.Name, c.drainManaged)
	}
}

// managedLook is how often managed draining looks at a host. Not published.
const managedLook = 10 * time.Second

// scaleManaged is a minute of managed scaling; low is how many minutes in a row the metric was below the target.
//
// CapacityProviderReservation is M / N × 100: N instances run, M are needed. The target tracking policy scales out on one
// datapoint above the target and in on 15 below it (managed-scaling-behavior.html).
func (c *Cluster) scaleManaged(low int) int {
	p := c.provider
	n, warming := p.running(c.world.now)
	m := n
	switch add, queued := c.missingManaged(); {
	case add > 0:
		m += add
	case queued:
		return 0 // no instance takes what waits: the metric stays at the target
	default:
		m -= c.protectManaged()
	}
	metric := reservationManaged(m, n, p.Target)
	target := float64(p.Target)
	switch {
	case metric > target:
		if !warming {
			wanted := int(math.Ceil(float64(max(n, 1)) * metric / target))
			if wanted > p.Group.Desired {
				p.Group.setDesired(wanted, "managed")
			}
		}
		return 0
	case metric >= target:
		return 0
	}
	low++
	if low >= managedMinutes && n > 0 {
		wanted := max(int(math.Ceil(float64(n)*metric/target)), n-max(1, int(managedAtOnce*float64(n))))
		if wanted < p.Group.Desired {
			p.Group.setDesired(wanted, "managed")
		}
	}
	return low
}

// reservationManaged is the metric. Without instances it is the target where none is needed, and 200 where some are,
// which makes two (managed-scaling-behavior.html).
func reservationManaged(m, n, target int) float64 {
	switch {
	case n > 0:
		return 100 * float64(m) / float64(n)
	case m > 0:
		return 200
	default:
		return float64(target)
	}
}

// running counts the instances in service; warming says that one is younger than the warm-up period, or on its way: no
// scale-out until then (managed-scaling-behavior.html).
func (p *CapacityProvider) running(now time.Time) (n int, warming bool) {
	for _, i := range p.Group.instances {
		switch i.State {
		case autoscaling.LifecycleStateInService:
			n++
			warming = warming || now.Sub(i.InService) < p.Warmup
		case autoscaling.LifecycleStatePending:
			warming = true
		default:
		}
	}
	return n, warming
}

// missingManaged is how many instances the PROVISIONING tasks want: those that an instance takes at all, packed
// together, largest first. How ECS sums over groups of different tasks is not published; packing them together asks for
// the fewest, which favours it. queued says whether any task waits at all.
func (c *Cluster) missingManaged() (add int, queued bool) {
	p := c.provider
	room := p.Group.Spec.Type.Resources.minus(c.daemonSizes())
	var wanted []*Task
	for _, t := range c.queue {
		queued = true
		if room.holds(t.Definition.Resources) {
			wanted = append(wanted, t)
		}
	}
	if len(wanted) == 0 {
		return 0, queued
	}
	slices.SortStableFunc(wanted, func(a, b *Task) int {
		return -cmp.Compare(share(a.Definition.Resources, room), share(b.Definition.Resources, room))
	})
	return min(max(pack(wanted, room, p.Group.Spec.Type.ENIs), p.MinStep), p.MaxStep), queued
}

// pack is how many new instances take the tasks, first fit.
func pack(tasks []*Task, room Resources, enis int) int {
	type bin struct {
		free Resources
		enis int
	}
	var bins []*bin
next:
	for _, t := range tasks {
		need := 0
		if t.Definition.Awsvpc {
			need = 1
		}
		for _, b := range bins {
			if b.free.holds(t.Definition.Resources) && need <= b.enis {
				b.free, b.enis = b.free.minus(t.Definition.Resources), b.enis-need
				continue next
			}
		}
		bins = append(bins, &bin{room.minus(t.Definition.Resources), enis - need})
	}
	return len(bins)
}

// share is the largest part of a host that a task takes.
func share(r, of Resources) float64 {
	part := func(a, b int) float64 { return float64(a) / float64(max(b, 1)) }
	return max(part(r.CPU, of.CPU), part(r.Memory, of.Memory), part(r.GPU, of.GPU))
}

// daemonSizes is what the daemon services take of a new host.
func (c *Cluster) daemonSizes() Resources {
	var sum Resources
	for _, s := range c.services {
		if s.Spec.Daemon {
			sum = sum.plus(s.Spec.Definition.Resources)
		}
	}
	return sum
}

// protectManaged counts the instances in service without a task that is no daemon's and, with managed termination
// protection, takes the scale-in protection from just these
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html).
func (c *Cluster) protectManaged() (empty int) {
	for _, i := range c.provider.Group.instances {
		if i.State != autoscaling.LifecycleStateInService {
			continue
		}
		idle := i.Host != nil && !i.Host.busy()
		if idle {
			empty++
		}
		if c.provider.Protection {
			c.provider.Group.setProtection(i, !idle)
		}
	}
	return empty
}

// busy says whether a task runs here that is no daemon's.
func (h *Host) busy() bool {
	return slices.ContainsFunc(h.tasks, func(t *Task) bool { return t.Service == nil || !t.Service.Spec.Daemon })
}

// drainManaged sets terminating hosts DRAINING and lets them go when all their tasks are STOPPED, or after 48 hours
// (managed-instance-draining.html).
func (c *Cluster) drainManaged() {
	for _, i := range slices.Clone(c.provider.Group.instances) {
		n := slices.IndexFunc(i.actions, func(a *lifecycleAction) bool { return a.hook.Name == managedHook })
		if n < 0 {
			continue
		}
		a := i.actions[n]
		if i.Host == nil || len(i.Host.tasks) == 0 {
			i.complete(a, "CONTINUE")
			continue
		}
		if i.Host.Status == active {
			i.Host.setStatus(draining)
			i.Host.drain()
		}
		i.beat(a)
	}
}

// hook is the group's hook of a name.
func (g *Group) hook(name string) *HookSpec {
	for k := range g.Spec.Hooks {
		if g.Spec.Hooks[k].Name == name {
			return &g.Spec.Hooks[k]
		}
	}
	return nil
}
