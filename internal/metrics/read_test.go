package metrics_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/metrics"
)

// paged answers each call with the next page.
type paged struct {
	pages []*cloudwatch.GetMetricDataOutput
	asked []*cloudwatch.GetMetricDataInput
}

func (p *paged) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	p.asked = append(p.asked, in)
	if len(p.asked) > len(p.pages) {
		return nil, errors.New("no more")
	}
	out := p.pages[len(p.asked)-1]
	if len(p.asked) < len(p.pages) {
		out.NextToken = aws.String(strconv.Itoa(len(p.asked)))
	}
	return out, nil
}

func result(id string, minutes []int, values ...float64) types.MetricDataResult {
	r := types.MetricDataResult{Id: aws.String(id), Values: values}
	for _, m := range minutes {
		r.Timestamps = append(r.Timestamps, minute.Add(time.Duration(m)*time.Minute))
	}
	return r
}

func TestReadingTakesWhatEachMetricHas(t *testing.T) {
	api := &paged{pages: []*cloudwatch.GetMetricDataOutput{
		{MetricDataResults: []types.MetricDataResult{result("m0", []int{0, 2}, 5, 7), result("m1", []int{1}, 9)}},
		// The rest of the first, a value beside the time that was asked for, and a query that nobody made.
		{MetricDataResults: []types.MetricDataResult{result("m0", []int{-1, 3, 4}, 1, 8, 2), result("other", []int{0}, 3)}},
	}}
	got := map[string]map[int]float64{"a": {}, "b": {}}
	reading := func(m metrics.Metric, cluster string) metrics.Reading {
		return metrics.Reading{Metric: m, Cluster: cluster, From: minute, To: minute.Add(4 * time.Minute), Take: func(at time.Time, value float64) {
			got[cluster][int(at.Sub(minute).Minutes())] = value
		}}
	}
	require.NoError(t, metrics.Read(t.Context(), api, "Ours", []metrics.Reading{reading(metrics.CPUDemand, "a"), reading(metrics.MemoryDemand, "b")}))
	assert.Equal(t, map[string]map[int]float64{"a": {0: 5, 2: 7, 3: 8}, "b": {1: 9}}, got)
	asked := api.asked[0]
	assert.Equal(t, []time.Time{minute, minute.Add(4 * time.Minute)}, []time.Time{*asked.StartTime, *asked.EndTime})
	of := asked.MetricDataQueries[1].MetricStat
	assert.Equal(t, []string{"Ours", "MemoryDemand", "ClusterName", "b", "Maximum"},
		[]string{*of.Metric.Namespace, *of.Metric.MetricName, *of.Metric.Dimensions[0].Name, *of.Metric.Dimensions[0].Value, *of.Stat})
	assert.EqualValues(t, 60, *of.Period)
}

func TestAReadThatFailsSaysWhat(t *testing.T) {
	require.ErrorContains(t, metrics.Read(t.Context(), &paged{}, "Ours", []metrics.Reading{{Metric: metrics.CPUDemand, Cluster: "a", From: minute, To: minute.Add(time.Hour)}}),
		"read 1 metrics of namespace Ours: no more")
	require.NoError(t, metrics.Read(t.Context(), &paged{}, "Ours", nil), "nothing is asked for nothing")
}

func TestAMetricThatAWSCannotReadIsAnError(t *testing.T) {
	as := func(status types.StatusCode) *cloudwatch.GetMetricDataOutput {
		r := result("m1", []int{1}, 9)
		r.StatusCode = status
		return &cloudwatch.GetMetricDataOutput{MetricDataResults: []types.MetricDataResult{result("m0", []int{1}, 5), r}}
	}
	for name, tt := range map[string]struct {
		pages []*cloudwatch.GetMetricDataOutput
		fails string
	}{
		"complete":           {[]*cloudwatch.GetMetricDataOutput{as(types.StatusCodeComplete)}, ""},
		"more follows":       {[]*cloudwatch.GetMetricDataOutput{as(types.StatusCodePartialData), as(types.StatusCodeComplete)}, ""},
		"AWS failed":         {[]*cloudwatch.GetMetricDataOutput{as(types.StatusCodeInternalError)}, "InternalError"},
		"and then did not":   {[]*cloudwatch.GetMetricDataOutput{as(types.StatusCodeInternalError), as(types.StatusCodeComplete)}, ""},
		"AWS did not let us": {[]*cloudwatch.GetMetricDataOutput{as(types.StatusCodeForbidden)}, "Forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			of := func(m metrics.Metric) metrics.Reading {
				return metrics.Reading{Metric: m, Cluster: "web", From: minute, To: minute.Add(time.Hour), Take: func(time.Time, float64) {}}
			}
			err := metrics.Read(t.Context(), &paged{pages: tt.pages}, "Ours", []metrics.Reading{of(metrics.CPUDemand), of(metrics.MemoryDemand)})
			if tt.fails == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, "read MemoryDemand of web in namespace Ours: AWS answered "+tt.fails)
		})
	}
}
