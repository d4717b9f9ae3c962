package campaign

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"

	"ecs-cluster-scaler/simulator/policy"
)

// stream keeps a plan's luck apart from that of its world, which has the same seed.
const stream = 77

// pick draws one of several.
func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// chance is true once in n times.
func chance(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

// Draw makes the plan of a seed. heartbeat is the drain hook's timeout in seconds; 0: it is drawn too.
func Draw(seed uint64, heartbeat int) Plan {
	r := rand.New(rand.NewPCG(seed, stream))
	p := Plan{
		Seed: seed, Policy: pick(r, policy.Signal, policy.Surge, policy.Gap), Minutes: 60 * (2 + r.IntN(3)),
		Heartbeat: pick(r, 300, 900, 1800, 1800), Default: pick(r, "CONTINUE", "CONTINUE", "ABANDON"), ForeignHook: chance(r, 10), Before: chance(r, 4),
		Faults: drawFaults(r, seed),
	}
	// In peace nothing happens that makes more hosts than the demand needs legitimate, so that what is bought is judged.
	peace, kinds := chance(r, 3), actKinds
	if peace {
		kinds = slices.DeleteFunc(slices.Clone(kinds), func(kind string) bool { return slices.Contains(disturbing, kind) })
	}
	p.Fate = drawFate(r, peace)
	for n := range 1 + r.IntN(2) {
		p.Clusters = append(p.Clusters, drawCluster(r, fmt.Sprintf("town%d", n)))
	}
	for range r.IntN(16) {
		a := Act{
			Minute: 1 + r.IntN(p.Minutes-5), Cluster: r.IntN(len(p.Clusters)), Kind: pick(r, kinds...), A: r.IntN(1000), B: r.IntN(1000),
		}
		if a.Kind == editEntry {
			e := drawEntry(r)
			a.Entry = &e
		}
		p.Acts = append(p.Acts, a)
	}
	sort.SliceStable(p.Acts, func(a, b int) bool { return p.Acts[a].Minute < p.Acts[b].Minute })
	if heartbeat > 0 {
		p.Heartbeat = heartbeat
	}
	return p
}

// drawFaults gives each kind nothing, a little or up to a fifth. A call of an even seed fails only as often as three
// attempts of it would, which is what the functions' clients make of one.
func drawFaults(r *rand.Rand, seed uint64) Faults {
	share := func() float64 { return pick(r, 0, 0, r.Float64()*0.05, r.Float64()*0.2) }
	f := Faults{
		TicksLost: share(), TicksDoubled: share(), TicksLate: share(), EventsLost: share(), EventsDoubled: share(),
		CallsThrottled: share(), PagesCut: share(), ColdStarts: share(), Deaths: share(), Overtaken: share(), AnswersLost: share(),
		LateCalls: pick(r, 0, 0, share()), Processes: pick(r, 1, 1, 2, 3),
	}
	if seed%2 == 0 {
		f.CallsThrottled = f.CallsThrottled * f.CallsThrottled * f.CallsThrottled
	}
	if denied := Actions()[r.IntN(len(Actions()))]; chance(r, 6) {
		f.Denied = denied
	}
	return f
}

func drawFate(r *rand.Rand, peace bool) Fate {
	f := Fate{
		AgentBlinks: pick(r, 0.0, 1, 3), SpotInterruptions: 6, BalanceZones: pick(r, 0, 0, 7), ProtectionHolds: chance(r, 2),
	}
	if peace {
		f.LongBoot = chance(r, 3)
	} else {
		f.AgentBlinks, f.AgentDeaths, f.Failures = pick(r, 0.0, 1, 3, 12), pick(r, 0.0, 0, 0, 40), pick(r, 0.0, 0, 0, 40)
		f.NeverJoins, f.SlowBoot = pick(r, 0, 0, 0, 0.1), chance(r, 5)
	}
	return f
}

func drawCluster(r *rand.Rand, name string) Cluster {
	c := Cluster{Name: name, Entry: drawEntry(r)}
	for range pick(r, 1, 1, 1, 2) {
		g := Group{
			CPU: pick(r, 2048, 4096), Memory: pick(r, 7600, 15400), Interfaces: pick(r, 3, 20), Zones: 1 + r.IntN(3),
			Min: r.IntN(3), Desired: 1 + r.IntN(7), TargetGroup: pick(r, 0, 0, 60), Spot: chance(r, 8),
		}
		g.Mixed = chance(r, 6)
		g.Max = g.Desired + 1 + r.IntN(8)
		g.Min = min(g.Min, g.Desired)
		c.Groups = append(c.Groups, g)
	}
	providers := len(c.Groups) > 1 && chance(r, 2)
	for n := range c.Groups {
		c.Groups[n].Provider = providers
	}
	if chance(r, 2) {
		c.Services = append(c.Services, Service{
			Name: "logs", CPU: 128, Memory: 256, Daemon: true, MaxPercent: 100, StopTimeout: 30, Stops: 2,
		})
	}
	for n := range 1 + r.IntN(5) {
		s := drawService(r, n)
		if providers {
			s.Providers = pick(r, nil, []int{0}, []int{0}, []int{1}, []int{0, 1})
		}
		c.Services = append(c.Services, s)
	}
	return c
}

func drawService(r *rand.Rand, n int) Service {
	s := Service{
		Name: fmt.Sprintf("s%d", n), CPU: pick(r, 128, 256, 512, 512, 1024, 2000), Memory: pick(r, 256, 512, 1024, 2048, 5000),
		Desired: r.IntN(9), MinPercent: pick(r, 0, 50, 100, 100, 100), MaxPercent: pick(r, 100, 150, 200, 200, 200),
		Strategy: pick(r, nil, []string{"spread:attribute:ecs.availability-zone", "binpack:memory"}, []string{"binpack:cpu"}, []string{"spread:instanceId"}, []string{"random"}),
		Distinct: chance(r, 10), Awsvpc: chance(r, 5), LoadBalanced: chance(r, 2), Deregistration: pick(r, 0, 30, 300),
		HealthCheck: chance(r, 3), Breaker: chance(r, 3), Rebalance: chance(r, 8),
		StopTimeout: pick(r, 30, 30, 30, 120), Stops: pick(r, 1, 5, 30),
	}
	if chance(r, 12) && !s.Awsvpc { // an awsvpc task has its ports on an interface of its own
		s.Port = 8000 + n
	}
	if chance(r, 15) { // longer than the ten minutes that a task has at a deadline
		s.StopTimeout, s.Stops = 1200, pick(r, 30, 900, 1200)
	}
	return s
}
