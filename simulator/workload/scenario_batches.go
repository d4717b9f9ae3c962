package workload

import (
	"fmt"
	"math/rand/v2"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// drizzle has a client run a task of a random shape every few minutes, exponentially, until the end.
func (c *client) drizzle(r *rand.Rand, every, until time.Duration, one func(*rand.Rand)) {
	n := 0
	for at := time.Duration(0); at < until; at += time.Duration(r.ExpFloat64() * float64(every)).Round(time.Second) {
		n++
		own := fmt.Sprintf("%s drizzle %05d", c.name, n)
		c.at(at, own, func() { one(draw(c.World.Knobs.Seed, own)) })
	}
}

// shapes are those of batch tasks, some wide in CPU and some in memory.
func shapes() []*aws.TaskDefinition {
	return []*aws.TaskDefinition{
		task("batch-s", 512, 1024), task("batch-m", 1024, 2048), task("batch-l", 2048, 4096), task("batch-xl", 1024, 7168),
	}
}

func batchStorm() Workload {
	const lasts = settle + 12*time.Hour
	return Workload{
		Name:  "batch-storm",
		Why:   "Two hundred standalone tasks at once, every three hours. ECS refuses those that fit nowhere, and only managed scaling has a queue for them. Every other policy sees only what is placed.",
		Lasts: lasts, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 80, Desired: 8})
			t.mixed(0.4)
			tasks, jobs := shapes(), t.client("batch")
			one := func(r *rand.Rand) {
				jobs.run(tasks[r.IntN(len(tasks))], time.Duration(2+r.IntN(18))*time.Minute)
			}
			jobs.drizzle(draw(s.World.Knobs.Seed, "batch drizzle"), 4*time.Minute, lasts, one)
			for n := range 4 {
				t.at(settle+time.Duration(3*n+1)*time.Hour, name("storm", n), func() {
					r := draw(s.World.Knobs.Seed, name("storm", n))
					for range 200 {
						one(r)
					}
				})
			}
			t.scaled()
		},
	}
}

func longBatch() Workload {
	const lasts = settle + 36*time.Hour
	return Workload{
		Name:  "long-batch",
		Why:   "Standalone tasks of three to twenty hours, which nobody moves, beside services that shrink at night. A leaving host must wait for them, and hosts must be given back all the same.",
		Lasts: lasts, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 60, Desired: 12})
			t.mixed(0.7)
			training, jobs := task("training", 2048, 6144), t.client("training")
			jobs.drizzle(draw(s.World.Knobs.Seed, "training drizzle"), 70*time.Minute, lasts, func(r *rand.Rand) {
				jobs.run(training, 3*time.Hour+time.Duration(r.IntN(17*60))*time.Minute)
			})
			t.scaled()
		},
	}
}
