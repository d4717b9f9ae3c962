package aws

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Limits of PutMetricData (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html).
const (
	dataPerPut  = 1000
	valuesEach  = 150
	dataAreOld  = 14 * 24 * time.Hour
	dataAreToBe = 2 * time.Hour
)

// CloudWatch is a client of CloudWatch.
type CloudWatch struct{ world *World }

// CloudWatch is a client of CloudWatch.
func (w *World) CloudWatch() *CloudWatch { return &CloudWatch{w} }

// PutMetricData takes all data or none.
func (c *CloudWatch) PutMetricData(_ context.Context, in *cloudwatch.PutMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	w := c.world
	w.mu.Lock()
	defer w.mu.Unlock()
	namespace := aws.ToString(in.Namespace)
	first := ""
	if len(in.MetricData) > 0 {
		first = identity(namespace, in.MetricData[0])
	}
	if err := w.fault("PutMetricData", keyOf(len(in.MetricData), namespace, first)); err != nil {
		return nil, err
	}
	switch {
	case strings.HasPrefix(namespace, "AWS/"):
		return nil, invalid("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
	case len(in.MetricData) > dataPerPut:
		return nil, invalid("ValidationError", fmt.Sprintf("The collection MetricData must not have a size greater than %d.", dataPerPut))
	}
	points := make([]datapoint, len(in.MetricData))
	for n, d := range in.MetricData {
		var err error
		if points[n], err = w.statistics(d); err != nil {
			return nil, err
		}
	}
	w.usage.Puts++
	for n, d := range in.MetricData {
		name := identity(namespace, d)
		w.meterMetric(name)
		w.publish(name, points[n])
	}
	return &cloudwatch.PutMetricDataOutput{}, nil
}

// publish puts a datum into its metric, where the knob says so only after a while.
func (w *World) publish(name string, d datapoint) {
	late := w.Knobs.CloudWatch.Put
	if late.Max <= 0 {
		w.series(name).put(d)
		return
	}
	luck := w.draw("put " + w.attempt("put of PutMetricData", name))
	w.after(late.of(luck), "put "+name, func() { w.series(name).put(d) })
}

func identity(namespace string, d types.MetricDatum) string {
	dimensions := make(map[string]string, len(d.Dimensions))
	for _, one := range d.Dimensions {
		dimensions[aws.ToString(one.Name)] = aws.ToString(one.Value)
	}
	return metricName(namespace, aws.ToString(d.MetricName), dimensions)
}

// statistics is what a datum adds to its minute: one value, a set of statistics, or values and how often they were.
func (w *World) statistics(d types.MetricDatum) (datapoint, error) {
	at := w.now
	if d.Timestamp != nil {
		at = *d.Timestamp
	}
	if at.Before(w.now.Add(-dataAreOld)) || at.After(w.now.Add(dataAreToBe)) {
		return datapoint{}, invalid("InvalidParameterValue", "The value for parameter MetricData.member.Timestamp is out of range.")
	}
	ten, err := resolution(d, at)
	if err != nil {
		return datapoint{}, err
	}
	sum := datapoint{minute: minuteOf(at), ten: ten}
	add := func(v, times float64) {
		sum.add(datapoint{minute: sum.minute, ten: sum.ten, count: times, sum: v * times, low: v, high: v})
	}
	switch s := d.StatisticValues; {
	case s != nil:
		sum.count, sum.sum = aws.ToFloat64(s.SampleCount), aws.ToFloat64(s.Sum)
		sum.low, sum.high = aws.ToFloat64(s.Minimum), aws.ToFloat64(s.Maximum)
	case d.Value != nil:
		add(*d.Value, 1)
	case len(d.Values) > 0 && len(d.Values) <= valuesEach && (len(d.Counts) == 0 || len(d.Counts) == len(d.Values)):
		for n, v := range d.Values {
			times := 1.0
			if len(d.Counts) > 0 {
				times = d.Counts[n]
			}
			add(v, times)
		}
	default:
		return datapoint{}, invalid("MissingParameter", "At least one of the parameters must be specified.")
	}
	if slices.ContainsFunc([]float64{sum.sum, sum.low, sum.high}, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
		return datapoint{}, invalid("InvalidParameterValue", "The value NaN or Inf for parameter MetricData.member.Value is invalid.")
	}
	return sum, nil
}
