package workload

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// rising are services that need about twice the hosts from an hour on, for the other one.
func (t town) rising(from, until time.Duration) {
	t.mixed(0.4)
	t.follow(web(task("shop", 1024, 2048), 0), 8, steady(8).between(from, until, steady(24)).noisy(t.World.Knobs.Seed, "shop", 0.05))
}

func badAMI() Workload {
	return Workload{
		Name:  "bad-ami",
		Why:   "For three hours new hosts boot and never register, while load rises. Each one that is bought is wasted, so buying must not run to the maximum meanwhile. Once the image is mended, hosts must join again without a person.",
		Lasts: settle + 8*time.Hour, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 30, Desired: 8})
			t.rising(settle+2*time.Hour, settle+6*time.Hour)
			t.at(settle+time.Hour, "image broken", func() { t.group.SetBadImage(true) })
			t.at(settle+4*time.Hour, "image mended", func() { t.group.SetBadImage(false) })
			t.scaled()
		},
	}
}

func noCapacity() Workload {
	return Workload{
		Name:  "no-capacity",
		Why:   "For two hours, while load rises, EC2 has no host to sell, and later none in one zone. Asking again and again must not pile up hosts for when it has some.",
		Lasts: settle + 8*time.Hour, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 40, Desired: 8})
			t.rising(settle+2*time.Hour, settle+6*time.Hour)
			t.at(settle+time.Hour, "nothing to sell", func() { t.group.SetNoCapacity("*", true) })
			t.at(settle+3*time.Hour, "one zone left out", func() {
				t.group.SetNoCapacity("*", false)
				t.group.SetNoCapacity(zones()[0], true)
			})
			t.at(settle+5*time.Hour, "all to sell", func() { t.group.SetNoCapacity(zones()[0], false) })
			t.scaled()
		},
	}
}

// LongBlink is how long agents are away whose network is bad: many times what it takes to connect again.
func LongBlink() aws.Uniform { return aws.Uniform{Min: 5 * time.Second, Max: 90 * time.Second} }

func agentBlips() Workload {
	return Workload{
		Name:  "agent-blips",
		Why:   "Agents disconnect twelve times an hour for 5 to 90 seconds, and one does not come back. Capacity seems to come and go, but nothing has changed.",
		Lasts: settle + 12*time.Hour, Settle: settle,
		Build: func(s Site) {
			s.World.Knobs.ECS.AgentBlinksPerHour, s.World.Knobs.ECS.Blink = 12, LongBlink()
			t := s.town(aws.GroupSpec{Min: 3, Max: 60, Desired: 9})
			t.logs()
			t.service(web(task("web", 512, 1024), 18))
			t.service(web(task("api", 1024, 3072), 8))
			t.service(worker(task("mailer", 256, 1536), 16))
			t.at(settle+4*time.Hour, "agent dies", func() {
				if here := t.group.Instances(); len(here) > 0 {
					t.World.KillAgent(here[0])
				}
			})
			t.scaled()
		},
	}
}

func azOutage() Workload {
	return Workload{
		Name:  "az-outage",
		Why:   "A third of the hosts fails at once, and their zone has no new one for an hour. Then Auto Scaling balances the zones again by removing hosts that serve.",
		Lasts: settle + 8*time.Hour, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 60, Desired: 10})
			t.mixed(0.7)
			t.at(settle+2*time.Hour, "zone fails", func() { s.World.FailZone(zones()[1], time.Hour) })
			t.scaled()
		},
	}
}
