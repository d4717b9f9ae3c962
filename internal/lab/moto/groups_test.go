package moto_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/seed"
)

func TestBoundsBringAGroupWithinThemThroughItsHook(t *testing.T) {
	m := emptyMoto(t)
	_, err := seed.Clusters(t.Context(), m, seed.Cluster{
		Name: "web", Hosts: []seed.Host{{}, {}, {}}, Group: &seed.Group{Name: "web-blue", Hook: seed.HookName},
	})
	require.NoError(t, err)
	client := autoscaling.NewFromConfig(m.Config())
	bound := func(low, high int32) {
		_, err := client.UpdateAutoScalingGroup(t.Context(), &autoscaling.UpdateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("web-blue"), MinSize: aws.Int32(low), MaxSize: aws.Int32(high),
		})
		require.NoError(t, err)
	}
	desired := func() int32 {
		found, err := client.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
		require.NoError(t, err)
		return aws.ToInt32(found.AutoScalingGroups[0].DesiredCapacity)
	}

	bound(0, 10)
	assert.EqualValues(t, 3, desired(), "within the bounds nothing changes")
	bound(4, 10)
	assert.EqualValues(t, 4, desired())
	bound(0, 0)
	assert.EqualValues(t, 0, desired())
	actions, err := m.LifecycleActions(t.Context())
	require.NoError(t, err)
	require.Len(t, actions, 4, "every host waits for the hook")
	bound(0, 2)
	assert.EqualValues(t, 0, desired(), "hosts that leave count for no bound")

	_, err = client.DeleteAutoScalingGroup(t.Context(), &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("web-blue")})
	require.ErrorContains(t, err, "ResourceInUse", "a group with hosts cannot be deleted")
	for _, action := range actions {
		_, err := client.CompleteLifecycleAction(t.Context(), &autoscaling.CompleteLifecycleActionInput{
			AutoScalingGroupName: aws.String("web-blue"), LifecycleHookName: aws.String(seed.HookName),
			InstanceId: aws.String(action.Instance), LifecycleActionResult: aws.String("CONTINUE"),
		})
		require.NoError(t, err)
	}
	_, err = client.DeleteAutoScalingGroup(t.Context(), &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("web-blue")})
	require.NoError(t, err)
}

func TestCallsAreKeptInTheirOrder(t *testing.T) {
	m := emptyMoto(t)
	_, err := seed.Clusters(t.Context(), m, seed.Cluster{Name: "web", Hosts: []seed.Host{{}}, Group: &seed.Group{Name: "web-blue"}})
	require.NoError(t, err)
	require.NoError(t, m.ResetCalls(t.Context()))
	client := autoscaling.NewFromConfig(m.Config())
	for _, size := range []int32{2, 1} {
		_, err := client.SetDesiredCapacity(t.Context(), &autoscaling.SetDesiredCapacityInput{
			AutoScalingGroupName: aws.String("web-blue"), DesiredCapacity: aws.Int32(size),
		})
		require.NoError(t, err)
	}
	log, err := m.CallLog(t.Context())
	require.NoError(t, err)
	require.Len(t, log, 2)
	for i, size := range []string{"2", "1"} {
		assert.Equal(t, "autoscaling.SetDesiredCapacity", log[i].Action)
		assert.Equal(t, "web-blue", log[i].Fields["AutoScalingGroupName"])
		assert.Equal(t, size, log[i].Fields["DesiredCapacity"])
	}
}
