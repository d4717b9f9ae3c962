package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
func TestRunTaskSaysWhyATaskFitsNowhere(t *testing.T) {
	s := newStage(t)
	fails := func(want string, d TaskDefinition) {
		t.Helper()
		_, failure := s.c.RunTask(TaskRequest{Definition: &d})
		assert.Equal(t, want, failure)
	}
	fails("No Container Instances were found in your cluster.", TaskDefinition{})
	s.host("a")
	fails("RESOURCE:CPU", TaskDefinition{Resources: Resources{CPU: 2049}})
	fails("RESOURCE:MEMORY", TaskDefinition{Resources: Resources{Memory: 4097}})
	fails("RESOURCE:GPU", TaskDefinition{Resources: Resources{GPU: 2}})
	fails("", TaskDefinition{Awsvpc: true})
	fails("", TaskDefinition{Awsvpc: true})
	fails("RESOURCE:ENI", TaskDefinition{Awsvpc: true})
	fails("", TaskDefinition{Ports: []int{80, 443}})
	fails("RESOURCE:PORTS", TaskDefinition{Ports: []int{443}})
	assert.Len(t, s.c.Tasks(), 3, "nothing is queued")
}

func TestTheClosestHostIsNamedInTheServicesEvent(t *testing.T) {
	s := newStage(t)
	s.host("a")
	s.host("a", func(g *GroupSpec) { g.Type.Resources.CPU = 4096 })
	web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(3000, 5000), Desired: 1})
	s.run(16 * time.Second)
	assert.Equal(t, "(service web) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance "+
		s.c.hosts[1].id()+") has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
		web.events[0].message)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html
func TestConstraintsBind(t *testing.T) {
	s := newStage(t)
	s.host("a")
	blue := s.host("a", func(g *GroupSpec) { g.Attributes = map[string]string{"colour": "blue"} })
	member := s.c.CreateService(ServiceSpec{Name: "member", Definition: definition(512, 512), Desired: 2, MemberOf: map[string]string{"colour": "blue"}})
	distinct := s.c.CreateService(ServiceSpec{Name: "distinct", Definition: definition(64, 64), Desired: 3, DistinctInstance: true})
	s.run(3 * time.Minute)
	assert.Equal(t, 2, blue.of("member"))
	assert.Equal(t, 2, member.Running())
	assert.Equal(t, 2, distinct.Running(), "two hosts")
	assert.Len(t, distinct.wanted, 1)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
func TestStrategiesDecideBetweenHostsThatFit(t *testing.T) {
	zones := []string{"a", "a", "a", "b"}
	for name, c := range map[string]struct {
		chain []string
		want  []int // tasks by host
	}{
		"a service without one balances zones, then hosts": {nil, []int{1, 1, 1, 3}},
		"spread over hosts":             {[]string{"spread:instanceId"}, []int{1, 1, 2, 2}},
		"binpack by cpu":                {[]string{"binpack:cpu"}, []int{0, 0, 0, 6}},
		"zones first, then binpack":     {[]string{"spread:attribute:ecs.availability-zone", "binpack:memory"}, []int{0, 0, 3, 3}},
		"spread over another attribute": {[]string{"spread:attribute:ecs.instance-type", "binpack:cpu"}, []int{0, 0, 3, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			for i, z := range zones {
				s.host(z, func(g *GroupSpec) {
					if i == 2 {
						g.Type.Name = "other"
					}
				})
			}
			web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(256, 256), Desired: 6, Strategy: c.chain})
			s.run(3 * time.Minute)
			require.Equal(t, 6, web.Running())
			var got []int
			for _, h := range s.c.hosts {
				got = append(got, h.of("web"))
			}
			slicesSort(got, c.want)
			assert.Equal(t, c.want, got)
		})
	}
}

// slicesSort sorts both: which of equal hosts is taken is chance.
func slicesSort(all ...[]int) {
	for _, s := range all {
		for i := range s {
			for j := i + 1; j < len(s); j++ {
				if s[j] < s[i] {
					s[i], s[j] = s[j], s[i]
				}
			}
		}
	}
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
func TestScalingInKeepsZonesBalanced(t *testing.T) {
	s := newStage(t)
	for _, z := range []string{"a", "b", "c"} {
		s.host(z)
	}
	web := s.steady(ServiceSpec{Name: "web", Definition: definition(256, 256), Desired: 9})
	web.SetDesired(6)
	s.run(time.Minute)
	for _, h := range s.c.hosts {
		assert.Equal(t, 2, h.of("web"))
	}
}

func TestScalingInWithBinpackEmptiesTheHostWithMostLeft(t *testing.T) {
	s := newStage(t)
	s.host("a")
	s.host("a")
	web := s.steady(ServiceSpec{Name: "web", Definition: definition(512, 512), Desired: 6, Strategy: []string{"binpack:cpu"}})
	web.SetDesired(4)
	s.run(time.Minute)
	got := []int{s.c.hosts[0].of("web"), s.c.hosts[1].of("web")}
	slicesSort(got)
	assert.Equal(t, []int{0, 4}, got)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
func TestZonesAreRebalancedWhereTheServiceWantsIt(t *testing.T) {
	for _, wants := range []bool{false, true} {
		s := newStage(t)
		s.host("a")
		web := s.steady(ServiceSpec{Name: "web", Definition: definition(256, 256), Desired: 4, MinPercent: 100, MaxPercent: 150, Rebalance: wants})
		late := s.host("b")
		for range 15 {
			s.run(time.Minute)
			require.GreaterOrEqual(t, web.running, 4, "starts before it stops")
		}
		want := 0
		if wants {
			want = 2
		}
		assert.Equal(t, want, late.of("web"))
	}
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
func TestZonesThatDifferByOneTaskStayAsTheyAre(t *testing.T) {
	s := newStage(t)
	s.host("a")
	s.host("b")
	web := s.steady(ServiceSpec{Name: "web", Definition: definition(256, 256), Desired: 3, MinPercent: 100, MaxPercent: 200, Rebalance: true})
	s.run(time.Hour)
	assert.Equal(t, 3, web.Running())
	assert.Len(t, s.kinds(TaskRunning), 3)
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
func TestAStandaloneTaskRunsItsTimeAndTells(t *testing.T) {
	s := newStage(t)
	s.host("a")
	s.w.Want("web", 1, Resources{256, 256, 0})
	s.run(90 * time.Second)
	var finished *Task
	task, failure := s.c.RunTask(TaskRequest{
		Definition: definition(256, 256), Lasts: time.Hour, Since: s.w.Now().Add(-90 * time.Second),
		Finished: func(t *Task) { finished = t },
	})
	require.Empty(t, failure)
	assert.Equal(t, 90*time.Second, s.kinds(TaskPlaced)[0].Wait)
	s.run(2 * time.Hour)
	assert.Same(t, task, finished)
	assert.Equal(t, time.Hour, task.Stopped.Sub(task.Started))
	assert.Equal(t, byExit, task.Cause)
	var demand int
	for _, h := range s.kinds(DemandChanged) {
		demand += h.N
	}
	assert.Zero(t, demand)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html: random, RunTask's default.
func TestRunTaskWithoutAStrategyTakesAnyHost(t *testing.T) {
	s := newStage(t)
	for range 3 {
		s.host("a")
	}
	for range 60 {
		_, failure := s.c.RunTask(TaskRequest{Definition: definition(64, 64)})
		require.Empty(t, failure)
	}
	for _, h := range s.c.hosts {
		assert.InDelta(t, 20, len(h.tasks), 10)
	}
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html, placementStrategy
func TestRunTaskFollowsItsStrategyAlsoFromTheQueue(t *testing.T) {
	for _, hosts := range []int{3, 0} { // before the tasks, or after them
		s := newStage(t)
		for range hosts {
			s.host("a")
		}
		for range 6 {
			_, failure := s.c.RunTask(TaskRequest{Definition: definition(64, 64), Managed: true, Strategy: []string{"spread:instanceId"}})
			require.Empty(t, failure)
		}
		for range 3 - hosts {
			s.host("a")
		}
		s.run(time.Minute)
		for _, h := range s.c.hosts {
			assert.Len(t, h.tasks, 2)
		}
	}
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html: a new task definition ends what
// slowed the scheduler down.
func TestASmallerRevisionIsTriedThoughNothingBecameFree(t *testing.T) {
	s := newStage(t)
	s.host("a")
	d := definition(4096, 512)
	web := s.c.CreateService(ServiceSpec{Name: "web", Definition: d, Desired: 1})
	s.run(10 * time.Minute)
	require.Zero(t, web.Running())
	room := s.c.room
	smaller := *d
	smaller.Revision, smaller.Resources.CPU = 2, 1024
	web.Deploy(&smaller)
	s.run(time.Minute)
	require.Equal(t, room, s.c.room)
	assert.Equal(t, 1, web.Running())
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
func TestATaskTooBigForNowDoesNotHoldUpTheQueue(t *testing.T) {
	s := newStage(t)
	big, _ := s.c.RunTask(TaskRequest{Definition: definition(2048, 512), Managed: true})
	other := definition(512, 512)
	other.Family = "small"
	small, _ := s.c.RunTask(TaskRequest{Definition: other, Managed: true})
	s.host("a", func(g *GroupSpec) { g.Type.Resources.CPU = 1024 })
	s.run(2 * time.Minute)
	assert.Equal(t, []string{taskProvisioning, taskRunning}, []string{big.Last, small.Last})
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
func TestTasksForAManagedProviderWaitInProvisioningUntilAHostTakesThem(t *testing.T) {
	s := newStage(t)
	web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(512, 512), Desired: 2, Managed: true})
	task, failure := s.c.RunTask(TaskRequest{Definition: definition(512, 512), Managed: true})
	require.Empty(t, failure)
	s.run(time.Minute)
	require.Len(t, s.c.queue, 3)
	require.Equal(t, taskProvisioning, task.Last)
	require.Len(t, web.wanted, 2)
	s.host("a")
	s.run(2 * time.Minute)
	assert.Empty(t, s.c.queue)
	assert.Equal(t, 2, web.Running())
	assert.Equal(t, taskRunning, task.Last)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html: tasks in PROVISIONING per cluster
func TestNoMoreTasksWaitForAProviderThanTheQuota(t *testing.T) {
	s := newStage(t, func(k *Knobs) { k.ECS.ProvisioningLimit = 3 })
	s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(512, 512), Desired: 5, Managed: true})
	s.run(time.Minute)
	assert.Len(t, s.c.queue, 3)
	_, failure := s.c.RunTask(TaskRequest{Definition: definition(512, 512), Managed: true})
	assert.Contains(t, failure, "limit")
}

func TestATaskGivesUpWaitingForAProviderAndItsServiceMakesAnother(t *testing.T) {
	s := newStage(t)
	web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(512, 512), Desired: 1, Managed: true})
	task, _ := s.c.RunTask(TaskRequest{Definition: definition(512, 512), Managed: true})
	s.run(31 * time.Minute)
	assert.Equal(t, []string{taskStopped, byCapacity}, []string{task.Last, task.Cause})
	require.Len(t, web.tasks, 1)
	assert.Greater(t, web.tasks[0].sequence, task.sequence)
	assert.Len(t, web.wanted, 1)
	assert.Equal(t, s.w.Knobs.Start, web.wanted[0])
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html has a queue, and not its order.
func TestTheTaskThatWaitsLongestIsPlacedFirst(t *testing.T) {
	s := newStage(t)
	first, _ := s.c.RunTask(TaskRequest{Definition: definition(2048, 512), Managed: true})
	second, _ := s.c.RunTask(TaskRequest{Definition: definition(2048, 512), Managed: true})
	s.host("a")
	s.run(2 * time.Minute)
	assert.Equal(t, []string{taskRunning, taskProvisioning}, []string{first.Last, second.Last})
}
