package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// The tasks of a host whose agent is away run on, but count in no reservation. When it goes they come back onto the
// others'.
func TestADisconnectedHostsTasksLandOnTheOthersWhenItGoes(t *testing.T) {
	away := func(of, others int64, connected bool) *world {
		w := newWorld()
		w.entry.CPU.ScaleOutAt, w.entry.CPU.ScaleInBelow = new(60.0), 50
		w.host(3, size(2048, 15400))
		w.service("web", 1, size(of, 100))
		w.service("base", 2, size(others, 100))
		w.put(0, 1, "web")
		w.put(1, 1, "base")
		w.put(2, 1, "base")
		w.s.Hosts[0].Connected = connected
		for i := 1; i < 3; i++ {
			w.s.Groups[0].Instances[i].Protected = true // only the first may go
		}
		return w
	}
	// 600 of 2048 on each of two hosts is 29 %; with 1300 more it is 61 %.
	v := away(1300, 600, false).decide()
	assert.Equal(t, scaler.Stay, v.Signal, v.Why)
	assert.Contains(t, v.Reasons, scaler.WouldBounce)
	// With 1200 more it is 58.6 %.
	assert.Equal(t, scaler.ScaleIn, away(1200, 600, false).decide().Signal)
	// A connected host's reservation moves too, once.
	assert.Contains(t, away(1300, 600, true).decide().Reasons, scaler.WouldBounce)
	assert.Equal(t, scaler.ScaleIn, away(1200, 600, true).decide().Signal)
}

// Each of several groups would follow the gap, so that it would be made twice.
func TestTheGapIsOneWhereSeveralGroupsFollowTheSignal(t *testing.T) {
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
	assert.Equal(t, -3, v.InstanceGap, "a tenth of the one that follows")
}

// What sits on a DRAINING host is wanted elsewhere already, whether or not that host goes.
func TestTasksOfADrainingHostThatMayGoAreNotCountedTwice(t *testing.T) {
	w := newWorld()
	w.entry.CPU.ScaleOutAt, w.entry.Memory.ScaleOutAt = nil, nil
	w.entry.CPU.ScaleInBelow, w.entry.Memory.ScaleInBelow = 100, 100
	w.host(1, size(2048, 3900)) // room for one task, and it stays
	w.host(1, size(512, 900))
	w.host(1, size(2048, 3900))
	w.service("web", 1, size(1500, 1000))
	w.put(2, 1, "web")
	w.s.Groups[0].Instances[0].Protected = true
	w.s.Hosts[2].Status = cluster.Draining // forgotten: its group holds it in service
	v := w.decide()
	assert.Equal(t, 1, v.UnplacedTasks)
	assert.Equal(t, scaler.ScaleIn, v.Signal, v.Why)
	// Two such tasks are one too many.
	w.want("web", 2)
	assert.NotEqual(t, scaler.ScaleIn, w.decide().Signal)
}

// The size of the largest task is not known while that of one is not: no room is kept for a guess, and nothing goes.
func TestHeadroomOfAnUnreadSizeKeepsNoRoom(t *testing.T) {
	w := newWorld()
	w.entry.Headroom.Tasks = 2
	w.host(2, size(2048, 3900))
	w.service("web", 2, size(500, 500))
	w.put(0, 1, "web")
	w.put(1, 1, "web")
	w.service("wide", 0, size(1600, 1000))
	w.put(0, 0, "wide")
	w.want("wide", 1)
	w.find("wide").Running = 1 // it runs on a host that has gone
	w.service("other", 1, size(1, 1))
	w.find("other").Running = 1
	delete(w.s.Definitions, "other:1")
	v := w.decide()
	assert.Equal(t, scaler.Stay, v.Signal, v.Why)
	assert.NotContains(t, v.Reasons, scaler.HeadroomShort)
	assert.NotContains(t, v.Reasons, scaler.HeadroomWouldBreak)
	assert.Contains(t, v.Reasons, scaler.TasksUnread)

	w.s.Definitions["other:1"] = cluster.Definition{Size: size(1, 1)}
	v = w.decide()
	assert.Equal(t, scaler.ScaleOut, v.Signal, "two of 1600 CPU do not fit")
	assert.Contains(t, v.Reasons, scaler.HeadroomShort)
}

func TestAHostWhoseTaskCanNeverMoveStays(t *testing.T) {
	pinned := func(s *cluster.Service, _ *cluster.Definition) { s.MinimumHealthyPercent, s.MaximumPercent = 100, 100 }
	for name, tt := range map[string]struct {
		change func(w *world)
		stays  bool
	}{
		"it may be the one that goes":      {func(*world) {}, true},
		"its service lacks another task":   {func(w *world) { w.want("pinned", 2) }, true},
		"its agent is away":                {func(w *world) { w.s.Hosts[0].Connected = false }, true},
		"it is in one of two groups":       {func(w *world) { w.into("green", 2, size(4096, 15000)) }, true},
		"it is protected from scale-in":    {func(w *world) { w.s.Groups[0].Instances[0].Protected = true }, false},
		"its group follows no signal":      {func(w *world) { w.into("green", 2, size(4096, 15000)); w.marked("green") }, false},
		"its service wants no task":        {func(w *world) { w.want("pinned", 0) }, false},
		"its service is being deleted":     {func(w *world) { w.find("pinned").Active = false }, false},
		"its deployments run side by side": {func(w *world) { w.find("pinned").Rollout = cluster.SideBySide }, false},
		"someone drained it in standby": {func(w *world) {
			w.s.Hosts[0].Status = cluster.Draining
			w.s.Groups[0].Instances[0].Phase = cluster.Aside
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host(4, size(4096, 15000))
			w.service("pinned", 1, size(100, 100), pinned)
			w.put(0, 1, "pinned")
			tt.change(w)
			v := w.decide()
			assert.Equal(t, tt.stays, v.Has(scaler.CannotMove), v.Why)
			if tt.stays {
				assert.Equal(t, scaler.Stay, v.Signal, v.Why)
			} else {
				assert.Equal(t, scaler.ScaleIn, v.Signal, v.Why)
			}
		})
	}
}
