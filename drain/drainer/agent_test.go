package drainer_test

import (
	"context"
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
	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/simulator/faulty"
)

// accused is a host that its load balancer calls unhealthy, with a task that moves nowhere.
func accused() *account { return stubborn().blame("i-1", "an ELB system health check failure.") }

func TestUnreadHostIsNoAbsentAgent(t *testing.T) {
	for name, c := range map[string]struct {
		deny  string
		spoil func(a *account) faulty.Fate
	}{
		"hosts may not be listed":            {deny: "ListContainerInstances"},
		"they may not be described":          {deny: "DescribeContainerInstances"},
		"the cluster may not be read":        {deny: "ListContainerInstances web"},
		"ECS lists it and does not describe": {spoil: func(a *account) faulty.Fate { return a.undescribed("i-1") }},
		"a page has lost it":                 {spoil: func(a *account) faulty.Fate { return a.hidden("i-1") }},
		"its time ran out":                   {spoil: func(*account) faulty.Fate { return cutAfter(0) }},
	} {
		t.Run(name, func(t *testing.T) {
			a := accused()
			d := a.process()
			ticks(t, a, 1, d)
			before := a.fates
			a.deny[c.deny] = true
			if c.spoil != nil {
				a.spoil(c.spoil(a))
			}
			ticks(t, a, 6, d)
			a.deny[c.deny], a.fates = false, before
			a.connect("i-1", false) // away for this one look
			answer := ticks(t, a, 1, d)
			assert.NotEqual(t, drain.HostDead, answer.Instances[0].Reason)
			assert.NotEmpty(t, a.left(), "the agent was never seen away before")

			ticks(t, a, 4, d)
			assert.Empty(t, a.left(), "one that stays away is gone")
		})
	}
}

// Two blinks with minutes between them that nobody saw, unread or without a tick, are no absence. One such minute is.
func TestUnseenMinutesAreNoAbsence(t *testing.T) {
	for name, c := range map[string]struct {
		unseen func(a *account, d *drainer.Drainer)
		dead   bool
	}{
		"hosts were unread": {func(a *account, d *drainer.Drainer) {
			a.deny["ListContainerInstances"] = true
			ticks(t, a, 5, d)
			a.deny["ListContainerInstances"] = false
		}, false},
		"no tick ran": {func(a *account, _ *drainer.Drainer) { a.pass(5 * time.Minute) }, false},
		"one minute between ticks that saw it away": {func(a *account, d *drainer.Drainer) {
			a.pass(time.Minute)
			ticks(t, a, 1, d)
		}, true},
	} {
		a := accused()
		d := a.process()
		ticks(t, a, 1, d)
		a.connect("i-1", false)
		ticks(t, a, 1, d)
		c.unseen(a, d)
		assert.Equal(t, c.dead, ticks(t, a, 1, d).Instances[0].Reason == drain.HostDead, name)
	}
}

// An unread minute neither begins an absence nor ends one.
func TestUnreadMinutesAreNoAbsence(t *testing.T) {
	a := accused()
	d := a.process()
	a.connect("i-1", false)
	ticks(t, a, 2, d)
	a.connect("i-1", true)
	ticks(t, a, 1, d)
	a.deny["ListContainerInstances"] = true
	ticks(t, a, 5, d)
	a.deny["ListContainerInstances"] = false
	a.connect("i-1", false)
	require.NotEqual(t, drain.HostDead, ticks(t, a, 1, d).Instances[0].Reason)
}

// It may be the one that leaves: as long as ECS lists a host that it does not describe, none is unregistered.
func TestUndescribedHostMayBeLeaving(t *testing.T) {
	a := stubborn()
	a.spoil(a.undescribed("i-1"))
	answer := ticks(t, a, 20, a.process())
	assert.Equal(t, drain.Wait, answer.Instances[0].Action)
	assert.NotEmpty(t, a.left())
	assert.LessOrEqual(t, a.silence(ours), third)

	a = stubborn() // nor is the cluster without a host that could take its tasks
	a.spoil(a.undescribed("i-0"), faulty.Rewrite(func(_ faulty.Call, out *autoscaling.DescribeAutoScalingGroupsOutput) {
		for n := range out.AutoScalingGroups {
			out.AutoScalingGroups[n].MaxSize = sdk.Int32(0)
		}
	}))
	ticks(t, a, 20, a.process())
	assert.False(t, byUs(a.task("i-1")))
	assert.NotEmpty(t, a.left())
}

// refuses has ECS not set a host DRAINING, for a reason; empty: it does.
func (a *account) refuses(name string, reason *string) faulty.Fate {
	return faulty.On(func(_ context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
		in, _ := c.Input.(*ecs.UpdateContainerInstancesStateInput)
		arn := a.hostNamed(name).ARN
		if *reason == "" || !slices.Contains(in.ContainerInstances, arn) {
			return carryOut()
		}
		all := in.ContainerInstances
		in.ContainerInstances = slices.DeleteFunc(slices.Clone(all), func(one string) bool { return one == arn })
		out, err := carryOut()
		in.ContainerInstances = all
		if answer, ok := out.(*ecs.UpdateContainerInstancesStateOutput); ok && err == nil {
			answer.Failures = append(answer.Failures, ecstypes.Failure{Arn: sdk.String(arn), Reason: sdk.String(*reason)})
		}
		return out, err
	}, "UpdateContainerInstancesState")
}

func TestFailuresInA200AnswerCount(t *testing.T) {
	for reason, failed := range map[string]bool{"INACTIVE": true, "AGENT": true, "MISSING": false} {
		a := newAccount().host("i-1", wait).host("i-2", wait)
		a.spoil(a.refuses("i-1", &reason))
		d := a.process()
		answer := tick(t, a, d)
		assert.Equal(t, "DRAINING", a.status("i-2"))
		assert.Equal(t, "ACTIVE", a.status("i-1"))
		if !failed {
			assert.Empty(t, answer.Failed, reason)
			continue
		}
		require.Len(t, answer.Failed, 1, reason)
		assert.Contains(t, answer.Failed[0].Error, "ECS did not set "+a.hostNamed("i-1").ARN+" DRAINING: "+reason)
		assert.Equal(t, "web", answer.Failed[0].Cluster)
		a.pass(time.Minute)
		reason = ""
		assert.Empty(t, tick(t, a, a.process()).Failed)
		assert.Equal(t, "DRAINING", a.status("i-1"), "the next tick tries again")
	}
}

// The same name on a launching hook is another hook: AWS would refuse its completion for ever.
func TestLaunchHookOfSameNameIsNotOurs(t *testing.T) {
	a := newAccount()
	a.hooks("another")
	a.blue.Spec.Hooks[0].Heartbeat = time.Hour
	a.host("i-1", wait)
	a.spoil(faulty.Rewrite(func(_ faulty.Call, out *autoscaling.DescribeLifecycleHooksOutput) {
		for n := range out.LifecycleHooks {
			out.LifecycleHooks[n].LifecycleHookName = sdk.String(ours)
			out.LifecycleHooks[n].LifecycleTransition = sdk.String("autoscaling:EC2_INSTANCE_LAUNCHING")
		}
	}), faulty.On(func(_ context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
		if in, ok := c.Input.(*autoscaling.DescribeLifecycleHooksInput); ok {
			in.LifecycleHookNames = nil // the fate outside of this one gives it that name
		}
		return carryOut()
	}, "DescribeLifecycleHooks"))
	assert.Equal(t, []string{"drain tasks_running", "wait ready", "none foreign_hook"}, until(t, a, a.process(), 20))
	assert.Zero(t, a.count("RecordLifecycleActionHeartbeat"))
	assert.Zero(t, a.count("CompleteLifecycleAction"))
}

func TestWithoutEntryNoTaskIsStopped(t *testing.T) {
	a := newAccount()
	a.takes = 24 * time.Hour
	a.service("api", 1, 100, 100).host("i-1", wait, "api", "")
	a.blue.Spec.Hooks[0].Heartbeat = 2 * time.Hour // longer than AWS's 48 hours in all
	a.deny["GetParametersByPath"] = true
	d := a.process()
	for a.Now().Before(start.Add(47 * time.Hour)) {
		for _, s := range tick(t, a, d).Instances {
			require.NotEqual(t, drain.StopTasks, s.Action)
		}
		a.pass(10 * time.Minute)
	}
	assert.Zero(t, a.count("StopTask"), "past the built-in deadlines, both")
	assert.NotEmpty(t, a.left())
}
