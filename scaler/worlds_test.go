package scaler_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/internal/lab/property"
	"ecs-cluster-scaler/thresholds"
)

func TestMain(m *testing.M) { property.Main(m, 2000) }

// sizes of hosts, as agents register them.
var hostSizes = []cluster.Resources{
	{CPU: 2048, Memory: 3900}, {CPU: 4096, Memory: 7800}, {CPU: 4096, Memory: 15600}, {CPU: 8192, Memory: 31000},
	{CPU: 4096, Memory: 15600, GPU: 4},
}

// anyWorld is a cluster of 1 to 200 hosts of mixed types about which everything is known. Most are half empty, so that
// scale-ins are common; what makes placement hard (ports, distinctInstance, memberOf, interfaces, daemons, standalone
// tasks, unplaced tasks) is in most of them.
func anyWorld(t *rapid.T) *world {
	w := newWorld()
	w.entry = anyThresholds(t)
	if rapid.IntRange(0, 9).Draw(t, "no group") == 0 {
		w.s.Groups = nil
	}
	chance := func(label string, in10 int) bool { return rapid.IntRange(0, 9).Draw(t, label) >= 10-in10 }

	types := rapid.IntRange(1, len(hostSizes)).Draw(t, "types")
	n := rapid.OneOf(rapid.IntRange(1, 8), rapid.IntRange(1, 30), rapid.IntRange(1, 200)).Draw(t, "hosts")
	for range n {
		w.host(1, hostSizes[rapid.IntRange(0, types-1).Draw(t, "type")], of(rapid.SampledFrom([]string{"od", "od", "spot"}).Draw(t, "provider")))
	}
	w.job(size(200, 300))
	services := rapid.IntRange(0, 5).Draw(t, "services")
	for i := range services {
		each := size(rapid.Int64Range(0, 30).Draw(t, "CPU")*64, 1+rapid.Int64Range(0, 30).Draw(t, "MiB")*128)
		w.service(fmt.Sprintf("s%d", i), 0, each, func(s *cluster.Service, d *cluster.Definition) {
			switch rapid.IntRange(0, 19).Draw(t, "kind") {
			case 19:
				d.Awsvpc = true
			case 18:
				d.Ports = []cluster.Port{{Number: 8000 + i}}
			case 17:
				s.Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
			case 16:
				d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:ecs.instance-type in [type-4096, type-8192]"}}
			case 15:
				if types == len(hostSizes) {
					d.Size.GPU = 1
				}
			case 14:
				s.Placement = []cluster.Strategy{{Type: cluster.Binpack, Field: "memory"}}
			case 13:
				s.Placement = []cluster.Strategy{{Type: cluster.Spread, Field: "attribute:ecs.availability-zone"}, {Type: cluster.Binpack, Field: "cpu"}}
			case 11:
				s.Providers = []string{"od"}
			case 10:
				s.Providers = []string{"od", "spot"}
			case 12:
				s.Placement = []cluster.Strategy{{Type: cluster.Random}}
			}
		})
	}
	if chance("daemon", 2) {
		w.service("daemon", 0, size(64, 100), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
		for i := range w.s.Hosts {
			w.put(i, 1, "daemon")
		}
	}
	fill := rapid.IntRange(0, 4).Draw(t, "fill")
	for i := range w.s.Hosts {
		for range fill {
			if services > 0 {
				w.tryPut(i, rapid.IntRange(0, services-1).Draw(t, "of service"))
			}
		}
		if chance("standalone", 1) && w.s.Hosts[i].Remaining.CPU >= 200 && w.s.Hosts[i].Remaining.Memory >= 300 {
			w.put(i, 1, "")
		}
	}
	for i := range services {
		s := w.find(fmt.Sprintf("s%d", i))
		s.Desired = s.Running
		if chance("unplaced", 1) {
			s.Desired += rapid.IntRange(1, 3).Draw(t, "wants more")
		}
		s.Deployments[0].Desired = s.Desired
	}
	w.disturb(t, chance)
	w.past(t)
	return w
}

func mayRun(providers []string, h cluster.Host) bool {
	return len(providers) == 0 || slices.Contains(providers, h.Provider)
}

// tryPut places a task where ECS would allow it.
func (w *world) tryPut(host, service int) {
	s := w.find(fmt.Sprintf("s%d", service))
	d, h := w.s.Definitions[s.TaskDefinition], w.s.Hosts[host]
	if !mayRun(s.Providers, h) {
		return
	}
	left := h.Remaining.Minus(d.Size)
	if left.CPU < 0 || left.Memory < 0 || left.GPU < 0 {
		return
	}
	if (len(d.Ports) > 0 || len(s.Constraints) > 0) && w.has(host, s.Name) {
		return
	}
	if len(d.Constraints) > 0 && h.Type() == "type-2048" {
		return
	}
	w.put(host, 1, s.Name)
}

// disturb makes a few things happen to a cluster that is otherwise at rest.
func (w *world) disturb(t *rapid.T, chance func(string, int) bool) {
	if chance("draining", 1) {
		w.drain(rapid.IntRange(0, len(w.s.Hosts)-1).Draw(t, "which drains"))
	}
	if chance("disconnected", 1) {
		w.s.Hosts[rapid.IntRange(0, len(w.s.Hosts)-1).Draw(t, "which is gone")].Connected = false
	}
	if len(w.s.Groups) == 0 {
		return
	}
	if chance("launching", 1) {
		w.launch(rapid.IntRange(1, 3).Draw(t, "how many"), cluster.InService, time.Duration(rapid.IntRange(0, 15).Draw(t, "minutes"))*time.Minute)
	}
	g := &w.s.Groups[0]
	if chance("minimum", 2) {
		g.Min = rapid.IntRange(0, g.Desired).Draw(t, "MinSize")
	}
	if chance("maximum", 2) {
		g.Max = g.Desired
	}
	if chance("protected", 2) {
		for i := range g.Instances {
			g.Instances[i].Protected = rapid.Bool().Draw(t, "protected")
		}
	}
}

func anyThresholds(t *rapid.T) thresholds.Entry {
	e := builtin
	for _, band := range []*thresholds.Band{&e.CPU, &e.Memory} {
		if rapid.IntRange(0, 2).Draw(t, "wide") > 0 {
			band.ScaleOutAt, band.ScaleInBelow = new(100.0), 99
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "headroom") == 0 {
		e.Headroom.Tasks = rapid.IntRange(1, 5).Draw(t, "headroom tasks")
		if rapid.Bool().Draw(t, "sized") {
			e.Headroom.CPU, e.Headroom.Memory = new(int64(512)), new(int64(1024))
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "instance") == 0 {
		e.Instance.CPU, e.Instance.Memory = new(int64(4096)), new(int64(7800))
	}
	if rapid.IntRange(0, 5).Draw(t, "interfaces") == 0 {
		e.Instance.AwsvpcTasks = new(rapid.IntRange(0, 4).Draw(t, "awsvpc_tasks"))
	}
	e.MinInstances = rapid.SampledFrom([]int{0, 0, 0, 1, 3, 10}).Draw(t, "min_instances")
	return e
}
