package main_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/seed"
)

func (w *world) total() int {
	n := 0
	for _, made := range w.calls() {
		n += made
	}
	return n
}

// drained plays drains that begin together: the hosts' three tasks start stopping at 60 s and have stopped at 360 s, when
// their replacements run. It returns the calls that they took.
func drained(b *testing.B, hosts int) int {
	b.Helper()
	room := seed.Host{CPU: 16384, Memory: 65536}
	c := web(append(slices.Repeat([]seed.Host{leaving("api", "api", "api")}, hosts), room)...)
	c.Group.Heartbeat = 3600
	w := seeded(b, c)
	w.warm = true
	events, err := server.LifecycleEvents(b.Context())
	require.NoError(b, err)
	for _, event := range events {
		w.invoke(event)
	}
	for minute := range 7 {
		for host := range hosts {
			for _, task := range w.host(host).Tasks {
				switch minute {
				case 1:
					w.task(task, "STOPPED", "DEACTIVATING", 11)
					start(b, w, "api", hosts)
				case 6:
					w.task(task, "STOPPED", "STOPPED", 16)
				}
			}
		}
		// Four minutes later than told: the minute of every tick is the present one and the process remembers when the
		// terminations began, so that all its ticks are four minutes after.
		w.tick(4 + minute)
	}
	require.Len(b, w.completed(), hosts)
	// Playing the scheduler took calls too: each StartTask, with a DescribeServices before it.
	return w.total() - 2*w.calls()["ecs.StartTask"]
}

// BenchmarkDrainedHostsOf3TasksStoppedAt360s counts calls: peers that wait correctly make 43 and 77 calls for one host.
func BenchmarkDrainedHostsOf3TasksStoppedAt360s(b *testing.B) {
	for _, hosts := range []int{1, 10} {
		b.Run(fmt.Sprint(hosts), func(b *testing.B) {
			calls := 0
			for range b.N {
				calls += drained(b, hosts)
			}
			b.ReportMetric(float64(calls)/float64(b.N*hosts), "calls/host")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkIdleTick is a tick with nothing to do: one call per 100 groups.
func BenchmarkIdleTickOver3Groups(b *testing.B) {
	w := seeded(b, web(staying()), seed.Cluster{Name: "a", Entry: `{}`, Group: &seed.Group{}}, seed.Cluster{Name: "b", Entry: `{}`, Group: &seed.Group{}})
	w.warm = true
	for range b.N {
		w.tick(0)
	}
	b.ReportMetric(float64(w.total())/float64(b.N), "calls/tick")
	b.ReportMetric(0, "ns/op")
}
