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

func TestWhatCameUpTooSmallTwiceIsBelieved(t *testing.T) {
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

func TestAnEntryThatPromisesMoreThanComesUpBuysTwoHosts(t *testing.T) {
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
	t.Run("the gap too goes by what came up", func(t *testing.T) {
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

func TestAGroupOfSeveralSizesIsPlannedByWhatItLaunched(t *testing.T) {
	for name, tt := range map[string]struct {
		hosts []cluster.Resources // the oldest first
		tasks int
		task  cluster.Resources
		gap   int
	}{
		"small ones since the large one":   {[]cluster.Resources{size(8192, 30000), size(2048, 7700), size(2048, 7700)}, 14, size(1000, 100), 7},
		"a large one since the small ones": {[]cluster.Resources{size(2048, 7700), size(2048, 7700), size(8192, 30000)}, 14, size(1000, 100), 2},
		"what the newest does not take is planned on the one before": {
			[]cluster.Resources{size(8192, 30000), size(2048, 7700)}, 3, size(4096, 1000), 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			for _, of := range tt.hosts {
				w.host(1, of)
			}
			w.full()
			w.service("web", tt.tasks, tt.task)
			v := w.decide()
			assert.Equal(t, scaler.ScaleOut, v.Signal, v.Why)
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
		})
	}
	t.Run("the thresholds go by what is planned", func(t *testing.T) {
		w := newWorld()
		w.host(1, size(8192, 30000))
		w.host(1, size(2048, 7700))
		w.service("web", 3, size(4096, 1000))
		v := w.decide()
		assert.Equal(t, 1, v.InstanceGap, v.Why) // a large one for the third task: 12288 of 18432 are 67 %
	})
	t.Run("small tasks use what large ones leave", func(t *testing.T) {
		w := newWorld()
		w.host(1, size(8192, 30000))
		w.host(1, size(2048, 7700))
		w.full()
		w.service("big", 1, size(6144, 1000))
		w.service("small", 3, size(1000, 100))
		assert.Equal(t, 2, w.decide().InstanceGap, "two of the three fit beside big")
		w.find("small").Desired, w.find("small").Deployments[0].Desired = 2, 2
		assert.Equal(t, 1, w.decide().InstanceGap)
	})
}

func TestOnlyTheGroupsThatFollowTheSignalTellWhatANewHostIs(t *testing.T) {
	colours := func(blue, green cluster.Resources, active string) *world {
		w := newWorld()
		w.s.Groups = nil
		w.into("blue", 2, blue)
		w.into("green", 1, green)
		w.marked(active)
		return w
	}
	gpu := cluster.Resources{CPU: 4096, Memory: 15000, GPU: 1}
	t.Run("blue is larger than green", func(t *testing.T) {
		w := colours(size(16384, 60000), size(2048, 3900), "green")
		w.service("web", 3, size(12000, 1000))
		w.put(0, 1, "web")
		w.put(1, 1, "web")
		v := w.decide()
		assert.Equal(t, scaler.Stay, v.Signal, v.Why)
		assert.Contains(t, v.Reasons, scaler.TaskFitsNoInstance)
		w.marked("blue")
		v = w.decide()
		assert.Equal(t, 1, v.InstanceGap, v.Why)
	})
	t.Run("the gap is counted in green's hosts", func(t *testing.T) {
		w := colours(size(16384, 60000), size(2048, 3900), "green")
		w.full()
		w.service("web", 14, size(1000, 100))
		assert.Equal(t, 7, w.decide().InstanceGap)
	})
	for _, active := range []string{"", "green"} {
		t.Run("a GPU group beside larger hosts, marked: "+active, func(t *testing.T) {
			w := colours(size(16384, 30000), gpu, active)
			w.service("infer", 2, cluster.Resources{CPU: 1000, Memory: 4000, GPU: 1})
			w.put(2, 1, "infer")
			v := w.decide()
			assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
		})
	}
	t.Run("GPU and CPU hosts in one group, either newest", func(t *testing.T) {
		for _, hosts := range [][]cluster.Resources{{gpu, size(8192, 30000)}, {size(8192, 30000), gpu}} {
			w := newWorld()
			w.host(1, hosts[0])
			w.host(1, hosts[1])
			w.service("infer", 2, cluster.Resources{CPU: 1000, Memory: 4000, GPU: 1})
			for i, h := range w.s.Hosts {
				if h.Registered.GPU > 0 {
					w.put(i, 1, "infer")
				}
			}
			v := w.decide()
			assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
		}
	})
	t.Run("a group that never had a host may launch anything", func(t *testing.T) {
		w := colours(size(2048, 3900), size(2048, 3900), "")
		w.s.Groups = append(w.s.Groups[:0:0], w.s.Groups[0], cluster.Group{Name: "green", Max: 10, TaggedActive: true})
		w.s.Hosts = w.s.Hosts[:2]
		w.service("huge", 1, size(64000, 100000))
		v := w.decide()
		assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
		assert.Contains(t, v.Reasons, scaler.InstanceSizeUnknown)
	})
	t.Run("hosts that leave tell it where there is no other", func(t *testing.T) {
		w := newWorld()
		w.host(1, size(4096, 7800))
		w.service("web", 3, size(2000, 1000))
		w.put(0, 2, "web")
		w.drain(0)
		v := w.decide()
		assert.Equal(t, []any{scaler.ScaleOut, 2}, []any{v.Signal, v.InstanceGap}, v.Why)
		assert.NotContains(t, v.Reasons, scaler.InstanceSizeUnknown)
	})
}

func TestWhereHostsOfAGroupDifferANewOneMayBeAnyOfThem(t *testing.T) {
	for name, tt := range map[string]struct{ attribute, old, newest string }{
		"instance type":    {"ecs.instance-type", "t3.large", "c5.large"},
		"image":            {"ecs.ami-id", "ami-1", "ami-2"},
		"architecture":     {"ecs.cpu-architecture", "arm64", "x86_64"},
		"operating system": {"ecs.os-type", "windows", "linux"},
		"a custom one":     {"stack", "blue", "green"},
		"a capability":     {"com.amazonaws.ecs.capability.docker-plugin.rexray", "", ""},
	} {
		full := func(groups ...string) *world {
			w := newWorld()
			w.s.Groups = nil
			of := size(2048, 3900)
			w.into(groups[0], 1, of, attribute(tt.attribute, tt.old))
			w.into(groups[len(groups)-1], 1, of, func(h *cluster.Host) {
				if tt.newest != "" {
					h.Attributes[tt.attribute] = tt.newest
				}
			})
			w.service("web", 2, size(1500, 1000), func(_ *cluster.Service, d *cluster.Definition) {
				d.Requires = map[string]string{tt.attribute: tt.old}
			})
			w.put(0, 1, "web")
			return w
		}
		t.Run(name, func(t *testing.T) {
			w := full("one")
			v := w.decide()
			assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
			// They come up without it, one after another.
			assert.Equal(t, 1, w.rounds(t, func(w *world) {
				w.host(1, size(2048, 3900), func(h *cluster.Host) { h.RegisteredAt = now.Add(-time.Minute) })
				w.s.Hosts[1].RegisteredAt = now.Add(-5 * time.Minute)
			}), "two that came up lately are believed")

			v = full("windows", "linux").decide()
			assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
			w = full("windows", "linux")
			w.marked("linux")
			assert.Contains(t, w.decide().Reasons, scaler.TaskFitsNoInstance, "no host of the active group ever had it")
		})
	}
	t.Run("hosts that joined long ago are many before they are believed", func(t *testing.T) {
		w := newWorld()
		w.host(1, size(2048, 3900), attribute("stack", "blue"))
		w.service("web", 2, size(1500, 1000), onlyOn("attribute:stack == blue"))
		w.put(0, 1, "web")
		assert.Equal(t, 8, w.rounds(t, func(w *world) { w.host(1, size(2048, 3900)) }))
	})
}

func TestWhatAGroupMayLaunchAndNobodySawIsTried(t *testing.T) {
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

// A definition that could not be read must not make a new host look larger than it is: what it then buys can never help.
func TestWhileADaemonIsUnreadATaskThatNoHostTakesBuysNone(t *testing.T) {
	w := newWorld()
	w.host(2, size(2048, 15400))
	w.service("logs", 2, size(128, 400), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
	w.put(0, 1, "logs")
	w.put(1, 1, "logs")
	w.service("whale", 1, size(2000, 256))
	delete(w.s.Definitions, "logs:1")
	w.s.Unread = []string{"its tasks: throttled"}
	v := w.decide()
	assert.Equal(t, scaler.Stay, v.Signal, v.Why)

	for i := range w.s.Hosts {
		w.s.Hosts[i].TasksRead = false
	}
	w.s.Tasks = nil
	v = w.decide()
	assert.Equal(t, scaler.Stay, v.Signal, "a task a daemon is all that such a host has: %v", v.Why)

	w.service("web", 4, size(1500, 256))
	v = w.decide()
	assert.Equal(t, scaler.ScaleOut, v.Signal, "a new host takes it beside as much: %v", v.Why)
	assert.Contains(t, scaler.Need(w.entry, w.s, now).Definitions, "logs:1")
}

func TestDaemonsAreReadInTheFirstRoundWhereATaskWaits(t *testing.T) {
	w := newWorld()
	w.host(2, size(2048, 15400))
	w.service("logs", 2, size(128, 400), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
	w.service("whale", 1, size(2000, 256))
	w.s.Definitions = map[string]cluster.Definition{}
	assert.Equal(t, []string{"logs:1", "whale:1"}, scaler.Need(w.entry, w.s, now).Definitions)
}
