package scaler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func TestOnlyFollowersTellWhatANewHostIs(t *testing.T) {
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

func TestNewHostMayBeLikeAnyOfItsGroup(t *testing.T) {
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
