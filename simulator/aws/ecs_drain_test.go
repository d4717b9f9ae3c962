package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a drain does is from https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
// and https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html.

func replicas(n, least, most int) ServiceSpec {
	return ServiceSpec{Name: "web", Definition: definition(512, 512), Desired: n, MinPercent: least, MaxPercent: most}
}

// steady has a service come up.
func (s *stage) steady(spec ServiceSpec) *Service {
	s.Helper()
	v := s.c.CreateService(spec)
	s.run(5 * time.Minute)
	require.Equal(s, v.Desired, v.Running())
	require.True(s, v.steady)
	return v
}

// serving are the tasks on a host that ECS wants to run.
func serving(h *Host) (n int) {
	for _, t := range h.tasks {
		if t.Desired == taskRunning {
			n++
		}
	}
	return n
}

func TestADrainStopsPendingServiceTasksAtOnce(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	web := s.c.CreateService(replicas(2, 100, 200))
	s.run(16 * time.Second)
	require.Equal(t, 2, web.Pending())
	s.drain(h)
	assert.Empty(t, h.tasks)
	assert.Len(t, s.kinds(TaskMoved), 2)
}

func TestADrainAtMinimum100StopsATaskOnlyWhenItsReplacementIsHealthy(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	web := s.steady(replicas(2, 100, 200))
	other := s.host("a")
	before := len(s.kinds(BelowFloor))
	s.drain(h)
	s.run(50 * time.Second) // looked at, pulled, started, not yet healthy
	assert.Equal(t, 2, serving(h))
	assert.Equal(t, 2, serving(other))
	s.run(2 * time.Minute)
	assert.Len(t, s.kinds(BelowFloor), before)
	assert.Empty(t, h.tasks)
	assert.Equal(t, 2, web.Running())
	assert.Equal(t, draining, h.Status, "stays DRAINING")
}

func TestADrainBelowMinimum100StopsBeforeItStarts(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	web := s.steady(replicas(4, 50, 100))
	s.drain(h)
	s.run(16 * time.Second)
	assert.Equal(t, 2, serving(h), "two of four may go")
	assert.Len(t, web.wanted, 2)
	s.host("a")
	s.run(4 * time.Minute)
	assert.Equal(t, 4, web.Running())
	assert.Empty(t, h.tasks)
}

func TestADrainAtMaximum100StartsNothingBeforeATaskHasStopped(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	web := s.steady(replicas(4, 75, 100))
	other := s.host("a")
	s.drain(h)
	for range 300 {
		s.run(time.Second)
		require.LessOrEqual(t, web.live, 4)
		require.GreaterOrEqual(t, web.running, 3)
	}
	assert.Equal(t, 4, serving(other))
}

func TestADrainAtMinimumAndMaximum100NeverMoves(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	s.steady(replicas(2, 100, 100))
	s.host("a")
	s.drain(h)
	s.run(24 * time.Hour)
	assert.Equal(t, 2, serving(h))
}

func TestADrainOnAFullClusterWaitsAndSaysWhy(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	web := s.steady(replicas(2, 100, 200))
	s.drain(h)
	s.run(time.Hour)
	assert.Equal(t, 2, serving(h))
	assert.Empty(t, web.wanted, "they still serve")
	assert.Contains(t, web.events[len(web.events)-1].message, "was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.")
}

func TestADrainLeavesStandaloneTasksAlone(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	task, failure := s.c.RunTask(TaskRequest{Definition: definition(256, 256)})
	require.Empty(t, failure)
	s.drain(h)
	s.run(24 * time.Hour)
	assert.Equal(t, taskRunning, task.Last)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
func TestADrainStopsDaemonsAfterAllReplicaTasksHaveStopped(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	agent := s.c.CreateService(ServiceSpec{Name: "agent", Daemon: true, Definition: definition(128, 128)})
	spec := replicas(2, 0, 100)
	spec.Definition.Stops = 25 * time.Second
	s.steady(spec)
	daemon := h.daemons[agent]
	s.drain(h)
	assert.Equal(t, 0, agent.Desired, "follows the ACTIVE hosts")
	s.run(16 * time.Second)
	require.Equal(t, 1, serving(h))
	require.Equal(t, taskRunning, daemon.Desired, "replicas are still stopping")
	s.run(time.Minute)
	assert.Equal(t, taskStopped, daemon.Last)
	assert.Empty(t, h.tasks)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-connection-draining.html
func TestATaskBehindALoadBalancerIsDeregisteredBeforeItsSIGTERM(t *testing.T) {
	s := newStage(t)
	s.host("a")
	spec := replicas(1, 0, 200)
	spec.LoadBalanced, spec.TargetHealthy, spec.Deregistration = true, 10*time.Second, 5*time.Minute
	spec.Definition.Stops = 10 * time.Second
	web := s.steady(spec)
	task := web.tasks[0]
	web.SetDesired(0)
	s.run(16 * time.Second)
	require.Equal(t, taskDeactivating, task.Last)
	s.w.Run(task.Stopping.Add(5*time.Minute + time.Second))
	require.Equal(t, taskStopping, task.Last)
	s.run(10 * time.Second)
	assert.Equal(t, taskStopped, task.Last)
	assert.Equal(t, 5*time.Minute+10*time.Second, task.Stopped.Sub(task.Stopping))
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
func TestAContainerThatIgnoresSIGTERMIsKilledAfterTheStopTimeout(t *testing.T) {
	for timeout, want := range map[time.Duration]time.Duration{0: 30 * time.Second, 2 * time.Minute: 2 * time.Minute} {
		s := newStage(t)
		s.host("a")
		spec := replicas(1, 0, 200)
		spec.Definition.StopTimeout, spec.Definition.Stops = timeout, time.Hour
		web := s.steady(spec)
		task := web.tasks[0]
		web.SetDesired(0)
		s.run(5 * time.Minute)
		assert.Equal(t, want, task.Stopped.Sub(task.Stopping))
	}
}

// https://aws.amazon.com/about-aws/whats-new/2023/07/amazon-ecs-improves-deployment-task-launch-time/
func TestAStoppingTasksResourcesAreFreeForPlacementButItsSuccessorWaitsOnTheHost(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	spec := replicas(1, 0, 200)
	spec.Definition = definition(2048, 512)
	spec.Definition.Stops = 25 * time.Second
	web := s.steady(spec)
	first := web.tasks[0]
	web.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{2048, 512, 0}})
	s.run(16 * time.Second)
	require.Equal(t, taskStopping, first.Last)
	require.Len(t, web.tasks, 2, "placed at once")
	require.Equal(t, []*Task{web.tasks[1]}, h.waiting)
	s.run(24 * time.Second)
	require.Equal(t, taskStopped, first.Last)
	require.Empty(t, h.waiting)
	s.run(time.Minute)
	assert.Equal(t, taskRunning, web.tasks[0].Last)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html
func TestProtectedTasksSurviveScaleInAndRollOutsUntilProtectionEnds(t *testing.T) {
	s := newStage(t)
	s.host("a")
	web := s.steady(replicas(2, 0, 200))
	kept := web.tasks[0]
	kept.Protect(time.Hour)
	web.SetDesired(0)
	s.run(59 * time.Minute)
	require.Equal(t, []*Task{kept}, web.tasks)
	s.run(2 * time.Minute)
	assert.Empty(t, web.tasks)

	web.SetDesired(1)
	s.run(3 * time.Minute)
	kept = web.tasks[0]
	kept.Protect(0)
	web.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{512, 512, 0}})
	s.run(119 * time.Minute)
	require.Equal(t, taskRunning, kept.Desired, "two hours by default")
	s.run(2 * time.Minute)
	assert.Equal(t, taskStopped, kept.Desired)
}

func TestWhetherProtectionHoldsADrainIsAKnob(t *testing.T) {
	for _, holds := range []bool{false, true} {
		s := newStage(t, func(k *Knobs) { k.ECS.ProtectionHoldsDrains = holds })
		h := s.host("a")
		web := s.steady(replicas(1, 0, 200))
		web.tasks[0].Protect(0)
		s.host("a")
		s.drain(h)
		s.run(10 * time.Minute)
		assert.Equal(t, holds, len(h.tasks) > 0)
	}
}

// https://github.com/aws/amazon-ecs-agent/blob/master/CHANGELOG.md, 1.73.0
func TestTasksThatWaitOnTheirHostStartFirstInFirstOut(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	run := func(cpu int) *Task {
		task, failure := s.c.RunTask(TaskRequest{Definition: &TaskDefinition{Family: "job", Resources: Resources{CPU: cpu}, Stops: 25 * time.Second}})
		require.Empty(t, failure)
		return task
	}
	first := run(1536)
	s.run(time.Minute)
	s.locked(func() { first.stop(byAPI, "") })
	big, small := run(1536), run(256)
	assert.Equal(t, []*Task{big, small}, h.waiting, "the small one would fit beside what stops")
	s.run(25 * time.Second)
	assert.Empty(t, h.waiting)
}

// https://github.com/aws/amazon-ecs-agent/blob/master/CHANGELOG.md, 1.73.0
func TestATaskWaitsForTheInterfaceOfOneThatStops(t *testing.T) {
	s := newStage(t)
	h := s.host("a") // two interfaces
	run := func() *Task {
		task, failure := s.c.RunTask(TaskRequest{Definition: &TaskDefinition{Family: "job", Awsvpc: true, Stops: 25 * time.Second}})
		require.Empty(t, failure)
		return task
	}
	first := run()
	run()
	s.run(time.Minute)
	s.locked(func() { first.stop(byAPI, "") })
	third := run()
	assert.Equal(t, []*Task{third}, h.waiting)
	s.run(25 * time.Second)
	assert.Empty(t, h.waiting)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html: only what was in RUNNING is in
// DEACTIVATING.
func TestATaskThatNeverRanHasNoTargetToDeregister(t *testing.T) {
	s := newStage(t)
	s.host("a")
	spec := replicas(1, 0, 200)
	spec.LoadBalanced, spec.TargetHealthy, spec.Deregistration = true, 10*time.Second, 5*time.Minute
	web := s.c.CreateService(spec)
	s.run(16 * time.Second)
	require.Equal(t, 1, web.Pending())
	task := web.tasks[0]
	web.SetDesired(0)
	s.run(16 * time.Second)
	assert.Equal(t, taskStopped, task.Last)
	assert.Equal(t, task.Stopping, task.Stopped)
}
