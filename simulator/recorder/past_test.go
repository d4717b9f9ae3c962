package recorder_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/recorder"
	"ecs-cluster-scaler/simulator/recording"
	"ecs-cluster-scaler/simulator/workload"
)

// kept is a CloudWatch that has kept metrics: it pages and refuses as AWS's does
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html).
type kept struct {
	t *testing.T
	// value is a metric's in the period from a time on; false: there is none.
	value func(namespace, name, statistic, of string, at time.Time, period time.Duration) (float64, bool)
	calls int
	gone  []string // services that have metrics
	cut   bool     // the last page is missing
}

const perPage = 100

func (k *kept) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	k.calls++
	assert.LessOrEqual(k.t, len(in.MetricDataQueries), 500)
	skip := 0
	if in.NextToken != nil {
		skip = int((*in.NextToken)[0]) * perPage
	}
	out := &cloudwatch.GetMetricDataOutput{}
	seen := 0
	for _, q := range in.MetricDataQueries {
		m := q.MetricStat.Metric
		period := time.Duration(*q.MetricStat.Period) * time.Second
		of := aws.ToString(m.Dimensions[len(m.Dimensions)-1].Value)
		r := types.MetricDataResult{Id: q.Id, StatusCode: types.StatusCodeComplete}
		for at := *in.StartTime; at.Before(*in.EndTime); at = at.Add(period) {
			v, known := k.value(aws.ToString(m.Namespace), aws.ToString(m.MetricName), aws.ToString(q.MetricStat.Stat), of, at, period)
			if !known {
				continue
			}
			seen++
			if seen > skip && seen <= skip+perPage {
				r.Timestamps, r.Values = append(r.Timestamps, at), append(r.Values, v)
			}
		}
		if seen > skip+perPage {
			r.StatusCode = types.StatusCodePartialData
		}
		if len(r.Values) > 0 {
			out.MetricDataResults = append(out.MetricDataResults, r)
		}
	}
	if pages := (seen - skip - 1) / perPage; pages > 1 || pages == 1 && !k.cut {
		out.NextToken = aws.String(string(rune(skip/perPage + 1)))
	}
	return out, nil
}

func (k *kept) ListMetrics(_ context.Context, in *cloudwatch.ListMetricsInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.ListMetricsOutput, error) {
	out := &cloudwatch.ListMetricsOutput{}
	for _, name := range k.gone {
		out.Metrics = append(out.Metrics, types.Metric{Namespace: in.Namespace, MetricName: in.MetricName, Dimensions: []types.Dimension{
			{Name: aws.String("ClusterName"), Value: in.Dimensions[0].Value}, {Name: aws.String("ServiceName"), Value: aws.String(name)},
		}})
	}
	return out, nil
}

// lived is a world in which a scenario has run for some hours, nobody watching but the books.
func lived(t *testing.T, name, scaling string, hours int) (*scene, *books) {
	t.Helper()
	w, err := workload.Named(name)
	require.NoError(t, err)
	s := newSceneOf(t, w, scaling)
	b := &books{world: s.world, from: s.from, desired: map[string][]int{}, running: map[string][]int{}, refusals: map[string]bool{}}
	for n := range hours * 60 {
		s.world.Run(s.from.Add(time.Duration(n) * time.Minute))
		b.minute(t)
	}
	s.world.Run(s.from.Add(time.Duration(hours) * time.Hour))
	return s, b
}

// counted is what Container Insights would have kept of the books: each minute's count, or the mean of them.
func counted(b *books, counts map[string][]int, of string, at time.Time, period time.Duration) (float64, bool) {
	first := int(at.Sub(b.from).Minutes())
	n, sum := 0, 0
	for i := first; i < first+int(period.Minutes()); i++ {
		if all := counts[of]; i >= 0 && i < len(all) {
			n, sum = n+1, sum+all[i]
		}
	}
	return float64(sum) / float64(max(1, n)), n > 0
}

func TestThePastIsTheWorldsOwn(t *testing.T) {
	s, b := lived(t, "flash-crowd", policy.Gap, 4)
	k := &kept{t: t, gone: []string{"old", "web"}, value: func(namespace, name, _, of string, at time.Time, period time.Duration) (float64, bool) {
		switch {
		case namespace == "ECS/ContainerInsights" && name == "DesiredTaskCount":
			return counted(b, b.desired, of, at, period)
		case namespace == "ECS/ContainerInsights" && name == "RunningTaskCount":
			return counted(b, b.running, of, at, period)
		case name == "GroupMinSize":
			return 3, true
		case name == "GroupMaxSize":
			return 41, true
		}
		return 0, false
	}}
	c := s.clients()
	c.CloudWatch = k
	var cost recorder.Cost
	past, err := recorder.ReadPast(t.Context(), "town", c, s.world.Now(), 4*time.Hour, recorder.Steps{Costs: func(c recorder.Cost) { cost = c }})
	require.NoError(t, err)
	require.NoError(t, past.Check())
	assert.Equal(t, recording.CloudWatch, past.Made)
	assert.Greater(t, k.calls, 20, "there were many pages")
	assert.Equal(t, 2*len(b.desired)+3+2, cost.Metrics)
	require.Len(t, past.Services, len(b.desired))
	for _, v := range past.Services {
		assert.Equal(t, b.desired[v.Name], each(v.Desired, b.from, 240, func(d recording.Desired) time.Time { return d.At }, func(d recording.Desired) int { return d.Desired }), v.Name)
		assert.Equal(t, b.running[v.Name], each(v.Running, b.from, 240, func(d recording.Running) time.Time { return d.At }, func(d recording.Running) int { return d.Running }), v.Name)
	}
	assert.Empty(t, past.Gaps)

	// What Auto Scaling and ECS keep is as exact as if somebody had watched.
	watched, seen := watched(t, "flash-crowd", policy.Gap, 4)
	require.NotEmpty(t, seen.Refusals)
	assert.Equal(t, seen.Refusals, past.Refusals)
	assert.Equal(t, watched.from, past.From)
	require.Len(t, past.Hosts, len(seen.Hosts))
	for i := range seen.Hosts {
		want, got := seen.Hosts[i], past.Hosts[i]
		assert.Equal(t, want.Launched, got.Launched)
		assert.Equal(t, want.InService, got.InService)
		assert.Equal(t, want.Leaving, got.Leaving)
	}
	told := func(g recording.Group) (all []recording.Capacity) {
		for _, c := range g.Desired {
			all = append(all, recording.Capacity{At: c.At.Truncate(time.Second), Desired: c.Desired})
		}
		return all
	}
	assert.Equal(t, told(seen.Groups[0]), told(past.Groups[0]))
	assert.Equal(t, []recording.Limits{{At: b.from, Min: 3, Max: 41}, {At: s.world.Now(), Min: seen.Groups[0].Limits[0].Min, Max: seen.Groups[0].Limits[0].Max}}, past.Groups[0].Limits)
	assert.Contains(t, past.Notes, "1 service is gone and left out: nothing keeps how large tasks were. (old)")
	for _, n := range past.Recording.Notes {
		assert.NotContains(t, n, "old")
	}
}

func TestHalfAnAnswerIsTold(t *testing.T) {
	s, b := lived(t, "quiet-night", policy.Signal, 3)
	k := &kept{t: t, value: func(namespace, _, _, of string, at time.Time, period time.Duration) (float64, bool) {
		if namespace != "ECS/ContainerInsights" {
			return 0, false
		}
		return counted(b, b.desired, of, at, period)
	}}
	c := s.clients()
	c.CloudWatch = k
	for _, cut := range []bool{false, true} {
		k.cut = cut
		past, err := recorder.ReadPast(t.Context(), "town", c, s.world.Now(), 3*time.Hour, recorder.Steps{})
		require.NoError(t, err)
		assert.Equal(t, cut, strings.Contains(strings.Join(past.Recording.Notes, " "), "answered only a part of"), past.Notes)
	}
}

// ran has CPU utilizations only, as many samples a minute as tasks.
func ran(b *books, times float64) func(namespace, name, statistic, of string, at time.Time, period time.Duration) (float64, bool) {
	return func(namespace, name, statistic, of string, at time.Time, period time.Duration) (float64, bool) {
		if namespace != "AWS/ECS" || name != "CPUUtilization" || statistic != "SampleCount" {
			return 0, false
		}
		mean, known := counted(b, b.running, of, at, period)
		samples := times * math.Round(mean*period.Minutes())
		return samples, known && samples > 0
	}
}

func TestWithoutContainerInsightsRunningTasksStandForWantedOnes(t *testing.T) {
	s, b := lived(t, "rolling-deploy", policy.Signal, 3)
	c := s.clients()
	c.CloudWatch = &kept{t: t, value: ran(b, 1)}
	past, err := recorder.ReadPast(t.Context(), "town", c, s.world.Now(), 3*time.Hour, recorder.Steps{})
	require.NoError(t, err)
	require.NoError(t, past.Check())
	assert.Contains(t, past.Notes[0], "tasks that waited are missing")
	for _, v := range past.Services {
		got := each(v.Desired, b.from, 179, func(d recording.Desired) time.Time { return d.At }, func(d recording.Desired) int { return d.Desired })
		assert.Equal(t, b.running[v.Name][:179], got, v.Name)
	}
}

func TestCountsThatDisagreeWithWhatRunsAreRefused(t *testing.T) {
	s, b := lived(t, "quiet-night", policy.Signal, 2)
	c := s.clients()
	c.CloudWatch = &kept{t: t, value: ran(b, 3)}
	_, err := recorder.ReadPast(t.Context(), "town", c, s.world.Now(), time.Hour, recorder.Steps{})
	require.ErrorIs(t, err, recorder.ErrNoPast)
	c.CloudWatch = &kept{t: t, value: func(string, string, string, string, time.Time, time.Duration) (float64, bool) { return 0, false }}
	_, err = recorder.ReadPast(t.Context(), "town", c, s.world.Now(), time.Hour, recorder.Steps{})
	require.ErrorIs(t, err, recorder.ErrNoPast)
}

func TestMetricsThatStoppedAreAGapAndLateOnesABeginning(t *testing.T) {
	s, b := lived(t, "quiet-night", policy.Signal, 3)
	minute := func(n int) time.Time { return b.from.Add(time.Duration(n) * time.Minute) }
	c := s.clients()
	c.CloudWatch = &kept{t: t, value: func(namespace, _, _, of string, at time.Time, period time.Duration) (float64, bool) {
		if namespace != "ECS/ContainerInsights" || at.Before(minute(60)) || !at.Before(minute(90)) && at.Before(minute(120)) {
			return 0, false
		}
		return counted(b, b.desired, of, at, period)
	}}
	past, err := recorder.ReadPast(t.Context(), "town", c, s.world.Now(), 3*time.Hour, recorder.Steps{})
	require.NoError(t, err)
	assert.Equal(t, minute(60), past.From)
	assert.Equal(t, []recording.Span{{From: minute(90), To: minute(120)}}, past.Gaps)
}

func TestTheRestOfWhatWasReservedIsTold(t *testing.T) {
	s, b := lived(t, "batch-storm", policy.Gap, 3)
	c := s.clients()
	for reserved, told := range map[float64]bool{1: false, 90: true} {
		c.CloudWatch = &kept{t: t, value: func(namespace, name, _, of string, at time.Time, period time.Duration) (float64, bool) {
			if name == "CPUReservation" || name == "MemoryReservation" {
				return reserved, true
			}
			if namespace != "ECS/ContainerInsights" {
				return 0, false
			}
			return counted(b, b.running, of, at, period)
		}}
		past, err := recorder.ReadPast(t.Context(), "town", c, s.world.Now(), 3*time.Hour, recorder.Steps{})
		require.NoError(t, err)
		found := false
		for _, n := range past.Notes {
			found = found || len(n) > 30 && n[:25] == "The tasks of its services"
		}
		assert.Equal(t, told, found, past.Notes)
	}
}
