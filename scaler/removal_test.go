package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

func TestUnmarkedGroupsMustEachSpareAHost(t *testing.T) {
	blue, green := hosts(4, 100, 100), hosts(4, 100, 100)
	groups := append(grouped(blue), grouped(green)...)
	groups[1].Name = "web-green"
	for i := range green {
		green[i].InstanceID += "-green"
		groups[1].Instances[i].ID += "-green"
	}
	s := cluster.Snapshot{Cluster: "web", Hosts: append(blue, green...), Groups: groups}
	assert.Equal(t, scaler.ScaleIn, scaler.Decide(thresholds.Builtin(), s, now).Signal)

	s.Groups[1].Min = 4
	v := scaler.Decide(thresholds.Builtin(), s, now)
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.AtMinInstances}, v.Reasons)
	assert.Equal(t, "group web-green is at its MinSize 4", v.Why[1])

	s.Groups[0].TaggedActive = true
	assert.Equal(t, scaler.ScaleIn, scaler.Decide(thresholds.Builtin(), s, now).Signal, "only the marked one counts")
}

func TestUnmarkedGroupsGiveHostsTogether(t *testing.T) {
	// Six hosts in two groups; any one may go, but two at once leave no room.
	build := func() *world {
		w := newWorld()
		w.entry.CPU.ScaleOutAt, w.entry.CPU.ScaleInBelow = nil, 101
		w.host(6, size(1000, 3900))
		w.service("web", 12, size(400, 10))
		for i := range 6 {
			w.put(i, []int{2, 2, 2, 2, 1, 0}[i], "web")
		}
		w.find("web").Desired = 9
		return w
	}
	w := build()
	assert.Equal(t, scaler.ScaleIn, w.decide().Signal, "one of one group")

	w = build()
	w.s.Groups = append(w.s.Groups, cluster.Group{Name: "web-green", Max: 9, Desired: 3, Instances: w.s.Groups[0].Instances[3:]})
	w.s.Groups[0].Instances, w.s.Groups[0].Desired = w.s.Groups[0].Instances[:3], 3
	v := w.decide()
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit}, v.Reasons, v.Why)
	w.s.Groups[1].TaggedActive = true
	assert.Equal(t, scaler.ScaleIn, w.decide().Signal, "only the marked one gives a host")
}

// Each of the three orders refuses what the other two would place.
func TestEveryOrderHasItsSay(t *testing.T) {
	tests := map[string]struct {
		rooms []int64
		tasks []int64 // of services a, b, c, in the order of strategies
	}{
		"smallest first": {[]int64{400, 500}, []int64{400, 300, 200}},
		"largest first":  {[]int64{600, 400}, []int64{200, 200, 300, 300}},
		"by strategy":    {[]int64{400, 400}, []int64{200, -200, 400}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := onlyFit()
			w.host(1+len(tt.rooms), size(2000, 4000), func(h *cluster.Host) { h.Attributes[cluster.ZoneAttribute] = "a" })
			for i, room := range tt.rooms {
				w.s.Hosts[i+1].Remaining.CPU = room
				w.s.Groups[0].Instances[i+1].Protected = true
			}
			last := ""
			for i, cpu := range tt.tasks {
				if cpu < 0 { // another of the same service
					w.find(last).Desired++
					w.put(0, 1, last)
					continue
				}
				last = string(rune('a' + i))
				w.service(last, 1, size(cpu, 10))
				w.put(0, 1, last)
			}
			v := w.decide()
			assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit}, v.Reasons, v.Why)
		})
	}
}

func TestAtOnceKeepsTheMinimum(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*world)
		gap    int
	}{
		"half":               {func(*world) {}, -15},
		"min_instances":      {func(w *world) { w.entry.MinInstances = 28 }, -2},
		"MinSize":            {func(w *world) { w.s.Groups[0].Min = 28 }, -2},
		"one more than that": {func(w *world) { w.s.Groups[0].Min = 29 }, -1},
		"two unprotected": {func(w *world) {
			for i := range 28 {
				w.s.Groups[0].Instances[i].Protected = true
			}
		}, -2},
		"several groups, none marked": {func(w *world) {
			w.s.Groups = append(w.s.Groups, cluster.Group{Name: "green", Max: 9, Desired: 15, Instances: w.s.Groups[0].Instances[15:]})
			w.s.Groups[0].Instances, w.s.Groups[0].Desired = w.s.Groups[0].Instances[:15], 15
		}, -1},
		"no group at all": {func(w *world) { w.s.Groups = nil }, -15},
		"two fit nowhere else": {func(w *world) {
			w.entry.CPU.ScaleOutAt, w.entry.CPU.ScaleInBelow = nil, 101
			w.service("wide", 29, size(1900, 10))
			for i := range 29 {
				w.put(i, 1, "wide")
			}
			w.find("wide").Desired = 29
		}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host(30, size(2048, 3900))
			tt.change(w)
			v := w.decide()
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
		})
	}
}
