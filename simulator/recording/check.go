package recording

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

// AWS's limits, so that a slip of the keyboard is no cluster of a million tasks.
const (
	// mostTasks is how many tasks a service may have
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html).
	mostTasks = 5000
	// mostHosts is how many container instances a cluster may have (the same page).
	mostHosts = 5000
	// mostCPU and mostMemory are more than the largest EC2 instance has: 1920 vCPUs and 32 TiB.
	mostCPU, mostMemory = 4096 * 1024, 64 * 1024 * 1024
	mostGPUs, mostPort  = 64, 65535
	mostPercent         = 10000
	mostSeconds         = 7 * 24 * 3600
)

var (
	instanceType = regexp.MustCompile(`^[a-z0-9-]+\.[a-z0-9-]+$`)
	placement    = regexp.MustCompile(`^(random|binpack:(cpu|memory)|spread:(instanceId|host|attribute:[^\s:]+))$`)
)

// processes are those that a group can suspend
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html).
var processes = []string{
	"AZRebalance", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh", "Launch", "ReplaceUnhealthy",
	"ScheduledActions", "Terminate",
}

// check keeps what is wrong with the recording as a whole.
func (r *Recording) check(f *faults) {
	if r.Version != Version {
		f.at("version", "is %d; it must be %d", r.Version, Version)
	}
	f.text("cluster", r.Cluster)
	oneOf(f, "made", r.Made, Watched, CloudWatch, Simulated)
	f.within("resolution_s", r.Resolution, 1, mostSeconds)
	switch {
	case r.From.IsZero() || r.To.IsZero():
		f.at("from", "and to must be times of the recording; the year 1 is none")
	case !r.To.After(r.From):
		f.at("to", "is %s, not after from %s; a recording must last some time", shownTime(r.To), shownTime(r.From))
	}
	f.spans("gaps", r.Gaps)
	named(f, "instance_types", "name", r.InstanceTypes, func(t InstanceType) string { return t.Name })
	named(f, "groups", "name", r.Groups, func(g Group) string { return g.Name })
	named(f, "services", "name", r.Services, func(s Service) string { return s.Name })
	named(f, "hosts", "instance", r.Hosts, func(h Host) string { return h.Instance })
	if f.any() {
		return // what refers to these would be told again and again
	}
	types := indexed(r.InstanceTypes, func(t InstanceType) string { return t.Name })
	groups := indexed(r.Groups, func(g Group) string { return g.Name })
	services := indexed(r.Services, func(s Service) string { return s.Name })
	for i := range r.InstanceTypes {
		r.InstanceTypes[i].check(f, fmt.Sprintf("instance_types[%d]", i))
	}
	for i := range r.Groups {
		r.Groups[i].check(f, fmt.Sprintf("groups[%d]", i), types)
	}
	for i := range r.Services {
		r.Services[i].check(f, fmt.Sprintf("services[%d]", i))
	}
	for i := range r.StandaloneTasks {
		r.StandaloneTasks[i].check(f, fmt.Sprintf("standalone_tasks[%d]", i), r.From, r.To)
	}
	for i := range r.Hosts {
		r.Hosts[i].check(f, fmt.Sprintf("hosts[%d]", i), types, groups)
	}
	for i, refusal := range r.Refusals {
		path := fmt.Sprintf("refusals[%d]", i)
		known(f, path+".service", "services", services, refusal.Service)
		oneOf(f, path+".lacks", refusal.Lacks, LacksCPU, LacksMemory, LacksGPU, LacksInterface, LacksPort, LacksAttribute,
			LacksDistinct, LacksAgent, LacksHosts, LacksOther)
	}
	for i, t := range r.ServiceTasks {
		path := fmt.Sprintf("service_tasks[%d]", i)
		if known(f, path+".service", "services", services, t.Service) {
			revisions := indexed(services[t.Service].Revisions, func(r Revision) string { return r.Name })
			known(f, path+".revision", "revisions of "+t.Service, revisions, t.Revision)
		}
		if t.Cause != "" {
			oneOf(f, path+".cause", t.Cause, StoppedByService, StoppedByDrain, StoppedByAPI, StoppedByExit, StoppedByHost,
				StoppedForCapacity, StoppedOtherwise)
		}
	}
}

func (t InstanceType) check(f *faults, path string) {
	if !instanceType.MatchString(t.Name) {
		f.at(path+".name", "is %q; it must be an instance type such as m5.xlarge", t.Name)
	}
	f.within(path+".cpu_units", t.CPU, 1, mostCPU)
	f.within(path+".memory_mib", t.Memory, 1, mostMemory)
	f.within(path+".gpus", t.GPUs, 0, mostGPUs)
	f.within(path+".awsvpc_tasks", t.AwsvpcTasks, 0, mostTasks)
}

func (g *Group) check(f *faults, path string, types map[string]InstanceType) {
	if len(g.Types) == 0 {
		f.at(path+".types", "is empty; name the instance types that the group launches")
	}
	for i, name := range g.Types {
		known(f, fmt.Sprintf("%s.types[%d]", path, i), "instance_types", types, name)
	}
	if len(g.Zones) == 0 {
		f.at(path+".zones", "is empty; name the zones that the group launches in")
	}
	for i, zone := range g.Zones {
		at := fmt.Sprintf("%s.zones[%d]", path, i)
		f.text(at, zone)
		if slices.Contains(g.Zones[:i], zone) {
			f.at(at, "is %q, which stands there twice; keep one", zone)
		}
	}
	points(f, path+".limits", g.Limits, func(l Limits) time.Time { return l.At })
	if len(g.Limits) == 0 {
		f.at(path+".limits", "is empty; the first one says MinSize and MaxSize at the beginning")
	}
	for i, l := range g.Limits {
		at := fmt.Sprintf("%s.limits[%d]", path, i)
		f.within(at+".min", l.Min, 0, mostHosts)
		f.within(at+".max", l.Max, 0, mostHosts)
		if l.Min > l.Max {
			f.at(at+".min", "is %d, more than max %d; Auto Scaling refuses that, so read them again", l.Min, l.Max)
		}
	}
	points(f, path+".desired", g.Desired, func(c Capacity) time.Time { return c.At })
	for i, c := range g.Desired {
		f.within(fmt.Sprintf("%s.desired[%d].desired", path, i), c.Desired, 0, mostHosts)
	}
	for i, process := range g.Suspended {
		oneOf(f, fmt.Sprintf("%s.suspended[%d]", path, i), process, processes...)
	}
	named(f, path+".hooks", "name", g.Hooks, func(h Hook) string { return h.Name })
	for i, h := range g.Hooks {
		f.within(fmt.Sprintf("%s.hooks[%d].heartbeat_s", path, i), h.Heartbeat, 1, mostSeconds)
	}
	if p := g.Provider; p != nil {
		f.text(path+".capacity_provider.name", p.Name)
		f.within(path+".capacity_provider.target_capacity", p.TargetCapacity, 0, 100)
	}
}

func (s *Service) check(f *faults, path string) {
	if len(s.Revisions) == 0 {
		f.at(path+".revisions", "is empty; the first one says how large the tasks of %s are", s.Name)
	}
	named(f, path+".revisions", "revision", s.Revisions, func(r Revision) string { return r.Name })
	for i, r := range s.Revisions {
		at := fmt.Sprintf("%s.revisions[%d]", path, i)
		r.check(f, at)
		f.within(at+".stop_timeout_s", r.StopTimeout, 0, mostSeconds)
	}
	revisions := indexed(s.Revisions, func(r Revision) string { return r.Name })
	points(f, path+".desired", s.Desired, func(d Desired) time.Time { return d.At })
	if len(s.Desired) == 0 {
		f.at(path+".desired", "is empty; the first point says what %s wants from the beginning", s.Name)
	}
	for i, d := range s.Desired {
		at := fmt.Sprintf("%s.desired[%d]", path, i)
		f.within(at+".desired", d.Desired, 0, mostTasks)
		known(f, at+".revision", "revisions of "+s.Name, revisions, d.Revision)
	}
	points(f, path+".running", s.Running, func(r Running) time.Time { return r.At })
	for i, r := range s.Running {
		f.within(fmt.Sprintf("%s.running[%d].running", path, i), r.Running, 0, 2*mostTasks)
	}
	f.within(path+".minimum_healthy_percent", s.MinHealthy, 0, mostPercent)
	f.within(path+".maximum_percent", s.Max, 0, mostPercent)
	if !s.Created.IsZero() && !s.Deleted.IsZero() && s.Deleted.Before(s.Created) {
		f.at(path+".deleted", "is %s, before created %s; swap them or leave one out", shownTime(s.Deleted), shownTime(s.Created))
	}
	for i, p := range s.Placement {
		at := fmt.Sprintf("%s.placement_strategy[%d]", path, i)
		if !placement.MatchString(p) {
			f.at(at, "is %q; it must be random, binpack:cpu, binpack:memory, spread:instanceId or spread:attribute:name", p)
		}
	}
	if most := 5; len(s.Placement) > most {
		f.at(path+".placement_strategy", "has %d; ECS takes %d at most", len(s.Placement), most)
	}
	f.within(path+".other_constraints", s.OtherConstraints, 0, mostTasks)
	for i, p := range s.CapacityProviders {
		at := fmt.Sprintf("%s.capacity_providers[%d]", path, i)
		f.text(at+".provider", p.Provider)
		f.within(at+".base", p.Base, 0, 100000)
		f.within(at+".weight", p.Weight, 0, 1000)
	}
}

func (s Size) check(f *faults, path string) {
	f.within(path+".cpu_units", s.CPU, 0, mostCPU)
	f.within(path+".memory_mib", s.Memory, 0, mostMemory)
	f.within(path+".gpus", s.GPUs, 0, mostGPUs)
	for i, p := range s.HostPorts {
		f.within(fmt.Sprintf("%s.host_ports[%d]", path, i), p, 1, mostPort)
	}
}

func (t *StandaloneTask) check(f *faults, path string, from, to time.Time) {
	t.Size.check(f, path)
	f.within(path+".stop_timeout_s", t.StopTimeout, 0, mostSeconds)
	f.inOrder(path, moment{"asked", t.Asked}, moment{"placed", t.Placed}, moment{"running", t.Running}, moment{"ended", t.Ended})
	switch {
	case t.Placed.IsZero() && t.Asked.IsZero():
		f.at(path+".placed", "is missing, and so is asked; say when the task got a host, or when it was asked for in vain")
	case t.Placed.After(to):
		f.at(path+".placed", "is %s, after the recording ends; leave the task out", shownTime(t.Placed))
	case !t.Ended.IsZero() && t.Ended.Before(from):
		f.at(path+".ended", "is %s, before the recording begins; leave the task out", shownTime(t.Ended))
	}
}

func (h *Host) check(f *faults, path string, types map[string]InstanceType, groups map[string]Group) {
	known(f, path+".type", "instance_types", types, h.Type)
	f.text(path+".zone", h.Zone)
	if h.Group != "" {
		known(f, path+".group", "groups", groups, h.Group)
	}
	if h.Cause != "" {
		oneOf(f, path+".cause", h.Cause, ScaleIn, Health, Spot, Rebalance, Manual, Other)
	}
	f.inOrder(path, moment{"launched", h.Launched}, moment{"registered", h.Registered}, moment{"ended", h.Ended})
	f.inOrder(path, moment{"launched", h.Launched}, moment{"in_service", h.InService}, moment{"ended", h.Ended})
	f.inOrder(path, moment{"launched", h.Launched}, moment{"leaving", h.Leaving}, moment{"ended", h.Ended})
	f.spans(path+".disconnected", h.Disconnected)
}
