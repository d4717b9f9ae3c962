package scaler

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// sample is a host that was launched, or one that was not seen yet, as an empty new one.
type sample struct {
	// seen is the host that it is like; nil: none.
	seen          *cluster.Host
	host          placement.Host
	size, daemons cluster.Resources
	joined        time.Time
	steps         *placement.Steps
	// sized: its size is known. unused: it has no task of a service that is no daemon.
	sized, unused bool
}

// boundless is the room of a host of which nothing is known: it takes any task.
var boundless = cluster.Resources{CPU: math.MaxInt32, Memory: math.MaxInt32, GPU: math.MaxInt32}

// newSample is a new host that is like h; nil: like none that was seen.
func newSample(f *facts, g *cluster.Group, h *cluster.Host) *sample {
	n := &sample{size: boundless, steps: f.steps}
	n.host = placement.Host{ID: "a new host", AwsvpcLimit: f.awsvpcLimit(), Groups: map[string]int{}, GroupsKnown: true, Providers: f.providersOf(g, h)}
	if h == nil {
		return n
	}
	n.size, n.sized, n.joined, n.seen = h.Registered, true, h.RegisteredAt, h
	n.host.Ports, n.unused = f.reservedPorts(*h), f.unused(*h)
	if h.Attributes == nil {
		return n
	}
	n.host.Attributes = maps.Clone(h.Attributes)
	n.host.Open = map[string][]string{cluster.ZoneAttribute: nil, cluster.SubnetAttribute: nil} // they may be any
	if g != nil {
		n.host.Open[cluster.ZoneAttribute] = g.Zones
	}
	for name := range h.Attributes {
		if strings.HasPrefix(name, cluster.ZoneAttribute+"-") {
			n.host.Open[name] = nil // the zone's id
		}
	}
	for name := range n.host.Open {
		delete(n.host.Attributes, name)
	}
	return n
}

// unused tells whether it is certain that the host has no service task but daemons.
func (f *facts) unused(h cluster.Host) bool {
	if !tasksKnown(h) {
		return f.onlyDaemons(h)
	}
	return !f.serves(h)
}

// bringDaemons takes from the host what the tasks of DAEMON services will take at once.
func (n *sample) bringDaemons(f *facts) {
	for _, d := range f.daemons {
		k := d.kind
		if !d.known || !n.takes(k) {
			continue
		}
		n.daemons = n.daemons.Plus(k.Size)
		n.host.Free = n.host.Free.Minus(k.Size)
		n.host.Ports = append(n.host.Ports, k.Ports...)
		n.host.Groups[k.Group]++
		if k.Awsvpc {
			n.host.Awsvpc++
		}
	}
	if len(f.unreadDaemons()) > 0 {
		n.host.Free = least(n.host.Free, n.size.Minus(f.daemonLoad()))
	}
}

func (n *sample) takes(k placement.Kind) bool {
	return placement.TakesEmpty(n.host, k, placement.Config{Steps: n.steps})
}

func least(a, b cluster.Resources) cluster.Resources {
	return cluster.Resources{CPU: min(a.CPU, b.CPU), Memory: min(a.Memory, b.Memory), GPU: min(a.GPU, b.GPU)}
}

// launched returns the hosts that tell what the group launches, the newest first; own: they are its own. Leaving or
// disconnected hosts count only if there are no others. A group without hosts is told by those that no group holds.
// Types that the group may no longer launch say nothing.
func launched(f *facts, g *cluster.Group) (hosts []*cluster.Host, own bool) {
	name := ""
	if g != nil {
		name = g.Name
	}
	if hosts = mayLaunch(g, f.heldBy[name]); len(hosts) > 0 || g == nil {
		return hosts, len(hosts) > 0
	}
	return mayLaunch(g, f.heldBy[""]), false
}

// mayLaunch are those of the hosts that are like what the group may launch, the newest first.
func mayLaunch(g *cluster.Group, of []*cluster.Host) []*cluster.Host {
	var hosts, others []*cluster.Host
	for _, h := range of {
		switch {
		case h.External || h.Registered == (cluster.Resources{}) || g != nil && !launches(*g, h.Type()):
		case h.IsCapacity():
			hosts = append(hosts, h)
		default:
			others = append(others, h)
		}
	}
	if len(hosts) == 0 {
		hosts = others
	}
	slices.SortFunc(hosts, newestFirst)
	return hosts
}

// newestFirst orders hosts by registration. Of two that joined at once, or at a time that is not known, the larger is first.
func newestFirst(a, b *cluster.Host) int {
	return cmp.Or(
		b.RegisteredAt.Compare(a.RegisteredAt), cmp.Compare(b.Registered.CPU, a.Registered.CPU), cmp.Compare(b.Registered.Memory, a.Registered.Memory),
		cmp.Compare(b.Registered.GPU, a.Registered.GPU), cmp.Compare(a.ARN, b.ARN), cmp.Compare(a.InstanceID, b.InstanceID),
	)
}

// launches tells whether the group may launch a type; of one that is not known it may.
func launches(g cluster.Group, of string) bool {
	return len(g.Types) == 0 || g.AnyType || of == "" || slices.Contains(g.Types, of)
}

func templateOf(g cluster.Group, instance string) string {
	if i := slices.IndexFunc(g.Instances, func(i cluster.Instance) bool { return i.ID == instance }); i >= 0 {
		return g.Instances[i].Template
	}
	return ""
}
