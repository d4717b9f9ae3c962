package scaler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func TestNeedNamesWhatIsMissing(t *testing.T) {
	unread := func(w *world) {
		for i := range w.s.Hosts {
			w.s.Hosts[i].TasksRead = false
		}
		w.s.Tasks, w.s.Definitions = nil, map[string]cluster.Definition{}
	}
	tests := map[string]struct {
		world       func() *world
		tasks       scaler.Reach
		hosts       int
		definitions []string
	}{
		"within the band: nothing":                     {func() *world { w := half(); unread(w); return w }, scaler.None, 0, nil},
		"a host might go: all tasks":                   {func() *world { w := spare(); unread(w); return w }, scaler.Everywhere, 4, nil},
		"a host might go, but MinSize forbids":         {func() *world { w := spare(); unread(w); w.s.Groups[0].Min = 4; return w }, scaler.None, 0, nil},
		"a host might go, but the cluster is disabled": {func() *world { w := spare(); unread(w); w.entry.Enabled = false; return w }, scaler.None, 0, nil},
		"a host might go, but it would bounce whatever its tasks are": {func() *world {
			w := spare()
			unread(w)
			w.entry.CPU.ScaleOutAt, w.entry.CPU.ScaleInBelow = new(6.0), 5.0
			w.s.Hosts[0].Remaining, w.s.Hosts[1].Remaining = w.s.Hosts[0].Registered, w.s.Hosts[1].Registered
			return w
		}, scaler.None, 0, nil},
		"the tasks are known: their definitions": {func() *world { w := spare(); w.s.Definitions = map[string]cluster.Definition{}; return w }, scaler.None, 0, []string{"base:1"}},
		"all is known":                           {spare, scaler.None, 0, nil},
		"a draining host holds tasks":            {func() *world { w := half(); unread(w); w.drain(3); return w }, scaler.OnDraining, 1, nil},
		"tasks are wanted: their definition":     {func() *world { w := half(); w.service("web", 1, size(10, 10)); unread(w); return w }, scaler.None, 0, []string{"web:1"}},
		"a task set that names no revision": {func() *world {
			w := half()
			w.service("sets", 1, size(10, 10), func(s *cluster.Service, _ *cluster.Definition) {
				s.Rollout, s.TaskDefinition, s.Deployments[0].TaskDefinition = cluster.SideBySide, "", ""
			})
			return w
		}, scaler.None, 0, nil},
		"their neighbours count: all tasks": {func() *world {
			w := half()
			w.service("web", 1, size(10, 10), func(s *cluster.Service, _ *cluster.Definition) {
				s.Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
			})
			definition := w.s.Definitions["web:1"]
			unread(w)
			w.s.Definitions["web:1"] = definition
			return w
		}, scaler.Everywhere, 4, nil},
		"headroom of the largest task": {func() *world { w := half(); unread(w); w.entry.Headroom.Tasks = 1; return w }, scaler.None, 0, []string{"base:1"}},
		"a host is missing: what daemons take of it": {func() *world {
			w := half()
			w.service("log", 0, size(1, 1), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
			unread(w)
			w.entry.CPU.ScaleOutAt, w.entry.CPU.ScaleInBelow = new(50.0), 40
			return w
		}, scaler.None, 0, []string{"log:1"}},
		"a refusal: is there an idle host?": {func() *world {
			w := half()
			w.service("web", 1, size(10, 10))
			w.find("web").Refused = now.Add(-time.Minute)
			definition := w.s.Definitions["web:1"]
			unread(w)
			w.s.Definitions["web:1"] = definition
			return w
		}, scaler.Everywhere, 4, nil},
		"too many to read":                 {func() *world { w := spare(); unread(w); w.s.Hosts[0].Tasks = 30_000; return w }, scaler.None, 0, nil},
		"an unread part forbids it anyway": {func() *world { w := spare(); unread(w); w.s.Unread = []string{"something"}; return w }, scaler.None, 0, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := tt.world()
			n := scaler.Need(w.entry, w.s, now)
			assert.Equal(t, tt.tasks, n.Tasks)
			assert.Len(t, n.Hosts, tt.hosts)
			assert.Equal(t, tt.definitions, n.Definitions)
			assert.Equal(t, tt.hosts == 0 && tt.definitions == nil, n.Nothing())
		})
	}
}

func TestDaemonsAreReadInTheFirstRound(t *testing.T) {
	w := newWorld()
	w.host(2, size(2048, 15400))
	w.service("logs", 2, size(128, 400), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
	w.service("whale", 1, size(2000, 256))
	w.s.Definitions = map[string]cluster.Definition{}
	assert.Equal(t, []string{"logs:1", "whale:1"}, scaler.Need(w.entry, w.s, now).Definitions)
}
