package ecsreader_test

import (
	"context"
	"errors"
	"slices"
	"testing"

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
