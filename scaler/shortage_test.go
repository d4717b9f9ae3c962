package scaler_test

import (
	"testing"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func TestShortageIsACause(t *testing.T) {
	checkOut(t, map[string]outCase{
		"tasks that fit are placed soon": {
			world:  func(w *world) { w.service("web", 4, size(900, 100)) },
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		// One more host would take the fifth task, two keep 8900 of 12288 CPU below 75 %.
		"each fits alone, together they do not": {
			world:  func(w *world) { w.service("web", 5, size(900, 100)) },
			signal: 1, gap: 2, reasons: []scaler.Reason{scaler.UnplacedTasks},
			why: "web (900 CPU) fits nowhere: the freest host has 48",
		},
		"two services compete for the same room": {
			world: func(w *world) {
				w.service("web", 4, size(900, 100))
				w.service("api", 1, size(500, 100))
			},
			signal: 1, gap: 2, reasons: []scaler.Reason{scaler.UnplacedTasks},
		},
		"a size that is not known is no known cause": {
			world: func(w *world) {
				w.service("web", 50, size(900, 100))
				delete(w.s.Definitions, "web:1")
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"a constraint that cannot be read is no known cause": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100), func(_ *cluster.Service, d *cluster.Definition) {
					d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "runningTasksCount < 1"}}
				})
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"a constraint that no host meets, and no new one would": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100), func(_ *cluster.Service, d *cluster.Definition) {
					d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:ecs.instance-type == p3.large"}}
				})
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance},
		},
		"a zone that a new host can come up in": {
			world: func(w *world) {
				w.s.Groups[0].Zones = []string{"a", "b", "d"}
				w.service("web", 1, size(900, 100), func(_ *cluster.Service, d *cluster.Definition) {
					d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:ecs.availability-zone == d"}}
				})
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
		},
		"a zone that the group does not launch into": {
			world: func(w *world) {
				w.s.Groups[0].Zones = []string{"a", "b", "c"}
				w.service("web", 1, size(900, 100), func(_ *cluster.Service, d *cluster.Definition) {
					d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:ecs.availability-zone == d"}}
				})
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance},
		},
		"one port, four hosts, five tasks": {
			world: func(w *world) {
				w.service("web", 5, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{{Number: 80}} })
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
			why: "web fits nowhere: a constraint, a port, a neighbour or a missing network interface bars every host with room",
		},
		"the same port of another protocol": {
			world: func(w *world) {
				w.service("web", 4, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{{Number: 53}} })
				w.service("dns", 4, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{{Number: 53, UDP: true}} })
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"distinctInstance beside the service's own tasks": {
			world: func(w *world) {
				w.find("base").Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
				w.find("base").Desired = 5
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
		},
		"network interfaces, as the entry counts them": {
			world: func(w *world) {
				w.entry.Instance.AwsvpcTasks = new(1)
				w.service("web", 6, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Awsvpc = true })
			},
			signal: 1, gap: 2, reasons: []scaler.Reason{scaler.UnplacedTasks},
		},
		"a task of which nothing is known is no known interface": {
			world: func(w *world) {
				w.entry.Instance.AwsvpcTasks = new(1)
				w.service("web", 4, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Awsvpc = true })
				w.put(0, 1, "")
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"network interfaces that nobody counts are no cause": {
			world: func(w *world) {
				w.service("web", 6, size(10, 10), func(_ *cluster.Service, d *cluster.Definition) { d.Awsvpc = true })
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand},
		},
		"a daemon's share of a new host is not free": {
			world: func(w *world) {
				w.service("log", 0, size(200, 100), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
				w.service("web", 1, size(2000, 100))
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance},
			why: "web (2000 CPU, 100 MiB) fits nowhere, not even on an empty new host, which has 1848 CPU, 3800 MiB left beside its daemons",
		},
	})
}
