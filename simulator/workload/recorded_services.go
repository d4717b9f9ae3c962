package workload

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// pick takes the services and standalone tasks that are there in the window, and the group to scale.
func (p *replay) pick() {
	for _, s := range p.recording.Services {
		gone := !s.Deleted.IsZero() && !s.Deleted.After(p.from)
		if gone || !s.Created.Before(p.to) {
			continue
		}
		s.Desired = holds(s.Desired, func(d recording.Desired) time.Time { return d.At }, p.from, p.to)
		p.services = append(p.services, s)
	}
	p.pickTasks()
	p.pickGroup()
}

// constrain leaves out the constraints that no host of the replay could meet, and tells of tasks that are too large.
func (p *replay) constrain() {
	for i := range p.services {
		s := &p.services[i]
		for _, r := range s.Revisions {
			if deployed := slices.ContainsFunc(s.Desired, func(d recording.Desired) bool { return d.Revision == r.Name }); deployed && !p.fits(r.Size) {
				p.note("tasks of %s (%d CPU, %d MiB, %d GPUs) fit on no instance type of the groups and wait without end", s.Name, r.CPU, r.Memory, r.GPUs)
			}
		}
		kept := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(s.MemberOf)) {
			if value := s.MemberOf[name]; p.offered(name, value) {
				kept[name] = value
			} else {
				p.note("the constraint of %s on %s == %s is left out, because no group is recorded with it", s.Name, name, value)
			}
		}
		s.MemberOf = kept
		if s.OtherConstraints > 0 {
			p.note("%s: %s left out, because the simulator has no such kind", s.Name, plural.Count(s.OtherConstraints, "placement constraint is", "placement constraints are"))
		}
	}
}

// fits says whether a host of some group holds a task of a size at all.
func (p *replay) fits(s recording.Size) bool {
	return slices.ContainsFunc(p.recording.Groups, func(g recording.Group) bool {
		return slices.ContainsFunc(g.Types, func(name string) bool {
			t := p.kind(name)
			return s.CPU <= t.CPU && s.Memory <= t.Memory && s.GPUs <= t.GPUs
		})
	})
}

// offered says whether some group's hosts have an attribute.
func (p *replay) offered(name, value string) bool {
	return slices.ContainsFunc(p.recording.Groups, func(g recording.Group) bool {
		switch name {
		case "ecs.availability-zone":
			return slices.Contains(g.Zones, value)
		case "ecs.instance-type":
			return slices.Contains(g.Types, value)
		case "ecs.os-type":
			return value == "linux" // as all hosts of the simulator
		default:
			return g.Attributes[name] == value
		}
	})
}

// rollouts are how many times a service changes its revision in the window.
func (p *replay) rollouts() int {
	n := 0
	for _, s := range p.services {
		for i := range s.Desired[1:] {
			if s.Desired[i].Revision != s.Desired[i+1].Revision {
				n++
			}
		}
	}
	return n
}

// serve makes a service and has it do what it did.
func (p *replay) serve(t town, groups map[string]*aws.Group, there map[string]*aws.Host, s recording.Service) {
	f := &recordedService{town: t, recorded: s, groups: groups, definitions: definitions(s)}
	for i, d := range s.Desired {
		at := d.At
		if i == 0 { // it holds from the beginning
			at = s.Created
		}
		if !at.After(p.from) {
			f.follow(d)
			p.begin(f, there)
			continue
		}
		t.at(p.after(at), s.Name, func() { f.follow(d) })
	}
	if p.inWindow(s.Deleted) {
		t.at(p.after(s.Deleted), s.Name+" deleted", func() { f.service.Delete() })
	}
}

// definitions are a service's task definitions by the names of its revisions.
func definitions(s recording.Service) map[string]*aws.TaskDefinition {
	all := map[string]*aws.TaskDefinition{}
	for i, r := range s.Revisions {
		d := sized(s.Name, r.Size, r.StopTimeout)
		d.Revision = i + 1
		all[r.Name] = d
	}
	return all
}

// sized is a task definition of a recorded size. A recording does not tell how long containers take to start and to end.
func sized(family string, s recording.Size, stopTimeout int) *aws.TaskDefinition {
	d := task(family, s.CPU, s.Memory)
	d.Resources.GPU, d.Awsvpc, d.Ports = s.GPUs, s.Awsvpc, s.HostPorts
	if stopTimeout > 0 {
		d.StopTimeout = seconds(stopTimeout)
	}
	return d
}

// recordedService is a service that does what it did.
type recordedService struct {
	town
	recorded    recording.Service
	groups      map[string]*aws.Group // by capacity provider
	definitions map[string]*aws.TaskDefinition
	service     *aws.Service // nil before it is made
	now         recording.Desired
}

func (f *recordedService) follow(d recording.Desired) {
	switch definition := f.definitions[d.Revision]; {
	case f.service == nil:
		f.service = f.make(definition, d.Desired)
	case d.Revision != f.now.Revision:
		f.service.Deploy(definition)
	}
	f.now = d
	if !f.recorded.Daemon && f.service.Desired != d.Desired {
		f.service.SetDesired(d.Desired)
	}
}

func (f *recordedService) make(d *aws.TaskDefinition, desired int) *aws.Service {
	s := f.recorded
	spec := aws.ServiceSpec{
		Name: s.Name, Definition: d, Desired: desired, Daemon: s.Daemon, MinPercent: s.MinHealthy, MaxPercent: s.Max,
		Strategy: s.Placement, DistinctInstance: s.DistinctInstance, MemberOf: s.MemberOf,
		LoadBalanced: s.LoadBalanced, HealthCheck: s.HealthCheck, CircuitBreaker: s.CircuitBreaker, Rebalance: s.ZoneRebalancing,
	}
	if s.Daemon {
		spec.Desired = 0
	}
	if spec.Providers = f.elsewhere(); spec.Providers != nil {
		return f.cluster.CreateService(f.placed(spec))
	}
	return f.town.service(spec)
}

// elsewhere is the service's capacity provider strategy, if none of it is the group that the policy scales. With others
// the policy has its way.
func (f *recordedService) elsewhere() []aws.StrategyItem {
	var items []aws.StrategyItem
	for _, share := range f.recorded.CapacityProviders {
		group := f.groups[share.Provider]
		if group == nil || group == f.group {
			return nil
		}
		items = append(items, aws.StrategyItem{Group: group, Base: share.Base, Weight: share.Weight})
	}
	return items
}

// recordedFamily is the task definition's family of a task group, which RunTask names so by default.
func recordedFamily(group string) string { return strings.TrimPrefix(group, "family:") }

// sizeName tells sizes of standalone tasks apart.
func sizeName(s recording.Size) string {
	name := fmt.Sprintf("task-%d-%d-%d", s.CPU, s.Memory, s.GPUs)
	if s.Awsvpc {
		name += "-awsvpc"
	}
	if len(s.HostPorts) > 0 {
		name += fmt.Sprint("-", s.HostPorts)
	}
	return name
}
