package moto

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Metric reads the largest datapoint of one minute back, and whether there is one.
// cluster is the dimension ClusterName; empty means the metric without dimensions.
func Metric(ctx context.Context, m *Server, namespace, name, cluster string, minute time.Time) (float64, bool, error) {
	metric := &types.Metric{Namespace: aws.String(namespace), MetricName: aws.String(name)}
	if cluster != "" {
		metric.Dimensions = []types.Dimension{{Name: aws.String("ClusterName"), Value: aws.String(cluster)}}
	}
	// moto's buckets begin at StartTime, AWS's at the minute: begin there.
	start := minute.UTC().Truncate(time.Minute)
	out, err := cloudwatch.NewFromConfig(m.Config()).GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(start),
		EndTime:   aws.Time(start.Add(time.Minute)),
		MetricDataQueries: []types.MetricDataQuery{{
			Id:         aws.String("read"),
			MetricStat: &types.MetricStat{Metric: metric, Period: aws.Int32(60), Stat: aws.String("Maximum")},
		}},
	})
	if err != nil {
		return 0, false, fmt.Errorf("read metric %s of %q: %w", name, cluster, err)
	}
	for _, result := range out.MetricDataResults {
		if len(result.Values) > 0 {
			return result.Values[0], true, nil
		}
	}
	return 0, false, nil
}

// Datum is a datapoint of a metric.
type Datum struct {
	At    time.Time
	Value float64
	Count int // samples of that value; 0: one
}

// PutMetrics puts datapoints as AWS itself publishes them: into its own namespaces, and as old as they may be.
func (m *Server) PutMetrics(ctx context.Context, namespace, name string, dimensions map[string]string, data ...Datum) error {
	var told []fields
	for _, d := range data {
		told = append(told, fields{"at": seconds(d.At), "value": d.Value, "count": max(1, d.Count)})
	}
	return m.post(ctx, "/_lab/metrics", fields{"namespace": namespace, "name": name, "dimensions": dimensions, "data": told})
}
