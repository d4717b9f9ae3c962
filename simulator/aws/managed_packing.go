package aws

import (
	"cmp"
	"slices"

	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// bin is an instance with what it has left for tasks that wait; host is nil for one to be launched.
type bin struct {
	host  *Host
	free  Resources
	enis  int
	tasks []*Task
}

type bins []*bin

// wantedManaged are the tasks in PROVISIONING that an instance of the group takes at all, largest first.
func (c *Cluster) wantedManaged() []*Task {
	empty := c.newBin()
	var wanted []*Task
	for _, t := range c.queue {
		if empty.takes(t, nil) {
			wanted = append(wanted, t)
		}
	}
	slices.SortStableFunc(wanted, func(a, b *Task) int {
		return -cmp.Compare(share(a.Definition.Resources, empty.free), share(b.Definition.Resources, empty.free))
	})
	return wanted
}

// newBin is an instance to be launched, with its daemons on it.
func (c *Cluster) newBin() bin {
	kind, daemons, enis := c.provider.Group.Spec.Type, Resources{}, 0
	for _, s := range c.services {
		if s.Spec.Daemon {
			daemons = daemons.plus(s.Spec.Definition.Resources)
			if s.Spec.Definition.Awsvpc {
				enis++
			}
		}
	}
	return bin{free: kind.Resources.minus(daemons), enis: kind.ENIs - enis}
}

// binsManaged are the group's instances that take tasks now: the calculation "also accounts for the resource availability
// of the Amazon EC2 instances"
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html).
func (c *Cluster) binsManaged() bins {
	var here bins
	for _, h := range c.hosts {
		if h.Status == active && h.Connected && h.Instance.Group == c.provider.Group && h.Instance.State == autoscaling.LifecycleStateInService {
			here = append(here, &bin{host: h, free: h.Total.minus(h.allocated).minus(h.daemonRoom), enis: h.ENIs - h.enis - h.daemonENIs})
		}
	}
	return here
}

// pack is how many new instances the tasks need beyond the room that there is, first fit. How ECS sums over groups of
// different tasks is not published; packing them together asks for the fewest, which favours it.
func (b *bins) pack(tasks []*Task, empty bin) (add int) {
next:
	for _, t := range tasks {
		needs := t.request()
		for _, one := range *b {
			if one.takes(t, &needs) {
				one.put(t)
				continue next
			}
		}
		one := empty
		one.put(t)
		*b = append(*b, &one)
		add++
	}
	return add
}

// takes says whether a task finds room: CPU, memory, GPUs, interfaces and ports, and another host than its like where it
// wants that. Of placement constraints AWS says that no other works with managed scaling
// (managed-scaling-behavior.html).
func (b *bin) takes(t *Task, needs *request) bool {
	if !b.free.holds(t.Definition.Resources) || t.Definition.Awsvpc && b.enis < 1 {
		return false
	}
	distinct := t.Service != nil && t.Service.Spec.DistinctInstance
	if b.host != nil && (b.host.taken(t.Definition.Ports) || !b.host.suits(needs) || distinct && b.host.groups[t.group] > 0) {
		return false
	}
	return !slices.ContainsFunc(b.tasks, func(o *Task) bool {
		return distinct && o.group == t.group || slices.ContainsFunc(t.Definition.Ports, func(p int) bool { return slices.Contains(o.Definition.Ports, p) })
	})
}

func (b *bin) put(t *Task) {
	b.free = b.free.minus(t.Definition.Resources)
	if t.Definition.Awsvpc {
		b.enis--
	}
	b.tasks = append(b.tasks, t)
}

// share is the largest part of a host that a task takes.
func share(r, of Resources) float64 {
	part := func(a, b int) float64 { return float64(a) / float64(max(b, 1)) }
	return max(part(r.CPU, of.CPU), part(r.Memory, of.Memory), part(r.GPU, of.GPU))
}

// protectManaged counts the instances in service without a task that is no daemon's, or is about to come, and, with
// managed termination protection, takes the scale-in protection from just these
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html).
func (c *Cluster) protectManaged(here bins) (empty int) {
	comes := map[*Host]bool{}
	for _, b := range here {
		comes[b.host] = len(b.tasks) > 0
	}
	for _, i := range c.provider.Group.instances {
		if i.State != autoscaling.LifecycleStateInService {
			continue
		}
		idle := i.Host != nil && !i.Host.busy() && !comes[i.Host]
		if idle {
			empty++
		}
		if c.provider.Protection {
			keeps := c.world.Knobs.ECS.DaemonsKeepProtection && i.Host != nil && len(i.Host.tasks) > 0
			c.provider.Group.setProtection(i, !idle || keeps)
		}
	}
	return empty
}

// busy says whether a task runs here that is no daemon's.
func (h *Host) busy() bool {
	return slices.ContainsFunc(h.tasks, func(t *Task) bool { return t.Service == nil || !t.Service.Spec.Daemon })
}
