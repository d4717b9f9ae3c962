package recording

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Anonymised is the recording with every name replaced: of the cluster, services, groups, hooks, capacity providers,
// instances, task groups, revisions, zones, and of attributes and their values as far as AWS does not set them itself.
// The new names are numbers in the order in which the old ones come in the file, so nothing of an old name is in them,
// and one old name has one new name wherever it stands. Times, sizes, counts and instance types stay: they are what a
// replay needs, and may tell a cluster to somebody who knows it.
func (r Recording) Anonymised() Recording {
	a := anonymiser{
		services: numbered("service-"), groups: numbered("group-"), hooks: numbered("hook-"), providers: numbered("provider-"),
		hosts: numbered("host-"), taskGroups: numbered("tasks-"), attributes: numbered("attribute-"), values: numbered("value-"),
		zones: newNames(letter), revisions: map[string]*names{},
	}
	a.values.of(r.Cluster) // a note may not name it either
	r.Anonymous, r.Cluster = true, "cluster"
	r.Gaps, r.InstanceTypes = slices.Clone(r.Gaps), slices.Clone(r.InstanceTypes)
	r.Groups = each(r.Groups, a.group)
	r.Services = each(r.Services, a.service)
	r.Hosts = each(r.Hosts, a.host)
	r.StandaloneTasks = each(r.StandaloneTasks, func(t StandaloneTask) StandaloneTask {
		t.HostPorts = slices.Clone(t.HostPorts)
		t.Group, t.Host = a.taskGroups.of(t.Group), a.hosts.of(t.Host)
		return t
	})
	r.Refusals = each(r.Refusals, func(refusal Refusal) Refusal {
		refusal.Service = a.services.of(refusal.Service)
		return refusal
	})
	r.ServiceTasks = each(r.ServiceTasks, func(t ServiceTask) ServiceTask {
		t.Revision = a.revision(t.Service, t.Revision)
		t.Service, t.Host = a.services.of(t.Service), a.hosts.of(t.Host)
		return t
	})
	r.Notes = slices.DeleteFunc(slices.Clone(r.Notes), a.names)
	return r
}

type anonymiser struct {
	services, groups, hooks, providers, hosts, taskGroups, attributes, values, zones *names
	// revisions are numbered within their service.
	revisions map[string]*names
}

// names says whether a note has an old name in it. Those that clusterscaler writes name nobody.
func (a anonymiser) names(note string) bool {
	for _, n := range []*names{a.services, a.groups, a.hooks, a.providers, a.hosts, a.taskGroups, a.attributes, a.values, a.zones} {
		for old := range n.given {
			if len(old) > 1 && strings.Contains(note, old) {
				return true
			}
		}
	}
	return false
}

func (a anonymiser) group(g Group) Group {
	g.Name = a.groups.of(g.Name)
	g.Types, g.Limits, g.Desired = slices.Clone(g.Types), slices.Clone(g.Limits), slices.Clone(g.Desired)
	g.Zones = each(g.Zones, a.zones.of)
	g.Attributes = a.expressions(g.Attributes)
	g.Hooks = each(g.Hooks, func(h Hook) Hook {
		h.Name = a.hooks.of(h.Name)
		return h
	})
	if g.Provider != nil {
		p := *g.Provider
		p.Name = a.providers.of(p.Name)
		g.Provider = &p
	}
	g.LaunchFailures = each(g.LaunchFailures, func(l LaunchFailure) LaunchFailure {
		l.Zone = a.zones.of(l.Zone)
		return l
	})
	return g
}

func (a anonymiser) service(s Service) Service {
	name := s.Name
	s.Name = a.services.of(name)
	s.Running = slices.Clone(s.Running)
	s.Revisions = each(s.Revisions, func(r Revision) Revision {
		r.HostPorts = slices.Clone(r.HostPorts)
		r.Name = a.revision(name, r.Name)
		return r
	})
	s.Desired = each(s.Desired, func(d Desired) Desired {
		d.Revision = a.revision(name, d.Revision)
		return d
	})
	s.Placement = each(s.Placement, func(p string) string {
		if field, spreads := strings.CutPrefix(p, spreadAttribute); spreads {
			return spreadAttribute + a.attribute(field)
		}
		return p
	})
	s.MemberOf = a.expressions(s.MemberOf)
	s.CapacityProviders = each(s.CapacityProviders, func(p ProviderShare) ProviderShare {
		p.Provider = a.providers.of(p.Provider)
		return p
	})
	return s
}

func (a anonymiser) host(h Host) Host {
	h.Instance, h.Zone, h.Group = a.hosts.of(h.Instance), a.zones.of(h.Zone), a.groups.of(h.Group)
	h.Disconnected = slices.Clone(h.Disconnected)
	return h
}

func (a anonymiser) revision(service, name string) string {
	if a.revisions[service] == nil {
		a.revisions[service] = numbered("")
	}
	return a.revisions[service].of(name)
}

const spreadAttribute = "spread:attribute:"

// Attributes that the agent sets itself, whose names are AWS's own
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html#attributes).
const (
	zoneAttribute = "ecs.availability-zone"
	typeAttribute = "ecs.instance-type"
)

// ownValues are those that the agent gives to attributes of the kind.
var ownValues = []string{"linux", "windows", "x86_64", "arm64"}

// agentSets says whether an attribute is one that the agent sets itself.
func agentSets(name string) bool {
	switch name {
	case zoneAttribute, typeAttribute, "ecs.os-type", "ecs.os-family", "ecs.cpu-architecture", "ecs.ami-id", "ecs.subnet-id", "ecs.vpc-id":
		return true
	default:
		return false
	}
}

// kept says whether an attribute's value stays, because it is AWS's word.
func kept(name, value string) bool {
	return name == typeAttribute && instanceType.MatchString(value) || agentSets(name) && slices.Contains(ownValues, value)
}

// attribute is an attribute's new name.
func (a anonymiser) attribute(name string) string {
	if agentSets(name) {
		return name
	}
	return a.attributes.of(name)
}

// expressions are attributes with their values.
func (a anonymiser) expressions(of map[string]string) map[string]string {
	if of == nil {
		return nil
	}
	all := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		switch value := of[name]; {
		case name == zoneAttribute:
			all[name] = a.zones.of(value)
		case kept(name, value):
			all[name] = value
		default:
			all[a.attribute(name)] = a.values.of(value)
		}
	}
	return all
}

// names gives new names for old ones.
type names struct {
	given map[string]string
	nth   func(n int) string
}

func newNames(nth func(n int) string) *names {
	return &names{given: map[string]string{"": ""}, nth: nth}
}

// numbered names are a prefix and a number, from 1.
func numbered(prefix string) *names {
	return newNames(func(n int) string { return fmt.Sprintf("%s%d", prefix, n) })
}

// letter names zones, as AWS does: a, b, c.
func letter(n int) string {
	if n > 'z'-'a'+1 {
		return fmt.Sprintf("zone-%d", n)
	}
	return string(rune('a' + n - 1))
}

// of is an old name's new one; without a name there is none.
func (n *names) of(old string) string {
	name, known := n.given[old]
	if !known {
		name = n.nth(len(n.given)) // the empty one is among them
		n.given[old] = name
	}
	return name
}

// each is a list with every item changed; none stays none.
func each[T any](items []T, change func(T) T) []T {
	if items == nil {
		return nil
	}
	changed := make([]T, 0, len(items))
	for _, item := range items {
		changed = append(changed, change(item))
	}
	return changed
}
