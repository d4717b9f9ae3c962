package scaler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// half is four hosts of 2048 CPU, each with a task of half of it: no threshold speaks, a second such task fits.
func half() *world {
	w := newWorld()
	w.host(4, size(2048, 3900))
	w.service("base", 4, size(1100, 1000))
	for i := range 4 {
		w.put(i, 1, "base")
	}
	return w
}

func TestCausesBeyondThresholds(t *testing.T) {
	refused := func(name string, ago time.Duration) func(*world) {
		return func(w *world) { w.find(name).Refused = now.Add(-ago) }
	}
	tests := map[string]struct {
		world   func(*world)
		signal  scaler.Signal
		gap     int
		reasons []scaler.Reason
		why     string
	}{
		"tasks that fit are placed soon": {
			world:  func(w *world) { w.service("web", 4, size(900, 100)) },
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		// One more host would take the fifth task, two keep 8900 of 12288 CPU below 75 %.
		"each fits alone, together they do not": {
			world:  func(w *world) { w.service("web", 5, size(900, 100)) },
			signal: 1, gap: 2, reasons: []scaler.Reason{scaler.UnplacedTasks},
			why: "web (900 CPU) fits nowhere: the freest host has 48",
		},
		"two services compete for the same room": {
			world: func(w *world) {
				w.service("web", 4, size(900, 100))
				w.service("api", 1, size(500, 100))
			},
			signal: 1, gap: 2, reasons: []scaler.Reason{scaler.UnplacedTasks},
		},
		"a size that is not known is no known cause": {
			world: func(w *world) {
				w.service("web", 50, size(900, 100))
				delete(w.s.Definitions, "web:1")
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"a constraint that cannot be read is no known cause": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100), func(_ *cluster.Service, d *cluster.Definition) {
					d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "runningTasksCount < 1"}}
				})
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"a constraint that no host meets, and no new one would": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100), func(_ *cluster.Service, d *cluster.Definition) {
					d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:ecs.instance-type == p3.large"}}
				})
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance},
		},
		"a zone that a new host can come up in": {
			world: func(w *world) {
				w.s.Groups[0].Zones = []string{"a", "b", "d"}
				w.service("web", 1, size(900, 100), func(_ *cluster.Service, d *cluster.Definition) {
					d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:ecs.availability-zone == d"}}
				})
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
		},
		"a zone that the group does not launch into": {
			world: func(w *world) {
				w.s.Groups[0].Zones = []string{"a", "b", "c"}
				w.service("web", 1, size(900, 100), func(_ *cluster.Service, d *cluster.Definition) {
					d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:ecs.availability-zone == d"}}
				})
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance},
		},
		"one port, four hosts, five tasks": {
			world: func(w *world) {
				w.service("web", 5, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{{Number: 80}} })
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
			why: "web fits nowhere: a constraint, a port, a neighbour or a missing network interface bars every host with room",
		},
		"the same port of another protocol": {
			world: func(w *world) {
				w.service("web", 4, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{{Number: 53}} })
				w.service("dns", 4, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{{Number: 53, UDP: true}} })
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"distinctInstance beside the service's own tasks": {
			world: func(w *world) {
				w.find("base").Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
				w.find("base").Desired = 5
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
		},
		"network interfaces, as the entry counts them": {
			world: func(w *world) {
				w.entry.Instance.AwsvpcTasks = new(1)
				w.service("web", 6, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Awsvpc = true })
			},
			signal: 1, gap: 2, reasons: []scaler.Reason{scaler.UnplacedTasks},
		},
		"a task of which nothing is known is no known interface": {
			world: func(w *world) {
				w.entry.Instance.AwsvpcTasks = new(1)
				w.service("web", 4, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Awsvpc = true })
				w.put(0, 1, "")
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"network interfaces that nobody counts are no cause": {
			world: func(w *world) {
				w.service("web", 6, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Awsvpc = true })
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"headroom of a given size": {
			world: func(w *world) {
				w.entry.Headroom.Tasks = 5
				w.entry.Headroom.CPU, w.entry.Headroom.Memory = new(int64(900)), new(int64(100))
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.HeadroomShort},
			why: "1 of the 5 headroom tasks (900 CPU, 100 MiB each) do not fit",
		},
		"headroom fits, but not beside what waits": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100))
				w.entry.Headroom.Tasks = 4
				w.entry.Headroom.CPU, w.entry.Headroom.Memory = new(int64(900)), new(int64(100))
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.HeadroomShort},
		},
		"headroom of the largest task by share of a host": {
			world: func(w *world) {
				w.entry.Headroom.Tasks = 1
				w.service("small", 1, size(10, 10))
				w.put(0, 1, "small")
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.HeadroomShort},
			why: "1 of the 1 headroom tasks (1100 CPU, 1000 MiB each) do not fit",
		},
		"headroom larger than an instance is not chased": {
			world: func(w *world) {
				w.entry.Headroom.Tasks = 1
				w.entry.Headroom.CPU, w.entry.Headroom.Memory = new(int64(9000)), new(int64(100))
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance},
		},
		"a daemon's share of a new host is not free": {
			world: func(w *world) {
				w.service("log", 0, size(200, 100), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
				w.service("web", 1, size(2000, 100))
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance},
			why: "web (2000 CPU, 100 MiB) fits nowhere, not even on an empty new host, which has 1848 CPU, 3800 MiB left beside its daemons",
		},
		"ECS refuses what fits": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100))
				refused("web", 5*time.Minute)(w)
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.PlacementRefused},
			why: "ECS said at 04:33 UTC that no host met all requirements of a task of web",
		},
		"an old refusal": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100))
				refused("web", 30*time.Minute)(w)
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"a refusal older than the newest host": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100))
				refused("web", 5*time.Minute)(w)
				w.s.Hosts[0].RegisteredAt = now.Add(-4 * time.Minute)
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"a refusal after a host has come, and has been filled": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100))
				refused("web", time.Minute)(w)
				w.s.Hosts[0].RegisteredAt = now.Add(-6 * time.Minute)
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.PlacementRefused},
		},
		"a refusal after a host has come, of whose tasks nothing is known": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100))
				refused("web", time.Minute)(w)
				w.s.Hosts[0].RegisteredAt, w.s.Hosts[0].TasksRead = now.Add(-6*time.Minute), false
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"a refusal after a host has come that has none but daemons": {
			world: func(w *world) {
				w.service("log", 0, size(100, 100), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
				w.service("web", 1, size(900, 100))
				refused("web", time.Minute)(w)
				for i := range w.s.Hosts {
					w.put(i, 1, "log")
				}
				w.host(1, size(2048, 3900), func(h *cluster.Host) { h.RegisteredAt = now.Add(-6 * time.Minute) })
				w.put(4, 1, "log")
			},
			signal: 0, reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.PlacementRefused},
		},
		"a refusal while an idle host stands there": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100))
				refused("web", 5*time.Minute)(w)
				w.host(1, size(2048, 3890))
				w.job(size(100, 100))
				w.put(4, 1, "")
			},
			signal: 0, reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.PlacementRefused},
		},
		"a smaller idle host is not what a new one would be": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100))
				refused("web", 5*time.Minute)(w)
				w.host(1, size(1024, 1900))
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.PlacementRefused},
		},
		"a refusal of a service that has all its tasks": {
			world:  refused("base", 5*time.Minute),
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"a refusal of what does not fit is no second cause": {
			world: func(w *world) {
				w.service("web", 5, size(900, 100))
				refused("web", 5*time.Minute)(w)
			},
			signal: 1, gap: 2, reasons: []scaler.Reason{scaler.UnplacedTasks},
		},
		"a host in flight answers a refusal": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100))
				refused("web", 5*time.Minute)(w)
				w.launch(1, cluster.InService, time.Minute)
			},
			signal: 0, reasons: []scaler.Reason{scaler.PlacementRefused, scaler.InstancesLaunching},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := half()
			tt.world(w)
			v := w.decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
			assert.Equal(t, tt.reasons, v.Reasons, v.Why)
			if tt.why != "" {
				assert.Contains(t, v.Why, tt.why)
			}
		})
	}
}

func TestARollOutCountsOnlyWhereItsNextTaskFitsNowhere(t *testing.T) {
	next := func(of cluster.Resources) scaler.Verdict {
		w := half()
		s := w.find("base")
		s.Deployments[0].Primary = false
		s.Deployments = append(s.Deployments, cluster.Deployment{Primary: true, InProgress: true, Desired: 4, TaskDefinition: "base:2"})
		w.s.Definitions["base:2"] = cluster.Definition{Size: of}
		return w.decide()
	}
	v := next(size(900, 100))
	assert.Equal(t, 0, v.UnplacedTasks)
	assert.Equal(t, scaler.Stay, v.Signal)

	v = next(size(1000, 100))
	assert.Equal(t, 1, v.UnplacedTasks)
	assert.Equal(t, []scaler.Reason{scaler.UnplacedTasks}, v.Reasons)
	assert.Equal(t, 1, v.InstanceGap)

	v = next(size(9000, 100))
	assert.Equal(t, 1, v.UnplacedTasks, "stuck for good")
	assert.Equal(t, []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance}, v.Reasons)
}

// The counterexamples to "adding the gap clears every cause": where a new host can never help, none is bought for it.
func TestWhereNewHostsNeverHelpTheGapIsWhatElseIsMissing(t *testing.T) {
	t.Run("the daemons alone stand at the threshold", func(t *testing.T) {
		w := newWorld()
		w.host(2, size(2048, 3900))
		w.service("daemon", 0, size(1600, 100), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
		w.put(0, 1, "daemon")
		w.put(1, 1, "daemon")
		v := w.decide()
		assert.Equal(t, 1, v.InstanceGap, "78 % is 78 % of any number of hosts")
		w.join(v.InstanceGap)
		assert.Equal(t, scaler.ScaleOut, w.decide().Signal)
	})
	t.Run("a new host has none of the resource", func(t *testing.T) {
		w := newWorld()
		w.entry.GPU.ScaleOutAt = new(75.0)
		w.entry.GPU.ScaleInBelow = 50
		w.entry.Instance.CPU, w.entry.Instance.Memory = new(int64(2048)), new(int64(3900))
		w.host(1, cluster.Resources{CPU: 2048, Memory: 3900, GPU: 1})
		w.service("gpu", 1, cluster.Resources{CPU: 1, Memory: 1, GPU: 1})
		w.put(0, 1, "gpu")
		v := w.decide()
		assert.Equal(t, []scaler.Reason{scaler.GPUAtScaleOut}, v.Reasons)
		assert.Equal(t, 1, v.InstanceGap)
	})
	t.Run("the new host came up in another zone than the task's", func(t *testing.T) {
		w := newWorld()
		w.host(1, size(2048, 3900))
		w.service("web", 1, size(100, 100), func(_ *cluster.Service, d *cluster.Definition) {
			d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:ecs.availability-zone == b"}}
		})
		w.s.Groups[0].Zones = []string{"a", "b"}
		v := w.decide()
		assert.Equal(t, 1, v.InstanceGap)
		w.join(v.InstanceGap) // into zone a
		assert.Equal(t, 1, w.decide().InstanceGap, "the next one may come up in b")
	})
}
