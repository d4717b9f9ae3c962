package workload

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

func fragmentation() Workload {
	return Workload{
		Name:  "fragmentation",
		Why:   "Tasks of a little over half a host leave room on every host, but nowhere enough for the next task. Averages say keep or remove hosts, while tasks wait.",
		Lasts: settle + 8*time.Hour, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 60, Desired: 6})
			t.logs()
			t.service(worker(task("wide", 2176, 6000), 6))
			// 1792 CPU are left beside each wide one.
			growing := steady(1).
				between(3*time.Hour, 6*time.Hour, steady(3)).
				between(4*time.Hour, 6*time.Hour, steady(3))
			t.follow(web(task("half", 2048, 4096), 0), 1, growing)
			t.follow(web(task("small", 256, 512), 0), 2, steady(4).noisy(s.World.Knobs.Seed, "small", 0.2))
			t.scaled()
		},
	}
}

func twoHostsOneService() Workload {
	return Workload{
		Name:  "two-hosts-one-service",
		Why:   "The smallest cluster: two tasks that may not share a host. It looks half idle but can give up no host, and it needs a third one for each roll-out.",
		Lasts: settle + 12*time.Hour, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 1, Max: 6, Desired: 2})
			d := task("pair", 1536, 4096)
			spec := web(d, 2)
			spec.DistinctInstance = true
			pair := t.service(spec)
			for n := range 3 {
				t.at(settle+time.Duration(4*n+2)*time.Hour, name("deploy", n), func() { d = rollout(pair, d, nil) })
			}
			t.scaled()
		},
	}
}

func eniLimit() Workload {
	return Workload{
		Name:  "eni-limit",
		Why:   "Small awsvpc tasks on hosts without trunking. With three interfaces taken a host is full at a fifth of its CPU, and no reservation shows that.",
		Lasts: settle + 12*time.Hour, Settle: settle,
		Build: func(s Site) {
			plain := general
			plain.ENIs = 3
			t := s.town(aws.GroupSpec{Type: plain, Min: 3, Max: 40, Desired: 6})
			d := task("edge", 256, 512)
			d.Awsvpc = true
			t.follow(web(d, 0), 6, daily(8, 36, 8*time.Hour))
			t.service(worker(task("mailer", 256, 1536), 4))
			t.scaled()
		},
	}
}

func gpu() Workload {
	return Workload{
		Name:  "gpu",
		Why:   "One GPU per host and per task, beside plenty of idle CPU and memory. Neither CPU nor memory tells that a host is missing, only GPUs and waiting tasks do.",
		Lasts: settle + 12*time.Hour, Settle: settle,
		Build: func(s Site) {
			g4dn := aws.InstanceType{Name: "g4dn.xlarge", Resources: aws.Resources{CPU: 4096, Memory: 15400, GPU: 1}, ENIs: 20}
			t := s.town(aws.GroupSpec{Type: g4dn, Min: 1, Max: 20, Desired: 3})
			d := task("inference", 1024, 4096)
			d.Resources.GPU = 1
			// The old task must go before the new one finds a GPU.
			spec := worker(d, 0)
			spec.MinPercent = 50
			t.follow(spec, 2, daily(2, 9, 8*time.Hour))
			training := task("training", 2048, 6144)
			training.Resources.GPU = 1
			jobs := t.client("training")
			for n := range 4 {
				t.at(settle+time.Duration(3*n+1)*time.Hour, name("training", n), func() {
					for range 2 {
						jobs.run(training, 50*time.Minute)
					}
				})
			}
			t.scaled()
		},
	}
}
