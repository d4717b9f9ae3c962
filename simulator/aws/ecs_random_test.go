package aws

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/require"
)

// ranks are how far a status is along a task's life.
var ranks = map[string]int{
	taskProvisioning: 1, taskPending: 2, taskActivating: 3, taskRunning: 4, taskDeactivating: 5, taskStopping: 6, taskStopped: 7,
}

// watcher holds laws of time: a task moves only forward, and the books of observe.go are exact.
type watcher struct {
	*stage
	ranks          map[*Task]int
	wanted, demand map[string]Resources
}

func watch(s *stage) *watcher {
	w := &watcher{s, map[*Task]int{}, map[string]Resources{}, map[string]Resources{}}
	s.w.Observe(func(h Happened) {
		if h.Service == "" {
			return
		}
		switch h.Kind {
		case TaskWanted:
			w.wanted[h.Service] = w.wanted[h.Service].plus(times(h.Size, h.N))
		case TaskPlaced:
			w.wanted[h.Service] = w.wanted[h.Service].minus(h.Size)
		case DemandChanged:
			w.demand[h.Service] = w.demand[h.Service].plus(times(h.Size, h.N))
		default:
		}
	})
	s.w.Check(func() {
		s.lawful()
		w.forward()
		for _, v := range s.c.services {
			if size := v.primary().Definition.Resources; !v.Spec.Daemon {
				s.law(times(size, len(v.wanted)) == w.wanted[v.Spec.Name], "the book of what is wanted")
				s.law(times(size, v.Desired) == w.demand[v.Spec.Name], "the book of demand")
			}
		}
	})
	return w
}

func times(r Resources, n int) Resources { return Resources{r.CPU * n, r.Memory * n, r.GPU * n} }

func (w *watcher) forward() {
	for _, t := range w.c.standing {
		rank := ranks[t.Last]
		w.law(rank >= w.ranks[t], "a task went back to "+t.Last)
		w.ranks[t] = rank
	}
}

// ecsChaos does random things to a cluster for some hours; what comes of it is told as a hash.
func ecsChaos(t *testing.T, seed uint64) uint64 {
	t.Helper()
	s := newStage(t, func(k *Knobs) {
		k.Seed = seed
		k.ECS.AgentBlinksPerHour, k.ECS.AgentDeathsPerMonth = 3, 30
		k.ECS.FirstPull, k.ECS.CachedPull = known().ECS.FirstPull, known().ECS.CachedPull
		k.ECS.ProtectionHoldsDrains = seed%2 == 0
	})
	watch(s)
	log := fnv.New64a()
	s.w.Observe(func(h Happened) { fmt.Fprintln(log, h) })
	luck := rand.New(rand.NewPCG(seed, 1))
	for range 6 {
		s.host(string(rune('a' + luck.IntN(3))))
	}
	var services []*Service
	for n := range 6 {
		services = append(services, s.c.CreateService(randomService(luck, n)))
	}
	services = append(services, s.c.CreateService(ServiceSpec{Name: "agent", Daemon: true, Definition: &TaskDefinition{Family: "agent", Revision: 1, Resources: Resources{CPU: 64, Memory: 64}}}))
	for range 120 {
		s.w.After(time.Duration(luck.IntN(240))*time.Second, "chaos", func() { s.disturb(luck, services) })
		s.run(4 * time.Minute)
	}
	require.NotEmpty(s, s.kinds(TaskMoved))
	return log.Sum64()
}

func randomService(luck *rand.Rand, n int) ServiceSpec {
	d := &TaskDefinition{
		Family: fmt.Sprint("app", n), Revision: 1, Resources: Resources{CPU: 64 << luck.IntN(5), Memory: 128 << luck.IntN(4)},
		Awsvpc: luck.IntN(4) == 0, Stops: time.Duration(luck.IntN(60)) * time.Second, Starts: time.Duration(luck.IntN(3)) * time.Second,
	}
	if luck.IntN(4) == 0 {
		d.Ports = []int{8080}
	}
	if luck.IntN(5) == 0 {
		d.Crashes = time.Duration(1+luck.IntN(400)) * time.Second
	}
	chains := [][]string{nil, {"binpack:memory"}, {"spread:attribute:ecs.availability-zone", "binpack:cpu"}, {"random"}, {"spread:instanceId"}}
	percents := [][2]int{{100, 200}, {50, 100}, {100, 100}, {0, 100}, {50, 150}}[luck.IntN(5)]
	return ServiceSpec{
		Name: d.Family, Definition: d, Desired: luck.IntN(8), MinPercent: percents[0], MaxPercent: percents[1], Strategy: chains[luck.IntN(len(chains))],
		DistinctInstance: luck.IntN(4) == 0, Rebalance: luck.IntN(3) == 0, CircuitBreaker: luck.IntN(3) == 0, Managed: luck.IntN(5) == 0,
		LoadBalanced: luck.IntN(2) == 0, TargetHealthy: 10 * time.Second, Deregistration: time.Duration(luck.IntN(60)) * time.Second,
		HealthCheck: luck.IntN(3) == 0,
	}
}

func (s *stage) disturb(luck *rand.Rand, services []*Service) {
	v := services[luck.IntN(len(services))]
	var h *Host
	if n := len(s.c.hosts); n > 0 {
		h = s.c.hosts[luck.IntN(n)]
	}
	switch luck.IntN(12) {
	case 0, 1:
		v.SetDesired(luck.IntN(12))
	case 2:
		d := *v.primary().Definition
		d.Revision++
		d.Resources.CPU = 64 << luck.IntN(4)
		d.NeverHealthy = luck.IntN(6) == 0
		v.Deploy(&d)
	case 3, 4, 5:
		s.host(string(rune('a' + luck.IntN(3))))
	case 6, 7:
		if h != nil {
			_, err := s.w.ECS().UpdateContainerInstancesState(s.Context(), &ecs.UpdateContainerInstancesStateInput{
				Cluster: aws.String("web"), ContainerInstances: []string{h.ARN}, Status: types.ContainerInstanceStatusDraining,
			})
			require.NoError(s, err)
		}
	case 8:
		if h != nil {
			s.locked(func() { h.gone("scale_in") })
		}
	case 9:
		s.c.RunTask(TaskRequest{Definition: definition(256, 256), Lasts: time.Duration(luck.IntN(900)) * time.Second, Managed: luck.IntN(2) == 0})
	case 10:
		if h != nil && !h.Connected {
			_, err := s.w.ECS().DeregisterContainerInstance(s.Context(), &ecs.DeregisterContainerInstanceInput{
				Cluster: aws.String("web"), ContainerInstance: aws.String(h.ARN), Force: aws.Bool(true),
			})
			require.NoError(s, err)
		}
	case 11:
		if n := len(s.c.standing); n > 0 {
			task := s.c.standing[luck.IntN(n)]
			if luck.IntN(2) == 0 {
				task.Protect(time.Hour)
				return
			}
			_, err := s.w.ECS().StopTask(s.Context(), &ecs.StopTaskInput{Cluster: aws.String("web"), Task: aws.String(task.ARN)})
			require.NoError(s, err)
		}
	}
}

func TestTheLawsOfECSHoldWhateverHappens(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { ecsChaos(t, seed) })
	}
}

func TestOneSeedIsOneHistoryOfECS(t *testing.T) {
	hashes := []uint64{ecsChaos(t, 7), ecsChaos(t, 7), ecsChaos(t, 8)}
	require.Equal(t, hashes[0], hashes[1])
	require.NotEqual(t, hashes[0], hashes[2])
	require.False(t, slices.Contains(hashes, 0))
}
