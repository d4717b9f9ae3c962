package metrics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// CloudWatch is what publishing asks of Amazon CloudWatch.
type CloudWatch interface {
	PutMetricData(ctx context.Context, in *cloudwatch.PutMetricDataInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error)
}

// dataPerCall is the most that one PutMetricData takes. Its other limit, 1 MB, is never reached: a thousand data with the
// longest metric name and a cluster name of 255 characters stay below half of it
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html).
const dataPerCall = 1000

// Selection says which metrics are wanted: all, or only those that scaling rests on.
type Selection string

// The two selections of the METRICS variable.
const (
	Everything  Selection = "all"
	ScalingOnly Selection = "scaling"
)

// Put publishes data for one minute. They carry the scheduled minute, not the present one, so that a doubled or late pass
// falls into the same datapoint; those of high resolution carry their second. It tries every batch; published is how many data arrived.
func Put(ctx context.Context, api CloudWatch, namespace string, minute time.Time, want Selection, data []Datum) (published int, err error) {
	var wanted []types.MetricDatum
	for _, d := range data {
		if want == Everything || d.Metric.Scaling {
			wanted = append(wanted, d.at(minute))
		}
	}
	var refused []error
	for batch := range slices.Chunk(wanted, dataPerCall) {
		_, err := api.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{Namespace: aws.String(namespace), MetricData: batch})
		if err != nil {
			refused = append(refused, fmt.Errorf("publish %d metric values to namespace %s: %w", len(batch), namespace, err))
			continue
		}
		published += len(batch)
	}
	return published, errors.Join(refused...)
}

func (d Datum) at(minute time.Time) types.MetricDatum {
	datum := types.MetricDatum{
		MetricName: aws.String(d.Metric.Name),
		Unit:       d.Metric.Unit,
		Timestamp:  aws.Time(minute),
		Value:      aws.Float64(d.Value),
	}
	if !d.At.IsZero() {
		datum.Timestamp, datum.StorageResolution = aws.Time(d.At.Truncate(time.Second)), aws.Int32(1)
	}
	if d.Metric.PerCluster {
		datum.Dimensions = []types.Dimension{{Name: aws.String(Dimension), Value: aws.String(d.Cluster)}}
	}
	return datum
}
