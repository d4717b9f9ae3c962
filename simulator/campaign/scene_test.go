package campaign

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
)

// scene is a world with a judge and without functions: what they would do, a test makes up.
type scene struct {
	*testing.T
	*judge
	town *town
}

// quiet is a plan of one cluster of three hosts of 4096 CPU, in which nothing happens.
func quiet(services ...Service) Plan {
	return Plan{
		Seed: 1, Policy: policy.Signal, Minutes: 60, Heartbeat: 900, Default: "CONTINUE", ForeignHook: true, Faults: Faults{Processes: 1},
		Clusters: []Cluster{{
			Name: "town0", Entry: Entry{Drain: &Drain{Deadline: 5, Standalone: 20}}, Services: services,
			Groups: []Group{{CPU: 4096, Memory: 15400, Interfaces: 20, Zones: 1, Max: 20, Desired: 3}},
		}},
	}
}

// web is a service of desired tasks of so many CPU units.
func web(desired, cpu int) Service {
	return Service{Name: "web", CPU: cpu, Memory: 512, Desired: desired, MinPercent: 100, MaxPercent: 200, StopTimeout: 30, Stops: 1}
}

// timed names what decides which host has which task after ten minutes, and which one leaves: a default that changes breaks
// no test that plays.
func timed(k aws.Knobs) aws.Knobs {
	k.EC2.Running = aws.Uniform{Min: 15 * time.Second, Max: 40 * time.Second}
	if k.EC2.Boot == aws.Defaults().EC2.Boot {
		k.EC2.Boot = aws.LogNormal{Median: 75 * time.Second, P95: 165 * time.Second}
	}
	k.EC2.Reaction = aws.Uniform{Min: time.Second, Max: 10 * time.Second}
	k.EC2.HealthCheck = 2 * time.Minute
	k.ECS.Loop, k.ECS.Healthy = 15*time.Second, 40*time.Second
	k.ECS.RefusalsToBackOff, k.ECS.BackOff, k.ECS.BackOffMax = 3, 5*time.Minute, 15*time.Minute
	k.ECS.FirstPull = aws.Uniform{Min: 10 * time.Second, Max: 60 * time.Second}
	k.ECS.CachedPull = aws.Uniform{Min: time.Second, Max: 5 * time.Second}
	return k
}

// play builds a plan's world and lets ten minutes pass.
func play(t *testing.T, p Plan) *scene {
	t.Helper()
	world := aws.New(timed(p.knobs()))
	s := &scene{T: t, judge: newJudge(&p, world)}
	wiring := &policy.Wiring{Follows: p.Policy, Entry: func(string) []byte { return p.Clusters[0].Entry.text() }, Hooks: p.hooks()}
	s.town = build(workload.Site{World: world, Policy: wiring}, p.Clusters[0], s.judge, nil)
	s.pass(10 * time.Minute)
	return s
}

func (s *scene) pass(d time.Duration) {
	s.Helper()
	s.world.Run(s.world.Now().Add(d))
}

// leaves has one host leave and gives its way out.
func (s *scene) leaves() *leave {
	s.Helper()
	g := s.town.groups[0]
	g.SetDesired(g.Desired - 1)
	s.pass(time.Minute)
	for _, l := range s.judge.leaves {
		if l.to.IsZero() {
			return l
		}
	}
	require.Fail(s, "no host leaves")
	return nil
}

// invocation is one of a function in which nothing has happened.
func (s *scene) invocation(function string) *invocation {
	return &invocation{function: function, began: s.world.Now(), diesAfter: -1, failed: map[call]error{}, asked: map[call]bool{}, done: map[call]time.Time{}}
}

// ticks has a tick a minute that does nothing, for a while.
func (s *scene) ticks(minutes int) {
	s.Helper()
	for range minutes {
		s.drained(s.invocation("tick"))
		s.pass(time.Minute)
		s.late()
	}
}

// decides has a tick decide on a call.
func (s *scene) decides(action, subject string) {
	s.decided(s.invocation("tick"), call{action, "town0", subject})
}

// broken are the promises that were broken, each once, in order.
func (s *scene) broken() []Promise { return promisesOf(s.violations) }

func promisesOf(violations []Violation) []Promise {
	var found []Promise
	seen := map[Promise]bool{}
	for _, v := range violations {
		if !seen[v.Promise] {
			seen[v.Promise] = true
			found = append(found, v.Promise)
		}
	}
	return found
}
