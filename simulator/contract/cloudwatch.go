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
