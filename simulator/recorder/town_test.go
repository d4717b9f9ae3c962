package recorder_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
	"ecs-cluster-scaler/simulator/recording"
	"ecs-cluster-scaler/simulator/workload"
)

// town is a small cluster that somebody looks at each minute; change does to it what is to be seen.
func town(t *testing.T, change func(w *aws.World, c *aws.Cluster, g *aws.Group, minute func(n int, do func()))) *scene {
	t.Helper()
	return newSceneOf(t, workload.Workload{Name: "town", Lasts: 3 * time.Hour, Settle: 30 * time.Minute, Build: func(s workload.Site) {
		c := s.World.NewCluster("town")
		g := s.NewGroup(aws.GroupSpec{
			Name: "town-blue", Cluster: "town", Zones: []string{"eu-west-1a", "eu-west-1b"}, Min: 2, Max: 6, Desired: 3, Attributes: map[string]string{"stack": "prod", "owner": "me"},
			Type: aws.InstanceType{Name: "g4dn.xlarge", Resources: aws.Resources{CPU: 4096, Memory: 15400, GPU: 1}, ENIs: 3},
		}, true)
		begin := s.World.Knobs.Start.Add(30 * time.Minute)
		change(s.World, c, g, func(n int, do func()) { s.World.At(begin.Add(time.Duration(n)*time.Minute-20*time.Second), "town", do) })
	}}, "alarms-75")
}

func small(family string, revision int) *aws.TaskDefinition {
	return &aws.TaskDefinition{Family: family, Revision: revision, Resources: aws.Resources{CPU: 256, Memory: 512}, StopTimeout: 45 * time.Second, Stops: time.Second}
}

func named(t *testing.T, r recording.Recording, name string) recording.Service {
	t.Helper()
	at := slices.IndexFunc(r.Services, func(s recording.Service) bool { return s.Name == name })
	require.GreaterOrEqual(t, at, 0, name)
	return r.Services[at]
}

func TestServicesComeAndGo(t *testing.T) {
	var created time.Time
	s := town(t, func(w *aws.World, c *aws.Cluster, _ *aws.Group, minute func(int, func())) {
		old := c.CreateService(aws.ServiceSpec{Name: "old", Definition: small("old", 7), Desired: 2})
		minute(10, func() { old.Delete() })
		minute(5, func() {
			created = w.Now()
			c.CreateService(aws.ServiceSpec{Name: "new", Definition: small("new", 1), Desired: 3})
		})
		minute(40, func() { c.CreateService(aws.ServiceSpec{Name: "old", Definition: small("old", 8), Desired: 1}) })
	})
	s.looks(0, 60)
	assert.Empty(t, s.errs)
	r := s.recording()
	minute := func(n int) time.Time { return s.from.Add(time.Duration(n) * time.Minute) }
	fresh := named(t, r, "new")
	assert.Equal(t, created, fresh.Created)
	assert.Equal(t, created, fresh.Desired[0].At, "its deployment tells")
	assert.Equal(t, 3, fresh.Desired[0].Desired)
	old := named(t, r, "old")
	assert.True(t, old.Created.IsZero())
	assert.True(t, old.Deleted.IsZero(), "it was made again")
	assert.Equal(t, recording.Desired{At: s.from, Desired: 2, Revision: "7"}, old.Desired[0])
	assert.Equal(t, recording.Desired{At: minute(10), Desired: 0, Revision: "7"}, old.Desired[1])
	last := old.Desired[len(old.Desired)-1]
	assert.Equal(t, 1, last.Desired)
	assert.Equal(t, "8", last.Revision)
}

func TestADeletedServiceEnds(t *testing.T) {
	s := town(t, func(_ *aws.World, c *aws.Cluster, _ *aws.Group, minute func(int, func())) {
		c.CreateService(aws.ServiceSpec{Name: "stays", Definition: small("stays", 1), Desired: 1})
		old := c.CreateService(aws.ServiceSpec{Name: "old", Definition: small("old", 7), Desired: 2})
		minute(10, func() { old.Delete() })
	})
	s.looks(0, 30)
	assert.Equal(t, s.from.Add(10*time.Minute), named(t, s.recording(), "old").Deleted)
	assert.True(t, named(t, s.recording(), "stays").Deleted.IsZero())
}

func TestWhatAServiceAsksOfHosts(t *testing.T) {
	ports := small("web", 1)
	ports.Ports, ports.Resources.GPU = []int{8080}, 1
	s := town(t, func(_ *aws.World, c *aws.Cluster, g *aws.Group, _ func(int, func())) {
		c.Provide(g)
		c.CreateService(aws.ServiceSpec{
			Name: "web", Definition: ports, Desired: 2, MinPercent: 50, MaxPercent: 150, DistinctInstance: true, MemberOf: map[string]string{"stack": "prod", "ecs.instance-type": "g4dn.xlarge"},
			Strategy: []string{"spread:instanceId", "binpack:cpu"}, CircuitBreaker: true, Rebalance: true, HealthCheck: true,
			Providers: []aws.StrategyItem{{Group: g, Base: 1, Weight: 2}},
		})
	})
	s.looks(0, 3)
	assert.Empty(t, s.errs)
	r := s.recording()
	web := named(t, r, "web")
	web.Desired, web.Running = nil, nil
	assert.Equal(t, recording.Service{
		Name: "web", MinHealthy: 50, Max: 150, DistinctInstance: true, MemberOf: map[string]string{"stack": "prod", "ecs.instance-type": "g4dn.xlarge"}, Placement: []string{"spread:instanceId", "binpack:cpu"},
		CircuitBreaker: true, ZoneRebalancing: true, HealthCheck: true, CapacityProviders: []recording.ProviderShare{{Provider: "provider-town-blue", Base: 1, Weight: 2}},
		Revisions: []recording.Revision{{Name: "1", Size: recording.Size{CPU: 256, Memory: 512, GPUs: 1, HostPorts: []int{8080}}, StopTimeout: 45}},
	}, web)
	assert.Equal(t, map[string]string{"stack": "prod"}, r.Groups[0].Attributes, "those of the owner's that a service names")
	assert.Equal(t, &recording.CapacityProvider{Name: "provider-town-blue"}, r.Groups[0].Provider)
	assert.Equal(t, []recording.InstanceType{{Name: "g4dn.xlarge", CPU: 4096, Memory: 15400, GPUs: 1}}, r.InstanceTypes)
	for _, task := range r.ServiceTasks {
		assert.False(t, task.Healthy.IsZero(), "seen HEALTHY")
	}
}

func TestATaskThatIsStoppedIsCut(t *testing.T) {
	s := town(t, func(w *aws.World, c *aws.Cluster, _ *aws.Group, minute func(int, func())) {
		minute(2, func() {
			task, _ := c.RunTask(aws.TaskRequest{Definition: small("long", 1), Lasts: 10 * time.Hour})
			w.After(4*time.Minute, "stop", func() {
				_, err := w.ECS().StopTask(t.Context(), &ecs.StopTaskInput{Cluster: &c.Name, Task: &task.ARN})
				assert.NoError(t, err)
			})
		})
	})
	s.looks(0, 15)
	require.Len(t, s.recording().StandaloneTasks, 1)
	assert.True(t, s.recording().StandaloneTasks[0].Cut)
}

func TestAnEmptyGroupIsFoundByItsProvider(t *testing.T) {
	s := town(t, func(_ *aws.World, c *aws.Cluster, g *aws.Group, minute func(int, func())) {
		g.SetLimits(0, 6)
		g.SetDesired(0)
		c.CreateService(aws.ServiceSpec{Name: "web", Definition: small("web", 1), Providers: []aws.StrategyItem{{Group: g, Weight: 1}}})
		minute(10, func() { g.SetDesired(1) })
	})
	s.looks(0, 20)
	r := s.recording()
	require.Len(t, r.Groups, 1)
	assert.Equal(t, []recording.Capacity{{At: s.from, Desired: 0}, {At: s.from.Add(10*time.Minute - 20*time.Second), Desired: 1, Told: true}}, r.Groups[0].Desired)
}

// What was so when one began to look has no date, if AWS tells none.
func TestWhatWasSoBeforeHasNoDate(t *testing.T) {
	s := town(t, func(_ *aws.World, _ *aws.Cluster, g *aws.Group, minute func(int, func())) {
		minute(5, func() { g.SetDesired(4) })
	})
	s.aws.Set(faulty.Rewrite(func(_ faulty.Call, out *autoscaling.DescribeScalingActivitiesOutput) { out.Activities = nil }))
	s.looks(0, 15)
	hosts := s.recording().Hosts
	require.Len(t, hosts, 4)
	assert.False(t, hosts[3].InService.IsZero(), "a look saw it come")
	for _, h := range hosts[:3] {
		assert.True(t, h.InService.IsZero())
		assert.True(t, h.Launched.IsZero())
		assert.False(t, h.Registered.IsZero())
	}
}

// One lasts seconds, between two looks; one is too long to end.
func TestShortTasksAreSeenToo(t *testing.T) {
	s := town(t, func(_ *aws.World, c *aws.Cluster, _ *aws.Group, minute func(int, func())) {
		for n := range 20 {
			minute(10+n, func() {
				_, failure := c.RunTask(aws.TaskRequest{Definition: small("blink", 1), Lasts: 2 * time.Second})
				assert.Empty(t, failure)
			})
		}
		minute(15, func() {
			_, _ = c.RunTask(aws.TaskRequest{Definition: small("long", 1), Group: "night", Lasts: 10 * time.Hour})
		})
	})
	s.looks(0, 60)
	r := s.recording()
	require.Len(t, r.StandaloneTasks, 21)
	for _, task := range r.StandaloneTasks {
		if task.Group == "night" {
			assert.True(t, task.Ended.IsZero())
			continue
		}
		assert.Equal(t, 2*time.Second, task.Ended.Sub(task.Running))
		assert.False(t, task.Cut)
		assert.NotEmpty(t, task.Host)
	}
}

func TestBoundsAndSuspensionsOfAGroup(t *testing.T) {
	s := town(t, func(_ *aws.World, c *aws.Cluster, g *aws.Group, minute func(int, func())) {
		c.CreateService(aws.ServiceSpec{Name: "web", Definition: small("web", 1), Desired: 1})
		minute(7, func() { g.SetLimits(3, 9) })
		minute(9, func() { g.SetDesired(5) })
		minute(9, func() { g.Suspend("AZRebalance", true) })
	})
	s.looks(0, 20)
	g := s.recording().Groups[0]
	minute := func(n int) time.Time { return s.from.Add(time.Duration(n) * time.Minute) }
	assert.Equal(t, []recording.Limits{{At: s.from, Min: 2, Max: 6}, {At: minute(7), Min: 3, Max: 9}}, g.Limits)
	assert.Equal(t, []string{"AZRebalance"}, g.Suspended)
	assert.Equal(t, recording.Capacity{At: minute(9).Add(-20 * time.Second), Desired: 5, Told: true}, g.Desired[len(g.Desired)-1], "a cause tells the second")
}

// A host of a type that no host has registered yet cannot be in a recording, and neither can its group.
func TestATypeIsKnownWhenAHostHasRegistered(t *testing.T) {
	s := town(t, func(w *aws.World, c *aws.Cluster, _ *aws.Group, minute func(int, func())) {
		c.CreateService(aws.ServiceSpec{Name: "web", Definition: small("web", 1), Desired: 1})
		minute(5, func() {
			g := w.NewGroup(aws.GroupSpec{
				Name: "town-green", Cluster: "town", Zones: []string{"eu-west-1a"}, Max: 3, Desired: 1, Tags: map[string]string{"ecs-cluster-scaler:cluster": "town"},
				Type: aws.InstanceType{Name: "m5.large", Resources: aws.Resources{CPU: 2048, Memory: 7600}, ENIs: 3},
			})
			g.SetBadImage(true)
			w.At(w.Now().Add(40*time.Minute), "mend", func() {
				g.SetBadImage(false)
				g.SetDesired(2)
			})
		})
	})
	s.looks(0, 40)
	assert.Len(t, s.recording().Groups, 1)
	s.looks(40, 90)
	r := s.recording()
	require.Len(t, r.Groups, 2)
	assert.Equal(t, []string{"m5.large"}, r.Groups[1].Types)
	never := 0
	for _, h := range r.Hosts {
		if h.Group == "town-green" && h.Registered.IsZero() {
			assert.False(t, h.Launched.IsZero())
			never++
		}
	}
	assert.Equal(t, 1, never, "the host that never joined is there too")
}
