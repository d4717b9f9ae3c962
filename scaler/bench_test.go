package scaler_test

import (
	"fmt"
	"testing"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// fleet is a cluster of n hosts with ten tasks each, of so many services whose sizes differ, in three zones and on two
// types of host. At rest it may be scaled in, so that every host's tasks are re-placed, alone and a tenth of the
// hosts together.
func fleet(n, services int, change ...func(i int, s *cluster.Service, d *cluster.Definition)) *world {
	w := newWorld()
	w.entry.CPU.ScaleOutAt, w.entry.Memory.ScaleOutAt = new(90.0), new(90.0)
	w.entry.CPU.ScaleInBelow, w.entry.Memory.ScaleInBelow = 80, 80
	w.host(n, size(8192, 31000), func(h *cluster.Host) {
		if len(w.s.Hosts)%5 == 0 {
			h.Registered = size(4096, 15600)
			h.Remaining, h.Attributes[cluster.TypeAttribute] = h.Registered, "type-4096"
		}
	})
	for i := range services {
		w.service(fmt.Sprintf("s%04d", i), 0, size(int64(64+i%7*32), int64(200+i%11*100+i%97)), func(s *cluster.Service, d *cluster.Definition) {
			for _, c := range change {
				c(i, s, d)
			}
		})
	}
	w.s.Tasks = make([]cluster.Task, 0, 10*n)
	for i := range 10 * n {
		s, h := &w.s.Services[(i%n*7+i/n*13)%services], &w.s.Hosts[i%n]
		d := w.s.Definitions[s.TaskDefinition]
		w.s.Tasks = append(w.s.Tasks, cluster.Task{ARN: fmt.Sprint(i), Host: h.ARN, Service: s.Name, Definition: s.TaskDefinition, WantedRunning: true})
		s.Desired++
		s.Running++
		s.Deployments[0].Desired++
		s.Deployments[0].Running++
		h.Tasks++
		h.Remaining = h.Remaining.Minus(d.Size)
	}
	return w
}

func (w *world) bench(b *testing.B, signal scaler.Signal) {
	b.Helper()
	b.ReportAllocs()
	v := w.decide()
	if v.Signal != signal {
		b.Fatalf("signal %d, reasons %v: %v", v.Signal, v.Reasons, v.Why)
	}
	for b.Loop() {
		w.decide()
	}
	b.ReportMetric(float64(v.InstanceGap), "gap")
}

// BenchmarkDecide is one verdict on a cluster of which everything was read.
func BenchmarkDecide(b *testing.B) {
	mixed := func(i int, s *cluster.Service, d *cluster.Definition) {
		switch i % 10 {
		case 0:
			s.Placement = []cluster.Strategy{{Type: cluster.Binpack, Field: "memory"}}
		case 1:
			s.Placement = []cluster.Strategy{{Type: cluster.Spread, Field: "attribute:ecs.availability-zone"}, {Type: cluster.Binpack, Field: "cpu"}}
		case 2:
			s.Placement = []cluster.Strategy{{Type: cluster.Random}}
		case 3:
			d.Awsvpc = true
		case 4:
			d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:ecs.instance-type =~ type-8.*"}}
		}
	}
	interfaces := func(w *world) *world {
		w.entry.Instance.AwsvpcTasks = new(10)
		return w
	}
	rare := func(_ int, _ *cluster.Service, d *cluster.Definition) {
		d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:ecs.availability-zone in [a, b, c]"}}
	}
	b.Run("28 hosts, 280 tasks of 28 services, two may go", func(b *testing.B) {
		w := fleet(28, 28)
		w.entry.MinInstances = 26
		w.bench(b, scaler.ScaleIn)
	})
	b.Run("400 hosts, 4000 tasks of 40 services", func(b *testing.B) { fleet(400, 40).bench(b, scaler.ScaleIn) })
	b.Run("400 hosts, 4000 tasks of 40 services, 40 leaving", func(b *testing.B) {
		w := fleet(400, 40)
		for host := range 40 {
			w.drain(10 * host)
		}
		w.bench(b, scaler.ScaleIn)
	})
	b.Run("1000 hosts, 10000 tasks of 100 services", func(b *testing.B) { fleet(1000, 100).bench(b, scaler.ScaleIn) })
	b.Run("1000 hosts, 10000 tasks of 100 services, all kinds", func(b *testing.B) { interfaces(fleet(1000, 100, mixed)).bench(b, scaler.ScaleIn) })
	b.Run("5000 hosts, 50000 tasks of 10 services", func(b *testing.B) { fleet(5000, 10).bench(b, scaler.ScaleIn) })
	b.Run("5000 hosts, 50000 tasks of 500 services", func(b *testing.B) { fleet(5000, 500).bench(b, scaler.ScaleIn) })
	b.Run("5000 hosts, 50000 tasks of 5000 services", func(b *testing.B) { fleet(5000, 5000).bench(b, scaler.ScaleIn) })
	b.Run("5000 hosts, 50000 tasks of 500 services, all kinds", func(b *testing.B) { interfaces(fleet(5000, 500, mixed)).bench(b, scaler.ScaleIn) })
	b.Run("5000 hosts, 50000 tasks of 500 services, constrained", func(b *testing.B) { fleet(5000, 500, rare).bench(b, scaler.ScaleIn) })
	b.Run("5000 hosts, 50000 tasks, 40 unplaced and headroom", func(b *testing.B) {
		w := fleet(5000, 500)
		w.entry.Headroom.Tasks = 100
		for i := range 40 {
			w.s.Services[i].Desired++
			w.s.Services[i].Deployments[0].Desired++
		}
		w.bench(b, scaler.ScaleIn)
	})
	b.Run("5000 hosts, 50000 tasks of 40 services, each once on a host", func(b *testing.B) {
		fleet(5000, 40, func(i int, s *cluster.Service, d *cluster.Definition) {
			if i%2 == 0 {
				d.Ports = []cluster.Port{{Number: 8000 + i}}
			} else {
				s.Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
			}
		}).bench(b, scaler.ScaleIn)
	})
	b.Run("5000 hosts, 50000 tasks of 500 services, spread over 1000 racks", func(b *testing.B) {
		w := fleet(5000, 500, func(_ int, s *cluster.Service, _ *cluster.Definition) {
			s.Placement = []cluster.Strategy{{Type: cluster.Spread, Field: "attribute:rack"}}
		})
		for i := range w.s.Hosts {
			w.s.Hosts[i].Attributes["rack"] = fmt.Sprint(i % 1000)
		}
		w.bench(b, scaler.ScaleIn)
	})
	b.Run("5000 hosts, 50000 tasks of 500 services, few may go together", func(b *testing.B) {
		w := fleet(5000, 500)
		w.entry.CPU.ScaleOutAt, w.entry.Memory.ScaleOutAt = nil, nil
		w.entry.CPU.ScaleInBelow, w.entry.Memory.ScaleInBelow = 101, 101
		for i := range w.s.Hosts {
			h := &w.s.Hosts[i]
			h.Remaining.Memory = min(h.Remaining.Memory, 1500+int64(i%7)*100)
		}
		w.bench(b, scaler.ScaleIn)
	})
	b.Run("no hosts, 50000 tasks of 500 services wait", func(b *testing.B) {
		w := fleet(5000, 500)
		w.s.Hosts, w.s.Tasks, w.s.Groups[0].Instances, w.s.Groups[0].Desired = nil, nil, nil, 0
		w.entry.Instance.CPU, w.entry.Instance.Memory = new(int64(8192)), new(int64(31000))
		for i := range w.s.Services {
			w.s.Services[i].Running, w.s.Services[i].Deployments[0].Running = 0, 0
		}
		w.bench(b, scaler.ScaleOut)
	})
}
