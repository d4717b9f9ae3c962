package scaler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// edges is n hosts with so many tasks of edge on each, whose interfaces are all that they have little of.
func edges(n, each int) *world {
	w := newWorld()
	w.host(n, size(4096, 15000), func(h *cluster.Host) { h.Attributes[cluster.TypeAttribute] = "c5.xlarge" })
	w.service("edge", 0, size(256, 512), awsvpc)
	for i := range n {
		w.put(i, each, "edge")
	}
	w.want("edge", n*each)
	return w
}

// want is how many tasks a service desires.
func (w *world) want(service string, desired int) {
	s := w.find(service)
	s.Desired, s.Deployments[0].Desired = desired, desired
}

func (w *world) refuse(service string, ago time.Duration) {
	w.find(service).Refused = now.Add(-ago)
}

func TestRefusalBoundsInterfaces(t *testing.T) {
	register := func(w *world, host int, ago time.Duration) { w.s.Hosts[host].RegisteredAt = now.Add(-ago) }
	for name, tt := range map[string]struct {
		world  func() *world
		signal scaler.Signal
		gap    int
		has    scaler.Reason
	}{
		"a service steps up by what four hosts hold": {
			world: func() *world {
				w := edges(4, 3)
				w.want("edge", 24)
				w.refuse("edge", time.Minute)
				return w
			},
			signal: 1, gap: 4, has: scaler.UnplacedTasks,
		},
		"it is refused again after a host has come and is full": {
			world: func() *world {
				w := edges(4, 3)
				w.want("edge", 20)
				w.refuse("edge", time.Minute)
				register(w, 3, 6*time.Minute)
				return w
			},
			signal: 1, gap: 3, has: scaler.UnplacedTasks,
		},
		"the hosts that were bought have come and are empty": {
			world: func() *world {
				w := edges(4, 3)
				w.host(4, size(4096, 15000), func(h *cluster.Host) {
					h.Attributes[cluster.TypeAttribute], h.RegisteredAt = "c5.xlarge", now.Add(-time.Minute)
				})
				w.want("edge", 24)
				w.refuse("edge", 2*time.Minute)
				return w
			},
			signal: 0, has: scaler.PlacementRefused,
		},
		"half of them have come": {
			world: func() *world {
				w := edges(4, 3)
				w.host(2, size(4096, 15000), func(h *cluster.Host) {
					h.Attributes[cluster.TypeAttribute], h.RegisteredAt = "c5.xlarge", now.Add(-time.Minute)
				})
				w.want("edge", 24)
				w.refuse("edge", 2*time.Minute)
				return w
			},
			signal: 1, gap: 2, has: scaler.UnplacedTasks,
		},
		"they are on their way": {
			world: func() *world {
				w := edges(4, 3)
				w.want("edge", 24)
				w.refuse("edge", time.Minute)
				w.launch(4, cluster.Pending, time.Minute)
				return w
			},
			signal: 0, has: scaler.InstancesLaunching,
		},
		"half of them are on their way": {
			world: func() *world {
				w := edges(4, 3)
				w.want("edge", 24)
				w.refuse("edge", time.Minute)
				w.launch(2, cluster.Pending, time.Minute)
				return w
			},
			signal: 1, gap: 2, has: scaler.UnplacedTasks,
		},
		"one host holds more than the others": {
			world: func() *world {
				w := edges(3, 3)
				w.put(0, 2, "edge") // five
				w.want("edge", 11+4+7)
				w.refuse("edge", time.Minute)
				return w
			},
			signal: 1, gap: 2, has: scaler.UnplacedTasks,
		},
		"another type holds more": {
			world: func() *world {
				w := edges(3, 3)
				w.s.Hosts[0].Attributes[cluster.TypeAttribute] = "c5.4xlarge"
				w.put(0, 4, "edge") // seven
				w.want("edge", 13+6)
				w.refuse("edge", time.Minute)
				return w
			},
			signal: 1, gap: 2, has: scaler.UnplacedTasks,
		},
		"other services take interfaces too": {
			world: func() *world {
				w := edges(4, 2)
				w.service("other", 0, size(100, 100), awsvpc)
				for i := range 4 {
					w.put(i, 1, "other")
				}
				w.want("other", 4)
				w.want("edge", 14)
				w.refuse("edge", time.Minute)
				return w
			},
			signal: 1, gap: 2, has: scaler.UnplacedTasks,
		},
		"daemons take one of each host's": {
			world: func() *world {
				w := edges(4, 2)
				w.service("mesh", 0, size(10, 10), awsvpc, func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
				for i := range 4 {
					w.put(i, 1, "mesh")
				}
				w.want("edge", 14)
				w.refuse("edge", time.Minute)
				return w
			},
			signal: 1, gap: 3, has: scaler.UnplacedTasks,
		},
		"no host has held one of it, so that nothing is known": {
			world: func() *world {
				w := edges(4, 0)
				w.want("edge", 3)
				w.refuse("edge", time.Minute)
				w.service("base", 0, size(2400, 100))
				for i := range 4 {
					w.put(i, 1, "base")
				}
				w.want("base", 4)
				return w
			},
			signal: 1, gap: 1, has: scaler.PlacementRefused,
		},
		"there was no host when it was refused": {
			world: func() *world {
				w := edges(2, 0)
				w.want("edge", 6)
				w.refuse("edge", 2*time.Minute)
				register(w, 0, 30*time.Second)
				register(w, 1, 15*time.Second)
				return w
			},
			signal: 0, has: scaler.PlacementRefused,
		},
		"the hosts that refused it had no CPU left": {
			world: func() *world {
				w := edges(4, 0)
				w.service("wide", 0, size(4000, 512), awsvpc)
				w.put(0, 1, "wide")
				w.put(1, 1, "wide")
				w.want("wide", 2)
				w.want("edge", 8)
				w.refuse("edge", 2*time.Minute)
				register(w, 2, 30*time.Second)
				register(w, 3, 15*time.Second)
				return w
			},
			signal: 0,
		},
		"hosts of a second type came after the refusal": {
			world: func() *world {
				w := edges(5, 0)
				w.put(0, 3, "edge")
				w.put(1, 3, "edge")
				for i := 2; i < 5; i++ {
					w.s.Hosts[i].Attributes[cluster.TypeAttribute] = "c5.4xlarge"
					register(w, i, time.Minute)
				}
				w.want("edge", 6+20)
				w.refuse("edge", 2*time.Minute)
				return w
			},
			signal: 0, has: scaler.PlacementRefused,
		},
		"an empty host that refused it too proves no limit": {
			world: func() *world {
				w := edges(2, 0)
				w.service("wide", 0, size(3000, 512))
				w.put(0, 1, "wide")
				w.put(1, 1, "wide")
				w.want("wide", 2)
				w.entry.CPU.ScaleOutAt = new(90.0)
				w.want("edge", 6)
				w.refuse("edge", time.Minute)
				return w
			},
			signal: 1, gap: 1, has: scaler.PlacementRefused,
		},
		"the refused service has no interfaces": {
			world: func() *world {
				w := edges(4, 3)
				w.service("web", 6, size(100, 100))
				w.refuse("web", time.Minute)
				return w
			},
			signal: 1, gap: 1, has: scaler.PlacementRefused,
		},
		"the entry says that more fit": {
			world: func() *world {
				w := edges(4, 3)
				w.entry.Instance.AwsvpcTasks = new(9)
				w.want("edge", 24)
				w.refuse("edge", time.Minute)
				return w
			},
			signal: 1, gap: 1, has: scaler.PlacementRefused,
		},
		"a host's tasks are not known, so that it may hold more": {
			world: func() *world {
				w := edges(4, 3)
				w.want("edge", 24)
				w.refuse("edge", time.Minute)
				w.s.Hosts[2].TasksRead = false
				return w
			},
			signal: 0,
		},
		"the refusal is half an hour old": {
			world: func() *world {
				w := edges(4, 3)
				w.want("edge", 24)
				w.refuse("edge", 30*time.Minute)
				return w
			},
			signal: 0,
		},
		"no refusal: a spread service at one task a host wants one more": {
			world: func() *world {
				w := edges(5, 1)
				w.want("edge", 6)
				return w
			},
			signal: 0,
		},
		"another service was refused, which has all its tasks": {
			world: func() *world {
				w := edges(4, 3)
				w.service("other", 0, size(100, 100), awsvpc)
				w.refuse("other", time.Minute)
				w.want("edge", 24)
				return w
			},
			signal: 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := tt.world().decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
			if tt.has != "" {
				assert.Contains(t, v.Reasons, tt.has, v.Why)
			}
		})
	}
}

// A host with fewer interfaces than was thought must not be bought for ever.
func TestInterfacesBuyNoHostsWithoutEnd(t *testing.T) {
	w := edges(2, 3)
	w.want("edge", 9)
	bought := 0
	for range 12 {
		w.refuse("edge", 0)
		v := w.decide()
		for range v.InstanceGap {
			bought++
			w.host(1, size(4096, 15000), func(h *cluster.Host) {
				h.Attributes[cluster.TypeAttribute], h.RegisteredAt = "c5.xlarge", now
			})
		}
	}
	assert.Equal(t, 1, bought, "it stands empty, and ECS refuses still")
}

func TestRefusedInterfaceNeedsAllTasks(t *testing.T) {
	w := edges(4, 3)
	w.want("edge", 24)
	for i := range w.s.Hosts {
		w.s.Hosts[i].TasksRead = false
	}
	w.s.Tasks, w.entry.ScaleIn = nil, false
	assert.Equal(t, scaler.None, scaler.Need(w.entry, w.s, now).Tasks, "without a refusal nothing is read")
	w.refuse("edge", time.Minute)
	need := scaler.Need(w.entry, w.s, now)
	assert.Equal(t, scaler.Everywhere, need.Tasks)
	assert.Len(t, need.Hosts, 4)
}
