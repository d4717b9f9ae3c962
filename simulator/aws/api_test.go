package aws

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	asg "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (l *lab) describe(t *testing.T, in *autoscaling.DescribeAutoScalingGroupsInput) []asg.AutoScalingGroup {
	t.Helper()
	var all []asg.AutoScalingGroup
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(l.AutoScaling(), in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		all = append(all, page.AutoScalingGroups...)
	}
	return all
}

func names(groups []asg.AutoScalingGroup) []string {
	var found []string
	for _, g := range groups {
		found = append(found, *g.AutoScalingGroupName)
	}
	return found
}

// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Filter.html: several values are alternatives, several filters
// must all hold.
func TestGroupsAreFoundByTheirTags(t *testing.T) {
	l := newLab(exact(), GroupSpec{Name: "untagged"})
	l.NewGroup(GroupSpec{Name: "blue", Max: 1, Tags: map[string]string{"of": "web", "active": "true"}})
	green := l.NewGroup(GroupSpec{Name: "green", Max: 1, Tags: map[string]string{"of": "web"}})
	l.NewGroup(GroupSpec{Name: "jobs", Max: 1, Tags: map[string]string{"of": "jobs"}})
	find := func(filters ...asg.Filter) []string {
		return names(l.describe(t, &autoscaling.DescribeAutoScalingGroupsInput{Filters: filters}))
	}
	filter := func(name string, values ...string) asg.Filter { return asg.Filter{Name: &name, Values: values} }
	assert.Equal(t, []string{"untagged", "blue", "green", "jobs"}, find())
	assert.Equal(t, []string{"blue", "green", "jobs"}, find(filter("tag-key", "of")))
	assert.Equal(t, []string{"blue", "green"}, find(filter("tag:of", "web", "other")))
	assert.Equal(t, []string{"jobs"}, find(filter("tag-value", "jobs")))
	assert.Equal(t, []string{"blue"}, find(filter("tag-key", "of"), filter("tag:active", "true")))
	assert.Equal(t, []string{"jobs"}, names(l.describe(t, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{"jobs"}})))
	green.SetTag("active", "true")
	assert.Equal(t, []string{"blue", "green"}, find(filter("tag:active", "true")))
	green.SetTag("active", "")
	assert.Equal(t, []string{"blue"}, find(filter("tag-key", "active")))
}

func TestAGroupIsShownAsItIsAfterEveryChange(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 2, Min: 1, Max: 9, Warmup: time.Minute, Type: InstanceType{Name: "m5.large"}, Protect: true, Hooks: []HookSpec{{"drain", time.Hour, ""}}})
	look := func() asg.AutoScalingGroup { return l.describe(t, &autoscaling.DescribeAutoScalingGroupsInput{})[0] }
	check := func() {
		t.Helper()
		g := look()
		assert.EqualValues(t, l.group.Desired, *g.DesiredCapacity)
		assert.EqualValues(t, l.group.Min, *g.MinSize)
		assert.EqualValues(t, l.group.Max, *g.MaxSize)
		require.Len(t, g.Instances, len(l.group.Instances()))
		for n, i := range l.group.Instances() {
			assert.Equal(t, i.ID, *g.Instances[n].InstanceId)
			assert.Equal(t, i.State, g.Instances[n].LifecycleState)
			assert.Equal(t, i.Protected, *g.Instances[n].ProtectedFromScaleIn)
			assert.Equal(t, i.Healthy, *g.Instances[n].HealthStatus == "Healthy")
			assert.Equal(t, i.Zone, *g.Instances[n].AvailabilityZone)
		}
	}
	l.Check(func() {})
	steps := []func(){
		func() {}, func() { l.group.SetProtection(l.group.Instances()[0], false) }, func() { l.group.SetDesired(1) },
		func() { l.group.SetLimits(0, 5) }, func() { l.Fail(l.group.Instances()[1]) }, func() { l.group.Suspend("Launch", true) },
	}
	for _, step := range steps {
		step()
		check()
		for range 20 {
			l.pass(15 * time.Second)
			check()
		}
	}
	assert.Equal(t, "Launch", *look().SuspendedProcesses[0].ProcessName)
	slim := l.describe(t, &autoscaling.DescribeAutoScalingGroupsInput{IncludeInstances: sdk.Bool(false)})
	assert.Empty(t, slim[0].Instances)
	check()
}

// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingInstances.html
func TestAnInstancesGroupIsFoundAndOneInNoneIsLeftOut(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 60, Max: 60})
	l.pass(time.Hour)
	find := func(ids ...string) []asg.AutoScalingInstanceDetails {
		t.Helper()
		var found []asg.AutoScalingInstanceDetails
		in := &autoscaling.DescribeAutoScalingInstancesInput{InstanceIds: ids}
		for {
			out, err := l.AutoScaling().DescribeAutoScalingInstances(t.Context(), in)
			require.NoError(t, err)
			found = append(found, out.AutoScalingInstances...)
			if in.NextToken = out.NextToken; in.NextToken == nil {
				return found
			}
		}
	}
	one := l.group.Instances()[7].ID
	found := find(one, "i-0123456789abcdef0")
	require.Len(t, found, 1)
	assert.Equal(t, []string{one, l.group.Spec.Name, "InService", "HEALTHY"}, []string{*found[0].InstanceId, *found[0].AutoScalingGroupName, *found[0].LifecycleState, *found[0].HealthStatus})
	assert.Len(t, find(), 60, "all, in pages of 50")
	_, err := l.AutoScaling().DescribeAutoScalingInstances(t.Context(), &autoscaling.DescribeAutoScalingInstancesInput{InstanceIds: make([]string, 51)})
	assert.Error(t, err)
}

// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html
func TestActivitiesAreListedNewestFirstFromALowerBoundOn(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 150, Max: 400})
	l.pass(time.Hour)
	l.group.SetDesired(300)
	l.pass(time.Minute)
	l.NewGroup(GroupSpec{Name: "other", Zones: []string{"a"}, Max: 1, Desired: 1})
	l.pass(time.Minute)
	list := func(in *autoscaling.DescribeScalingActivitiesInput) []asg.Activity {
		var all []asg.Activity
		pages := autoscaling.NewDescribeScalingActivitiesPaginator(l.AutoScaling(), in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			require.NoError(t, err)
			assert.LessOrEqual(t, len(page.Activities), 100)
			all = append(all, page.Activities...)
		}
		return all
	}
	all := list(&autoscaling.DescribeScalingActivitiesInput{})
	assert.Len(t, all, 301)
	assert.True(t, slices.IsSortedFunc(all, func(a, b asg.Activity) int { return b.StartTime.Compare(*a.StartTime) }))
	recent := list(&autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: sdk.String("web"),
		Filters:              []asg.Filter{{Name: sdk.String("StartTimeLowerBound"), Values: []string{l.Knobs.Start.Add(time.Hour).Format(time.RFC3339)}}},
	})
	assert.Len(t, recent, 150)
	ids := map[string]bool{}
	for _, a := range recent {
		ids[*a.ActivityId] = true
		assert.Equal(t, "web", *a.AutoScalingGroupName)
		assert.NotNil(t, a.EndTime)
	}
	assert.Len(t, ids, 150)
	assert.Empty(t, list(&autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: sdk.String("web"), Filters: []asg.Filter{{Name: sdk.String("Status"), Values: []string{"Failed"}}},
	}))
	_, err := l.AutoScaling().DescribeScalingActivities(t.Context(), &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: sdk.String("none")})
	require.ErrorContains(t, err, "not found")
	_, err = l.AutoScaling().DescribeScalingActivities(t.Context(), &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: sdk.String("web"), Filters: []asg.Filter{{Name: sdk.String("StartTimeLowerBound"), Values: []string{"yesterday"}}},
	})
	require.Error(t, err)
}

func TestHooksAreDescribedWithTheirTimeouts(t *testing.T) {
	l := newLab(exact(), GroupSpec{Hooks: []HookSpec{{"drain", time.Hour, "CONTINUE"}, {"logs", time.Minute, ""}}})
	out, err := l.AutoScaling().DescribeLifecycleHooks(t.Context(), &autoscaling.DescribeLifecycleHooksInput{
		AutoScalingGroupName: sdk.String("web"), LifecycleHookNames: []string{"logs"},
	})
	require.NoError(t, err)
	require.Len(t, out.LifecycleHooks, 1)
	h := out.LifecycleHooks[0]
	assert.Equal(t, "ABANDON", *h.DefaultResult)
	assert.EqualValues(t, 60, *h.HeartbeatTimeout)
	assert.EqualValues(t, 6000, *h.GlobalTimeout)
	assert.Equal(t, "autoscaling:EC2_INSTANCE_TERMINATING", *h.LifecycleTransition)
	out, err = l.AutoScaling().DescribeLifecycleHooks(t.Context(), &autoscaling.DescribeLifecycleHooksInput{AutoScalingGroupName: sdk.String("web")})
	require.NoError(t, err)
	assert.Len(t, out.LifecycleHooks, 2)
}

// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html: "between zero and the value of
// MaxResults", with a token.
func TestParametersOfAPathComeInPagesThatMayBeEmpty(t *testing.T) {
	for _, half := range []float64{0, 0.5} {
		k := exact()
		k.Faults.HalfPages = half
		l := newLab(k, GroupSpec{})
		for n := range 45 {
			l.PutParameter(fmt.Sprintf("/app/clusters/c%02d", n), "{}")
		}
		l.PutParameter("/app/defaults", "{}")
		l.PutParameter("/application/other", "{}")
		for _, recursive := range []bool{true, false} {
			var found []string
			empty, calls := 0, 0
			pages := ssm.NewGetParametersByPathPaginator(l.SSM(), &ssm.GetParametersByPathInput{Path: sdk.String("/app"), Recursive: &recursive})
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				require.NoError(t, err)
				calls++
				if len(page.Parameters) == 0 && page.NextToken != nil {
					empty++
				}
				assert.LessOrEqual(t, len(page.Parameters), 10)
				for _, p := range page.Parameters {
					found = append(found, *p.Name)
				}
			}
			if !recursive {
				assert.Equal(t, []string{"/app/defaults"}, found)
				continue
			}
			assert.Len(t, found, 46)
			assert.Len(t, slices.Compact(found), 46)
			assert.Equal(t, half == 0, calls == 5)
			assert.Equal(t, half == 0, empty == 0)
		}
	}
}

// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
func TestAParameterKeepsItsLastHundredVersionsAndADeletedOneBeginsAnew(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	history := func() []ssmtypes.ParameterHistory {
		var all []ssmtypes.ParameterHistory
		pages := ssm.NewGetParameterHistoryPaginator(l.SSM(), &ssm.GetParameterHistoryInput{Name: sdk.String("/app/x")})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			require.NoError(t, err)
			all = append(all, page.Parameters...)
		}
		return all
	}
	for n := range 120 {
		l.PutParameter("/app/x", fmt.Sprint(n))
		l.pass(time.Second)
	}
	all := history()
	assert.Len(t, all, 100)
	assert.EqualValues(t, 21, all[0].Version)
	assert.Equal(t, "119", *all[99].Value)
	assert.EqualValues(t, 120, all[99].Version)
	l.DeleteParameter("/app/x")
	_, err := l.SSM().GetParameterHistory(t.Context(), &ssm.GetParameterHistoryInput{Name: sdk.String("/app/x")})
	var missing *ssmtypes.ParameterNotFound
	require.ErrorAs(t, err, &missing)
	l.PutParameter("/app/x", "new")
	assert.EqualValues(t, 1, history()[0].Version)
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
func TestCallsAreThrottledAtTheirRateWhateverTheirOrder(t *testing.T) {
	k := exact()
	k.Faults.Throttled = 0.1
	run := func(sideBySide bool) map[string][]bool {
		l := newLab(k, GroupSpec{})
		throttled := map[string][]bool{}
		var mu sync.Mutex
		for range 50 {
			var wg sync.WaitGroup
			for n := range 20 {
				ask := func() {
					name := fmt.Sprintf("g%d", n)
					for range 2 { // a retry
						_, err := l.AutoScaling().DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}})
						var api smithy.APIError
						if err != nil {
							require.ErrorAs(t, err, &api)
							assert.Equal(t, "ThrottlingException", api.ErrorCode())
						}
						mu.Lock()
						throttled[name] = append(throttled[name], err != nil)
						mu.Unlock()
					}
				}
				if sideBySide {
					wg.Go(ask)
				} else {
					ask()
				}
			}
			wg.Wait()
			l.pass(time.Minute)
		}
		return throttled
	}
	one := run(false)
	assert.Equal(t, one, run(true))
	n := 0
	for _, of := range one {
		for _, yes := range of {
			n += map[bool]int{true: 1}[yes]
		}
	}
	assert.InDelta(t, 200, n, 40)
}

func datum(v float64, at time.Time) *cloudwatch.PutMetricDataInput {
	return &cloudwatch.PutMetricDataInput{Namespace: sdk.String("Test"), MetricData: []cwtypes.MetricDatum{{
		MetricName: sdk.String("Signal"), Value: &v, Timestamp: &at,
		Dimensions: []cwtypes.Dimension{{Name: sdk.String("ClusterName"), Value: sdk.String("web")}},
	}}}
}
