package contract

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// metrics: a thousand data a call, two weeks old at most and two hours ahead, in no namespace of AWS
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html).
func metrics(t *testing.T, a Account) {
	t.Helper()
	datum := func(value float64, at time.Time) types.MetricDatum {
		return types.MetricDatum{
			MetricName: aws.String("ScalingSignal"), Value: aws.Float64(value), Timestamp: aws.Time(at),
			Dimensions: []types.Dimension{{Name: aws.String("ClusterName"), Value: aws.String(a.Cluster)}},
		}
	}
	put := func(namespace string, data ...types.MetricDatum) error {
		_, err := a.CloudWatch.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String(namespace), MetricData: data})
		return err
	}
	now := a.Now()
	defer metricData(t, a, put, datum)
	require.NoError(t, put("Contract", slices.Repeat([]types.MetricDatum{datum(1, now)}, 1000)...))
	require.NoError(t, put("Contract", datum(-1, now.Add(-13*24*time.Hour)), datum(0, now.Add(time.Hour))))
	for name, err := range map[string]error{
		"1001 data":         put("Contract", slices.Repeat([]types.MetricDatum{datum(1, now)}, 1001)...),
		"AWS's namespace":   put("AWS/ECS", datum(1, now)),
		"too old":           put("Contract", datum(1, now.Add(-15*24*time.Hour))),
		"not yet":           put("Contract", datum(1, now.Add(3*time.Hour))),
		"not a number":      put("Contract", datum(math.NaN(), now)),
		"more than numbers": put("Contract", datum(math.Inf(1), now)),
	} {
		require.Error(t, err, name)
		assert.Contains(t, []string{"InvalidParameterValue", "InvalidParameterValueException", "ValidationError"}, code(t, err), name)
	}
}

// metricData: a value for each minute from the first, which is in, to the last, which is not; the largest of what was put; and
// none for a metric that does not exist (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html).
func metricData(t *testing.T, a Account, put func(string, ...types.MetricDatum) error, datum func(float64, time.Time) types.MetricDatum) {
	t.Helper()
	noon := a.Now().Truncate(time.Minute).Add(-23 * time.Hour)
	require.NoError(t, put("History", datum(9, noon.Add(-time.Minute)), datum(3, noon), datum(5, noon), datum(4, noon), datum(7, noon.Add(2*time.Minute)), datum(9, noon.Add(3*time.Minute))))
	query := func(id, metric string) types.MetricDataQuery {
		return types.MetricDataQuery{Id: aws.String(id), MetricStat: &types.MetricStat{Stat: aws.String("Maximum"), Period: aws.Int32(60), Metric: &types.Metric{
			Namespace: aws.String("History"), MetricName: aws.String(metric), Dimensions: []types.Dimension{{Name: aws.String("ClusterName"), Value: aws.String(a.Cluster)}},
		}}}
	}
	out, err := a.CloudWatch.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(3 * time.Minute)), ScanBy: types.ScanByTimestampAscending,
		MetricDataQueries: []types.MetricDataQuery{query("m0", "ScalingSignal"), query("m1", absent)},
	})
	require.NoError(t, err)
	require.Len(t, out.MetricDataResults, 2)
	for _, r := range out.MetricDataResults {
		if *r.Id == "m1" {
			assert.Empty(t, r.Values)
			continue
		}
		assert.Equal(t, []float64{5, 7}, r.Values)
		require.Len(t, r.Timestamps, 2)
		assert.True(t, r.Timestamps[0].Equal(noon) && r.Timestamps[1].Equal(noon.Add(2*time.Minute)), r.Timestamps)
	}
}
