package workload

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// mixed are services as one finds them side by side: of different shapes, behind load balancers and not, and with
// peaks at different hours. size scales all of them.
func (t town) mixed(size float64) {
	seed := t.World.Knobs.Seed
	t.logs()
	for _, s := range []struct {
		spec      aws.ServiceSpec
		least     int
		low, high float64
		peak      time.Duration
	}{
		{web(task("web", 512, 1024), 0), 3, 4, 44, 14 * time.Hour},
		{web(task("api", 1024, 2048), 0), 3, 3, 24, 18 * time.Hour},
		{web(task("search", 2048, 6144), 0), 2, 2, 10, 11 * time.Hour},
		{worker(task("mailer", 256, 1536), 0), 2, 4, 30, 2 * time.Hour},
	} {
		t.follow(s.spec, s.least, daily(s.low*size, s.high*size, s.peak).noisy(seed, s.spec.Name, 0.05))
	}
	t.service(web(task("billing", 512, 2048), ceil(6*size)))
}

func diurnal() Workload {
	return Workload{
		Name:  "diurnal",
		Why:   "Services that peak at different hours of a day. It is the usual case: each host that is bought too late or kept too long shows.",
		Lasts: settle + day, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 60, Desired: 12})
			t.mixed(1)
			t.scaled()
		},
	}
}

func flashCrowd() Workload {
	return Workload{
		Name:  "flash-crowd",
		Why:   "The load of one service grows sixfold within three minutes, is gone after forty and comes once more. How fast does capacity come, and how fast does it leave?",
		Lasts: settle + 8*time.Hour, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 80, Desired: 8})
			t.mixed(0.4)
			crowd := func(begin time.Duration) demand {
				return func(since time.Duration) float64 {
					return 50 * min(1, float64(since-begin)/float64(3*time.Minute))
				}
			}
			shop := steady(10).
				between(3*time.Hour, 3*time.Hour+40*time.Minute, crowd(3*time.Hour)).
				between(5*time.Hour, 5*time.Hour+40*time.Minute, crowd(5*time.Hour)).
				noisy(s.World.Knobs.Seed, "shop", 0.05)
			t.follow(web(task("shop", 1024, 2048), 0), 10, shop)
			t.scaled()
		},
	}
}

func quietNight() Workload {
	return Workload{
		Name:  "quiet-night",
		Why:   "Nothing changes for twelve hours on a cluster that is neither full nor idle. Every scaling action is one too many.",
		Lasts: settle + 12*time.Hour, Settle: settle,
		Build: func(s Site) {
			// 62 % of nine hosts by CPU and 52 % by memory, daemons included.
			t := s.town(aws.GroupSpec{Min: 3, Max: 60, Desired: 9})
			t.logs()
			t.service(web(task("web", 512, 1024), 18))
			t.service(web(task("api", 1024, 3072), 8))
			t.service(worker(task("mailer", 256, 1536), 16))
			t.scaled()
		},
	}
}

func scaleToZero() Workload {
	return Workload{
		Name:  "scale-to-zero",
		Why:   "A cluster that needs no host half of the day, with jobs every four hours and a service in office hours. Is the first host bought from nothing, and is the last one removed?",
		Lasts: settle + day, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 0, Max: 20, Desired: 0})
			// Workers by the length of their queue, not standalone tasks: what RunTask is refused nobody sees.
			reports := steady(0)
			for n := range 6 {
				r := draw(s.World.Knobs.Seed, name("reports", n))
				begin := settle + time.Duration(n)*4*time.Hour
				reports = reports.between(begin, begin+time.Duration(20+r.IntN(30))*time.Minute, steady(float64(6+r.IntN(6))))
			}
			t.follow(worker(task("reports", 1024, 4096), 0), 0, reports)
			office := func(since time.Duration) float64 {
				if hour := (since%day + day) % day; hour >= 9*time.Hour && hour < 17*time.Hour {
					return 5
				}
				return 0
			}
			t.follow(worker(task("office", 512, 1024), 0), 0, office)
			t.scaled()
		},
	}
}
