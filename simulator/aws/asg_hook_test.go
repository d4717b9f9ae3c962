package aws

import (
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func drained(t *testing.T, hooks ...HookSpec) (*lab, *Instance) {
	t.Helper()
	l := newLab(exact(), GroupSpec{Desired: 1, Hooks: hooks})
	l.pass(time.Minute)
	i := l.group.Instances()[0]
	l.group.SetDesired(0)
	return l, i
}

func (l *lab) complete(t *testing.T, i *Instance, hook, result string) error {
	t.Helper()
	_, err := l.AutoScaling().CompleteLifecycleAction(t.Context(), &autoscaling.CompleteLifecycleActionInput{
		AutoScalingGroupName: sdk.String("web"), LifecycleHookName: sdk.String(hook), InstanceId: sdk.String(i.ID),
		LifecycleActionResult: sdk.String(result),
	})
	return err
}

func (l *lab) heartbeat(t *testing.T, i *Instance, hook string) error {
	t.Helper()
	_, err := l.AutoScaling().RecordLifecycleActionHeartbeat(t.Context(), &autoscaling.RecordLifecycleActionHeartbeatInput{
		AutoScalingGroupName: sdk.String("web"), LifecycleHookName: sdk.String(hook), InstanceId: sdk.String(i.ID),
	})
	return err
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
func TestAnInstanceWaitsInItsHookUntilItIsCompleted(t *testing.T) {
	l, i := drained(t, HookSpec{"drain", time.Hour, "ABANDON"})
	l.pass(5 * time.Second)
	assert.EqualValues(t, "Terminating:Wait", i.State)
	l.pass(50 * time.Minute)
	assert.EqualValues(t, "Terminating:Wait", i.State)
	require.NoError(t, l.complete(t, i, "drain", "CONTINUE"))
	assert.Empty(t, l.happened(HostGone))
	l.pass(0)
	assert.EqualValues(t, "Terminating:Proceed", i.State)
	require.Len(t, l.happened(HostGone), 1, "the bill ends when EC2 shuts down")
	l.pass(59 * time.Second)
	assert.Len(t, l.group.Instances(), 1)
	l.pass(time.Second)
	assert.Empty(t, l.group.Instances())
	assert.EqualValues(t, "Terminated", i.State)
	assert.Empty(t, l.happened(HookExpired))
}

// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html: HeartbeatTimeout, DefaultResult.
func TestAHookThatNobodyCompletesEndsByItsHeartbeat(t *testing.T) {
	for _, result := range []string{"CONTINUE", "ABANDON", ""} {
		l, i := drained(t, HookSpec{"drain", 10 * time.Minute, result})
		l.pass(5*time.Second + 10*time.Minute - time.Second)
		assert.EqualValues(t, "Terminating:Wait", i.State)
		l.pass(time.Second)
		assert.EqualValues(t, "Terminating:Proceed", i.State)
		require.Len(t, l.happened(HookExpired), 1)
		assert.Equal(t, "drain", l.happened(HookExpired)[0].Cause)
	}
}

// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RecordLifecycleActionHeartbeat.html
func TestAHeartbeatRestartsTheTimeout(t *testing.T) {
	l, i := drained(t, HookSpec{"drain", 10 * time.Minute, "ABANDON"})
	l.pass(9 * time.Minute)
	require.NoError(t, l.heartbeat(t, i, "drain"))
	l.pass(10*time.Minute - time.Second)
	assert.EqualValues(t, "Terminating:Wait", i.State)
	l.pass(time.Second)
	assert.EqualValues(t, "Terminating:Proceed", i.State)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html: 48 hours or 100 times the heartbeat timeout,
// whichever is smaller.
func TestNoHeartbeatHoldsAHookBeyondItsCap(t *testing.T) {
	for heartbeat, most := range map[time.Duration]time.Duration{30 * time.Second: 50 * time.Minute, time.Hour: 48 * time.Hour} {
		l, i := drained(t, HookSpec{"drain", heartbeat, "ABANDON"})
		l.pass(5 * time.Second)
		began := l.Now()
		for i.State == terminatingWait {
			require.NoError(t, l.heartbeat(t, i, "drain"))
			l.pass(heartbeat / 3)
		}
		assert.LessOrEqual(t, l.happened(HookExpired)[0].At.Sub(began), most)
		assert.Greater(t, l.happened(HookExpired)[0].At.Sub(began), most-heartbeat)
	}
}

func TestAnActionThatIsOverIsRefusedAsAWSDoes(t *testing.T) {
	l, i := drained(t, HookSpec{"drain", time.Hour, "ABANDON"})
	refused := func(err error) {
		t.Helper()
		var api smithy.APIError
		require.ErrorAs(t, err, &api)
		assert.Equal(t, "ValidationError", api.ErrorCode())
		assert.Equal(t, "No active Lifecycle Action found with instance ID "+i.ID, api.ErrorMessage())
	}
	refused(l.complete(t, i, "drain", "CONTINUE"))
	l.pass(time.Minute)
	require.NoError(t, l.complete(t, i, "drain", "CONTINUE"))
	refused(l.complete(t, i, "drain", "CONTINUE"))
	refused(l.heartbeat(t, i, "drain"))
	l.pass(time.Hour)
	refused(l.complete(t, i, "drain", "CONTINUE"))
	assert.ErrorContains(t, l.complete(t, i, "other", "CONTINUE"), "No Lifecycle Hook found")
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/completing-lifecycle-hooks.html: ABANDON stops the other hooks,
// CONTINUE lets them complete.
func TestOfTwoHooksContinueWaitsForTheOtherAndAbandonDoesNot(t *testing.T) {
	hooks := []HookSpec{{"drain", time.Hour, "ABANDON"}, {"logs", time.Hour, "CONTINUE"}}
	l, i := drained(t, hooks...)
	l.pass(time.Minute)
	require.NoError(t, l.complete(t, i, "drain", "CONTINUE"))
	l.pass(time.Minute)
	assert.EqualValues(t, "Terminating:Wait", i.State)
	require.NoError(t, l.complete(t, i, "logs", "CONTINUE"))
	l.pass(time.Second)
	assert.EqualValues(t, "Terminating:Proceed", i.State)

	l, i = drained(t, hooks...)
	l.pass(time.Minute)
	require.NoError(t, l.complete(t, i, "drain", "ABANDON"))
	l.pass(time.Second)
	assert.EqualValues(t, "Terminating:Proceed", i.State)
	l.pass(2 * time.Hour)
	assert.Empty(t, l.happened(HookExpired))
}

// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html: DefaultResult is ABANDON unless it is set.
func TestAHookThatExpiresEndsTheOthersByItsDefault(t *testing.T) {
	for result, want := range map[string]string{"": "Terminating:Proceed", "ABANDON": "Terminating:Proceed", "CONTINUE": "Terminating:Wait"} {
		l, i := drained(t, HookSpec{"drain", 10 * time.Minute, result}, HookSpec{"logs", time.Hour, "CONTINUE"})
		l.pass(10*time.Minute + 10*time.Second)
		assert.EqualValues(t, want, i.State, "DefaultResult %q", result)
	}
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html: a target group deregisters first.
func TestDeregistrationPassesInTerminatingBeforeTheHook(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 1, Deregistration: 5 * time.Minute, Hooks: []HookSpec{{"drain", time.Hour, ""}}})
	l.pass(time.Minute)
	i := l.group.Instances()[0]
	l.group.SetDesired(0)
	l.pass(5*time.Second + 5*time.Minute - time.Second)
	assert.EqualValues(t, "Terminating", i.State)
	require.Error(t, l.heartbeat(t, i, "drain"))
	l.pass(time.Second)
	assert.EqualValues(t, "Terminating:Wait", i.State)
}

func TestATerminatedInstanceIsNotReplacedAboveTheMinimum(t *testing.T) {
	l := newLab(exact(), GroupSpec{Min: 1, Desired: 2, Hooks: []HookSpec{{Name: "drain", Heartbeat: time.Hour, Default: "CONTINUE"}}})
	l.pass(5 * time.Minute)
	first := l.group.Instances()[0]
	l.Terminate(first)
	assert.Equal(t, terminatingWait, first.State)
	assert.Equal(t, 1, l.group.Desired)
	l.Terminate(first)
	assert.Equal(t, 1, l.group.Desired, "it leaves already")
	l.Terminate(l.group.Instances()[1])
	l.pass(5 * time.Minute)
	assert.Equal(t, map[string]int{"Terminating:Wait": 2, "InService": 1}, l.states(), "the minimum is kept")
}
