package ecsreader_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster/ecsreader"
)

// leavingAWS is what a reader of leaving hosts asks.
type leavingAWS struct {
	*fakeECS
	*fakeAutoScaling
	hooks     []astypes.LifecycleHook
	protected []types.ProtectedTask
	refusals  []types.Failure
	missing   []string // tasks that ECS does not know
	err       error
	asked     [][]string // names of hooks, tasks
}

func (a *leavingAWS) DescribeLifecycleHooks(_ context.Context, in *autoscaling.DescribeLifecycleHooksInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeLifecycleHooksOutput, error) {
	a.asked = append(a.asked, in.LifecycleHookNames)
	return &autoscaling.DescribeLifecycleHooksOutput{LifecycleHooks: a.hooks}, a.err
}

func (a *leavingAWS) DescribeAutoScalingInstances(_ context.Context, in *autoscaling.DescribeAutoScalingInstancesInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingInstancesOutput, error) {
	if in.InstanceIds[0] != "i-1" {
		return &autoscaling.DescribeAutoScalingInstancesOutput{}, a.err
	}
	return &autoscaling.DescribeAutoScalingInstancesOutput{AutoScalingInstances: []astypes.AutoScalingInstanceDetails{
		{InstanceId: aws.String("i-1"), AutoScalingGroupName: aws.String("blue")},
	}}, a.err
}

func (a *leavingAWS) GetTaskProtection(_ context.Context, in *ecs.GetTaskProtectionInput, _ ...func(*ecs.Options)) (*ecs.GetTaskProtectionOutput, error) {
	a.asked = append(a.asked, in.Tasks)
	return &ecs.GetTaskProtectionOutput{ProtectedTasks: a.protected, Failures: a.refusals}, a.err
}

func (a *leavingAWS) DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput, opts ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error) {
	if a.err != nil {
		return nil, a.err
	}
	out, err := a.fakeECS.DescribeTasks(ctx, in, opts...)
	out.Tasks = slices.DeleteFunc(out.Tasks, func(t types.Task) bool { return slices.Contains(a.missing, *t.TaskArn) })
	for _, arn := range in.Tasks {
		if slices.Contains(a.missing, arn) {
			out.Failures = append(out.Failures, types.Failure{Arn: aws.String(arn), Reason: aws.String("MISSING")})
		}
	}
	return out, err
}

func newLeaving() (*leavingAWS, *ecsreader.LeavingReader) {
	a := &leavingAWS{fakeECS: &fakeECS{}, fakeAutoScaling: &fakeAutoScaling{}}
	return a, ecsreader.NewLeaving(a, a)
}

func lifecycleHook(name, transition string, seconds int32) astypes.LifecycleHook {
	return astypes.LifecycleHook{
		LifecycleHookName: aws.String(name), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_" + transition), HeartbeatTimeout: aws.Int32(seconds),
	}
}

func TestHooksAreKeptForAWhile(t *testing.T) {
	a, r := newLeaving()
	a.hooks = []astypes.LifecycleHook{lifecycleHook("a", "TERMINATING", 300), lifecycleHook("b", "TERMINATING", 600), lifecycleHook("a", "LAUNCHING", 60)}
	read := func(minute int, names ...string) map[string]time.Duration {
		found, err := r.Hooks(t.Context(), "blue", names, passAt.Add(time.Duration(minute)*time.Minute))
		assert.Equal(t, a.err, err)
		return found
	}
	assert.Equal(t, map[string]time.Duration{"a": 5 * time.Minute}, read(0, "a"))
	assert.Equal(t, map[string]time.Duration{"a": 5 * time.Minute}, read(14, "a"))
	assert.Len(t, a.asked, 1)
	assert.Len(t, read(14), 2, "no names: all")
	a.err = errors.New("throttled")
	assert.Equal(t, map[string]time.Duration{"a": 5 * time.Minute}, read(15, "a"), "an old timeout is better than none")

	a.err, a.asked = nil, nil
	assert.Empty(t, read(0, "c"))
	assert.Empty(t, read(1, "c"))
	assert.Len(t, a.asked, 2, "it may be added")
}

func TestGroupOfInstance(t *testing.T) {
	a, r := newLeaving()
	for instance, want := range map[string]string{"i-1": "blue", "i-2": ""} {
		group, err := r.GroupOf(t.Context(), instance)
		require.NoError(t, err)
		assert.Equal(t, want, group)
	}
	a.err = errors.New("denied")
	_, err := r.GroupOf(t.Context(), "i-1")
	require.ErrorIs(t, err, a.err)
}

func TestProtectionOfTasks(t *testing.T) {
	a, r := newLeaving()
	a.protected = []types.ProtectedTask{{TaskArn: aws.String("1"), ProtectionEnabled: true, ExpirationDate: &passAt}, {TaskArn: aws.String("2")}}
	a.refusals = []types.Failure{{Arn: aws.String("3"), Reason: aws.String("TASK_NOT_VALID")}, {Arn: aws.String("4"), Reason: aws.String("INTERNAL")}}
	read, err := r.Protection(t.Context(), "web", []string{"1", "2", "3", "4"}, passAt)
	require.NoError(t, err)
	assert.Equal(t, map[string]ecsreader.Protection{"1": {Protected: true, Until: passAt}, "2": {}, "3": {}}, read, "of 4 nothing is known")

	var many []string
	for n := range 101 {
		many = append(many, fmt.Sprint(n))
	}
	a.asked = nil
	_, err = r.Protection(t.Context(), "web", many, passAt)
	require.NoError(t, err)
	assert.Len(t, a.asked, 2, "a hundred a call")

	assert.False(t, r.ProtectionRefused("web", passAt))
	a.err = errors.New("denied")
	_, err = r.Protection(t.Context(), "web", []string{"1"}, passAt)
	require.Error(t, err)
	assert.True(t, r.ProtectionRefused("web", passAt.Add(14*time.Minute)))
	assert.False(t, r.ProtectionRefused("web", passAt.Add(15*time.Minute)))
	assert.False(t, r.ProtectionRefused("api", passAt))
}
