package campaign

import (
	"slices"
	"sort"

	"ecs-cluster-scaler/simulator/aws"
)

// demand is all that a cluster must hold at a moment.
type demand struct {
	sizes        []aws.Resources
	sum, daemons aws.Resources
	// apart is the most tasks that need a host each, interfaces all that need one.
	apart, interfaces int
}

func (d *demand) add(r aws.Resources) {
	d.sizes = append(d.sizes, r)
	d.sum.CPU += r.CPU
	d.sum.Memory += r.Memory
}

func demandOf(c *aws.Cluster) demand {
	var d demand
	for _, s := range c.Services() {
		if s.Status == "ACTIVE" {
			d.service(s)
		}
	}
	for _, t := range c.Tasks() {
		if t.Service == nil && t.Desired == "RUNNING" {
			d.add(t.Definition.Resources)
		}
	}
	return d
}

func (d *demand) service(s *aws.Service) {
	next := s.Deployments()[0].Definition
	if s.Spec.Daemon {
		d.daemons.CPU += next.Resources.CPU
		d.daemons.Memory += next.Resources.Memory
		return
	}
	live := 0
	for _, t := range s.Tasks() {
		if t.Desired == "RUNNING" {
			live++
			d.add(t.Definition.Resources)
		}
	}
	for range s.Desired - live {
		d.add(next.Resources)
	}
	if s.Spec.DistinctInstance || len(next.Ports) > 0 {
		d.apart = max(d.apart, max(s.Desired, live)+1)
	}
	if next.Awsvpc {
		d.interfaces += max(s.Desired, live)
	}
	if len(s.Deployments()) > 1 { // a roll-out's next task beside the old ones
		d.add(next.Resources)
	}
}

// headroom adds the room that the entry wants to be kept.
func (d *demand) headroom(e Entry) {
	if e.Headroom == nil {
		return
	}
	size := d.largest(e)
	for range e.Headroom.Tasks {
		d.add(size)
	}
}

// largest is the size of the headroom's tasks: the entry's, else that of the largest task.
func (d *demand) largest(e Entry) aws.Resources {
	size := aws.Resources{}
	if e.Headroom.CPU != nil && e.Headroom.Memory != nil {
		return aws.Resources{CPU: *e.Headroom.CPU, Memory: *e.Headroom.Memory}
	}
	for _, r := range d.sizes {
		if weight(r) > weight(size) {
			size = r
		}
	}
	return size
}

// packed is how many empty hosts hold it all, first fit, largest first; what fits on none is left out.
func (d *demand) packed(host aws.Resources) int {
	host.CPU -= d.daemons.CPU
	host.Memory -= d.daemons.Memory
	sort.Slice(d.sizes, func(a, b int) bool { return weight(d.sizes[a]) > weight(d.sizes[b]) })
	var free []aws.Resources
	for _, r := range d.sizes {
		if r.CPU > host.CPU || r.Memory > host.Memory {
			continue
		}
		at := slices.IndexFunc(free, func(f aws.Resources) bool { return f.CPU >= r.CPU && f.Memory >= r.Memory })
		if at < 0 {
			free, at = append(free, host), len(free)
		}
		free[at].CPU -= r.CPU
		free[at].Memory -= r.Memory
	}
	return len(free)
}
