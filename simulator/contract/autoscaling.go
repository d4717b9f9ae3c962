package contract

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const noAction = "No active Lifecycle Action found"

// groups: a filter by tag key finds those that have it
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html).
func groups(t *testing.T, a Account) {
	t.Helper()
	describe := func(in autoscaling.DescribeAutoScalingGroupsInput) []types.AutoScalingGroup {
		out, err := a.AutoScaling.DescribeAutoScalingGroups(t.Context(), &in)
		require.NoError(t, err)
		return out.AutoScalingGroups
	}
	tagged := describe(autoscaling.DescribeAutoScalingGroupsInput{Filters: []types.Filter{{Name: aws.String("tag-key"), Values: []string{a.TagKey}}}})
	require.Len(t, tagged, 1)
	g := tagged[0]
	assert.Equal(t, a.Group, aws.ToString(g.AutoScalingGroupName))
	states := map[string]types.LifecycleState{}
	for _, i := range g.Instances {
		states[aws.ToString(i.InstanceId)] = i.LifecycleState
		assert.Equal(t, "Healthy", aws.ToString(i.HealthStatus))
	}
	require.Len(t, states, len(a.Hosts))
	for n, h := range a.Hosts {
		want := types.LifecycleStateInService
		if n == 0 {
			want = types.LifecycleStateTerminatingWait
		}
		assert.Equal(t, want, states[h.Instance])
	}
	assert.GreaterOrEqual(t, len(describe(autoscaling.DescribeAutoScalingGroupsInput{})), 2)
	require.Len(t, describe(autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{a.Group, absent}}), 1)
	assert.Empty(t, describe(autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{absent}}), "none of that name is no error")
}

// instances: one that is in no group is left out
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingInstances.html).
func instances(t *testing.T, a Account) {
	t.Helper()
	out, err := a.AutoScaling.DescribeAutoScalingInstances(t.Context(), &autoscaling.DescribeAutoScalingInstancesInput{
		InstanceIds: []string{a.Hosts[0].Instance, "i-00000000000000000"},
	})
	require.NoError(t, err)
	require.Len(t, out.AutoScalingInstances, 1)
	assert.Equal(t, a.Group, aws.ToString(out.AutoScalingInstances[0].AutoScalingGroupName))
	assert.Equal(t, string(types.LifecycleStateTerminatingWait), aws.ToString(out.AutoScalingInstances[0].LifecycleState))
}

// activities: newest first, open ones without an end, and cut by when they began
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html).
func activities(t *testing.T, a Account) {
	t.Helper()
	since := func(at time.Time) []types.Activity {
		var all []types.Activity
		for p := autoscaling.NewDescribeScalingActivitiesPaginator(a.AutoScaling, &autoscaling.DescribeScalingActivitiesInput{
			AutoScalingGroupName: aws.String(a.Group), MaxRecords: aws.Int32(2),
			Filters: []types.Filter{{Name: aws.String("StartTimeLowerBound"), Values: []string{at.UTC().Format(time.RFC3339)}}},
		}); p.HasMorePages(); {
			out, err := p.NextPage(t.Context())
			require.NoError(t, err)
			assert.LessOrEqual(t, len(out.Activities), 2)
			all = append(all, out.Activities...)
		}
		return all
	}
	all := since(a.Now().Add(-30 * 24 * time.Hour))
	require.GreaterOrEqual(t, len(all), len(a.Hosts)+1)
	assert.Equal(t, "Terminating EC2 instance: "+a.Hosts[0].Instance, aws.ToString(all[0].Description))
	assert.Nil(t, all[0].EndTime)
	assert.NotEmpty(t, aws.ToString(all[0].Cause))
	for _, one := range all[1:] {
		assert.Regexp(t, `^Launching a new EC2 instance: i-`, aws.ToString(one.Description))
		assert.NotNil(t, one.EndTime)
	}
	assert.Empty(t, since(a.Now().Add(time.Hour)))
}

// hooks: one that is not there is left out
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLifecycleHooks.html).
func hooks(t *testing.T, a Account) {
	t.Helper()
	describe := func(names ...string) []types.LifecycleHook {
		out, err := a.AutoScaling.DescribeLifecycleHooks(t.Context(), &autoscaling.DescribeLifecycleHooksInput{
			AutoScalingGroupName: aws.String(a.Group), LifecycleHookNames: names,
		})
		require.NoError(t, err)
		return out.LifecycleHooks
	}
	require.Len(t, describe(), 1)
	h := describe()[0]
	assert.Equal(t, a.Hook, aws.ToString(h.LifecycleHookName))
	assert.Equal(t, "autoscaling:EC2_INSTANCE_TERMINATING", aws.ToString(h.LifecycleTransition))
	assert.Positive(t, aws.ToInt32(h.HeartbeatTimeout))
	assert.Len(t, describe(a.Hook), 1)
	assert.Empty(t, describe(absent))
}

// policies: those of all groups, by their type; a warm-up that is unset is left out
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribePolicies.html).
func policies(t *testing.T, a Account) {
	t.Helper()
	describe := func(kind string) []types.ScalingPolicy {
		out, err := a.AutoScaling.DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{PolicyTypes: []string{kind}, MaxRecords: aws.Int32(100)})
		require.NoError(t, err)
		return out.ScalingPolicies
	}
	require.Len(t, describe("StepScaling"), 1)
	assert.Empty(t, describe("SimpleScaling"))
	p := describe("StepScaling")[0]
	assert.Equal(t, []string{a.Group, a.Policy, "StepScaling"}, []string{aws.ToString(p.AutoScalingGroupName), aws.ToString(p.PolicyName), aws.ToString(p.PolicyType)})
	assert.EqualValues(t, 200, aws.ToInt32(p.EstimatedInstanceWarmup))
	require.Len(t, p.StepAdjustments, 1)
	assert.EqualValues(t, 2, aws.ToInt32(p.StepAdjustments[0].ScalingAdjustment))
}

// lifecycleActions: a heartbeat or a completion for an instance that does not wait, or waits no more, is a ValidationError
// of this wording, which has no code of its own. AWS does not document it; people were answered so
// (https://github.com/convox/rack/issues/2432).
func lifecycleActions(t *testing.T, a Account) {
	t.Helper()
	beat := func(h Host) error {
		_, err := a.AutoScaling.RecordLifecycleActionHeartbeat(t.Context(), &autoscaling.RecordLifecycleActionHeartbeatInput{
			AutoScalingGroupName: aws.String(a.Group), LifecycleHookName: aws.String(a.Hook), InstanceId: aws.String(h.Instance),
		})
		return err
	}
	complete := func(h Host) error {
		_, err := a.AutoScaling.CompleteLifecycleAction(t.Context(), &autoscaling.CompleteLifecycleActionInput{
			AutoScalingGroupName: aws.String(a.Group), LifecycleHookName: aws.String(a.Hook), InstanceId: aws.String(h.Instance),
			LifecycleActionResult: aws.String("CONTINUE"),
		})
		return err
	}
	refused := func(err error, h Host) {
		t.Helper()
		require.Error(t, err)
		assert.Equal(t, "ValidationError", code(t, err))
		assert.ErrorContains(t, err, fmt.Sprintf("%s with instance ID %s", noAction, h.Instance))
	}
	leaving, staying := a.Hosts[0], a.Hosts[len(a.Hosts)-1]
	require.NoError(t, beat(leaving))
	refused(beat(staying), staying)
	refused(complete(staying), staying)
	require.NoError(t, complete(leaving))
	refused(complete(leaving), leaving)
	refused(beat(leaving), leaving)
}
