package scaler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

// A task on a DRAINING host is wanted elsewhere already, whether or not that host is removed.
func TestDrainingHostsTasksCountOnce(t *testing.T) {
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

func TestImmovableTaskKeepsItsHost(t *testing.T) {
	pinned := func(s *cluster.Service, _ *cluster.Definition) { s.MinimumHealthyPercent, s.MaximumPercent = 100, 100 }
	for name, tt := range map[string]struct {
		change func(w *world)
		stays  bool
	}{
		"it may be the one removed":        {func(*world) {}, true},
		"its service wants another task":   {func(w *world) { w.want("pinned", 2) }, true},
		"its agent is disconnected":        {func(w *world) { w.disconnected(0, time.Minute) }, true},
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

func TestCrashingRolloutKeepsOldTasks(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(s *cluster.Service)
		stays  bool
	}{
		"ECS said so lately":        {func(*cluster.Service) {}, true},
		"six hours ago":             {func(s *cluster.Service) { s.Crashed = now.Add(-6 * time.Hour) }, false},
		"never":                     {func(s *cluster.Service) { s.Crashed = time.Time{} }, false},
		"before this roll-out":      {func(s *cluster.Service) { s.Deployments[0].InProgress = false }, false},
		"it is rolled back":         {func(s *cluster.Service) { s.Deployments[0].TaskDefinition = "web:1" }, false},
		"others replace their own":  {func(s *cluster.Service) { s.Rollout = cluster.SideBySide }, false},
		"its service wants no task": {func(s *cluster.Service) { s.Desired = 0 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host(4, size(4096, 15000))
			w.service("web", 1, size(100, 100))
			w.put(0, 1, "web")
			w.s.Definitions["web:2"] = w.s.Definitions["web:1"]
			web := w.find("web")
			web.Crashed = now.Add(-5 * time.Hour)
			web.Deployments = []cluster.Deployment{
				{Primary: true, InProgress: true, Desired: 1, TaskDefinition: "web:2"}, {Desired: 1, Running: 1, TaskDefinition: "web:1"},
			}
			tt.change(web)
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

// A host is drained by hand just before it is terminated. Its tasks are demand, and no host is removed without room for them.
func TestTasksOfAnyDrainingHostMustFit(t *testing.T) {
	w := newWorld()
	w.host(5, size(2048, 3900))
	w.service("web", 2, size(900, 100))
	w.put(0, 1, "web")
	w.put(4, 1, "web")
	w.s.Hosts[4].Status = cluster.Draining
	w.s.Groups[0].Instances = w.s.Groups[0].Instances[:4]
	w.s.Groups[0].Desired = 4
	assert.Equal(t, scaler.ScaleIn, w.decide().Signal, w.decide().Why)

	w.service("full", 3, size(1200, 100))
	for i := 1; i < 4; i++ {
		w.put(i, 1, "full")
	}
	w.entry.CPU.ScaleInBelow, w.entry.CPU.ScaleOutAt = 80, nil
	v := w.decide()
	assert.Equal(t, scaler.Stay, v.Signal)
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit}, v.Reasons, v.Why)
}

func TestWaitingTasksArePlacedBesideOthers(t *testing.T) {
	s := cluster.Snapshot{Cluster: "web", Hosts: hosts(4, 100, 100), Services: []cluster.Service{{
		Name: "api", Active: true, Home: cluster.OnEC2, Rollout: cluster.Rolling, Desired: 3, Running: 1, MaximumPercent: 200, TaskDefinition: "api:1",
	}}}
	v := scaler.Decide(thresholds.Builtin(), s, now)
	assert.Equal(t, 2, v.UnplacedTasks)
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.TasksUnread}, v.Reasons, "nobody knows their size")

	s.Definitions = map[string]cluster.Definition{"api:1": {Size: cluster.Resources{CPU: 100, Memory: 100}}}
	assert.Equal(t, scaler.ScaleIn, scaler.Decide(thresholds.Builtin(), s, now).Signal, "they fit beside what is there")

	s.Definitions["api:1"] = cluster.Definition{Size: cluster.Resources{CPU: 950, Memory: 100}}
	v = scaler.Decide(thresholds.Builtin(), s, now)
	assert.Equal(t, []scaler.Reason{scaler.UnplacedTasks}, v.Reasons)
	assert.Equal(t, "2 tasks of api (950 CPU each) fit nowhere: the freest host has 900", v.Why[0])
}
