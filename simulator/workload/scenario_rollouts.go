package workload

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

func rollingDeploy() Workload {
	return Workload{
		Name:  "rolling-deploy",
		Why:   "Each hour a service rolls out on a well filled cluster. Some keep all old tasks meanwhile, some half. For minutes there are twice the tasks, which is no reason to have twice the hosts.",
		Lasts: settle + 8*time.Hour, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 60, Desired: 10})
			t.logs()
			half := worker(task("worker", 1024, 3072), 6)
			half.MinPercent, half.MaxPercent = 50, 100
			tight := web(task("checkout", 2048, 4096), 4)
			tight.MaxPercent = 125
			var services []*aws.Service
			for _, spec := range []aws.ServiceSpec{web(task("web", 512, 1024), 16), tight, half, web(task("api", 768, 1536), 6)} {
				services = append(services, t.service(spec))
			}
			for n := range 8 {
				service := services[n%len(services)]
				t.at(settle+time.Duration(n)*time.Hour+10*time.Minute, name("deploy", n), func() {
					d := service.Spec.Definition
					d = next(d, func(d *aws.TaskDefinition) { d.Revision += n / len(services) })
					service.Deploy(d)
				})
			}
			t.scaled()
		},
	}
}

func stuckDeploy() Workload {
	return Workload{
		Name:  "stuck-deploy",
		Why:   "A roll-out whose task fits on no host that the group launches, and a service that never gets healthy, for three hours each. Hosts help neither, so none should be bought.",
		Lasts: settle + 8*time.Hour, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 60, Desired: 8})
			t.mixed(0.4)
			d := task("reports", 1024, 4096)
			reports := t.service(worker(d, 3))
			t.at(settle+time.Hour, "deploy too large", func() {
				d = rollout(reports, d, func(d *aws.TaskDefinition) { d.Resources.CPU = 6144 })
			})
			t.at(settle+4*time.Hour, "deploy mended", func() {
				rollout(reports, d, func(d *aws.TaskDefinition) { d.Resources.CPU = 1024 })
			})
			t.at(settle+2*time.Hour, "beta", func() {
				beta := web(task("beta", 512, 1024), 4)
				beta.HealthCheck, beta.NeverHealthy = true, true
				service := t.service(beta)
				t.at(settle+5*time.Hour, "beta ends", service.Delete)
			})
			t.scaled()
		},
	}
}

func crashLoop() Workload {
	return Workload{
		Name:  "crash-loop",
		Why:   "For three hours, a bad revision whose tasks exit after 40 seconds. ECS starts them again, at first after two minutes and in the end after fifteen, so that hosts fill and empty while the load is the same.",
		Lasts: settle + 8*time.Hour, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 60, Desired: 9})
			t.mixed(0.4)
			d := task("orders", 1024, 2048)
			orders := t.service(worker(d, 8))
			t.at(settle+time.Hour, "deploy crashing", func() {
				d = rollout(orders, d, func(d *aws.TaskDefinition) { d.Crashes = 40 * time.Second })
			})
			t.at(settle+4*time.Hour, "deploy mended", func() {
				rollout(orders, d, func(d *aws.TaskDefinition) { d.Crashes = 0 })
			})
			t.scaled()
		},
	}
}
