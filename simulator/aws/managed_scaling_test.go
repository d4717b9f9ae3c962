package aws

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// provided is a stage whose cluster ECS scales itself.
func provided(t *testing.T, target, hosts int, alter ...func(*Knobs)) (*stage, *Group) {
	t.Helper()
	s := newStage(t, append([]func(*Knobs){func(k *Knobs) {
		e := exact()
		k.EC2, k.CloudWatch = e.EC2, e.CloudWatch
	}}, alter...)...)
	g := s.w.NewGroup(GroupSpec{
		Name: "g", Cluster: "web", Zones: []string{"a", "b", "c"}, Max: 50, Desired: hosts, Protect: true, Warmup: -1,
		Type: InstanceType{Name: "m5.large", Resources: Resources{CPU: 2048, Memory: 4096}, ENIs: 2},
	})
	s.w.Manage(s.c, CapacityProvider{Group: g, Target: target, MinStep: 1, MaxStep: 10000, Warmup: 300 * time.Second, Draining: true, Protection: true})
	s.run(10 * time.Minute)
	return s, g
}

func managedService(s *stage, desired int) *Service {
	return s.c.CreateService(ServiceSpec{
		Name: "app", Definition: definition(1024, 512), Desired: desired, MinPercent: 50, MaxPercent: 200, Managed: true,
	})
}

// sizes are the desired capacities that managed scaling set, and when.
func sizes(s *stage) (to []int, at []time.Duration) {
	for _, h := range s.kinds(DesiredChanged) {
		if h.Cause == "managed" {
			to, at = append(to, h.To), append(at, h.At.Sub(s.w.Knobs.Start))
		}
	}
	return to, at
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html, for all of these.
func TestManagedScalingBeginsWithTwoInstances(t *testing.T) {
	for _, target := range []int{100, 80, 30} {
		s, g := provided(t, target, 0)
		managedService(s, 1)
		s.run(3 * time.Minute)
		assert.Equal(t, 2, g.Desired, "target %d", target)
	}
}

// https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/capacity-cluster-speed-up-ec2.html: the latency of the metric,
// of its alarm and of the action.
func TestManagedScalingWaitsForMetricAlarmAndAction(t *testing.T) {
	for late, want := range map[time.Duration]time.Duration{
		10 * time.Second: 11*time.Minute + 25*time.Second, // of the minute that ends at 11:00, evaluated at 11:20
		30 * time.Second: 12*time.Minute + 25*time.Second, // not there at 11:20
	} {
		s, _ := provided(t, 100, 1, func(k *Knobs) { k.CloudWatch.ManagedMetric = Uniform{late, late} })
		s.run(30 * time.Second)
		managedService(s, 4)
		s.run(3 * time.Minute)
		to, at := sizes(s)
		assert.Equal(t, []int{2}, to)
		assert.Equal(t, []time.Duration{want}, at)
	}
}

func TestManagedScalingTakesAHostAfterFifteenMinutes(t *testing.T) {
	s, _ := provided(t, 100, 6)
	s.run(time.Hour)
	to, at := sizes(s)
	assert.Equal(t, []int{4, 3, 2, 1, 0}, to, "less than half of them at once, and one at least")
	// All are registered in the minute that ends at 2:00.
	assert.Equal(t, 16*time.Minute+25*time.Second, at[0])
	for n := range at[1:] {
		assert.Equal(t, s.w.Knobs.CloudWatch.ManagedPause, at[n+1]-at[n])
	}
}

// https://aws.amazon.com/blogs/containers/faster-scaling-in-for-amazon-ecs-cluster-auto-scaling/: 1000 tasks on 334 c5.xlarge
// become 100 on 34, in about ten minutes.
func TestManagedScaleInKeepsThePaceOfAWSBenchmark(t *testing.T) {
	for seed := range uint64(5) {
		k := Defaults()
		k.Seed = seed
		k.ECS.ProvisioningLimit = 0
		w := New(k)
		c := w.NewCluster("web")
		g := w.NewGroup(GroupSpec{
			Name: "g", Cluster: "web", Zones: []string{"a", "b", "c"}, Max: 400, Desired: 334, Protect: true, Warmup: -1,
			Type: InstanceType{Name: "c5.xlarge", Resources: Resources{CPU: 4096, Memory: 7600}, ENIs: 20},
		})
		w.Manage(c, CapacityProvider{Group: g, Target: 100, MinStep: 1, MaxStep: 10000, Warmup: 300 * time.Second, Draining: true, Protection: true})
		w.Run(k.Start.Add(5 * time.Minute))
		app := c.CreateService(ServiceSpec{Name: "app", Definition: definition(1365, 512), Desired: 1000, Managed: true, Strategy: []string{"binpack:cpu"}})
		w.Run(k.Start.Add(20 * time.Minute))
		require.Equal(t, 1000, app.Running())
		app.SetDesired(100)
		var first, last time.Time
		w.Check(func() {
			if first.IsZero() && g.Desired < 334 {
				first = w.now
			}
			if last.IsZero() && len(g.instances) == 34 {
				last = w.now
			}
		})
		w.Run(k.Start.Add(90 * time.Minute))
		require.Len(t, g.instances, 34)
		took := last.Sub(first)
		assert.True(t, took >= 8*time.Minute && took <= 12*time.Minute, "seed %d: %s", seed, took)
	}
}

func TestManagedScalingAddsAtOnceWhatTheQueueWants(t *testing.T) {
	s, g := provided(t, 100, 1)
	app := managedService(s, 8) // two a host
	s.run(3 * time.Minute)
	assert.Equal(t, 4, g.Desired)
	s.run(5 * time.Minute)
	assert.Equal(t, 8, app.Running())
}

func TestManagedScalingWaitsForItsWarmUpBeforeItScalesOutAgain(t *testing.T) {
	s, g := provided(t, 100, 1)
	app := managedService(s, 4)
	s.run(90 * time.Second)
	require.Equal(t, 2, g.Desired)
	app.SetDesired(8)
	s.run(4 * time.Minute)
	assert.Equal(t, 2, g.Desired, "the second host is younger than 300 s")
	s.run(4 * time.Minute)
	assert.Equal(t, 4, g.Desired)
}

func TestTheWarmUpCountsFromTheLaunch(t *testing.T) {
	s, _ := provided(t, 100, 1)
	s.locked(func() { s.c.provider.Warmup = 280 * time.Second })
	app := managedService(s, 4)
	s.run(2 * time.Minute)
	app.SetDesired(8)
	s.run(10 * time.Minute)
	_, at := sizes(s)
	// Launched at 11:30 and in service at 12:00.
	assert.Equal(t, []time.Duration{11*time.Minute + 25*time.Second, 16*time.Minute + 25*time.Second}, at)
}

func TestManagedScalingWaitsForWhatIsBeingLaunched(t *testing.T) {
	s, g := provided(t, 100, 1, func(k *Knobs) { k.EC2.Running = Uniform{3 * time.Minute, 3 * time.Minute} })
	app := managedService(s, 4)
	s.run(100 * time.Second)
	require.Equal(t, 2, g.Desired)
	app.SetDesired(8)
	s.run(2 * time.Minute)
	require.Equal(t, pending, g.instances[1].State)
	assert.Equal(t, 2, g.Desired)
}

func TestManagedScalingUsesTheRoomThereIs(t *testing.T) {
	seldom := func(k *Knobs) { k.ECS.QueueLoop = 10 * time.Minute }
	for _, c := range []struct{ tasks, want int }{{4, 2}, {8, 4}, {5, 3}} {
		s, g := provided(t, 100, 2, seldom)
		s.run(time.Minute)
		managedService(s, c.tasks) // two a host; the queue is looked at again at 20:00
		s.run(3 * time.Minute)
		require.Len(t, s.c.queue, c.tasks)
		assert.Equal(t, c.want, g.Desired, "%d tasks", c.tasks)
	}
}

func TestManagedScalingPacksTheLargestTasksFirst(t *testing.T) {
	s, g := provided(t, 100, 1)
	for _, cpu := range []int{2048, 700, 700, 1300, 1300} { // the first fills the host
		_, failure := s.c.RunTask(TaskRequest{Definition: definition(cpu, 64), Managed: true})
		require.Empty(t, failure)
	}
	s.run(2 * time.Minute)
	assert.Equal(t, 3, g.Desired)
}

func TestAHostOfAStandaloneTaskIsNotEmpty(t *testing.T) {
	s, g := provided(t, 100, 2)
	task, failure := s.c.RunTask(TaskRequest{Definition: definition(64, 64), Managed: true})
	require.Empty(t, failure)
	s.run(time.Hour)
	assert.Equal(t, 1, g.Desired)
	assert.Equal(t, taskRunning, task.Last)
}

func TestNoRoomIsSeenWhereTheAgentIsAway(t *testing.T) {
	s, g := provided(t, 100, 1)
	s.w.KillAgent(g.instances[0])
	managedService(s, 1)
	s.run(2 * time.Minute)
	assert.Equal(t, 2, g.Desired)
}

func TestRoomThatIsKeptForADaemonIsNoRoom(t *testing.T) {
	s, g := provided(t, 100, 1, func(k *Knobs) { k.ECS.Loop, k.ECS.QueueLoop = 20*time.Minute, 20*time.Minute })
	for range 2 {
		_, failure := s.c.RunTask(TaskRequest{Definition: definition(1024, 64), Managed: true})
		require.Empty(t, failure)
	}
	s.locked(func() { s.c.tasks[s.c.standing[1].ARN].stop(byAPI, "") })
	s.c.CreateService(ServiceSpec{Name: "logs", Definition: definition(1024, 64), Daemon: true})
	_, failure := s.c.RunTask(TaskRequest{Definition: definition(1024, 64), Managed: true})
	require.Empty(t, failure)
	require.Len(t, s.c.queue, 1, "the other half is kept")
	s.run(2 * time.Minute)
	assert.Equal(t, 2, g.Desired)
}

func TestAHostThatATaskIsAboutToComeToIsNotEmpty(t *testing.T) {
	s, g := provided(t, 100, 2, func(k *Knobs) { k.ECS.QueueLoop = 30 * time.Minute })
	managedService(s, 2)
	s.run(2 * time.Minute)
	require.Len(t, s.c.queue, 2)
	assert.NotEqual(t, g.instances[0].Protected, g.instances[1].Protected, "both fit on one")
}

func TestManagedScalingCountsInterfaces(t *testing.T) {
	s, g := provided(t, 100, 1)
	d := definition(64, 64)
	d.Awsvpc = true
	s.c.CreateService(ServiceSpec{Name: "app", Definition: d, Desired: 8, Managed: true})
	s.run(3 * time.Minute)
	assert.Equal(t, 4, g.Desired, "two interfaces a host")
}

func TestManagedScalingKeepsTasksOfOnePortApart(t *testing.T) {
	s, g := provided(t, 100, 1)
	d := definition(64, 64)
	d.Ports = []int{80}
	s.c.CreateService(ServiceSpec{Name: "app", Definition: d, Desired: 3, Managed: true})
	s.run(3 * time.Minute)
	assert.Equal(t, 3, g.Desired)
}

func TestManagedScalingKeepsDistinctTasksApart(t *testing.T) {
	s, g := provided(t, 100, 1)
	s.c.CreateService(ServiceSpec{Name: "alone", Definition: definition(64, 64), Desired: 4, Managed: true, DistinctInstance: true})
	s.run(3 * time.Minute)
	assert.Equal(t, 4, g.Desired)
}

func TestManagedScalingLeavesRoomForDaemons(t *testing.T) {
	s, g := provided(t, 100, 1)
	s.c.CreateService(ServiceSpec{Name: "logs", Definition: definition(1024, 64), Daemon: true})
	managedService(s, 4)
	s.run(3 * time.Minute)
	assert.Equal(t, 4, g.Desired, "one a host beside its daemon")
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedScaling.html
func TestManagedScalingStaysWithinItsStepSizes(t *testing.T) {
	for _, c := range []struct{ least, most, want int }{{1, 10000, 4}, {1, 2, 3}, {5, 10000, 6}} {
		s, g := provided(t, 100, 1)
		s.locked(func() { s.c.provider.MinStep, s.c.provider.MaxStep = c.least, c.most })
		managedService(s, 8)
		s.run(3 * time.Minute)
		assert.Equal(t, c.want, g.Desired, "%+v", c)
	}
}

func TestAHostThatHasNotRegisteredIsNotEmpty(t *testing.T) {
	s, g := provided(t, 100, 1)
	managedService(s, 1)
	s.run(time.Minute)
	g.SetBadImage(true)
	g.SetDesired(2)
	s.run(time.Hour)
	require.Nil(t, g.instances[1].Host)
	assert.Equal(t, 2, g.Desired)
	assert.True(t, g.instances[1].Protected)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html: "considered empty even when daemon
// tasks are running"; https://github.com/aws/containers-roadmap/issues/2814: but protected all the same.
func TestAHostOfDaemonsMayKeepItsProtection(t *testing.T) {
	for _, keeps := range []bool{false, true} {
		s, g := provided(t, 100, 2, func(k *Knobs) { k.ECS.DaemonsKeepProtection = keeps })
		s.c.CreateService(ServiceSpec{Name: "logs", Definition: definition(64, 64), Daemon: true})
		s.run(time.Hour)
		assert.Less(t, g.Desired, 2)
		assert.Len(t, g.instances, map[bool]int{false: 0, true: 2}[keeps])
	}
}

func TestTasksThatNoInstanceTakesKeepTheMetricAtTheTarget(t *testing.T) {
	s, _ := provided(t, 80, 4) // below the target from the minute that ends at 2:00 on
	s.run(5 * time.Minute)
	task, _ := s.c.RunTask(TaskRequest{Definition: definition(4096, 512), Managed: true})
	s.run(time.Minute + 15*time.Second) // the datapoint of 16:00 is there
	v, _ := s.w.Latest(managedNamespace, managedMetric, "Average", s.c.managedDimensions(s.c.provider))
	assert.InDelta(t, 80, v, 0)
	s.locked(func() { task.stop(byAPI, "") })
	s.run(30 * time.Minute)
	_, at := sizes(s)
	// The task was there at 16:00; the fifteen minutes begin anew.
	assert.Equal(t, 31*time.Minute+25*time.Second, at[0])
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html
func TestAProviderThatIsReplacedScalesNoMore(t *testing.T) {
	s, blue := provided(t, 100, 1)
	managedService(s, 4)
	s.run(time.Minute + 22*time.Second) // between the alarm and its action
	green := s.w.NewGroup(GroupSpec{Name: "green", Cluster: "web", Zones: []string{"a"}, Max: 50, Type: blue.Spec.Type, Warmup: -1})
	s.w.Manage(s.c, CapacityProvider{Group: green, Target: 100, MinStep: 1, MaxStep: 10000})
	s.run(30 * time.Minute)
	assert.Equal(t, 1, blue.Desired)
	assert.Positive(t, green.Desired)
	for _, a := range s.w.Alarms() {
		assert.Contains(t, a.Name, "green")
	}
}

func TestManagedScalingCountsInWholeNumbers(t *testing.T) {
	differs := 0
	for _, target := range []int{100, 90, 80, 70, 55, 30} {
		for running := 1; running <= 60; running++ {
			for needed := range 2 * running {
				r := reading{needed, running}
				got := r.capacity(running, target)
				assert.GreaterOrEqual(t, got*target, 100*needed)
				assert.Less(t, (got-1)*target, 100*needed)
				if got != int(math.Ceil(float64(running)*r.percent(target)/float64(target))) {
					differs++
				}
			}
		}
	}
	assert.Positive(t, differs, "floating point numbers would do")
}

func TestManagedScalingTakesOnlyEmptyInstancesAfterFifteenMinutes(t *testing.T) {
	s, g := provided(t, 100, 4)
	app := managedService(s, 2) // spread over two of the four
	s.run(14 * time.Minute)
	require.Equal(t, 2, app.Running())
	s.run(30 * time.Minute)
	assert.Equal(t, 2, g.Desired)
	assert.Equal(t, 2, app.Running())
	assert.Empty(t, s.kinds(TaskMoved), "managed termination protection keeps those that are not empty")
}

func TestATargetBelowAHundredKeepsSpareInstances(t *testing.T) {
	s, g := provided(t, 50, 2)
	managedService(s, 4)
	s.run(20 * time.Minute)
	assert.Equal(t, 4, g.Desired, "2 of 4 are needed")
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
func TestManagedDrainingHoldsAnInstanceUntilItsTasksHaveStopped(t *testing.T) {
	s, g := provided(t, 100, 2)
	app := managedService(s, 2)
	s.run(5 * time.Minute)
	require.Equal(t, 2, app.Running())
	s.locked(func() { g.instances[0].terminate("manual", "by hand") })
	s.run(time.Hour)
	assert.Equal(t, 2, app.Running())
	assert.NotEmpty(t, s.kinds(TaskMoved))
	assert.Empty(t, s.kinds(TaskEndedByHost))
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html: up to 48 hours, though the hook's
// heartbeat is one.
func TestManagedDrainingWaitsLongerThanAHeartbeat(t *testing.T) {
	s, g := provided(t, 100, 1)
	_, failure := s.c.RunTask(TaskRequest{Definition: definition(64, 64), Managed: true, Lasts: 3 * time.Hour})
	require.Empty(t, failure)
	s.run(time.Minute)
	gone := g.instances[0]
	s.locked(func() { gone.terminate("manual", "by hand") })
	s.run(4 * time.Hour)
	assert.Equal(t, terminated, gone.State)
	assert.Empty(t, s.kinds(HookExpired))
	assert.Empty(t, s.kinds(TaskEndedByHost))
}

func TestATaskThatNoInstanceTakesBuysNone(t *testing.T) {
	s, g := provided(t, 100, 2)
	s.c.CreateService(ServiceSpec{
		Name: "big", Definition: definition(4096, 512), Desired: 1, MinPercent: 50, MaxPercent: 200, Managed: true,
	})
	s.run(10 * time.Minute)
	assert.Equal(t, 2, g.Desired)
}

func TestAnInterfaceKeptForADaemonIsNoRoom(t *testing.T) {
	s, g := provided(t, 100, 1, func(k *Knobs) { k.ECS.Loop, k.ECS.QueueLoop = 20*time.Minute, 20*time.Minute })
	d := definition(64, 64)
	d.Awsvpc = true
	for range 2 {
		_, failure := s.c.RunTask(TaskRequest{Definition: d, Managed: true})
		require.Empty(t, failure)
	}
	s.locked(func() { s.c.tasks[s.c.standing[1].ARN].stop(byAPI, "") })
	s.c.CreateService(ServiceSpec{Name: "logs", Definition: d, Daemon: true})
	_, failure := s.c.RunTask(TaskRequest{Definition: d, Managed: true})
	require.Empty(t, failure)
	require.Len(t, s.c.queue, 1, "one of the two interfaces is kept")
	s.run(2 * time.Minute)
	assert.Equal(t, 2, g.Desired)
}

func TestManagedScalingLeavesInterfacesForDaemons(t *testing.T) {
	s, g := provided(t, 100, 1)
	d := definition(64, 64)
	d.Awsvpc = true
	s.c.CreateService(ServiceSpec{Name: "logs", Definition: d, Daemon: true})
	s.c.CreateService(ServiceSpec{Name: "app", Definition: d, Desired: 4, Managed: true})
	s.run(3 * time.Minute)
	assert.Equal(t, 4, g.Desired, "one a host beside its daemon")
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html: until all tasks have stopped, daemons
// too.
func TestManagedDrainingWaitsForDaemons(t *testing.T) {
	s, g := provided(t, 100, 1)
	d := definition(64, 64)
	d.Stops = 25 * time.Second
	s.c.CreateService(ServiceSpec{Name: "logs", Definition: d, Daemon: true})
	s.run(2 * time.Minute)
	s.locked(func() { g.instances[0].terminate("manual", "by hand") })
	s.run(5 * time.Minute)
	assert.Len(t, s.kinds(TaskStopped), 1)
	assert.Empty(t, s.kinds(TaskEndedByHost))
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
func TestAManagedServiceStaysOnItsGroup(t *testing.T) {
	s, g := provided(t, 100, 1)
	s.w.NewGroup(GroupSpec{Name: "other", Cluster: "web", Zones: []string{"a"}, Max: 1, Desired: 1, Type: g.Spec.Type, Warmup: -1})
	s.run(5 * time.Minute)
	app := managedService(s, 4)
	s.run(10 * time.Minute)
	require.Equal(t, 4, app.Running())
	for _, task := range app.Tasks() {
		assert.Equal(t, g, task.Host.Instance.Group)
	}
}
