package drainer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
)

// accused is a host that its load balancer calls unhealthy, with a task that moves nowhere.
func accused() *fakeAWS {
	f := stubbornFake()
	f.instances["i-1"].healthy, f.instances["i-1"].blamed = false, "an ELB system health check failure."
	return f
}

func TestAHostThatWasNotReadIsNoAbsentAgent(t *testing.T) {
	for name, hide := range map[string]func(f *fakeAWS, hidden bool){
		"hosts may not be listed":            func(f *fakeAWS, hidden bool) { f.deny["ListContainerInstances"] = hidden },
		"they may not be described":          func(f *fakeAWS, hidden bool) { f.deny["DescribeContainerInstances"] = hidden },
		"the cluster may not be read":        func(f *fakeAWS, hidden bool) { f.denyCluster = map[string]bool{"web": hidden} },
		"ECS lists it and does not describe": func(f *fakeAWS, hidden bool) { f.hosts["ci/i-1"].undescribed = hidden },
		"a page has lost it":                 func(f *fakeAWS, hidden bool) { f.hosts["ci/i-1"].hidden = hidden },
		"its time ran out":                   func(f *fakeAWS, hidden bool) { f.cutAfter = map[bool]int{true: 1, false: 0}[hidden] },
	} {
		t.Run(name, func(t *testing.T) {
			f := accused()
			d := f.process()
			ticks(t, f, 1, d)
			hide(f, true)
			ticks(t, f, 6, d)
			hide(f, false)
			f.hosts["ci/i-1"].connected = false // away for this one look
			answer := ticks(t, f, 1, d)
			assert.NotEqual(t, drain.HostDead, answer.Instances[0].Reason)
			assert.NotEmpty(t, f.left(), "the agent was never seen away before")

			ticks(t, f, 4, d)
			assert.Empty(t, f.left(), "one that stays away is gone")
		})
	}
}

// Two blinks with minutes between them that nobody saw, unread or without a tick, are no absence. One such minute is.
func TestMinutesThatNobodySawAreNoAbsenceOfAnAgent(t *testing.T) {
	for name, c := range map[string]struct {
		unseen func(f *fakeAWS, d *drainer.Drainer)
		dead   bool
	}{
		"hosts were unread": {func(f *fakeAWS, d *drainer.Drainer) {
			f.deny["ListContainerInstances"] = true
			ticks(t, f, 5, d)
			f.deny["ListContainerInstances"] = false
		}, false},
		"no tick ran": {func(f *fakeAWS, _ *drainer.Drainer) { f.pass(5 * time.Minute) }, false},
		"one minute between ticks that saw it away": {func(f *fakeAWS, d *drainer.Drainer) {
			f.pass(time.Minute)
			ticks(t, f, 1, d)
		}, true},
	} {
		f := accused()
		d := f.process()
		ticks(t, f, 1, d)
		f.hosts["ci/i-1"].connected = false
		ticks(t, f, 1, d)
		c.unseen(f, d)
		assert.Equal(t, c.dead, ticks(t, f, 1, d).Instances[0].Reason == drain.HostDead, name)
	}
}

// What is unread neither begins an absence nor ends one.
func TestAnAgentThatIsBackIsNotCountedAsAwayByWhatWasUnreadBefore(t *testing.T) {
	f := accused()
	d := f.process()
	f.hosts["ci/i-1"].connected = false
	ticks(t, f, 2, d)
	f.hosts["ci/i-1"].connected = true
	ticks(t, f, 1, d)
	f.deny["ListContainerInstances"] = true
	ticks(t, f, 5, d)
	f.deny["ListContainerInstances"], f.hosts["ci/i-1"].connected = false, false
	require.NotEqual(t, drain.HostDead, ticks(t, f, 1, d).Instances[0].Reason)
}

// It may be the one that leaves: as long as ECS lists a host that it does not describe, none is unregistered.
func TestAHostThatECSListsAndDoesNotDescribeMayBeTheOneThatLeaves(t *testing.T) {
	f := stubbornFake()
	f.hosts["ci/i-1"].undescribed = true
	answer := ticks(t, f, 20, f.process())
	assert.Equal(t, drain.Wait, answer.Instances[0].Action)
	assert.NotEmpty(t, f.left())
	assert.LessOrEqual(t, f.silence(ours), third)

	f = stubbornFake() // nor is the cluster without a host that could take its tasks
	f.maxSize = 0
	f.hosts["ci/i-0"].undescribed = true
	ticks(t, f, 20, f.process())
	assert.False(t, f.tasks["task/0"].byUs)
	assert.NotEmpty(t, f.left())
}

func TestFailuresInA200OfUpdateContainerInstancesStateCount(t *testing.T) {
	for reason, failed := range map[string]bool{"INACTIVE": true, "AGENT": true, "MISSING": false} {
		f := newFakeAWS().host("i-1", wait).host("i-2", wait)
		f.hosts["ci/i-1"].refuses = reason
		answer := tick(t, f, f.process())
		assert.Equal(t, "DRAINING", f.hosts["ci/i-2"].status)
		if !failed {
			assert.Empty(t, answer.Failed, reason)
			continue
		}
		require.Len(t, answer.Failed, 1, reason)
		assert.Contains(t, answer.Failed[0].Error, "ECS did not set ci/i-1 DRAINING: "+reason)
		assert.Equal(t, "web", answer.Failed[0].Cluster)
		f.pass(time.Minute)
		f.hosts["ci/i-1"].refuses = ""
		assert.Empty(t, tick(t, f, f.process()).Failed)
		assert.Equal(t, "DRAINING", f.hosts["ci/i-1"].status, "the next tick tries again")
	}
}

// The same name on a launching hook is another hook: AWS would refuse its completion for ever.
func TestALaunchingHookOfTheEntrysNameIsNotOurs(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	f.transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
	assert.Equal(t, []string{"drain tasks_running", "wait ready", "none foreign_hook"}, until(t, f, f.process(), 20))
	assert.Zero(t, f.count("RecordLifecycleActionHeartbeat"))
	assert.Zero(t, f.count("CompleteLifecycleAction"))
}

func TestWithoutTheEntryNoTaskIsStopped(t *testing.T) {
	f := stubbornFake()
	f.task("i-1", "")
	f.deny["GetParametersByPath"] = true
	d := f.process()
	for f.now.Before(start.Add(49 * time.Hour)) {
		for _, s := range tick(t, f, d).Instances {
			require.NotEqual(t, drain.StopTasks, s.Action)
		}
		f.pass(10 * time.Minute)
	}
	assert.Zero(t, f.count("StopTask"), "past the built-in deadlines, both, and AWS's cap")
	assert.NotEmpty(t, f.left())
}

func stubbornFake() *fakeAWS {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 100)
	for _, task := range f.tasks {
		task.takes = 24 * time.Hour
	}
	return f
}
