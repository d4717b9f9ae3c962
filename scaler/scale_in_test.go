package scaler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// spare is four hosts of which one could go by every sum: each has one task of a tenth.
func spare() *world {
	w := newWorld()
	w.host(4, size(2048, 3900))
	w.service("base", 4, size(200, 390))
	for i := range 4 {
		w.put(i, 1, "base")
	}
	return w
}

func awsvpc(_ *cluster.Service, d *cluster.Definition) { d.Awsvpc = true }

func TestWhatKeepsAHost(t *testing.T) {
	tests := map[string]struct {
		world   func(*world)
		signal  scaler.Signal
		reasons []scaler.Reason
		why     string
	}{
		"nothing": {world: func(*world) {}, signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"distinctInstance on every host": {
			world: func(w *world) {
				w.find("base").Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
			why:     "without i-0000, base fits nowhere: a constraint, a port, a neighbour or a missing network interface bars every host with room",
		},
		"memberOf that only one host meets": {
			world: func(w *world) {
				w.s.Hosts[2].Attributes["rack"] = "7"
				w.service("pinned", 1, size(10, 10), func(s *cluster.Service, _ *cluster.Definition) {
					s.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:rack == 7"}}
				})
				w.put(2, 1, "pinned")
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
		},
		"required attributes that only one host has": {
			world: func(w *world) {
				w.s.Hosts[2].Attributes["ecs.capability.gpu"] = ""
				w.service("pinned", 1, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) {
					d.Requires = map[string]string{"ecs.capability.gpu": ""}
				})
				w.put(2, 1, "pinned")
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
		},
		"attributes that were not read": {
			world: func(w *world) {
				w.find("base").Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:rack not_exists"}}
				for i := range w.s.Hosts {
					w.s.Hosts[i].Attributes = nil
				}
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
		},
		"a port on every host": {
			world: func(w *world) {
				w.service("web", 4, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{{Number: 80}} })
				for i := range 4 {
					w.put(i, 1, "web")
				}
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
		},
		"an interface in use on every host, and nobody knows of more": {
			world: func(w *world) {
				w.service("web", 4, size(10, 10), awsvpc)
				for i := range 4 {
					w.put(i, 1, "web")
				}
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
		},
		"the fullest of the type has two, the others one": {
			world: func(w *world) {
				w.service("web", 5, size(10, 10), awsvpc)
				for _, i := range []int{0, 0, 1, 2, 3} {
					w.put(i, 1, "web")
				}
			},
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
		},
		"two of another type prove nothing": {
			world: func(w *world) {
				w.service("web", 5, size(10, 10), awsvpc)
				for _, i := range []int{0, 0, 1, 2, 3} {
					w.put(i, 1, "web")
				}
				w.s.Hosts[0].Attributes[cluster.TypeAttribute] = "another"
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
		},
		"the entry knows of two": {
			world: func(w *world) {
				w.entry.Instance.AwsvpcTasks = new(2)
				w.service("web", 4, size(10, 10), awsvpc)
				for i := range 4 {
					w.put(i, 1, "web")
				}
			},
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
		},
		"an unplaced task beside": {
			world: func(w *world) {
				w.service("web", 3, size(1700, 10))
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldBounce},
		},
		"an unplaced task beside, and no threshold": {
			world: func(w *world) {
				w.entry.CPU.ScaleOutAt = nil
				w.service("web", 4, size(1700, 10))
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
			why:     "without i-0000, web (1700 CPU) fits nowhere: the freest host has 148",
		},
		"headroom beside": {
			world: func(w *world) {
				w.entry.Headroom.Tasks = 4
				w.entry.Headroom.CPU, w.entry.Headroom.Memory = new(int64(1700)), new(int64(10))
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.HeadroomWouldBreak},
			why:     "without i-0000, 2 headroom tasks (1700 CPU, 10 MiB each) fit; 8 must fit, twice the headroom, so that the next task does not buy the host back",
		},
		"headroom that fits once, and not twice, would buy the host back": {
			world: func(w *world) {
				w.entry.Headroom.Tasks = 2
				w.entry.Headroom.CPU, w.entry.Headroom.Memory = new(int64(1700)), new(int64(10))
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.HeadroomWouldBreak},
		},
		"headroom that fits twice": {
			world: func(w *world) {
				w.entry.Headroom.Tasks = 1
				w.entry.Headroom.CPU, w.entry.Headroom.Memory = new(int64(1700)), new(int64(10))
			},
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
		},
		"a refusal of what seems to fit": {
			world: func(w *world) {
				w.find("base").Desired++
				w.find("base").Refused = now.Add(-time.Minute)
				w.s.Hosts[0].RegisteredAt = now
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.PlacementRefused},
		},
		"daemons go with their host": {
			world: func(w *world) {
				w.service("log", 0, size(1500, 3000), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
				w.entry.CPU.ScaleInBelow, w.entry.Memory.ScaleInBelow = 95, 95
				w.entry.CPU.ScaleOutAt, w.entry.Memory.ScaleOutAt = new(99.0), new(99.0)
				for i := range 4 {
					w.put(i, 1, "log")
				}
			},
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
		},
		"standalone tasks go with their host too": {
			world: func(w *world) {
				w.job(size(1800, 3000))
				w.entry.CPU.ScaleInBelow, w.entry.Memory.ScaleInBelow = 95, 95
				w.entry.CPU.ScaleOutAt, w.entry.Memory.ScaleOutAt = new(99.0), new(99.0)
				w.put(0, 1, "")
			},
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
		},
		"only the unprotected host counts, and it is empty": {
			world: func(w *world) {
				w.find("base").Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
				w.host(1, size(2048, 3900))
				for i := range 4 {
					w.s.Groups[0].Instances[i].Protected = true
				}
			},
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
		},
		"a host of another group stays": {
			world: func(w *world) {
				w.find("base").Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
				w.s.Groups = append(w.s.Groups, cluster.Group{Name: "green", TaggedActive: true, Max: 9})
				w.host(1, size(2048, 3900))
				w.s.Groups[1].Instances, w.s.Groups[1].Desired = w.s.Groups[0].Instances[4:], 1
				w.s.Groups[0].Instances = w.s.Groups[0].Instances[:4]
			},
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
		},
		"a disconnected host's tasks still run, and it may be the one": {
			world: func(w *world) {
				w.find("base").Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
				w.host(1, size(2048, 3900))
				w.disconnected(0, time.Minute)
			},
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
		},
		"nobody could stop them once its agent is away for good": {
			world: func(w *world) {
				w.host(1, size(2048, 3900))
				w.disconnected(0, 3*time.Minute)
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.AgentLost},
		},
		"nor if it is not known for how long": {
			world: func(w *world) {
				w.host(1, size(2048, 3900))
				w.s.Hosts[0].Connected = false
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.AgentLost},
		},
		"but without tasks it may go": {
			world: func(w *world) {
				w.host(1, size(2048, 3900))
				w.s.Hosts[len(w.s.Hosts)-1].Connected = false
			},
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
		},
		"and protected it does not": {
			world: func(w *world) {
				w.host(1, size(2048, 3900))
				w.s.Hosts[0].Connected = false
				w.s.Groups[0].Instances[0].Protected = true
			},
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
		},
		"only a disconnected host may go, and its task fits nowhere": {
			world: func(w *world) {
				w.find("base").Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
				w.disconnected(0, time.Minute)
				for i := 1; i < 4; i++ {
					w.s.Groups[0].Instances[i].Protected = true
				}
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
		},
		"headroom that no host can hold": {
			world: func(w *world) {
				w.entry.Headroom.Tasks = 1
				w.entry.Headroom.CPU, w.entry.Headroom.Memory = new(int64(9000)), new(int64(10))
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.HeadroomWouldBreak, scaler.TaskFitsNoInstance},
		},
		"a standalone task of which nothing is known may have an interface": {
			world: func(w *world) {
				w.entry.Instance.AwsvpcTasks = new(1)
				w.service("web", 1, size(10, 10), awsvpc)
				w.put(0, 1, "web")
				for i := 1; i < 4; i++ {
					w.put(i, 1, "")
				}
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
		},
		"more tasks than a pass can read": {
			world: func(w *world) {
				w.s.Hosts[0].TasksRead, w.s.Hosts[0].Tasks = false, 20_001
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.TooLarge},
			why:     "20001 tasks would have to be read, and a pass can read 20000 of one cluster",
		},
		"tasks that were not read": {
			world: func(w *world) {
				w.s.Hosts[0].TasksRead = false
			},
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.TasksUnread},
			why:     "1 tasks on 1 hosts were not read, so it is not known whether they would fit elsewhere",
		},
		"ECS managed scaling": {
			world:   func(w *world) { w.s.Groups[0].ManagedScaling = true },
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.ManagedScaling},
		},
		"a forgotten draining host is no veto, its tasks are": {
			world: func(w *world) {
				w.entry.CPU.ScaleOutAt = nil
				w.host(1, size(2048, 3900))
				w.service("wide", 3, size(1700, 100))
				w.put(4, 1, "wide")
				w.s.Hosts[4].Status = cluster.Draining
				w.find("wide").Desired = 1
			},
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := spare()
			tt.world(w)
			v := w.decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.reasons, v.Reasons, v.Why)
			if tt.why != "" {
				assert.Contains(t, v.Why, tt.why)
			}
		})
	}
}
