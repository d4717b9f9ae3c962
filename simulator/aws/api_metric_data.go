package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// queriesPerGet is a limit of GetMetricData
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html).
const queriesPerGet = 500

// GetMetricData returns metrics of the last 15 days in one page, whatever their number. It knows no
// expressions (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html).
func (c *CloudWatch) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	w := c.world
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := make([]string, 0, len(in.MetricDataQueries))
	for _, q := range in.MetricDataQueries {
		ids = append(ids, aws.ToString(q.Id))
	}
	if err := w.fault("GetMetricData", strings.Join(ids, ",")); err != nil {
		return nil, err
	}
	if err := refuseMetricData(in, ids); err != nil {
		return nil, err
	}
	w.usage.MetricsRead += len(ids)
	out := &cloudwatch.GetMetricDataOutput{}
	for _, q := range in.MetricDataQueries {
		if q.ReturnData == nil || *q.ReturnData {
			out.MetricDataResults = append(out.MetricDataResults, w.metricData(q, *in.StartTime, *in.EndTime, in.ScanBy))
		}
	}
	return out, nil
}

// refuseMetricData checks a call of GetMetricData.
func refuseMetricData(in *cloudwatch.GetMetricDataInput, ids []string) error {
	refused := func(format string, a ...any) error { return invalid("ValidationError", fmt.Sprintf(format, a...)) }
	switch {
	case len(ids) == 0 || len(ids) > queriesPerGet:
		return refused("The collection MetricDataQueries must have a size between 1 and %d.", queriesPerGet)
	case in.StartTime == nil || in.EndTime == nil || !in.StartTime.Before(*in.EndTime):
		return refused("The parameter StartTime must be less than the parameter EndTime.")
	}
	for n, q := range in.MetricDataQueries {
		switch s := q.MetricStat; {
		case ids[n] == "" || slices.Contains(ids[:n], ids[n]):
			return refused("The values for parameter id in MetricDataQueries are not unique.")
		case q.Expression != nil:
			return refused("The simulated CloudWatch has no expressions.")
		case s == nil || s.Metric == nil || s.Stat == nil:
			return refused("A query of MetricDataQueries must have a MetricStat with a Metric and a Stat.")
		case aws.ToInt32(s.Period) < 60 || *s.Period%60 != 0:
			return refused("Period must be a multiple of 60.")
		}
	}
	return nil
}

// metricData answers one query: a value for each period that has any, the newest first unless the call says otherwise.
// Periods begin at multiples of their length; the first is the one that start lies in, the last ends after end at the
// earliest.
func (w *World) metricData(q types.MetricDataQuery, start, end time.Time, order types.ScanBy) types.MetricDataResult {
	stat := q.MetricStat
	label := aws.ToString(q.Label)
	if label == "" {
		label = aws.ToString(stat.Metric.MetricName)
	}
	r := types.MetricDataResult{Id: q.Id, Label: aws.String(label), StatusCode: types.StatusCodeComplete}
	series := w.series(identity(aws.ToString(stat.Metric.Namespace), types.MetricDatum{MetricName: stat.Metric.MetricName, Dimensions: stat.Metric.Dimensions}))
	period := time.Duration(*stat.Period) * time.Second
	for at := start.Truncate(period); at.Before(end); at = at.Add(period) {
		if d := series.over(minuteOf(at), minuteOf(at.Add(period))); d.count > 0 {
			r.Timestamps = append(r.Timestamps, at.UTC())
			r.Values = append(r.Values, d.statistic(*stat.Stat))
		}
	}
	if order != types.ScanByTimestampAscending {
		slices.Reverse(r.Timestamps)
		slices.Reverse(r.Values)
	}
	return r
}
