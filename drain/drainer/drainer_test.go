package drainer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/lambdaevent"
)

const wait = "Terminating:Wait"

func tick(t *testing.T, f *fakeAWS, d *drainer.Drainer) drainer.Answer {
	t.Helper()
	answer, err := d.Run(t.Context(), f.now)
	require.NoError(t, err)
	return answer
}

// until ticks each minute until the host is gone, and returns what was said of it, repetitions once.
func until(t *testing.T, f *fakeAWS, d *drainer.Drainer, minutes int) []string {
	t.Helper()
	var told []string
	for range minutes {
		for _, s := range tick(t, f, d).Instances {
			line := fmt.Sprintf("%s %s", s.Action, s.Reason)
			if len(told) == 0 || told[len(told)-1] != line {
				told = append(told, line)
			}
		}
		if len(f.left()) == 0 {
			break
		}
		f.pass(time.Minute)
	}
	assert.Empty(t, f.broken)
	return told
}

func TestAnIdleHostIsDrainedAndGoesAfterThreeMinutes(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	assert.Equal(t, []string{"drain tasks_running", "wait ready", "complete ready"}, until(t, f, f.process(), 10))
	assert.Equal(t, start.Add(3*time.Minute), f.instances["i-1"].ended)
	assert.Zero(t, f.put["OldestDrainMinutes"])
}

func TestAHostGoesWhenItsTasksHaveReallyStopped(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api", "agent")
	f.service("api", 1, 100, 200)
	f.service("agent", 2, 0, 100).daemon = true
	for _, task := range f.tasks {
		task.takes = 6 * time.Minute
	}
	assert.Equal(t, []string{
		"drain tasks_running", "wait tasks_stopping", "complete ready",
	}, until(t, f, f.process(), 30))
	for _, task := range f.tasks {
		if task.host == "ci/i-1" {
			assert.False(t, f.instances["i-1"].ended.Before(task.stopped))
		}
	}
}

func TestTwoHostsThatHoldAServiceNeverTakeItBelowItsFloor(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api").host("i-2", wait, "api")
	f.service("api", 2, 50, 200)
	until(t, f, f.process(), 30)
	assert.Empty(t, f.left())
}

func TestAServiceThatIsBrokenForItsOwnReasonsHoldsAHostForTenMinutes(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 2, 100, 200).replaces = false
	assert.Equal(t, []string{
		"drain tasks_running", "wait tasks_stopping", "wait service_below_floor", "complete below_floor_not_ours",
	}, until(t, f, f.process(), 30))
	assert.Equal(t, start.Add(12*time.Minute), f.instances["i-1"].ended)
}

func TestOnlyHealthyTasksCountWhereAnyReportsHealth(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 200)
	d := f.process()
	for range 5 {
		tick(t, f, d)
		f.pass(time.Minute)
		for _, task := range f.tasks {
			if task.host == "ci/i-0" {
				task.health = "UNHEALTHY"
			}
		}
	}
	require.Equal(t, drain.ServiceBelowFloor, tick(t, f, d).Instances[0].Reason)
	for _, task := range f.tasks {
		task.health = "HEALTHY"
	}
	assert.Equal(t, drain.Complete, tick(t, f, d).Instances[0].Action)
}

func TestStandaloneTasksHaveTheirOwnDeadline(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "")
	f.entries["web"] = `{"drain": {"standalone_deadline_minutes": 20, "deadline_minutes": 5}}`
	assert.Equal(t, []string{
		"drain tasks_running", "wait standalone_task", "stop_tasks deadline", "complete ready",
	}, until(t, f, f.process(), 40))
	for _, task := range f.tasks {
		assert.True(t, task.byUs)
		assert.Equal(t, start.Add(20*time.Minute), task.stopping)
	}
}

func TestADeadHostGoesAtOnceAndItsRegistrationWithIt(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 200)
	f.instances["i-1"].healthy, f.hosts["ci/i-1"].connected = false, false
	assert.Equal(t, []string{"complete host_dead"}, until(t, f, f.process(), 5))
	assert.NotContains(t, f.hosts, "ci/i-1")
}

func TestABlinkingAgentIsNoDeadHostWhoeverCallsItUnhealthy(t *testing.T) {
	for _, blamed := range []string{"an ELB system health check failure.", "a user health-check."} {
		f := newFakeAWS().host("i-1", wait, "api")
		f.service("api", 1, 100, 100) // it moves nowhere
		f.instances["i-1"].healthy, f.instances["i-1"].blamed = false, blamed
		d := f.process()
		for minute := range 12 {
			f.hosts["ci/i-1"].connected = minute%4 != 1 // away for one look in four
			tick(t, f, d)
			f.pass(time.Minute)
		}
		assert.NotEmpty(t, f.left(), blamed)

		f.hosts["ci/i-1"].connected = false
		assert.Contains(t, until(t, f, d, 5), "complete host_dead", "an agent that stays away is gone")
	}
}

func TestAHostThatAPageHasLostIsNotTakenForOneThatNeverRegistered(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 100)
	f.hosts["ci/i-1"].hidden = true
	until(t, f, f.process(), 10)
	assert.NotEmpty(t, f.left())
	assert.Equal(t, "DRAINING", f.hosts["ci/i-1"].status, "it was found by name")
}

func TestOfTwoRegistrationsTheNewerOneHasTheTasks(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 100)
	f.hosts["ci/i-1"].connected, f.hosts["ci/i-1"].registered = false, start.Add(-time.Hour)
	f.hosts["ci/an-old-one"] = &fakeHost{arn: "ci/an-old-one", instance: "i-1", status: "ACTIVE", registered: start.Add(-48 * time.Hour)}
	until(t, f, f.process(), 10)
	assert.NotEmpty(t, f.left())
}

func TestAnInstanceIsLookedForInEveryKnownClusterBeforeItGoes(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	f.entries["other"] = `{}`
	delete(f.hosts, "ci/i-1")
	f.hosts["ci/other-1"] = &fakeHost{arn: "ci/other-1", instance: "i-1", status: "ACTIVE", connected: true}
	stray := f.task("other-1", "")
	d := f.process()
	for range 6 {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.Equal(t, []string{"i-1"}, f.left())
	assert.Equal(t, "DRAINING", f.hosts["ci/other-1"].status)
	stray.last, stray.wanted, stray.takes = "STOPPING", false, time.Hour
	stray.stopping = f.now
	for range 3 {
		assert.Equal(t, "other", tick(t, f, d).Instances[0].Cluster, "its tasks are there, whatever its group's tag says")
		f.pass(time.Minute)
	}
	stray.last = "STOPPED"
	until(t, f, d, 3)
	assert.Empty(t, f.left())
}

func TestASearchThatWasCutGoesOnWhereItStopped(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	delete(f.hosts, "ci/i-1")
	for n := range 10 {
		f.entries[fmt.Sprintf("c%d", n)] = `{}`
	}
	f.pass(5 * time.Minute)
	d := f.process()
	f.cutAfter = 6 // the own hosts, the own cluster by name, and four others
	tick(t, f, d)
	require.NotEmpty(t, f.left())
	f.cutAfter = 0
	before := len(f.calls)
	until(t, f, d, 2)
	assert.Empty(t, f.left())
	asked := 0
	for _, action := range f.calls[before:] {
		if action == "ListContainerInstances" {
			asked++
		}
	}
	assert.LessOrEqual(t, asked, 2+6+1, "the four are not asked again")
}

// A process that is cut each minute and remembers nothing still finds a host that is registered somewhere.
func TestASearchThatAlwaysBeginsAnewBeginsElsewhere(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	delete(f.hosts, "ci/i-1")
	f.hosts["ci/other-1"] = &fakeHost{arn: "ci/other-1", instance: "i-1", status: "ACTIVE", connected: true}
	f.entries["other"] = `{}`
	for n := range 20 {
		f.entries[fmt.Sprintf("c%d", n)] = `{}`
	}
	f.pass(5 * time.Minute)
	for range 12 {
		f.cutAfter = 7 // the own hosts, the own cluster by name, and five others
		tick(t, f, f.process())
		f.pass(time.Minute)
	}
	assert.Equal(t, "DRAINING", f.hosts["ci/other-1"].status)
}

func TestAClusterThatMayNotBeAskedHidesNoOther(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	delete(f.hosts, "ci/i-1")
	f.hosts["ci/other-1"] = &fakeHost{arn: "ci/other-1", instance: "i-1", status: "ACTIVE", connected: true}
	for _, name := range []string{"a", "other", "z"} {
		f.entries[name] = `{}`
	}
	f.denyCluster = map[string]bool{"a": true, "z": true}
	f.pass(5 * time.Minute)
	tick(t, f, f.process())
	assert.Equal(t, "DRAINING", f.hosts["ci/other-1"].status)
}

// Nobody can say that it is registered nowhere; AWS would end it 5 minutes later, with the hook's own result.
func TestAClusterThatMayNeverBeAskedKeepsAHostToTheLastMoment(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	delete(f.hosts, "ci/i-1")
	f.entries["a"] = `{}`
	f.denyCluster = map[string]bool{"a": true}
	f.pass(1494 * time.Minute) // a hundred heartbeats of 900 s are 1500
	d := f.process()
	require.Equal(t, drain.NotRegistered, tick(t, f, d).Instances[0].Reason)
	require.NotEmpty(t, f.left())
	f.pass(time.Minute)
	s := tick(t, f, d).Instances[0]
	assert.Equal(t, "complete deadline not every known cluster was searched for it", fmt.Sprintf("%s %s %s", s.Action, s.Reason, s.Detail))
	assert.Empty(t, f.left())
}

func TestHostsThatNeverRegisteredAreLookedForTogether(t *testing.T) {
	f := newFakeAWS()
	for n := range 20 {
		f.host(fmt.Sprintf("i-%d", 10+n), wait)
		delete(f.hosts, fmt.Sprintf("ci/i-%d", 10+n))
		f.entries[fmt.Sprintf("c%d", n)] = `{}`
	}
	f.pass(5 * time.Minute)
	until(t, f, f.process(), 1)
	assert.Empty(t, f.left())
	assert.Equal(t, 1+1+20, f.count("ListContainerInstances"), "all, by name, and each other cluster once")
}

func TestAnInstanceThatNeverRegisteredGoes(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	f.entries["other"] = `{}`
	delete(f.hosts, "ci/i-1")
	assert.Equal(t, []string{"wait not_registered", "complete not_registered"}, until(t, f, f.process(), 5))
}

func TestAClusterThatCannotBeAskedKeepsAnUnregisteredInstance(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	delete(f.hosts, "ci/i-1")
	f.deny["ListContainerInstances"] = true
	assert.Equal(t, []string{"wait not_registered"}, until(t, f, f.process(), 6))
	assert.Equal(t, []string{"i-1"}, f.left())
}

func TestAForeignHookIsLeftAlone(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	f.hook = "somebody-else"
	assert.Equal(t, []string{"drain tasks_running", "wait ready", "none foreign_hook"}, until(t, f, f.process(), 8))
}

// Ours was completed, or ran out, and another's hook still holds the instance.
func TestAHookThatIsDoneIsNotCompletedEachMinute(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	f.instances["i-1"].ended = start // AWS has no active action of ours
	d := f.process()
	var told []drain.Action
	for range 6 {
		told = append(told, tick(t, f, d).Instances[0].Action)
		f.pass(time.Minute)
	}
	assert.Equal(t, []drain.Action{drain.SetDraining, drain.Wait, drain.Wait, drain.Complete, drain.None, drain.None}, told)
}

func TestDeniedActivitiesCountFromWhenTheHostWasFirstSeen(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	f.deny["DescribeScalingActivities"] = true
	f.pass(10 * time.Minute)
	until(t, f, f.process(), 8)
	assert.Equal(t, start.Add(16*time.Minute), f.instances["i-1"].ended, "3 minutes, and 150 s that a first look may be late")
}

func TestEntriesThatAreFaultyOrGoneDrainByTheBuiltInDefaults(t *testing.T) {
	for name, entries := range map[string]map[string]string{"faulty": {"web": `{"drain": 1}`}, "gone": {}, "off": {"web": `{"enabled": false}`}} {
		f := newFakeAWS().host("i-1", wait)
		f.entries = entries
		until(t, f, f.process(), 6)
		assert.Empty(t, f.left(), name)
	}
}

// The entry may say hold, another hook, or ten hours: what cannot be read must not end anything.
func TestEntriesThatCannotBeReadLetNoHostGo(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	f.deny["GetParametersByPath"] = true
	until(t, f, f.process(), 90)
	assert.NotEmpty(t, f.left(), "past the built-in deadline")
	f.deny["GetParametersByPath"] = false
	until(t, f, f.process(), 6)
	assert.Empty(t, f.left(), "read again")
}

func TestEntriesThatWereReadOnceServeWhileTheyCannotBe(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	d := f.process()
	tick(t, f, d)
	f.deny["GetParametersByPath"] = true
	f.pass(time.Minute)
	until(t, f, d, 6)
	assert.Empty(t, f.left())
}

func TestAFaultyEntryWhoseHistoryCannotBeReadLetsNoHostGo(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	f.entries = map[string]string{"web": `{"drain": 1}`}
	f.deny["GetParameterHistory"] = true
	until(t, f, f.process(), 90)
	assert.NotEmpty(t, f.left())
}

func TestAHundredAndTwentyHostsAreSetDrainingTenACall(t *testing.T) {
	f := newFakeAWS()
	for n := range 120 {
		f.host(fmt.Sprintf("i-%d", 1000+n), wait)
	}
	tick(t, f, f.process())
	updates := 0
	for _, action := range f.calls {
		if action == "UpdateContainerInstancesState" {
			updates++
		}
	}
	assert.Equal(t, 12, updates)
	assert.Empty(t, f.broken)
}

func TestATickWithNothingToDoAsksForGroupsAlone(t *testing.T) {
	f := newFakeAWS()
	assert.Empty(t, tick(t, f, f.process()).Instances)
	assert.Equal(t, []string{"DescribeAutoScalingGroups"}, f.calls)
}

func TestWhatBlocksIsInTheMetrics(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 100)
	d := f.process()
	for range 18 {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.InDelta(t, 1, f.put["DrainBlocked"], 0)
	assert.InDelta(t, 17, f.put["OldestDrainMinutes"], 0)
}

func TestAProtectedTaskIsNamed(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 200)
	f.tasks["task/0"].protected = true
	told := until(t, f, f.process(), 10)
	assert.Equal(t, "wait protected_task", told[len(told)-1])
}

func TestALookWritesNothing(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	f.pass(5 * time.Minute)
	answer, err := f.process().Look(t.Context(), f.now)
	require.NoError(t, err)
	assert.Equal(t, drain.SetDraining, answer.Instances[0].Action)
	assert.Equal(t, "ACTIVE", f.hosts["ci/i-1"].status)
}

func TestEventsMakeOnlyTheFirstStep(t *testing.T) {
	f := newFakeAWS().host("i-1", wait).host("i-2", "InService")
	first := func(w lambdaevent.Event) drainer.Answer {
		answer, err := f.process().First(t.Context(), f.now, w)
		require.NoError(t, err)
		return answer
	}
	assert.Empty(t, first(lambdaevent.Event{Instance: "i-999", Kind: lambdaevent.Spot}).Instances, "of no tagged group")
	assert.Empty(t, first(lambdaevent.Event{Instance: "i-1", Group: "somebody's"}).Instances, "of another group")
	assert.Empty(t, first(lambdaevent.Event{Instance: "i-2"}).Instances, "it does not leave")
	assert.Equal(t, "ACTIVE", f.hosts["ci/i-2"].status)
	assert.Equal(t, drain.SetDraining, first(lambdaevent.Event{Instance: "i-1"}).Instances[0].Action)
	assert.Equal(t, drain.None, first(lambdaevent.Event{Instance: "i-1"}).Instances[0].Action, "a doubled event")
	assert.Equal(t, drain.SetDraining, first(lambdaevent.Event{Instance: "i-2", Kind: lambdaevent.Spot}).Instances[0].Action)
	assert.Equal(t, "DRAINING", f.hosts["ci/i-2"].status)
	assert.NotContains(t, f.calls, "CompleteLifecycleAction")
}

// Spot warnings come for every instance of the account.
func TestASpotWarningOfAnInstanceOfNobodysGroupTakesOneCall(t *testing.T) {
	f := newFakeAWS()
	answer, err := f.process().First(t.Context(), f.now, lambdaevent.Event{Instance: "i-999", Kind: lambdaevent.Spot})
	require.NoError(t, err)
	assert.Empty(t, answer.Instances)
	assert.Equal(t, []string{"DescribeAutoScalingInstances"}, f.calls)
}

func TestASpotWarningAsksForItsOwnGroupAlone(t *testing.T) {
	f := newFakeAWS().host("i-2", "InService").host("i-3", "InService")
	f.instances["i-3"].group = "somebody's"
	_, err := f.process().First(t.Context(), f.now, lambdaevent.Event{Instance: "i-2", Kind: lambdaevent.Spot})
	require.NoError(t, err)
	assert.Equal(t, "DRAINING", f.hosts["ci/i-2"].status)
	assert.Equal(t, []string{"DescribeAutoScalingInstances", "DescribeAutoScalingGroups", "ListContainerInstances", "DescribeContainerInstances", "UpdateContainerInstancesState"}, f.calls)
	assert.Equal(t, "web-blue/1", f.asked)

	f.calls = nil
	answer, err := f.process().First(t.Context(), f.now, lambdaevent.Event{Instance: "i-3", Kind: lambdaevent.Spot})
	require.NoError(t, err)
	assert.Empty(t, answer.Instances, "of a group that is not tagged")
	assert.Len(t, f.calls, 2)
}

// A function that was upgraded before its role.
func TestWhereAnInstancesGroupMayNotBeAskedForAllAreListed(t *testing.T) {
	f := newFakeAWS().host("i-2", "InService")
	f.deny["DescribeAutoScalingInstances"] = true
	answer, err := f.process().First(t.Context(), f.now, lambdaevent.Event{Instance: "i-2", Kind: lambdaevent.Spot})
	require.NoError(t, err)
	assert.Equal(t, drain.SetDraining, answer.Instances[0].Action)
	assert.Equal(t, "DRAINING", f.hosts["ci/i-2"].status)
}

// A hundred hosts that leave together send a hundred events, and each is a process with limits of its own.
func TestAnEventTakesFourCallsHoweverLargeTheCluster(t *testing.T) {
	f := newFakeAWS()
	for n := range 300 {
		f.host(fmt.Sprintf("i-%d", 1000+n), wait)
	}
	_, err := f.process().First(t.Context(), f.now, lambdaevent.Event{Instance: "i-1007", Group: "web-blue"})
	require.NoError(t, err)
	assert.Equal(t, []string{"DescribeAutoScalingGroups", "ListContainerInstances", "DescribeContainerInstances", "UpdateContainerInstancesState"}, f.calls)
	assert.Equal(t, "web-blue/1", f.asked, "its own group, its own registration")
	assert.Equal(t, "DRAINING", f.hosts["ci/i-1007"].status)
}

func TestAnEventThatCouldNotBeActedOnFails(t *testing.T) {
	for _, action := range []string{"ListContainerInstances", "DescribeContainerInstances", "UpdateContainerInstancesState", "DescribeAutoScalingGroups"} {
		f := newFakeAWS().host("i-1", wait)
		f.deny[action] = true
		_, err := f.process().First(t.Context(), f.now, lambdaevent.Event{Instance: "i-1"})
		assert.Error(t, err, action)
	}
}

func TestATaskOnAnotherHostThatLeavesKeepsNoFloor(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api").host("i-2", wait, "api")
	f.service("api", 2, 50, 200).replaces = false
	f.tasks["task/1"].protected = true
	d := f.process()
	for range 5 {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	reasons := map[string]drain.Reason{}
	for _, s := range tick(t, f, d).Instances {
		reasons[s.Instance] = s.Reason
	}
	assert.Equal(t, drain.ServiceBelowFloor, reasons["i-1"], "its other copy runs, on a host that leaves too")
}

// An agent that is away for good is told nothing: neither the service's task, which ECS has moved, nor the daemon stops.
// EC2 finds the instance healthy, so that it is not given up before its deadline.
func TestAHostWhoseAgentStaysAwayEndsTenMinutesAfterItsDeadlineDaemonsIncluded(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api", "agent")
	f.service("api", 2, 50, 200)
	f.service("agent", 2, 0, 100).daemon = true
	f.hosts["ci/i-1"].connected = false
	for _, task := range f.tasks {
		task.takes = 24 * time.Hour
	}
	d := f.process()
	for f.count("CompleteLifecycleAction") == 0 && f.now.Sub(start) < 3*time.Hour {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.Equal(t, 71*time.Minute, f.now.Sub(start))
	assert.Len(t, f.broken, 2, "two tasks ended with it: %v", f.broken)
	f.pass(time.Minute)
	tick(t, f, d)
	assert.NotContains(t, f.hosts, "ci/i-1", "its registration does not outlive it")
}
