package scaler

import (
	"maps"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// instance is what the group would launch now.
type instance struct {
	// known: its size is. size is what it registers, daemons what the DAEMON services' tasks take of it at once.
	known         bool
	size, daemons cluster.Resources
	// host is an empty one: size less daemons, the attributes of the active group's newest host, its zone open.
	host placement.Host
	// unread are the definitions of DAEMON services that are not known; their tasks are left out.
	unread []string
}

func newInstance(j *judgement) instance {
	i := instance{}
	i.size, i.known = j.newSize()
	i.host = placement.Host{ID: "a new host", Free: i.size, AwsvpcLimit: j.awsvpcLimit(), Groups: map[string]int{}, GroupsKnown: true}
	if newest := j.newest(); newest != nil && newest.Attributes != nil {
		i.host.Attributes = maps.Clone(newest.Attributes)
		delete(i.host.Attributes, cluster.ZoneAttribute)
		delete(i.host.Attributes, cluster.SubnetAttribute)
		i.host.Open = map[string][]string{cluster.ZoneAttribute: j.zones(), cluster.SubnetAttribute: nil}
	}
	for _, service := range j.s.Services {
		if !service.Active || !service.Daemon || service.Home != cluster.OnEC2 {
			continue
		}
		d, known := j.s.Definitions[service.Starts()]
		if !known {
			i.unread = append(i.unread, service.Starts())
			continue
		}
		kind := placement.KindOf(service, d)
		if !placement.TakesEmpty(i.host, kind, placement.Config{Steps: j.steps}) {
			continue
		}
		i.daemons = i.daemons.Plus(d.Size)
		i.host.Free = i.host.Free.Minus(d.Size)
		i.host.Ports = append(i.host.Ports, d.Ports...)
		i.host.Groups[kind.Group]++
		if d.Awsvpc {
			i.host.Awsvpc++
		}
	}
	return i
}

// newSize is what the entry says, or else the size of the largest host.
func (j *judgement) newSize() (cluster.Resources, bool) {
	if j.entry.Instance.CPU == nil || j.entry.Instance.Memory == nil {
		return j.s.LargestHost()
	}
	size := cluster.Resources{CPU: *j.entry.Instance.CPU, Memory: *j.entry.Instance.Memory}
	if j.entry.Instance.GPU != nil {
		size.GPU = *j.entry.Instance.GPU
	}
	return size, true
}

// newest is the youngest host of the groups that follow the signal; without any group, of the cluster.
func (j *judgement) newest() *cluster.Host {
	ours := map[string]bool{}
	for _, g := range j.s.Followers() {
		for _, i := range g.Instances {
			ours[i.ID] = true
		}
	}
	for i := len(j.s.Hosts) - 1; i >= 0; i-- {
		if h := &j.s.Hosts[i]; !h.External && (len(j.s.Groups) == 0 || ours[h.InstanceID]) {
			return h
		}
	}
	return nil
}

// zones are those that a new host can come up in; none: not known.
func (j *judgement) zones() []string {
	var zones []string
	for _, g := range j.s.Followers() {
		if len(g.Zones) == 0 {
			return nil
		}
		zones = append(zones, g.Zones...)
	}
	return zones
}

// takes tells whether an empty new host would take a task of the kind. While its size is not known, it might.
func (j *judgement) takes(k placement.Kind) bool {
	return !j.instance.known || placement.TakesEmpty(j.instance.host, k, placement.Config{Steps: j.steps})
}

// isOfNewSize tells whether the host is at least as large as a new one. Agents of one instance type register a few MiB
// more or less of memory, so that a twentieth less is still the same.
func (j *judgement) isOfNewSize(h cluster.Host) bool {
	size := j.instance.size
	return j.instance.known && h.Registered.CPU >= size.CPU && h.Registered.Memory >= size.Memory-size.Memory/20 && h.Registered.GPU >= size.GPU
}
