package scaler_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// rounds adds hosts as a group launches them while the signal is 1, and tells how many that were.
func (w *world) rounds(t *testing.T, launch func(*world)) int {
	t.Helper()
	for n := range 12 {
		v := w.decide()
		if v.Signal != scaler.ScaleOut {
			assert.Contains(t, v.Reasons, scaler.TaskFitsNoInstance, v.Why)
			return n
		}
		launch(w)
	}
	t.Fatal("it would buy to MaxSize")
	return 0
}

func TestTooSmallTwiceIsBelieved(t *testing.T) {
	gpus := func(n int64) cluster.Resources { return cluster.Resources{CPU: 4096, Memory: 15000, GPU: n} }
	for name, tt := range map[string]struct{ old, task, launched cluster.Resources }{
		"CPU":    {size(8192, 30000), size(6144, 10000), size(2048, 7700)},
		"memory": {size(4096, 60000), size(1000, 40000), size(4096, 15000)},
		"GPUs":   {gpus(4), gpus(3), gpus(1)},
		"no GPU": {gpus(1), gpus(1), size(8192, 30000)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host(1, tt.old)
			w.service("big", 2, tt.task)
			w.put(0, 1, "big")
			assert.Equal(t, 2, w.rounds(t, func(w *world) { w.host(1, tt.launched) }))
		})
	}
	t.Run("beside daemons", func(t *testing.T) {
		w := newWorld()
		w.service("logs", 1, size(256, 300), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
		w.host(1, size(4096, 15000))
		w.service("big", 2, size(1900, 1000))
		w.put(0, 1, "logs")
		w.put(0, 2, "big")
		w.find("big").Desired, w.find("big").Deployments[0].Desired = 3, 3
		assert.Equal(t, 2, w.rounds(t, func(w *world) {
			w.host(1, size(2048, 7700))
			w.put(len(w.s.Hosts)-1, 1, "logs")
		}))
	})
}

func TestOverstatedEntryBuysTwoHosts(t *testing.T) {
	promising := func(of cluster.Resources) *world {
		w := newWorld()
		w.entry.Instance.CPU, w.entry.Instance.Memory, w.entry.Instance.GPU = &of.CPU, &of.Memory, &of.GPU
		w.host(1, size(2048, 7700))
		return w
	}
	young := func(w *world) {
		w.host(1, size(2048, 7700), func(h *cluster.Host) { h.RegisteredAt = now.Add(time.Duration(len(w.s.Hosts)-20) * time.Minute) })
	}
	for name, tt := range map[string]struct{ promised, task cluster.Resources }{
		"CPU":    {size(8192, 7700), size(6144, 1000)},
		"memory": {size(2048, 30000), size(100, 20000)},
		"GPUs":   {cluster.Resources{CPU: 2048, Memory: 7700, GPU: 1}, cluster.Resources{CPU: 100, Memory: 100, GPU: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := promising(tt.promised)
			w.service("big", 1, tt.task)
			assert.Equal(t, 2, w.rounds(t, young))
			assert.Contains(t, w.decide().Notes[0], "instance in the entry says")
		})
	}
	t.Run("the gap too follows what came up", func(t *testing.T) {
		w := promising(size(8192, 30000))
		young(w)
		young(w)
		w.full()
		w.service("web", 14, size(1000, 100))
		assert.Equal(t, 7, w.decide().InstanceGap)
	})
	for name, change := range map[string]func(*world){
		"a larger type is announced before its first launch": func(w *world) {
			for i := range w.s.Hosts {
				w.s.Hosts[i].RegisteredAt = now.Add(-48 * time.Hour)
			}
		},
		"the group has another template now": func(w *world) {
			for i := range w.s.Groups[0].Instances {
				w.s.Groups[0].Instances[i].Template = "lt-1:7"
			}
			w.s.Groups[0].Templates = []string{"lt-1:8"}
		},
		"one of the two is as large": func(w *world) { w.s.Hosts[1].Registered = size(8192, 30000) },
	} {
		t.Run(name, func(t *testing.T) {
			w := promising(size(8192, 30000))
			young(w)
			young(w)
			change(w)
			w.service("big", 2, size(6144, 1000))
			assert.Equal(t, scaler.ScaleOut, w.decide().Signal)
			assert.Empty(t, w.decide().Notes)
		})
	}
	t.Run("a few MiB less are no other size", func(t *testing.T) {
		w := promising(size(2048, 7800))
		young(w)
		young(w)
		assert.Empty(t, w.decide().Notes)
	})
}

// full fills every host, and leaves the thresholds out.
func (w *world) full() {
	for i, h := range w.s.Hosts {
		name := fmt.Sprintf("base-%d", i)
		w.service(name, 1, h.Registered)
		w.put(i, 1, name)
	}
	w.entry.CPU.ScaleOutAt, w.entry.Memory.ScaleOutAt = nil, nil
}

func TestUnseenTypesAreTried(t *testing.T) {
	of := size(2048, 3900)
	for name, may := range map[string]func(*cluster.Group){
		"a type of which no host came up":    func(g *cluster.Group) { g.Types = []string{"type-2048", "m5.24xlarge"} },
		"any type":                           func(g *cluster.Group) { g.AnyType = true },
		"a template newer than every host's": func(g *cluster.Group) { g.Templates = []string{"lt-1:8"} },
		"another template":                   func(g *cluster.Group) { g.Templates = []string{"lt-2:"} },
		"another type than before":           func(g *cluster.Group) { g.Types = []string{"m5.24xlarge"} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host(3, of)
			for i := range w.s.Groups[0].Instances {
				w.s.Groups[0].Instances[i].Template = "lt-1:7"
			}
			may(&w.s.Groups[0])
			w.service("huge", 2, size(64000, 100000))
			v := w.decide()
			assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
			w.s.Groups[0].Types, w.s.Groups[0].AnyType, w.s.Groups[0].Templates = []string{"type-2048"}, false, []string{"lt-1:"}
			assert.Contains(t, w.decide().Reasons, scaler.TaskFitsNoInstance, "it may launch what was seen alone")
		})
	}
	t.Run("until two that came up lately do not take it", func(t *testing.T) {
		w := newWorld()
		w.host(3, of)
		w.s.Groups[0].Types = []string{"type-2048", "m5.24xlarge"}
		w.service("huge", 1, size(64000, 100000))
		assert.Equal(t, 2, w.rounds(t, func(w *world) {
			w.host(1, of, func(h *cluster.Host) { h.RegisteredAt = now.Add(time.Duration(len(w.s.Hosts)-10) * time.Minute) })
		}))
		for i := range w.s.Hosts {
			w.s.Hosts[i].RegisteredAt = w.s.Hosts[i].RegisteredAt.Add(-time.Hour)
		}
		assert.Equal(t, scaler.Stay, w.decide().Signal, "they stand unused: they were bought for it")
		w.service("web", 2, size(100, 100))
		w.put(3, 1, "web")
		w.put(4, 1, "web")
		assert.Equal(t, scaler.ScaleOut, w.decide().Signal, "they serve, and tell nothing of another day")
	})
	t.Run("and what the entry says of its size holds", func(t *testing.T) {
		w := newWorld()
		w.entry.Instance.CPU, w.entry.Instance.Memory = new(int64(4096)), new(int64(7800))
		w.host(3, of)
		w.s.Groups[0].AnyType = true
		w.service("huge", 2, size(64000, 100000))
		assert.Contains(t, w.decide().Reasons, scaler.TaskFitsNoInstance)
	})
}
