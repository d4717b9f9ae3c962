package scaler_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

// builtin is parsed once: thousands of worlds begin with it.
var builtin = thresholds.Builtin()

// unfitted is the built-in entry with headroom.fitted false: of what most rules say, it changes nothing.
var unfitted = func() thresholds.Entry {
	e := builtin
	e.Headroom.Fitted.On = false
	return e
}()

// world is a cluster whose parts agree with each other: what tasks reserve is what hosts lack, and services count the
// tasks that are placed.
type world struct {
	entry thresholds.Entry
	s     cluster.Snapshot
}

func newWorld() *world {
	return &world{
		entry: unfitted,
		s: cluster.Snapshot{
			Cluster: "web", Definitions: map[string]cluster.Definition{},
			Groups: []cluster.Group{{Name: "web-blue", Max: 10_000}},
		},
	}
}

func size(cpu, memory int64) cluster.Resources {
	return cluster.Resources{CPU: cpu, Memory: memory}
}

// host adds n hosts of a size to the group, each registered an hour later than the one before, a year ago.
func (w *world) host(n int, of cluster.Resources, change ...func(*cluster.Host)) {
	for range n {
		i := len(w.s.Hosts)
		h := cluster.Host{
			ARN: fmt.Sprintf("arn-%04d", i), InstanceID: fmt.Sprintf("i-%04d", i), Status: cluster.Active, Connected: true,
			Registered: of, Remaining: of, TasksRead: true, RegisteredAt: now.AddDate(-1, 0, 0).Add(time.Duration(i) * time.Minute),
			Attributes: map[string]string{cluster.TypeAttribute: fmt.Sprintf("type-%d", of.CPU), cluster.ZoneAttribute: []string{"a", "b", "c"}[i%3]},
		}
		for _, c := range change {
			c(&h)
		}
		w.s.Hosts = append(w.s.Hosts, h)
		if len(w.s.Groups) > 0 && !h.External {
			g := &w.s.Groups[0]
			g.Instances = append(g.Instances, cluster.Instance{ID: h.InstanceID, Phase: cluster.InService})
			g.Desired++
		}
	}
}

// service adds a replica service on EC2 that wants so many tasks of a size and has none yet.
func (w *world) service(name string, desired int, of cluster.Resources, change ...func(*cluster.Service, *cluster.Definition)) {
	definition := name + ":1"
	service := cluster.Service{
		Name: name, Active: true, Home: cluster.OnEC2, Rollout: cluster.Rolling, Desired: desired,
		MinimumHealthyPercent: 100, MaximumPercent: 200, TaskDefinition: definition,
		Deployments: []cluster.Deployment{{Primary: true, Desired: desired, TaskDefinition: definition}},
	}
	d := cluster.Definition{Size: of}
	for _, c := range change {
		c(&service, &d)
	}
	w.s.Services = append(w.s.Services, service)
	w.s.Definitions[definition] = d
}

func (w *world) find(name string) *cluster.Service {
	return &w.s.Services[slices.IndexFunc(w.s.Services, func(s cluster.Service) bool { return s.Name == name })]
}

// put places n tasks of a service on a host; "" is a standalone task, whose definition is "job:1".
func (w *world) put(host, n int, service string) {
	definition := "job:1"
	if service != "" {
		definition = w.find(service).TaskDefinition
	}
	for range n {
		w.s.Tasks = append(w.s.Tasks, cluster.Task{
			ARN: fmt.Sprintf("task-%d", len(w.s.Tasks)), Host: w.s.Hosts[host].ARN, Service: service,
			Definition: definition, WantedRunning: true, LastStatus: "RUNNING",
		})
		if service != "" {
			w.find(service).Running++
			w.find(service).Deployments[0].Running++
		}
		h := &w.s.Hosts[host]
		h.Tasks++
		h.Remaining = h.Remaining.Minus(w.s.Definitions[definition].Size)
		h.Ports = append(slices.Clone(h.Ports), w.s.Definitions[definition].Ports...)
	}
}

func (w *world) job(of cluster.Resources) { w.s.Definitions["job:1"] = cluster.Definition{Size: of} }

// drain sets a host DRAINING while its group terminates it.
func (w *world) drain(host int) {
	w.s.Hosts[host].Status = cluster.Draining
	for g := range w.s.Groups {
		for i := range w.s.Groups[g].Instances {
			if instance := &w.s.Groups[g].Instances[i]; instance.ID == w.s.Hosts[host].InstanceID {
				instance.Phase = cluster.Terminating
				w.s.Groups[g].Desired--
			}
		}
	}
}

// launch adds an instance to the group that has not registered.
func (w *world) launch(n int, phase cluster.Phase, ago time.Duration) {
	for range n {
		g := &w.s.Groups[0]
		g.Instances = append(g.Instances, cluster.Instance{ID: fmt.Sprintf("i-new-%d", len(g.Instances)), Phase: phase, LaunchedAt: now.Add(-ago)})
		g.Desired++
	}
}

func (w *world) decide() scaler.Verdict {
	return scaler.Decide(w.entry, w.s, now)
}

// copy is a world that can be changed without changing this one.
func (w *world) copy() *world {
	c := *w
	c.s.Hosts, c.s.Services, c.s.Tasks, c.s.Groups = slices.Clone(w.s.Hosts), slices.Clone(w.s.Services), slices.Clone(w.s.Tasks), slices.Clone(w.s.Groups)
	for i := range c.s.Groups {
		c.s.Groups[i].Instances = slices.Clone(c.s.Groups[i].Instances)
	}
	for i := range c.s.Services {
		c.s.Services[i].Deployments = slices.Clone(c.s.Services[i].Deployments)
	}
	c.s.Definitions = maps.Clone(w.s.Definitions)
	return &c
}

func replica(s cluster.Service) bool { return s.Active && !s.Daemon }

// moves are the service tasks on a host, daemons left out.
func (w *world) moves(host int) []cluster.Task {
	var moved []cluster.Task
	for _, t := range w.s.Tasks {
		if t.Host == w.s.Hosts[host].ARN && t.Service != "" && t.WantedRunning && replica(*w.find(t.Service)) {
			moved = append(moved, t)
		}
	}
	return moved
}

// candidates are the hosts that the group may choose to terminate.
func (w *world) candidates() []int {
	var found []int
	for i, h := range w.s.Hosts {
		if len(w.s.Groups) == 0 && h.Status == cluster.Active {
			found = append(found, i)
		}
		for _, g := range w.s.Groups {
			for _, instance := range g.Instances {
				if instance.ID == h.InstanceID && instance.Phase == cluster.InService && !instance.Protected {
					found = append(found, i)
				}
			}
		}
	}
	return found
}

func (w *world) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "entry %+v\n", w.entry)
	for _, h := range w.s.Hosts {
		fmt.Fprintf(&b, "host %s %s connected %v: %s of %s left, %d tasks\n", h.InstanceID, h.Status, h.Connected, h.Remaining, h.Registered, h.Tasks)
	}
	for _, s := range w.s.Services {
		fmt.Fprintf(&b, "service %s daemon %v wants %d has %d of %+v, %+v\n", s.Name, s.Daemon, s.Desired, s.Running, w.s.Definitions[s.TaskDefinition], s.Constraints)
	}
	fmt.Fprintf(&b, "groups %+v\n", w.s.Groups)
	return b.String()
}
