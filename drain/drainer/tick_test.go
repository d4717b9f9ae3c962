package drainer_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/simulator/faulty"
)

func TestIdleHostIsReleasedAfter3Minutes(t *testing.T) {
	a := newAccount().host("i-1", wait)
	assert.Equal(t, []string{"drain tasks_running", "wait ready", "complete ready"}, until(t, a, a.process(), 10))
	assert.Equal(t, start.Add(3*time.Minute), a.ended["i-1"])
	assert.Zero(t, a.put["OldestDrainMinutes"])
}

func TestHostIsReleasedOnceTasksStopped(t *testing.T) {
	a := newAccount()
	a.takes = 6 * time.Minute
	a.service("api", 1, 100, 200).daemon("agent").host("i-1", wait, "api", "agent")
	assert.Equal(t, []string{
		"drain tasks_running", "wait tasks_stopping", "complete ready",
	}, until(t, a, a.process(), 30))
	require.Len(t, a.tasks["i-1"], 2)
	for _, task := range a.tasks["i-1"] {
		assert.False(t, a.ended["i-1"].Before(task.Stopped))
	}
	assert.GreaterOrEqual(t, a.ended["i-1"].Sub(start), 2*6*time.Minute, "the daemon stops last")
}

func TestTwoHostsOfAServiceKeepItsFloor(t *testing.T) {
	a := newAccount().service("api", 2, 50, 200).host("i-1", wait, "api").host("i-2", wait, "api")
	until(t, a, a.process(), 30)
	assert.Empty(t, a.left())
}

func TestBrokenServiceHoldsTenMinutes(t *testing.T) {
	a := newAccount().brokenService("api", 1, 100, 200).host("i-1", wait, "api")
	d := a.process()
	tick(t, a, d)
	a.stop(t, a.task("i-1")) // a person does
	a.pass(time.Minute)
	assert.Equal(t, []string{"wait service_below_floor", "complete below_floor_not_ours"}, until(t, a, d, 30))
	assert.Equal(t, start.Add(11*time.Minute), a.ended["i-1"])
}

func TestReportedHealthCounts(t *testing.T) {
	a := newAccount().service("api", 1, 100, 200).host("i-1", wait, "api")
	is := ecstypes.HealthStatusUnhealthy
	a.spoil(a.health("i-0", func() ecstypes.HealthStatus { return is }))
	d := a.process()
	ticks(t, a, 5, d)
	require.Equal(t, drain.ServiceBelowFloor, tick(t, a, d).Instances[0].Reason)
	is = ecstypes.HealthStatusHealthy
	assert.Equal(t, drain.Complete, tick(t, a, d).Instances[0].Action)
}

func TestStandaloneTasksHaveADeadline(t *testing.T) {
	a := newAccount().host("i-1", wait, "")
	a.enter("web", `{"drain": {"standalone_deadline_minutes": 20, "deadline_minutes": 5}}`)
	assert.Equal(t, []string{
		"drain tasks_running", "wait standalone_task", "stop_tasks deadline", "complete ready",
	}, until(t, a, a.process(), 40))
	assert.True(t, byUs(a.task("i-1")))
	assert.Equal(t, start.Add(20*time.Minute), a.task("i-1").Stopping)
}

func TestDeadHostIsReleasedAtOnce(t *testing.T) {
	a := newAccount().service("api", 1, 100, 200).host("i-1", dead, "api")
	assert.Equal(t, []string{"complete host_dead"}, until(t, a, a.process(), 5))
	assert.False(t, a.registered("i-1"))
}

func TestBlinkingAgentIsNoDeadHost(t *testing.T) {
	for _, who := range []string{"an ELB system health check failure.", "a user health-check."} {
		a := newAccount().service("api", 1, 100, 100).host("i-1", wait, "api").blame("i-1", who) // its task moves nowhere
		d := a.process()
		for minute := range 12 {
			a.connect("i-1", minute%4 != 1) // away for one look in four
			ticks(t, a, 1, d)
		}
		assert.NotEmpty(t, a.left(), who)

		a.connect("i-1", false)
		assert.Contains(t, until(t, a, d, 5), "complete host_dead", "an agent that stays away is gone")
	}
}

func TestHostLostByAPageIsFound(t *testing.T) {
	a := newAccount().service("api", 1, 100, 100).host("i-1", wait, "api")
	a.spoil(a.hidden("i-1"))
	until(t, a, a.process(), 10)
	assert.NotEmpty(t, a.left())
	assert.Equal(t, "DRAINING", a.status("i-1"), "it was found by name")
}

func TestNewerRegistrationHasTheTasks(t *testing.T) {
	a := newAccount().service("api", 1, 100, 100).host("i-1", wait, "api")
	const old = "arn:aws:ecs:eu-central-1:111122223333:container-instance/web/an-old-one"
	a.spoil(faulty.Rewrite(func(_ faulty.Call, out *ecs.ListContainerInstancesOutput) {
		out.ContainerInstanceArns = append(slices.Clone(out.ContainerInstanceArns), old)
	}), faulty.Rewrite(func(_ faulty.Call, out *ecs.DescribeContainerInstancesOutput) {
		out.Failures = nil
		out.ContainerInstances = append(out.ContainerInstances, ecstypes.ContainerInstance{
			ContainerInstanceArn: sdk.String(old), Ec2InstanceId: sdk.String(a.id("i-1")), Status: sdk.String("ACTIVE"), RegisteredAt: sdk.Time(start.Add(-48 * time.Hour)),
		})
	}))
	d := a.process()
	a.connect("i-1", false)
	until(t, a, d, 10)
	assert.NotEmpty(t, a.left())
}

func TestForeignHookIsLeftAlone(t *testing.T) {
	a := newAccount()
	a.hooks("somebody-else")
	a.host("i-1", wait)
	assert.Equal(t, []string{"drain tasks_running", "wait ready", "none foreign_hook"}, until(t, a, a.process(), 8))
}

// Ours was completed, or ran out, and another's hook still holds the instance.
func TestDoneHookIsNotCompletedAgain(t *testing.T) {
	a := newAccount()
	a.hooks(ours, "another")
	a.host("i-1", wait)
	d := a.process()
	a.complete(t, "i-1", ours)
	var told []drain.Action
	for range 6 {
		told = append(told, ticks(t, a, 1, d).Instances[0].Action)
	}
	assert.Equal(t, []drain.Action{drain.SetDraining, drain.Wait, drain.Wait, drain.Complete, drain.None, drain.None}, told)
}

func TestUnknownStartIsFirstSighting(t *testing.T) {
	a := newAccount().host("i-1", wait)
	a.deny["DescribeScalingActivities"] = true
	d := a.process()
	a.pass(10 * time.Minute)
	until(t, a, d, 8)
	assert.Equal(t, start.Add(16*time.Minute), a.ended["i-1"], "3 minutes, and 150 s that a first look may be late")
}

// An instance may have been to leave before, and AWS may find new words for how it stands.
func TestTerminationBeganWithOpenActivity(t *testing.T) {
	a := newAccount().host("i-1", wait)
	a.spoil(faulty.Rewrite(func(_ faulty.Call, out *autoscaling.DescribeScalingActivitiesOutput) {
		for n, one := range out.Activities {
			if one.EndTime != nil {
				continue
			}
			out.Activities[n].StatusCode = "SomethingNew"
			ended := one
			ended.StartTime, ended.EndTime = sdk.Time(start.Add(-time.Hour)), sdk.Time(start.Add(-30*time.Minute))
			out.Activities = append(out.Activities, ended)
		}
	}))
	until(t, a, a.process(), 6)
	assert.Equal(t, start.Add(3*time.Minute), a.ended["i-1"])
	assert.Positive(t, a.count("DescribeScalingActivities"))
}

func TestHostsAreSetDrainingTenACall(t *testing.T) {
	a := newAccount()
	for n := range 120 {
		a.host(fmt.Sprintf("i-%d", 1000+n), wait)
	}
	tick(t, a, a.process())
	assert.Equal(t, 12, a.count("UpdateContainerInstancesState"))
	assert.Empty(t, a.broken)
}

func TestIdleTickReadsOnlyGroups(t *testing.T) {
	a := newAccount()
	assert.Empty(t, tick(t, a, a.process()).Instances)
	assert.Equal(t, []string{"DescribeAutoScalingGroups"}, a.actions())
}

func TestBlockingHostIsInTheMetrics(t *testing.T) {
	a := newAccount().service("api", 1, 100, 100).host("i-1", wait, "api")
	ticks(t, a, 18, a.process())
	assert.InDelta(t, 1, a.put["DrainBlocked"], 0)
	assert.InDelta(t, 17, a.put["OldestDrainMinutes"], 0)
}

func TestProtectedTaskIsNamed(t *testing.T) {
	a := newAccount().service("api", 1, 100, 200).host("i-1", wait, "api")
	d := a.process()
	a.task("i-1").Protect(time.Hour)
	told := until(t, a, d, 10)
	assert.Equal(t, "wait protected_task", told[len(told)-1])
}

func TestPlanWritesNothing(t *testing.T) {
	a := newAccount().host("i-1", wait)
	d := a.process()
	a.pass(5 * time.Minute)
	answer, err := d.Plan(t.Context(), a.Now())
	require.NoError(t, err)
	assert.Equal(t, drain.SetDraining, answer.Instances[0].Action)
	a.pass(0)
	assert.Equal(t, "ACTIVE", a.status("i-1"))
	for _, c := range a.calls.Calls() {
		assert.False(t, c.Writes, c.Action)
	}
}

func TestTaskOnLeavingHostKeepsNoFloor(t *testing.T) {
	a := newAccount().brokenService("api", 2, 50, 200).host("i-1", wait, "api").host("i-2", wait, "api")
	d := a.process()
	a.task("i-2").Protect(time.Hour)
	ticks(t, a, 5, d)
	reasons := map[string]drain.Reason{}
	for _, s := range tick(t, a, d).Instances {
		reasons[s.Instance] = s.Reason
	}
	assert.Equal(t, drain.ServiceBelowFloor, reasons["i-1"], "its other copy runs, on a host that leaves too")
}

// An agent that never reconnects is told nothing: neither the service's task, which ECS has moved, nor the daemon stops.
// EC2 finds the instance healthy, so that it is not given up before its deadline.
func TestAbsentAgentsHostEndsAtDeadline(t *testing.T) {
	a := newAccount().service("api", 2, 50, 200).daemon("agent").host("i-1", wait, "api", "agent")
	d := a.process()
	a.connect("i-1", false)
	for a.count("CompleteLifecycleAction") == 0 && a.Now().Sub(start) < 3*time.Hour {
		ticks(t, a, 1, d)
	}
	assert.Equal(t, 71*time.Minute, a.Now().Sub(start))
	assert.Len(t, a.broken, 2, "two tasks ended with it, daemons included: %v", a.broken)
	a.pass(time.Minute)
	tick(t, a, d)
	assert.False(t, a.registered("i-1"), "its registration does not outlive it")
}
