package scaler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func TestRefusalIsACause(t *testing.T) {
	refused := func(name string, ago time.Duration) func(*world) {
		return func(w *world) { w.find(name).Refused = now.Add(-ago) }
	}
	checkOut(t, map[string]outCase{
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
		"a launching host answers a refusal": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100))
				refused("web", 5*time.Minute)(w)
				w.launch(1, cluster.InService, time.Minute)
			},
			signal: 0, reasons: []scaler.Reason{scaler.PlacementRefused, scaler.InstancesLaunching},
		},
	})
}

func TestRefusalCountsItsProvidersHosts(t *testing.T) {
	refused := func(provider string) *world {
		w := providers(2, 2)
		w.service("base", 4, size(600, 500))
		for i := range w.s.Hosts {
			w.put(i, 1, "base")
		}
		w.service("web", 1, size(500, 500), bound(provider))
		w.find("web").Refused = now.Add(-5 * time.Minute)
		return w
	}
	w := refused("od")
	assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{w.decide().Signal, w.decide().InstanceGap})
	idle := func(group, provider string) *world {
		w := refused("od")
		w.into(group, 1, size(2048, 3900), of(provider))
		return w
	}
	assert.Equal(t, scaler.Stay, idle("web-od", "od").decide().Signal, "an idle host of its own answers it")
	assert.Equal(t, scaler.ScaleOut, idle("web-spot", "spot").decide().Signal, "one of another provider does not")
	w = refused("spot")
	assert.NotEqual(t, scaler.ScaleOut, w.decide().Signal, "no new host would be of spot")
	w = refused("od")
	w.s.Hosts[3].RegisteredAt = now.Add(-time.Minute)
	assert.Equal(t, scaler.ScaleOut, w.decide().Signal, "that a host of spot joined since says nothing of od")
}
