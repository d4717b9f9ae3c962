package recorder

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/simulator/recording"
)

// Causes as AWS's guides have them
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-verify-scaling-activity.html and the pages beside it).
func TestWhyAHostLeaves(t *testing.T) {
	for text, want := range map[string]recording.Cause{
		"At 2026-11-28T09:30:00Z a monitor alarm cpu-low in state ALARM triggered policy in changing the desired capacity from 3 to 2. At 2026-11-28T09:30:12Z an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 3 to 2. At 2026-11-28T09:30:12Z instance i-0a was selected for termination.": recording.ScaleIn,
		"At 2026-11-28T09:30:00Z a user request explicitly set group desired capacity changing the desired capacity from 3 to 2. At 2026-11-28T09:30:12Z an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 3 to 2.":                                                                           recording.ScaleIn,
		"At 2026-11-28T09:30:00Z an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 4 to 3.":                                                                                                                                                                                                   recording.ScaleIn,
		"At 2026-11-28T09:30:00Z an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.":                                                                                                                                                                                                                       recording.Health,
		"At 2026-11-28T09:30:00Z an instance was taken out of service in response to an ELB system health check failure.":                                                                                                                                                                                                                                                     recording.Health,
		"At 2026-11-28T09:30:00Z an instance was taken out of service in response to an EC2 Spot interruption notice.":                                                                                                                                                                                                                                                        recording.Spot,
		"At 2026-11-28T09:30:00Z an instance was taken out of service in response to an EC2 instance rebalance recommendation.":                                                                                                                                                                                                                                               recording.Rebalance,
		"At 2026-11-28T09:30:00Z instance i-0a was taken out of service in response to a user request.":                                                                                                                                                                                                                                                                       recording.Manual,
		"At 2026-11-28T09:30:00Z an instance was taken out of service in response to an instance refresh.":                                                                                                                                                                                                                                                                    recording.Other,
	} {
		assert.Equal(t, want, causeOf(text), text)
	}
}

func TestACauseTellsOfChanges(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 30, 0, 0, time.UTC)
	cause := "At 2026-11-28T09:30:00Z a monitor alarm TargetTracking-web.hosts-AlarmHigh in state ALARM triggered policy At changing the desired capacity from 3 to 5.  At 2026-11-28T09:30:12Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 3 to 5."
	assert.Equal(t, []change{{at, 3, 5}}, changesOf(cause))
	assert.Empty(t, changesOf("At 2026-11-28T09:30:12Z an instance was launched to balance instances in zones."))
}

// Events as AWS's guide has them
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html).
func TestWhatARefusalLacks(t *testing.T) {
	const begin = "(service web) was unable to place a task because no container instance met all of its requirements. "
	for text, want := range map[string]recording.Lacks{
		"The closest matching (container-instance 7dc) has insufficient CPU units available.":                                        recording.LacksCPU,
		"The closest matching (container-instance 7dc) has insufficient memory available.":                                           recording.LacksMemory,
		`The closest matching (container-instance 7dc) encountered error "AGENT".`:                                                   recording.LacksAgent,
		`The closest matching (container-instance 7dc) encountered error "RESOURCE:ENI".`:                                            recording.LacksInterface,
		"The closest matching (container-instance 7dc) is already using a port required by your task.":                               recording.LacksPort,
		"The closest matching (container-instance 7dc) is missing an attribute required by your task.":                               recording.LacksAttribute,
		`The closest matching (container-instance 7dc) encountered error "MemberOf placement constraint unsatisfied.".`:              recording.LacksAttribute,
		`The closest matching (container-instance 7dc) encountered error "DistinctInstance placement constraint unsatisfied".`:       recording.LacksDistinct,
		"Reason: No Container Instances were found in your cluster.":                                                                 recording.LacksHosts,
		"The closest matching (container-instance 7dc) has insufficient GPU resource available.":                                     recording.LacksGPU,
		"The closest matching (container-instance 7dc) has something that nobody has seen yet. For more information, see the guide.": recording.LacksOther,
	} {
		assert.Equal(t, want, lacksOf(begin+text), text)
	}
}

func TestConstraintsThatAReplayCanKeep(t *testing.T) {
	var s service
	s.constrain([]cluster.Constraint{
		{Type: cluster.DistinctInstance},
		{Type: cluster.MemberOf, Expression: "attribute:stack == prod"},
		{Type: cluster.MemberOf, Expression: `attribute:ecs.instance-type equals "m5.xlarge"`},
		{Type: cluster.MemberOf, Expression: "attribute:ecs.instance-type =~ m5.*"},
		{Type: cluster.MemberOf, Expression: "attribute:stack == test"}, // which no host meets
	})
	assert.True(t, s.DistinctInstance)
	assert.Equal(t, map[string]string{"stack": "prod", "ecs.instance-type": "m5.xlarge"}, s.MemberOf)
	assert.Equal(t, 2, s.OtherConstraints)
}

func TestStrategiesInTheRecordingsWords(t *testing.T) {
	for want, s := range map[string]cluster.Strategy{
		"random": {Type: cluster.Random}, "binpack:memory": {Type: cluster.Binpack, Field: "MEMORY"}, "spread:instanceId": {Type: cluster.Spread, Field: "host"},
		"spread:attribute:ecs.availability-zone": {Type: cluster.Spread, Field: "attribute:ecs.availability-zone"},
	} {
		assert.Equal(t, want, placement(s))
	}
}

func TestWhyATaskStopped(t *testing.T) {
	for want, told := range map[recording.StopCause]ecstypes.Task{
		recording.StoppedByService:   {StopCode: ecstypes.TaskStopCodeServiceSchedulerInitiated, StoppedReason: aws.String("Scaling activity initiated by (deployment ecs-svc/1)")},
		recording.StoppedByDrain:     {StopCode: ecstypes.TaskStopCodeServiceSchedulerInitiated, StoppedReason: aws.String("Service scheduler: container instance is DRAINING")},
		recording.StoppedByAPI:       {StopCode: ecstypes.TaskStopCodeUserInitiated},
		recording.StoppedByExit:      {StopCode: ecstypes.TaskStopCodeEssentialContainerExited},
		recording.StoppedByHost:      {StopCode: ecstypes.TaskStopCodeTerminationNotice},
		recording.StoppedForCapacity: {StopCode: ecstypes.TaskStopCodeTaskFailedToStart, StoppedReason: aws.String("Timeout waiting for EC2 capacity to become available.")},
		recording.StoppedOtherwise:   {StopCode: ecstypes.TaskStopCodeTaskFailedToStart, StoppedReason: aws.String("CannotPullContainerError")},
	} {
		assert.Equal(t, want, stopCause(told), want)
	}
}

func TestTimesThatCannotBeAreDropped(t *testing.T) {
	at := func(s int) time.Time { return time.Date(2026, 11, 28, 9, 30, s, 0, time.UTC) }
	h := recording.Host{Launched: at(3), Registered: at(2), Leaving: at(30), Ended: at(40)}
	inOrder(&h, at(20))
	assert.Equal(t, recording.Host{Registered: at(2), Leaving: at(20), Ended: at(20)}, h)
}

func TestAFailedLaunchIsNoHost(t *testing.T) {
	r := New("web", Clients{}, time.Minute, recording.Watched)
	r.rec.From = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	g := r.groups.add("web-hosts")
	g.activities.closed, g.activities.open = map[string]bool{}, map[string]time.Time{}
	for n, message := range []string{"We currently do not have sufficient m5.xlarge capacity in the Availability Zone you requested (eu-west-1a).", "The requested configuration is currently not supported."} {
		r.note(g, types.Activity{
			ActivityId: aws.String(message), Description: aws.String("Launching a new EC2 instance.  Status Reason: " + message), StatusMessage: aws.String(message),
			StatusCode: types.ScalingActivityStatusCodeFailed, StartTime: aws.Time(r.rec.From.Add(time.Duration(n) * time.Second)), EndTime: aws.Time(r.rec.From.Add(time.Minute)),
			Details: aws.String(`{"Subnet ID":"subnet-1","Availability Zone":"eu-west-1a"}`),
		})
	}
	assert.Equal(t, []recording.LaunchFailure{{At: r.rec.From, Zone: "eu-west-1a", NoCapacity: true}, {At: r.rec.From.Add(time.Second), Zone: "eu-west-1a"}}, g.LaunchFailures)
	assert.Empty(t, r.hosts.all)
}

// echo is a CloudWatch whose metrics have their number as their value.
type echo struct{ asked []int }

func (e *echo) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	e.asked = append(e.asked, len(in.MetricDataQueries))
	out := &cloudwatch.GetMetricDataOutput{}
	for _, q := range in.MetricDataQueries {
		n, err := strconv.ParseFloat(aws.ToString(q.MetricStat.Metric.MetricName), 64)
		out.MetricDataResults = append(out.MetricDataResults, cwtypes.MetricDataResult{Id: q.Id, Timestamps: []time.Time{*in.StartTime}, Values: []float64{n}})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (*echo) ListMetrics(context.Context, *cloudwatch.ListMetricsInput, ...func(*cloudwatch.Options)) (*cloudwatch.ListMetricsOutput, error) {
	return &cloudwatch.ListMetricsOutput{}, nil
}

func TestACallAsksForNoMoreThanAWSTakes(t *testing.T) {
	metrics := make([]metric, 1203)
	for i := range metrics {
		metrics[i] = metric{namespace: "lab", name: strconv.Itoa(i), statistic: "Average"}
	}
	from := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	e := &echo{}
	read, _, err := readMetrics(t.Context(), e, metrics, span{from, from.Add(time.Minute), time.Minute}, func() {})
	require.NoError(t, err)
	assert.Equal(t, []int{500, 500, 203}, e.asked)
	for i, s := range read {
		assert.Equal(t, series{from: float64(i)}, s)
	}
}

// A look begins some seconds before it has read the last task, and tasks start meanwhile.
func TestARecordingEndsWithItsNewestTime(t *testing.T) {
	r := New("web", Clients{}, time.Minute, recording.Watched)
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	r.rec.From, r.last, r.whole = at.Add(-time.Minute), at, at
	assert.Equal(t, at, r.Recording().To)
	r.moment(aws.Time(at.Add(3 * time.Second)))
	assert.Equal(t, at.Add(3*time.Second), r.Recording().To)
}

func TestPeriodsAreTheShortestThatAreKept(t *testing.T) {
	for since, want := range map[time.Duration]time.Duration{
		time.Hour: time.Minute, 14 * day: time.Minute, 15*day + time.Minute: 5 * time.Minute, 62 * day: 5 * time.Minute, 64 * day: time.Hour, Kept: time.Hour,
		// A start that is 15 or 63 days ago when reading begins is older when the last page is read.
		15 * day: 5 * time.Minute, 63 * day: time.Hour,
	} {
		assert.Equal(t, want, PeriodOf(since), since)
	}
}

func TestCostsAreAnUpperBound(t *testing.T) {
	c := costOf(102, 20160) // 50 services and a group for 14 days
	assert.Equal(t, 21, c.Calls)
	assert.InDelta(t, 0.0214, c.USD, 0.0001)
	assert.Equal(t, Cost{Metrics: 1001, Calls: 3, USD: 1001 * perMetric}, costOf(1001, 60))
	assert.Zero(t, costOf(0, 60))
}

func TestSizesInUnitsBecomeHosts(t *testing.T) {
	weighing := func(weights ...string) (instances []types.Instance) {
		for _, w := range weights {
			instances = append(instances, types.Instance{WeightedCapacity: aws.String(w)})
		}
		return instances
	}
	for want, of := range map[float64]types.AutoScalingGroup{
		1:     {DesiredCapacity: aws.Int32(7), Instances: weighing("1", "1")},
		6:     {DesiredCapacity: aws.Int32(12), Instances: weighing("4", "8")},
		16384: {DesiredCapacity: aws.Int32(32768), DesiredCapacityType: aws.String("memory-mib"), Instances: make([]types.Instance, 2)},
	} {
		assert.InDelta(t, want, unitsOf(of), 0)
	}
	g := group{}
	g.activities.each = 6
	assert.Equal(t, 4, g.hosts(aws.Int32(20)))

	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	g.Limits = []recording.Limits{{At: at, Min: 1, Max: 5}}
	g.limitsOf(span{at, at.Add(time.Minute), time.Minute}, series{at: 6}, series{at: 18})
	assert.Equal(t, []recording.Limits{{At: at, Min: 1, Max: 3}, {At: at.Add(time.Minute), Min: 1, Max: 5}}, g.Limits)
	assert.Equal(t, mostHosts, g.metered(1e12))
}

// again answers a part, and the same token for ever.
type again struct{ CloudWatch }

func (again) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	return &cloudwatch.GetMetricDataOutput{NextToken: aws.String("again"), MetricDataResults: []cwtypes.MetricDataResult{
		{Id: in.MetricDataQueries[0].Id, StatusCode: cwtypes.StatusCodePartialData},
	}}, nil
}

func TestATokenThatComesAgainEndsTheRead(t *testing.T) {
	from := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	pages := 0
	_, cut, err := readMetrics(t.Context(), again{}, []metric{{"AWS/ECS", "CPUReservation", "Average", []string{"ClusterName", "web"}}},
		span{from, from.Add(time.Hour), time.Minute}, func() { pages++ })
	require.NoError(t, err)
	assert.Equal(t, 1, cut, "and it is told that a part is missing")
	assert.Equal(t, 2, pages)
}

func TestAnAnswerThatWasNotAskedForIsRefused(t *testing.T) {
	for _, id := range []string{"", "m", "m-1", "m1", "n0", "m99999999999999999999"} {
		err := add([]series{{}}, nil, []cwtypes.MetricDataResult{{Id: aws.String(id)}})
		require.ErrorContains(t, err, "which was not asked", id)
	}
	require.ErrorContains(t, add([]series{{}}, nil, []cwtypes.MetricDataResult{{}}), "which was not asked")
	assert.NoError(t, add([]series{{}}, nil, []cwtypes.MetricDataResult{{Id: aws.String("m0")}}))
}

func TestAMetricThatCloudWatchRefusesSaysWhatToDo(t *testing.T) {
	answer := func(status cwtypes.StatusCode) error {
		return add([]series{{}}, nil, []cwtypes.MetricDataResult{{Id: aws.String("m0"), StatusCode: status}})
	}
	require.ErrorContains(t, answer(cwtypes.StatusCodeForbidden), "allow cloudwatch:GetMetricData")
	require.ErrorContains(t, answer(cwtypes.StatusCodeInternalError), "try again")
}

// A look that could not read a service's task definition leaves it without a desired count.
func TestAServiceMayEndBeforeItsSizeIsRead(t *testing.T) {
	r := New("web", Clients{}, time.Minute, recording.Watched)
	r.services.add("shop").revisions[""] = revision{}
	r.seesService(t.Context(), &look{}, cluster.Service{Name: "shop"}, ecstypes.Service{})
	assert.True(t, r.services.by["shop"].fresh())
}

func TestAGroupThatIsGoneHasNoBounds(t *testing.T) {
	p := &past{Recorder: New("web", Clients{}, time.Minute, recording.CloudWatch)}
	p.groups.add("gone")
	p.limits([]series{{}, {}, {}})
	assert.Empty(t, p.groups.known(p.hosts))
	assert.Empty(t, p.notes)
}

// A file whose points are out of order cannot be written, whatever AWS's clock says.
func TestPointsStayInOrder(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 30, 0, 0, time.UTC)
	g := group{activities: activities{each: 1, desired: 2}, Group: recording.Group{Desired: []recording.Capacity{{At: at.Add(-time.Hour), Desired: 2}}}}
	g.desires(&look{at: at, since: at.Add(-time.Minute)}, []change{{at, 2, 4}})
	assert.Equal(t, recording.Capacity{At: at, Desired: 4, Told: true}, g.Desired[len(g.Desired)-1], "it is newer than what was read of the group")

	s := service{Service: recording.Service{Desired: []recording.Desired{{At: at, Desired: 4, Revision: "1"}}}}
	s.wants(at.Add(time.Minute), at.Add(-2*time.Second), 4, "2")
	assert.Equal(t, recording.Desired{At: at.Add(time.Minute), Desired: 4, Revision: "2"}, s.Desired[1])
}

// Our clock is behind AWS's by two minutes.
func TestTimesOfAWSAndOursStayInOrder(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 30, 0, 0, time.UTC)
	asked := at.Add(2 * time.Minute)
	r := New("web", Clients{}, time.Minute, recording.Watched)
	waiting := &recording.StandaloneTask{Asked: asked}
	r.tasks.by["a"] = &task{standalone: waiting}
	r.seesTask(t.Context(), &look{at: at}, cluster.TaskDetail{Task: cluster.Task{ARN: "a", Host: "b"}}, ecstypes.Task{})
	assert.Equal(t, asked, waiting.Placed)

	s := service{Service: recording.Service{Created: asked, Desired: []recording.Desired{{At: at, Desired: 1, Revision: "1"}}}}
	s.deleted(at.Add(time.Minute))
	assert.Equal(t, asked, s.Deleted)
}

func TestATaskWithoutATimeBeginsWhenItIsSeen(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 30, 0, 0, time.UTC)
	r := New("web", Clients{}, time.Minute, recording.Watched)
	r.services.add("shop").Desired = []recording.Desired{{At: at, Desired: 1, Revision: "1"}}
	r.services.by["shop"].revisions["shop:1"] = revision{name: "1"}
	r.seesTask(t.Context(), &look{at: at}, cluster.TaskDetail{Task: cluster.Task{ARN: "a", Service: "shop", Definition: "shop:1"}}, ecstypes.Task{})
	assert.Equal(t, at, r.tasks.ofServices[0].Created)
}

// Such a group may be empty when it is seen first, and its bounds stay in the recording.
func TestBoundsInMiBAreWithinACluster(t *testing.T) {
	r := New("web", Clients{}, time.Minute, recording.Watched)
	at := time.Date(2026, 11, 28, 9, 30, 0, 0, time.UTC)
	r.seesGroup(&look{at: at, since: at}, types.AutoScalingGroup{
		AutoScalingGroupName: aws.String("a"), DesiredCapacityType: aws.String("memory-mib"), MinSize: aws.Int32(0), MaxSize: aws.Int32(1_000_000), DesiredCapacity: aws.Int32(0),
	}, map[string]bool{})
	assert.Equal(t, []recording.Limits{{At: at, Max: mostHosts}}, r.groups.by["a"].Limits)
}

type hooked struct{ ecsreader.LeavingAutoScaling }

func (hooked) DescribeLifecycleHooks(context.Context, *autoscaling.DescribeLifecycleHooksInput, ...func(*autoscaling.Options)) (*autoscaling.DescribeLifecycleHooksOutput, error) {
	return &autoscaling.DescribeLifecycleHooksOutput{LifecycleHooks: []types.LifecycleHook{{LifecycleHookName: aws.String("drain")}}}, nil
}

func TestAHookWithoutHeartbeatHasAWSsDefault(t *testing.T) {
	r := New("web", Clients{AutoScaling: hooked{}}, time.Minute, recording.Watched)
	g := r.groups.add("a")
	require.NoError(t, r.readHooks(t.Context(), g))
	assert.Equal(t, []recording.Hook{{Name: "drain", Heartbeat: 3600}}, g.Hooks)
}
