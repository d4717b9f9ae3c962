package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

// Each of several groups would follow the gap, so that it would be made twice.
func TestGapIsOneForSeveralGroups(t *testing.T) {
	idle := func(marked bool) scaler.Verdict {
		w := newWorld()
		w.host(60, size(4096, 15600))
		g := w.s.Groups[0]
		other := cluster.Group{Name: "web-green", Max: 10_000, Desired: 30, Instances: g.Instances[30:]}
		g.Instances, g.Desired, g.TaggedActive = g.Instances[:30], 30, marked
		w.s.Groups = []cluster.Group{g, other}
		return w.decide()
	}
	v := idle(false)
	assert.Equal(t, scaler.ScaleIn, v.Signal, v.Why)
	assert.Equal(t, -1, v.InstanceGap)
	v = idle(true)
	assert.Equal(t, scaler.ScaleIn, v.Signal, v.Why)
	assert.Equal(t, -15, v.InstanceGap, "half of the one that follows")
}

func TestUnmarkedGroupsShareNoGap(t *testing.T) {
	blue := hosts(4, 1000, 100)
	groups := append(grouped(blue), cluster.Group{Name: "web-green", Max: 0})
	s := cluster.Snapshot{Cluster: "web", Hosts: blue, Groups: groups}
	v := scaler.Decide(thresholds.Builtin(), s, now)
	assert.Equal(t, 1, v.InstanceGap)
	assert.False(t, v.ScaleOutBlocked, "blue can launch, though green cannot")
	assert.Equal(t, []scaler.Reason{scaler.CPUAtScaleOut}, v.Reasons)
}

// The counterexamples to "adding the gap clears every cause": where a new host can never help, none is bought for it.
func TestUselessHostsAreNotInTheGap(t *testing.T) {
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
