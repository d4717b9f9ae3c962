package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func asDaemon(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true }

// rolledOut is three hosts of which one holds a task of 2000 CPU, and a daemon of 128 whose tasks are all gone for now.
// Where its room is kept, the task finds 1920.
func rolledOut(change ...func(*cluster.Service, *cluster.Definition)) *world {
	w := newWorld()
	w.entry.CPU.ScaleOutAt, w.entry.CPU.ScaleInBelow = new(100.0), 60
	w.host(3, size(2048, 15400))
	w.service("big", 0, size(2000, 256))
	w.put(0, 1, "big")
	w.want("big", 1)
	w.service("logs", 3, size(128, 256), append(change, asDaemon)...)
	return w
}

func TestDaemonRoomIsNotGivenAway(t *testing.T) {
	onType := func(types string) func(*cluster.Service, *cluster.Definition) {
		return func(_ *cluster.Service, d *cluster.Definition) {
			d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:ecs.instance-type " + types}}
		}
	}
	for name, tt := range map[string]struct {
		world  func() *world
		signal scaler.Signal
		has    scaler.Reason
	}{
		"no daemon": {
			world: func() *world {
				w := rolledOut()
				w.s.Services = w.s.Services[:1]
				return w
			},
			signal: -1,
		},
		"it runs nowhere: a roll-out, or a crash": {world: func() *world { return rolledOut() }, signal: 0, has: scaler.WouldNotFit},
		"it runs everywhere": {
			world: func() *world {
				w := rolledOut()
				w.s.Definitions["logs:1"] = cluster.Definition{Size: size(40, 256)}
				for i := range 3 {
					w.put(i, 1, "logs")
				}
				return w
			},
			signal: -1,
		},
		"it runs on one of the others, where the task fits no more": {
			world: func() *world {
				w := rolledOut()
				w.put(1, 1, "logs")
				return w
			},
			signal: 0, has: scaler.WouldNotFit,
		},
		"it is not for these hosts":     {world: func() *world { return rolledOut(onType("== other")) }, signal: -1},
		"nobody can tell whether it is": {world: func() *world { return rolledOut(onType("!= other and registeredAt > 1")) }, signal: 0, has: scaler.WouldNotFit},
		"it is being deleted":           {world: func() *world { return rolledOut(func(s *cluster.Service, _ *cluster.Definition) { s.Active = false }) }, signal: -1},
		"it runs elsewhere": {world: func() *world {
			return rolledOut(func(s *cluster.Service, _ *cluster.Definition) { s.Home = cluster.Elsewhere })
		}, signal: -1},
		"it takes no room": {world: func() *world {
			return rolledOut(func(_ *cluster.Service, d *cluster.Definition) { d.Size = size(0, 0) })
		}, signal: -1},
		"it takes memory that nobody has": {world: func() *world {
			return rolledOut(func(_ *cluster.Service, d *cluster.Definition) { d.Size = size(0, 15300) })
		}, signal: 0, has: scaler.WouldBounce},
		"it is larger than any host": {world: func() *world {
			return rolledOut(func(_ *cluster.Service, d *cluster.Definition) { d.Size = size(0, 15500) })
		}, signal: -1},
		"its definition is not known": {
			world: func() *world {
				w := rolledOut()
				delete(w.s.Definitions, "logs:1")
				return w
			},
			signal: 0, has: scaler.TasksUnread,
		},
		"a larger revision comes in the place of the one that runs": {
			world: func() *world {
				w := rolledOut()
				w.s.Definitions["logs:1"] = cluster.Definition{Size: size(40, 256)}
				for i := range 3 {
					w.put(i, 1, "logs")
				}
				w.s.Definitions["logs:2"] = cluster.Definition{Size: size(128, 256)}
				w.find("logs").TaskDefinition = "logs:2"
				w.find("logs").Deployments[0].TaskDefinition = "logs:2"
				return w
			},
			signal: 0, has: scaler.WouldNotFit,
		},
		"its port is the task's": {
			world: func() *world {
				w := rolledOut()
				w.s.Definitions["logs:1"] = cluster.Definition{Size: size(1, 1), Ports: []cluster.Port{{Number: 80}}}
				w.s.Definitions["big:1"] = cluster.Definition{Size: size(2000, 256), Ports: []cluster.Port{{Number: 80}}}
				return w
			},
			signal: 0, has: scaler.WouldNotFit,
		},
		"its interface is the last": {
			world: func() *world {
				w := rolledOut()
				w.entry.Instance.AwsvpcTasks = new(1)
				w.s.Definitions["logs:1"] = cluster.Definition{Size: size(1, 1), Awsvpc: true}
				w.s.Definitions["big:1"] = cluster.Definition{Size: size(2000, 256), Awsvpc: true}
				return w
			},
			signal: 0, has: scaler.WouldNotFit,
		},
		"when it is back the others are full by their threshold": {
			world: func() *world {
				w := rolledOut()
				w.entry.CPU.ScaleOutAt, w.entry.CPU.ScaleInBelow = new(52.0), 50
				w.s.Definitions["logs:1"] = cluster.Definition{Size: size(48, 1)}
				w.s.Definitions["big:1"] = cluster.Definition{Size: size(2000, 256)}
				return w
			},
			signal: -1, // (2000 + 2·48) / 4096 is 51.2 %
		},
		"when it is back the others are at their threshold": {
			world: func() *world {
				w := rolledOut()
				w.entry.CPU.ScaleOutAt, w.entry.CPU.ScaleInBelow = new(51.0), 50
				w.s.Definitions["logs:1"] = cluster.Definition{Size: size(48, 1)}
				return w
			},
			signal: 0, has: scaler.WouldBounce,
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := tt.world().decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			if tt.has != "" {
				assert.Contains(t, v.Reasons, tt.has, v.Why)
			}
		})
	}
}

func TestDaemonRoomServesNoTask(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(w *world)
		signal scaler.Signal
		has    scaler.Reason
	}{
		"the daemon is to come, and another host has the room": {change: func(w *world) {
			w.entry.Instance.CPU, w.entry.Instance.Memory = new(int64(4096)), new(int64(15400))
		}, signal: 1, has: scaler.UnplacedTasks},
		"no new host has it either": {change: func(*world) {}, signal: 0, has: scaler.TaskFitsNoInstance},
		"the host's tasks are not known, and the daemon may run": {change: func(w *world) {
			w.s.Hosts[0].TasksRead, w.s.Hosts[0].Tasks = false, 1
		}, signal: 0},
		"nobody can tell whether it comes": {change: func(w *world) {
			d := w.s.Definitions["logs:1"]
			d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "registeredAt > 1"}}
			w.s.Definitions["logs:1"] = d
		}, signal: 0},
		"it does not fit by itself": {change: func(w *world) {
			w.s.Definitions["logs:1"] = cluster.Definition{Size: size(128, 20_000)}
		}, signal: 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.entry.ScaleIn = false
			w.host(1, size(2048, 15400))
			w.service("logs", 1, size(128, 256), asDaemon)
			w.service("big", 1, size(2000, 256))
			tt.change(w)
			v := w.decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			if tt.has != "" {
				assert.Contains(t, v.Reasons, tt.has, v.Why)
			}
		})
	}
}

func TestDaemonsToComeAreReadFirst(t *testing.T) {
	w := rolledOut()
	delete(w.s.Definitions, "logs:1")
	assert.Equal(t, []string{"logs:1"}, scaler.Need(w.entry, w.s, now).Definitions)
	for i := range 3 {
		w.s.Definitions["logs:1"] = cluster.Definition{Size: size(40, 256)}
		w.put(i, 1, "logs")
	}
	assert.Empty(t, scaler.Need(w.entry, w.s, now).Definitions)
}

// A definition that could not be read must not make a new host look larger than it is: what it then buys can never help.
func TestUnreadDaemonBuysNoUselessHost(t *testing.T) {
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
