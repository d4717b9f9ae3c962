package workload

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// Large is a cluster of about so many hosts and service tasks at its peak, for benchmarks: services of about 25 tasks,
// of random shapes, whose peaks lie anywhere in the twelve hours from eight to eight.
func Large(hosts, tasks int, lasts time.Duration) Workload {
	return Workload{
		Name:  fmt.Sprintf("large-%d-%d", hosts, tasks),
		Why:   "As many hosts and tasks as you like, to measure the scaler itself.",
		Lasts: settle + lasts, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 2 * hosts, Desired: hosts})
			t.logs()
			const each = 25
			services := max(1, tasks/each)
			// Peaks lie apart, so that at most about nine in ten of all tasks are wanted at once; 68 % of the room is for them.
			share := 0.68 * float64(hosts) / (0.9 * float64(tasks))
			for n := range services {
				r := draw(s.World.Knobs.Seed, fmt.Sprintf("large %d", n))
				size := share * (0.5 + r.Float64())
				d := task(fmt.Sprintf("service-%04d", n), units(size*4096, 64), units(size*15400*(0.5+r.Float64()*0.6), 64))
				high := float64(tasks) / float64(services)
				t.follow(web(d, 0), 1, daily(high/3, high, 8*time.Hour+time.Duration(r.Int64N(int64(day/2)))))
			}
			t.scaled()
		},
	}
}

// units rounds a size to a multiple of the step, at least one.
func units(size, step float64) int { return int(max(step, step*float64(int(size/step+0.5)))) }
