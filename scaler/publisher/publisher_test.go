package publisher_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/scaler/publisher"
)

var minute = time.Date(2026, 11, 22, 4, 38, 0, 0, time.UTC)

func newPublisher(f *fakeAWS) *publisher.Publisher {
	return logging(f, &bytes.Buffer{})
}

func logging(f *fakeAWS, log *bytes.Buffer) *publisher.Publisher {
	s := settings.Settings{ConfigPath: "/s", Namespace: "Ours", Metrics: metrics.Everything}
	return publisher.New(f.clients(), s, s.Logger(log))
}

func run(t *testing.T, f *fakeAWS) publisher.Answer {
	t.Helper()
	answer, err := newPublisher(f).Run(t.Context(), minute)
	require.NoError(t, err)
	return answer
}

func verdict(t *testing.T, a publisher.Answer, cluster string) scaler.Verdict {
	t.Helper()
	i := slices.IndexFunc(a.Clusters, func(v scaler.Verdict) bool { return v.Cluster == cluster })
	require.GreaterOrEqual(t, i, 0, "%s has a verdict", cluster)
	return a.Clusters[i]
}

// refusing refuses one action, for one cluster or, with none named, for all.
func refusing(action, cluster, code string) func(context.Context, string, string) error {
	return func(_ context.Context, called, of string) error {
		if called == action && (cluster == "" || of == cluster) {
			return &smithy.GenericAPIError{Code: code, Message: "refused"}
		}
		return nil
	}
}

func TestOneClustersFailureTouchesNoOther(t *testing.T) {
	faults := map[string]struct {
		before func(context.Context, string, string) error
		says   string
	}{
		"denied":    {refusing("ListContainerInstances", "b", "AccessDeniedException"), "AWS denies ecs:ListContainerInstances"},
		"throttled": {refusing("DescribeContainerInstances", "b", "ThrottlingException"), "AWS throttles ecs:DescribeContainerInstances"},
		"a bug of ours": {func(_ context.Context, action, cluster string) error {
			if action == "DescribeContainerInstances" && cluster == "b" {
				panic("index out of range")
			}
			return nil
		}, "an error in this program: index out of range"},
	}
	for name, tt := range faults {
		t.Run(name, func(t *testing.T) {
			f := newFakeAWS().with("a", 4, 900).with("b", 4, 900).with("c", 4, 100)
			f.before = tt.before
			answer := run(t, f)
			assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "a").Signal)
			assert.Equal(t, scaler.ScaleIn, verdict(t, answer, "c").Signal)

			b := verdict(t, answer, "b")
			assert.Equal(t, []scaler.Reason{scaler.Unreadable}, b.Reasons)
			assert.Contains(t, b.Why[0], tt.says)
			require.Len(t, answer.Failed, 1)
			assert.Equal(t, "b", answer.Failed[0].Cluster)
			zero, found := f.published("ScalingSignal", "b")
			assert.True(t, found, "an explicit 0")
			assert.Zero(t, zero)
			_, found = f.published("CPUReservation", "b")
			assert.False(t, found, "nothing is made up")
			failed, _ := f.published("ClustersFailed", "")
			read, _ := f.published("ClustersRead", "")
			assert.InDelta(t, 1, failed, 0)
			assert.InDelta(t, 2, read, 0)
		})
	}
}

func TestDoubtForbidsAScaleInButHidesNoCause(t *testing.T) {
	faults := map[string]struct {
		before func(context.Context, string, string) error
		spoil  func(*fakeAWS)
		says   string
	}{
		"services denied":    {before: refusing("ListServices", "", "AccessDeniedException"), says: "AWS denies ecs:ListServices"},
		"services throttled": {before: refusing("DescribeServices", "", "ThrottlingException"), says: "AWS throttles ecs:DescribeServices"},
		"autoscaling denied": {before: refusing("DescribeAutoScalingGroups", "", "AccessDenied"), says: "AWS denies autoscaling:DescribeAutoScalingGroups"},
		"activities denied":  {before: refusing("DescribeScalingActivities", "", "AccessDenied"), says: "AWS denies autoscaling:DescribeScalingActivities"},
		"providers denied":   {before: refusing("DescribeCapacityProviders", "", "AccessDeniedException"), says: "AWS denies ecs:DescribeCapacityProviders"},
		"half a page of hosts": {says: "ECS described only 4 of 5 hosts", spoil: func(f *fakeAWS) {
			for name, c := range f.clusters {
				c.hosts = append(c.hosts, c.hosts[0])
				c.hosts[4].ContainerInstanceArn = aws.String(name + "-lost")
				c.undescribed = 0
				c.hosts = append([]ecstypes.ContainerInstance{c.hosts[4]}, c.hosts[:4]...)
				c.undescribed = 1
				f.clusters[name] = c
			}
		}},
	}
	for name, tt := range faults {
		t.Run(name, func(t *testing.T) {
			f := newFakeAWS().with("hot", 4, 900).with("idle", 4, 100)
			for _, name := range []string{"hot", "idle"} {
				c := f.clusters[name]
				c.services = []ecstypes.Service{{ServiceName: aws.String("web"), Status: aws.String("ACTIVE"), DesiredCount: 1, RunningCount: 1,
					CapacityProviderStrategy: []ecstypes.CapacityProviderStrategyItem{{CapacityProvider: aws.String("spot")}}}}
				if tt.says != "AWS denies ecs:DescribeCapacityProviders" {
					c.services[0].CapacityProviderStrategy = nil
				}
				f.clusters[name] = c
				f.groups = append(f.groups, astypes.AutoScalingGroup{
					AutoScalingGroupName: aws.String(name), MinSize: aws.Int32(0), MaxSize: aws.Int32(9), DesiredCapacity: aws.Int32(4),
					Tags: []astypes.TagDescription{{Key: aws.String("ecs-cluster-scaler:cluster"), Value: aws.String(name)}},
					// One never joined, so that its launch is asked for.
					Instances: []astypes.Instance{{InstanceId: aws.String("i-late"), LifecycleState: astypes.LifecycleStateInService}, {InstanceId: aws.String("i-" + name + "-0"), LifecycleState: astypes.LifecycleStateInService}},
				})
			}
			healthy := verdict(t, run(t, f), "idle")
			if tt.says != "AWS denies ecs:DescribeCapacityProviders" {
				require.Equal(t, scaler.ScaleIn, healthy.Signal, "without the fault a host may go: %v", healthy.Why)
			}

			f.before = tt.before
			if tt.spoil != nil {
				tt.spoil(f)
			}
			answer := run(t, f)
			assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "hot").Signal)
			idle := verdict(t, answer, "idle")
			assert.Equal(t, scaler.Stay, idle.Signal)
			assert.Contains(t, idle.Reasons, scaler.Unreadable)
			require.NotEmpty(t, idle.Notes)
			assert.Contains(t, idle.Notes[0], tt.says)
			assert.Empty(t, answer.Failed, "the cluster was read, if not whole")
		})
	}
}

func TestEveryDatumCarriesTheScheduledMinute(t *testing.T) {
	f := newFakeAWS().with("a", 4, 900).with("b", 4, 100)
	run(t, f)
	for _, put := range f.put {
		for _, d := range put.MetricData {
			assert.Equal(t, minute, *d.Timestamp, *d.MetricName)
		}
	}
	assert.NotEmpty(t, f.put)
}

func TestAnAutoScalingThatHangsStopsNoCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS().with("hot", 4, 900).with("idle", 4, 100)
		f.before = func(ctx context.Context, action, _ string) error {
			if action == "DescribeAutoScalingGroups" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		answer, err := newPublisher(f).Run(ctx, minute)
		require.NoError(t, err)
		assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "hot").Signal)
		assert.Equal(t, scaler.Stay, verdict(t, answer, "idle").Signal)
	})
}

func TestNothingPublishedIsAFailure(t *testing.T) {
	f := newFakeAWS().with("a", 4, 900)
	f.before = refusing("PutMetricData", "", "AccessDenied")
	_, err := newPublisher(f).Run(t.Context(), minute)
	require.ErrorContains(t, err, "refused")

	f.before = refusing("GetParametersByPath", "", "ThrottlingException")
	_, err = newPublisher(f).Run(t.Context(), minute)
	require.Error(t, err)
	assert.Empty(t, f.put)
}

func TestARefusedBatchIsNamedAndTheRestPublished(t *testing.T) {
	f := newFakeAWS()
	for n := range 120 { // nine data each: two batches
		f.with(fmt.Sprintf("c%03d", n), 1, 900)
	}
	refusals := 0
	f.before = func(_ context.Context, action, _ string) error {
		if action == "PutMetricData" && refusals == 0 {
			refusals++
			return &smithy.GenericAPIError{Code: "ThrottlingException", Message: "slow down"}
		}
		return nil
	}
	answer := run(t, f)
	require.Len(t, answer.Failed, 1)
	assert.Empty(t, answer.Failed[0].Cluster)
	assert.Contains(t, answer.Failed[0].Error, "AWS throttles cloudwatch:PutMetricData")
	assert.Len(t, f.put, 1)
}

// Time is the bubble's: a pass of fifty seconds takes none.
func TestAPassPublishesWhatItHasBeforeItsDeadlineAndNamesTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		for n := range 20 {
			f.with(fmt.Sprintf("c%02d", n), 1, 900)
		}
		f.before = func(ctx context.Context, _, cluster string) error {
			if cluster == "" {
				return nil
			}
			select { // four calls a cluster, eight clusters at once: 20 clusters want 120 s
			case <-time.After(10 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		began := time.Now()
		answer, err := newPublisher(f).Run(ctx, minute)
		require.NoError(t, err)
		assert.Equal(t, 45*time.Second, time.Since(began), "five seconds are left to publish and answer")

		var left []string
		for _, failure := range answer.Failed {
			assert.Contains(t, failure.Error, "left out of this pass")
			left = append(left, failure.Cluster)
		}
		assert.Len(t, left, 12)
		for _, v := range answer.Clusters {
			signal, found := f.published("ScalingSignal", v.Cluster)
			assert.True(t, found)
			if slices.Contains(left, v.Cluster) {
				assert.Zero(t, signal)
			} else {
				assert.InDelta(t, 1, signal, 0)
			}
		}
	})
}

func TestAClusterThatWantsAHostDoesNotWaitForOthersTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		for n := range 40 { // each might give a host up, for which its tasks must be read
			name := fmt.Sprintf("quiet%02d", n)
			f.with(name, 4, 100)
			c := f.clusters[name]
			c.hosts[0].RunningTasksCount = 1
			c.tasks = []ecstypes.Task{{TaskArn: aws.String(name), ContainerInstanceArn: c.hosts[0].ContainerInstanceArn, DesiredStatus: aws.String("RUNNING")}}
			f.clusters[name] = c
		}
		f.with("hot", 4, 900)
		f.before = func(ctx context.Context, action, _ string) error {
			wait := 100 * time.Millisecond
			if action == "ListTasks" {
				wait = 10 * time.Second
			}
			select {
			case <-time.After(wait):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		answer, err := newPublisher(f).Run(ctx, minute)
		require.NoError(t, err)
		assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "hot").Signal)
		assert.Empty(t, answer.Failed, "every cluster was read as far as any verdict needs")
		in, unread := 0, 0
		for _, v := range answer.Clusters {
			switch {
			case v.Signal == scaler.ScaleIn:
				in++
			case v.Has(scaler.TasksUnread) || v.Has(scaler.Unreadable): // three were cut off in the middle
				unread++
			}
		}
		assert.Equal(t, 12, in, "three at a time, four times")
		assert.Equal(t, 28, unread, "and the rest says why it is not")
	})
}

func TestFaultyEntriesAreCountedAndSaidEvenWhenAnOlderOneServes(t *testing.T) {
	f := newFakeAWS().with("good", 4, 900).with("broken", 4, 900)
	f.entries["broken"] = `{`
	answer := run(t, f)
	assert.Equal(t, []scaler.Reason{scaler.InvalidEntry}, verdict(t, answer, "broken").Reasons)
	assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "good").Signal)
	invalid, _ := f.published("InvalidEntries", "")
	assert.InDelta(t, 1, invalid, 0)
	assert.Empty(t, answer.Failed, "a faulty entry is not a cluster that failed")
}

func TestTasksAreReadOnlyOnDrainingHostsThatHoldSome(t *testing.T) {
	f := newFakeAWS().with("a", 4, 100)
	c := f.clusters["a"]
	c.hosts[0].Status, c.hosts[0].RunningTasksCount = aws.String("DRAINING"), 1
	c.hosts[1].Status = aws.String("DRAINING")
	c.services = []ecstypes.Service{{ServiceName: aws.String("web"), Status: aws.String("ACTIVE"), LaunchType: ecstypes.LaunchTypeEc2, DesiredCount: 1, RunningCount: 1}}
	c.tasks = []ecstypes.Task{{TaskArn: aws.String("t"), ContainerInstanceArn: c.hosts[0].ContainerInstanceArn, Group: aws.String("service:web"), StartedBy: aws.String("ecs-svc/1"), DesiredStatus: aws.String("RUNNING")}}
	f.clusters["a"] = c
	answer := run(t, f)
	assert.Equal(t, 1, verdict(t, answer, "a").UnplacedTasks, "web's only task has to leave")
	assert.Equal(t, 1, f.calls["ListTasks"])
	unplaced, _ := f.published("UnplacedTasks", "a")
	assert.InDelta(t, 1, unplaced, 0)
}

func TestEachVerdictIsOneLogLine(t *testing.T) {
	var log bytes.Buffer
	_, err := logging(newFakeAWS().with("a", 4, 900).with("b", 4, 100), &log).Run(t.Context(), minute)
	require.NoError(t, err)
	assert.Equal(t, 2, bytes.Count(log.Bytes(), []byte(`"msg":"verdict"`)))
	assert.Contains(t, log.String(), `"timestamp":`)
	assert.Contains(t, log.String(), slog.LevelInfo.String())
}

func TestACancelledPassStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := newFakeAWS().with("a", 4, 900)
	f.before = func(context.Context, string, string) error { cancel(); return nil }
	_, err := newPublisher(f).Run(ctx, minute)
	require.ErrorIs(t, err, context.Canceled)
}

func TestGroupsThatCannotBeReadAreThoseOfAFewMinutesAgoSoThatNothingIsBoughtTwice(t *testing.T) {
	f := newFakeAWS().with("a", 2, 900)
	joining := []astypes.Instance{
		{InstanceId: aws.String("i-new-1"), LifecycleState: astypes.LifecycleStatePending},
		{InstanceId: aws.String("i-new-2"), LifecycleState: astypes.LifecycleStatePending},
	}
	f.groups = []astypes.AutoScalingGroup{{
		AutoScalingGroupName: aws.String("a"), MinSize: aws.Int32(1), MaxSize: aws.Int32(9), DesiredCapacity: aws.Int32(4), Instances: joining,
		Tags: []astypes.TagDescription{{Key: aws.String("ecs-cluster-scaler:cluster"), Value: aws.String("a")}},
	}}
	refused := []string{"DescribeScalingActivities"}
	f.before = func(_ context.Context, action, _ string) error {
		if slices.Contains(refused, action) {
			return errors.New("throttled")
		}
		return nil
	}
	p := newPublisher(f)
	pass := func(at time.Time) scaler.Verdict {
		answer, err := p.Run(t.Context(), at)
		require.NoError(t, err)
		return verdict(t, answer, "a")
	}
	require.Equal(t, scaler.Stay, pass(minute).Signal)
	refused = append(refused, "DescribeAutoScalingGroups")
	v := pass(minute.Add(5 * time.Minute))
	assert.True(t, v.Has(scaler.InstancesLaunching), v.Reasons)
	assert.Contains(t, strings.Join(v.Notes, " "), "DescribeAutoScalingGroups", "and it says so")
	v = pass(minute.Add(6 * time.Minute))
	assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, "too long ago: ECS's facts alone")
}

// Another process may have bought what this one asks for.
func TestWhileTheGroupsCannotBeReadThePassAsksForOneHost(t *testing.T) {
	f := newFakeAWS().with("a", 8, 1000)
	throttled := false
	f.before = func(_ context.Context, action, _ string) error {
		if throttled && action == "DescribeAutoScalingGroups" {
			return errors.New("throttled")
		}
		return nil
	}
	p := newPublisher(f)
	gap := func() int {
		answer, err := p.Run(t.Context(), minute)
		require.NoError(t, err)
		return verdict(t, answer, "a").InstanceGap
	}
	require.Greater(t, gap(), 1)
	throttled = true
	assert.Equal(t, 1, gap())
}

func TestAPassRemembersWhoseAgentWasThereAMomentAgo(t *testing.T) {
	f := newFakeAWS().with("a", 4, 900)
	f.clusters["a"].hosts[3].RemainingResources[0].IntegerValue = 1000 // 67.5 % with it, 90 % without
	p := newPublisher(f)
	pass := func(p *publisher.Publisher, after time.Duration) scaler.Verdict {
		answer, err := p.Run(t.Context(), minute.Add(after))
		require.NoError(t, err)
		return verdict(t, answer, "a")
	}
	require.Equal(t, scaler.Stay, pass(p, 0).Signal)
	f.clusters["a"].hosts[3].AgentConnected = false
	assert.True(t, pass(p, time.Minute).Has(scaler.AgentsAway))
	assert.True(t, pass(p, 2*time.Minute).Has(scaler.AgentsAway))
	assert.Equal(t, scaler.ScaleOut, pass(p, 3*time.Minute).Signal, "it is not coming back")
	assert.Equal(t, scaler.ScaleOut, pass(newPublisher(f), time.Minute).Signal, "a process that never saw it there knows no better")
	f.clusters["a"].hosts[3].AgentConnected = true
	require.Equal(t, scaler.Stay, pass(p, 4*time.Minute).Signal)
	f.clusters["a"].hosts[3].AgentConnected = false
	assert.True(t, pass(p, 5*time.Minute).Has(scaler.AgentsAway))
}

func TestAHostThatOnePassCouldNotDescribeHasNotBeenAwaySinceEver(t *testing.T) {
	f := newFakeAWS().with("a", 4, 900)
	f.clusters["a"].hosts[0].RemainingResources[0].IntegerValue = 1000 // 67.5 % with it, 90 % without
	p := newPublisher(f)
	pass := func(after time.Duration) scaler.Verdict {
		answer, err := p.Run(t.Context(), minute.Add(after))
		require.NoError(t, err)
		return verdict(t, answer, "a")
	}
	require.Equal(t, scaler.Stay, pass(0).Signal)
	describe := func(all bool) {
		c := f.clusters["a"]
		c.undescribed = map[bool]int{false: 1}[all]
		f.clusters["a"] = c
	}
	describe(false)
	require.True(t, pass(time.Minute).Has(scaler.CPUAtScaleOut), "by what was read")
	describe(true)
	f.clusters["a"].hosts[0].AgentConnected = false
	assert.True(t, pass(2*time.Minute).Has(scaler.AgentsAway), "it was there two minutes ago")
}

func TestNothingOfAPassGoesOnWhenItHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS().with("a", 4, 900)
		ended := false
		f.before = func(ctx context.Context, action, _ string) error {
			switch action {
			case "GetParametersByPath":
				return errors.New("throttled")
			case "DescribeAutoScalingGroups":
				<-ctx.Done() // else it would take its time
				ended = true
			}
			return nil
		}
		_, err := newPublisher(f).Run(t.Context(), minute)
		require.Error(t, err)
		assert.True(t, ended)
	})
}
