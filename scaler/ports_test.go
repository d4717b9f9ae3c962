package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func TestKeptPortBuysNoHost(t *testing.T) {
	agents := []cluster.Port{{Number: 22}, {Number: 2375}, {Number: 2376}, {Number: 51678}, {Number: 51679}}
	sharing := func(ports ...cluster.Port) func(*cluster.Host) {
		return func(h *cluster.Host) { h.Ports = append(h.Ports, ports...) }
	}
	wants := func(w *world, p cluster.Port) {
		w.service("sftp", 1, size(100, 100), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{p} })
	}
	for _, p := range append(agents, cluster.Port{Number: 8080}, cluster.Port{Number: 53, UDP: true}) {
		for hosts := 1; hosts <= 9; hosts++ {
			w := newWorld()
			w.host(hosts, size(2048, 3900), sharing(append(agents, p)...))
			wants(w, p)
			v := w.decide()
			require.Equal(t, scaler.Stay, v.Signal, "%v on %d hosts: %v", p, hosts, v.Why)
			require.Contains(t, v.Reasons, scaler.TaskFitsNoInstance)
		}
	}
	busy := func(w *world) {
		w.service("base", 2, size(100, 100))
		for i := range w.s.Hosts {
			w.put(i, 1, "base")
			w.s.Hosts[i].TasksRead = false
		}
		w.s.Tasks = nil
	}
	t.Run("the agent's own even where tasks are not read", func(t *testing.T) {
		w := newWorld()
		w.host(2, size(2048, 3900), sharing(agents...))
		busy(w)
		wants(w, cluster.Port{Number: 2375})
		assert.Contains(t, w.decide().Reasons, scaler.TaskFitsNoInstance)
	})
	t.Run("any other may be an unread task's", func(t *testing.T) {
		w := newWorld()
		w.host(2, size(2048, 3900), sharing(cluster.Port{Number: 8080}))
		busy(w)
		wants(w, cluster.Port{Number: 8080})
		assert.Equal(t, scaler.ScaleOut, w.decide().Signal)
		need := scaler.Need(w.entry, w.s, now)
		assert.Equal(t, scaler.Everywhere, need.Tasks)
		assert.Len(t, need.Hosts, 2, "their tasks tell")
		w.s.Definitions["sftp:1"] = cluster.Definition{Size: size(5000, 100), Ports: []cluster.Port{{Number: 8081}}}
		assert.Empty(t, scaler.Need(w.entry, w.s, now).Hosts, "no wanted task needs the port")
	})
	t.Run("what the tasks on a host hold is known by their definitions", func(t *testing.T) {
		w := newWorld()
		w.host(2, size(2048, 3900), sharing(cluster.Port{Number: 8080}))
		w.service("base", 2, size(100, 100))
		w.put(0, 1, "base")
		w.put(1, 1, "base")
		wants(w, cluster.Port{Number: 8080})
		delete(w.s.Definitions, "base:1")
		assert.Equal(t, []string{"base:1"}, scaler.Need(w.entry, w.s, now).Definitions)
	})
	t.Run("the agent's own may be another task's where an operator freed it", func(t *testing.T) {
		w := newWorld()
		w.host(2, size(2048, 3900), sharing(cluster.Port{Number: 22}))
		busy(w)
		wants(w, cluster.Port{Number: 22})
		assert.Len(t, scaler.Need(w.entry, w.s, now).Hosts, 2)
	})
	t.Run("an unread daemon's is taken on a new host too", func(t *testing.T) {
		w := newWorld()
		w.host(3, size(2048, 3900))
		w.service("proxy", 3, size(10, 10), func(s *cluster.Service, d *cluster.Definition) {
			s.Daemon, d.Ports = true, []cluster.Port{{Number: 8080}}
		})
		for i := range w.s.Hosts {
			w.put(i, 1, "proxy")
		}
		wants(w, cluster.Port{Number: 8080})
		delete(w.s.Definitions, "proxy:1")
		assert.Contains(t, w.decide().Reasons, scaler.TaskFitsNoInstance)
		for i := range w.s.Hosts {
			w.s.Hosts[i].TasksRead = false
		}
		w.s.Tasks = nil
		assert.Equal(t, scaler.Stay, w.decide().Signal, "as many tasks as there are daemons are theirs")
	})
	t.Run("a port of the same number on the other protocol is free", func(t *testing.T) {
		w := newWorld()
		w.host(2, size(2048, 3900), sharing(cluster.Port{Number: 53}))
		wants(w, cluster.Port{Number: 53, UDP: true})
		assert.NotContains(t, w.decide().Reasons, scaler.TaskFitsNoInstance)
	})
	t.Run("a port that tasks hold is free on a new host", func(t *testing.T) {
		w := newWorld()
		w.host(2, size(2048, 3900), sharing(agents...))
		w.service("web", 3, size(100, 100), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{{Number: 80}} })
		w.put(0, 1, "web")
		w.put(1, 1, "web")
		v := w.decide()
		assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
	})
	t.Run("a port that one of two hosts keeps is tried", func(t *testing.T) {
		w := newWorld()
		w.host(1, size(2048, 3900))
		w.host(1, size(2048, 3900), sharing(cluster.Port{Number: 80}))
		w.service("web", 2, size(100, 100), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{{Number: 80}} })
		w.put(0, 1, "web")
		assert.Equal(t, 1, w.rounds(t, func(w *world) { w.host(1, size(2048, 3900), sharing(cluster.Port{Number: 80})) }))
	})
	t.Run("of two groups, the ports of those that follow the signal count", func(t *testing.T) {
		for marked, signal := range map[string]scaler.Signal{"": scaler.ScaleOut, "free": scaler.ScaleOut, "keeps": scaler.Stay} {
			w := newWorld()
			w.s.Groups = nil
			w.into("keeps", 2, size(2048, 3900), sharing(cluster.Port{Number: 443}))
			w.into("free", 1, size(2048, 3900))
			if marked != "" {
				w.marked(marked)
			}
			w.service("web", 2, size(100, 100), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{{Number: 443}} })
			w.put(2, 1, "web")
			v := w.decide()
			assert.Equal(t, signal, v.Signal, "marked: %s: %v", marked, v.Why)
		}
	})
	t.Run("a daemon's port is taken on every new host", func(t *testing.T) {
		for _, p := range []cluster.Port{{Number: 8080}, {Number: 53, UDP: true}} {
			w := newWorld()
			w.host(3, size(2048, 3900))
			w.service("proxy", 3, size(10, 10), func(s *cluster.Service, d *cluster.Definition) { s.Daemon, d.Ports = true, []cluster.Port{p} })
			for i := range w.s.Hosts {
				w.put(i, 1, "proxy")
			}
			wants(w, p)
			assert.Contains(t, w.decide().Reasons, scaler.TaskFitsNoInstance)
		}
	})
}
