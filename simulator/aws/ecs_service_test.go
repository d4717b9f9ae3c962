package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
func TestFloorIsRoundedUpAndCeilingDown(t *testing.T) {
	s := &Service{Desired: 3, Spec: ServiceSpec{MinPercent: 50, MaxPercent: 125}}
	assert.Equal(t, []int{2, 3}, []int{s.floor(), s.ceiling()})
}

func TestARollOutKeepsBetweenFloorAndCeiling(t *testing.T) {
	s := newStage(t)
	s.host("a")
	s.host("a")
	web := s.steady(replicas(4, 75, 125))
	web.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{512, 512, 0}})
	old := web.deployments[1]
	for range 600 {
		s.run(time.Second)
		require.LessOrEqual(t, web.live, 5)
		require.GreaterOrEqual(t, web.running, 3)
	}
	assert.Zero(t, old.live)
	assert.Len(t, web.deployments, 1)
	assert.Equal(t, completed, web.primary().Rollout)
	assert.Equal(t, 4, web.primary().running)
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html: 40 seconds
func TestATaskWithoutALoadBalancerIsHealthyAfter40Seconds(t *testing.T) {
	s := newStage(t)
	s.host("a")
	web := s.c.CreateService(replicas(1, 100, 200))
	s.run(16 * time.Second)
	task := web.tasks[0]
	s.w.Run(task.Created.Add(20*time.Second + 39*time.Second))
	require.Equal(t, taskRunning, task.Last)
	require.False(t, task.Healthy)
	s.run(time.Second)
	assert.True(t, task.Healthy)
}

func TestARollOutWhoseTasksAreNeverHealthyIsStuckAndTheOldOnesServe(t *testing.T) {
	s := newStage(t)
	s.host("a")
	spec := replicas(2, 100, 200)
	spec.HealthCheck = true
	web := s.steady(spec)
	web.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{512, 512, 0}, NeverHealthy: true})
	s.run(6 * time.Hour)
	assert.Equal(t, inProgress, web.primary().Rollout)
	assert.Equal(t, 2, web.deployments[1].running)
	assert.Empty(t, web.wanted)
	assert.Greater(t, web.primary().failed, 2)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
func TestTheCircuitBreakerEndsARollOutThatDoesNotComeUp(t *testing.T) {
	for desired, want := range map[int]int{1: 3, 4: 3, 10: 5, 25: 13, 1000: 200} {
		assert.Equal(t, want, breaks(desired))
	}
	s := newStage(t)
	s.host("a")
	spec := replicas(1, 100, 200)
	spec.CircuitBreaker = true
	web := s.steady(spec)
	web.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{512, 512, 0}, Crashes: 5 * time.Second})
	s.run(time.Hour)
	assert.Equal(t, failedRollout, web.primary().Rollout)
	assert.Equal(t, 3, web.primary().failed)
	assert.Zero(t, web.primary().live, "no more are started")
	assert.Equal(t, 1, web.deployments[1].running, "without roll-back the old one stays")
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html: failedTasks counts those that never came up.
func TestTheCircuitBreakerCountsNoFailureAfterATaskHasComeUp(t *testing.T) {
	s := newStage(t)
	s.host("a")
	spec := replicas(4, 0, 200)
	spec.CircuitBreaker = true
	spec.Definition.Resources = Resources{128, 128, 0}
	spec.Definition.Crashes = 50 * time.Second // healthy after 40
	web := s.c.CreateService(spec)
	s.run(time.Hour)
	assert.NotEqual(t, failedRollout, web.primary().Rollout)
	assert.Positive(t, web.primary().rounds, "though restarts slow down")
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
func TestRestartsOfTasksThatFailSlowDownTo15Minutes(t *testing.T) {
	s := newStage(t)
	s.host("a")
	spec := replicas(1, 0, 200)
	spec.Definition.Crashes = 10 * time.Second
	web := s.c.CreateService(spec)
	s.run(4 * time.Hour)
	var gaps []time.Duration
	runs := s.kinds(TaskRunning)
	for i := 1; i < len(runs); i++ {
		gaps = append(gaps, runs[i].At.Sub(runs[i-1].At).Round(time.Minute))
	}
	require.Greater(t, len(gaps), 8)
	assert.Equal(t, []time.Duration{0, 1 * time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute}, gaps[:7])
	n := len(runs)
	fixed := *spec.Definition
	fixed.Revision, fixed.Crashes = 2, 0
	web.Deploy(&fixed)
	s.run(2 * time.Minute)
	assert.Len(t, s.kinds(TaskRunning), n+1, "another definition starts at once")
}

func TestATaskThatRanLongIsReplacedAtOnce(t *testing.T) {
	s := newStage(t)
	s.host("a")
	spec := replicas(1, 0, 200)
	spec.Definition.Crashes = 10 * time.Minute
	s.c.CreateService(spec)
	s.run(105 * time.Minute)
	assert.GreaterOrEqual(t, len(s.kinds(TaskRunning)), 10)
}

// https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/operating-at-scale-dealing-with-throttles.html
func TestAfterRefusalsTheSchedulerBacksOffAndHostsThatJoinMustWait(t *testing.T) {
	s := newStage(t)
	web := s.c.CreateService(replicas(1, 0, 200))
	s.run(time.Minute)
	require.Equal(t, 3, web.refused)
	third := web.events[2].at
	assert.Equal(t, 5*time.Minute, web.notBefore.Sub(third))
	s.run(20 * time.Minute)
	var gaps []time.Duration
	for i := 1; i < len(web.events); i++ {
		gaps = append(gaps, web.events[i].at.Sub(web.events[i-1].at))
	}
	assert.Equal(t, []time.Duration{15 * time.Second, 15 * time.Second, 5 * time.Minute, 10 * time.Minute}, gaps)
	s.host("a")
	s.run(time.Minute)
	require.Empty(t, web.tasks, "in back-off")
	web.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{512, 512, 0}})
	s.run(16 * time.Second)
	assert.Len(t, web.tasks, 1, "another definition resets it")
	assert.Zero(t, web.refused)
}

// https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/operating-at-scale-dealing-with-throttles.html: placement is
// tried again "as new container instances are launched".
func TestARegistrationMayEndTheBackOff(t *testing.T) {
	for _, retries := range []bool{false, true} {
		s := newStage(t, func(k *Knobs) { k.ECS.RegistrationRetries = retries })
		web := s.c.CreateService(replicas(1, 0, 200))
		s.run(2 * time.Minute)
		require.Equal(t, 3, web.refused)
		s.host("a")
		s.run(16 * time.Second)
		assert.Equal(t, retries, web.placed == 1)
	}
}

// https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/operating-at-scale-dealing-with-throttles.html
func TestAPlacementForgetsTheRefusalsBeforeIt(t *testing.T) {
	s := newStage(t)
	s.host("a")
	spec := replicas(1, 0, 200)
	spec.Definition.Resources.CPU = 2048
	web := s.c.CreateService(spec)
	s.run(time.Minute)
	require.Equal(t, 1, web.placed)
	web.SetDesired(2)
	for web.refused < 2 {
		s.run(time.Second)
	}
	s.host("b")
	s.run(20 * time.Second)
	require.Equal(t, 2, web.placed)
	assert.Zero(t, web.refused)
	web.SetDesired(3)
	s.run(31 * time.Second)
	assert.Equal(t, 2, web.refused, "counted from the beginning")
	assert.True(t, web.notBefore.IsZero())
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
func TestAServiceStartsNoMoreThan500TasksAMinute(t *testing.T) {
	s := newStage(t)
	s.w.Check(nil)
	for range 40 {
		s.host("a")
	}
	web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(64, 64), Desired: 1200})
	s.w.Run(s.w.Knobs.Start.Add(59 * time.Second))
	assert.Equal(t, 500, web.live)
	s.run(time.Minute)
	assert.Equal(t, 1000, web.live)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
func TestADaemonRunsOnEachMatchingHostBeforeAnythingElse(t *testing.T) {
	s := newStage(t)
	agent := s.c.CreateService(ServiceSpec{Name: "agent", Daemon: true, Definition: definition(128, 128), MemberOf: map[string]string{"ecs.availability-zone": "a"}})
	web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(2048, 512), Desired: 2})
	s.run(20 * time.Minute)
	s.host("a")
	other := s.host("b")
	assert.Equal(t, []int{1, 1}, []int{agent.Desired, agent.live}, "started with the registration")
	s.run(20 * time.Minute)
	assert.Equal(t, 1, web.Running())
	assert.Equal(t, 1, other.of("web"))
	assert.Empty(t, s.kinds(TaskMoved))
	for _, h := range s.kinds(TaskWanted) {
		assert.Equal(t, "web", h.Service, "daemons are no demand")
	}
}

func TestRoomIsKeptForADaemonThatIsAway(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	d := definition(512, 512)
	d.Crashes = 5 * time.Minute
	agent := s.c.CreateService(ServiceSpec{Name: "agent", Daemon: true, Definition: d})
	s.run(16 * time.Second)
	crashed := h.daemons[agent]
	s.w.Run(crashed.Created.Add(20*time.Second + 5*time.Minute))
	require.Nil(t, h.daemons[agent])
	_, failure := s.c.RunTask(TaskRequest{Definition: definition(1537, 64)})
	assert.Equal(t, "RESOURCE:CPU", failure)
	s.run(time.Minute)
	assert.NotNil(t, h.daemons[agent])
}

func TestAnInterfaceIsKeptForADaemonThatIsAway(t *testing.T) {
	s := newStage(t)
	h := s.host("a") // two interfaces
	d := definition(64, 64)
	d.Awsvpc, d.Crashes = true, 5*time.Minute
	agent := s.c.CreateService(ServiceSpec{Name: "agent", Daemon: true, Definition: d})
	s.run(16 * time.Second)
	crashed := h.daemons[agent]
	for crashed.Last != taskStopped {
		s.run(time.Second)
	}
	require.Nil(t, h.daemons[agent])
	small := definition(64, 64)
	small.Awsvpc = true
	_, failure := s.c.RunTask(TaskRequest{Definition: small, Lasts: time.Hour})
	require.Empty(t, failure, "one of two")
	_, failure = s.c.RunTask(TaskRequest{Definition: small, Lasts: time.Hour})
	assert.Equal(t, "RESOURCE:ENI", failure)
	s.run(time.Minute)
	assert.NotNil(t, h.daemons[agent])
}

func TestADaemonsRollOutStopsBeforeItStarts(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	agent := s.c.CreateService(ServiceSpec{Name: "agent", Daemon: true, Definition: definition(512, 512)})
	s.run(3 * time.Minute)
	agent.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{512, 512, 0}})
	for range 180 {
		s.run(time.Second)
		require.LessOrEqual(t, serving(h), 1)
	}
	assert.Equal(t, 2, h.daemons[agent].Definition.Revision)
	assert.Equal(t, completed, agent.primary().Rollout)
}

func TestADeletedServiceStopsItsTasksAndIsInactive(t *testing.T) {
	s := newStage(t)
	s.host("a")
	web := s.steady(replicas(2, 100, 200))
	web.Delete()
	s.run(time.Minute)
	assert.Equal(t, inactive, web.Status)
	assert.Empty(t, web.tasks)
	assert.Empty(t, s.c.Services())
}

func TestWhatIsWantedWaitsFromWhenItWasWanted(t *testing.T) {
	s := newStage(t)
	web := s.c.CreateService(replicas(3, 0, 200))
	s.run(30 * time.Second)
	web.SetDesired(1) // the youngest go
	s.run(30 * time.Second)
	web.SetDesired(2)
	s.host("a")
	web.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{256, 512, 0}})
	s.run(16 * time.Second)
	placed := s.kinds(TaskPlaced)
	require.Len(t, placed, 2)
	assert.Equal(t, time.Minute, placed[0].Wait-placed[1].Wait)
	unplaced := Resources{}
	for _, h := range s.kinds(TaskWanted) {
		unplaced = unplaced.plus(times(h.Size, h.N))
	}
	assert.Equal(t, Resources{512, 1024, 0}, unplaced, "all placed at the new size")
}

func TestWhenFewerAreDesiredTheYoungestThatWaitAreWantedNoMore(t *testing.T) {
	s := newStage(t)
	web := s.c.CreateService(replicas(1, 0, 200))
	since := s.w.Now()
	s.run(30 * time.Second)
	web.SetDesired(3)
	s.run(30 * time.Second)
	web.SetDesired(1)
	s.host("a")
	web.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{512, 512, 0}}) // ends the back-off
	s.run(time.Minute)
	placed := s.kinds(TaskPlaced)
	require.Len(t, placed, 1)
	assert.Equal(t, since, placed[0].At.Add(-placed[0].Wait), "the first one is still wanted")
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html: a daemon's minimum holds too.
func TestADaemonsRolloutKeepsItsMinimum(t *testing.T) {
	s := newStage(t)
	for range 4 {
		s.host("a")
	}
	agent := s.steady(ServiceSpec{Name: "agent", Definition: definition(64, 64), Daemon: true, MinPercent: 50, MaxPercent: 100})
	require.Equal(t, 4, agent.running)
	agent.Deploy(&TaskDefinition{Family: "agent", Revision: 2, Resources: Resources{64, 64, 0}})
	for range 300 {
		s.run(time.Second)
		require.GreaterOrEqual(t, agent.running, 2, "at %s", s.w.Now())
	}
	assert.Equal(t, 4, agent.primary().running)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html: only tasks that fail again and
// again are slowed down.
func TestATaskThatLivedEndsARowOfFailures(t *testing.T) {
	s := newStage(t)
	s.host("a")
	spec := replicas(1, 0, 200)
	spec.Definition.Crashes = 10 * time.Second
	web := s.c.CreateService(spec)
	s.run(5 * time.Minute)
	require.GreaterOrEqual(t, web.primary().rounds, 3)
	spec.Definition.Crashes = 5 * time.Minute
	s.run(16 * time.Minute) // one that waited, and lived
	assert.Zero(t, web.primary().rounds)
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html: the minimum is of RUNNING
// tasks, so that one that is not is no loss.
func TestARollOutStopsOlderTasksThatDoNotRunYetWhateverTheMinimum(t *testing.T) {
	s := newStage(t, func(k *Knobs) { k.ECS.FirstPull = Uniform{10 * time.Minute, 10 * time.Minute} })
	s.host("a")
	web := s.c.CreateService(replicas(2, 100, 200))
	s.run(time.Minute)
	require.Equal(t, 2, web.placed)
	require.Zero(t, web.running)
	web.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{512, 512, 0}})
	s.run(20 * time.Second)
	require.Len(t, web.deployments, 1)
	for _, task := range web.tasks {
		assert.Equal(t, 2, task.Definition.Revision)
	}
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html: behind a load balancer a task is healthy
// when its target is, and its container where that has a health check.
func TestATaskIsHealthyWhenItsTargetAndItsContainerAre(t *testing.T) {
	for _, c := range []struct {
		target, want time.Duration
		checked      bool
	}{
		{10 * time.Second, 10 * time.Second, false},
		{10 * time.Second, 30 * time.Second, true},
		{2 * time.Minute, 2 * time.Minute, true},
	} {
		s := newStage(t)
		s.host("a")
		spec := replicas(1, 0, 200)
		spec.LoadBalanced, spec.TargetHealthy, spec.HealthCheck = true, c.target, c.checked
		web := s.c.CreateService(spec)
		for web.Running() == 0 {
			s.run(time.Second)
		}
		task := web.tasks[0]
		s.w.Run(task.Started.Add(c.want - time.Second))
		assert.False(t, task.Healthy, "%+v", c)
		s.run(time.Second)
		assert.True(t, task.Healthy, "%+v", c)
	}
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html: a roll-out goes on until the protected
// tasks of the older revision may be stopped.
func TestARollOutIsNotOverWhileAnOlderTaskRuns(t *testing.T) {
	s := newStage(t)
	s.host("a")
	web := s.steady(replicas(1, 100, 200))
	web.tasks[0].Protect(time.Hour)
	web.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{512, 512, 0}})
	s.run(30 * time.Minute)
	require.Equal(t, 1, web.primary().healthy)
	assert.Equal(t, inProgress, web.primary().Rollout)
	s.run(time.Hour)
	assert.Equal(t, completed, web.primary().Rollout)
}
