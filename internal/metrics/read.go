package metrics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// CloudWatchReader is what reading asks of Amazon CloudWatch.
type CloudWatchReader interface {
	GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
}

// ErrUnread is that of a call which AWS answered without some of its metrics; the sentence ends with the status. Another call may be
// answered whole.
var ErrUnread = errors.New("AWS answered")

// Reading is a metric of a cluster over some time.
type Reading struct {
	Metric  Metric
	Cluster string
	// From is the first minute, To the one after the last.
	From, To time.Time
	// Take is given each minute that has a value: the largest that was put.
	Take func(minute time.Time, value float64)
}

// Read reads metrics of one stack, all over the same time, in one call and in more where the answer has pages. One call takes 500
// metrics and returns 100 800 values at most
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html). If AWS failed to read one of them, that
// is an error: minutes that are missing there would look like minutes of less demand.
func Read(ctx context.Context, api CloudWatchReader, namespace string, of []Reading) error {
	if len(of) == 0 {
		return nil
	}
	byID := make(map[string]Reading, len(of))
	for n, r := range of {
		byID[queryID(n)] = r
	}
	failed := map[string]types.StatusCode{} // by query, as its newest page says
	pages := cloudwatch.NewGetMetricDataPaginator(api, question(namespace, of))
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read %d metrics of namespace %s: %w", len(of), namespace, err)
		}
		for _, result := range page.MetricDataResults {
			r, asked := byID[aws.ToString(result.Id)]
			delete(failed, aws.ToString(result.Id))
			if asked && incomplete(result.StatusCode) {
				failed[aws.ToString(result.Id)] = result.StatusCode
			}
			if asked {
				r.take(result)
			}
		}
	}
	for n := range of {
		if status, found := failed[queryID(n)]; found {
			return fmt.Errorf("read %s of %s in namespace %s: %w %s", of[n].Metric.Name, of[n].Cluster, namespace, ErrUnread, status)
		}
	}
	return nil
}

// take hands on the values within the time that was asked for.
func (r Reading) take(result types.MetricDataResult) {
	for n := range min(len(result.Timestamps), len(result.Values)) {
		if at := result.Timestamps[n]; !at.Before(r.From) && at.Before(r.To) {
			r.Take(at, result.Values[n])
		}
	}
}

func queryID(n int) string { return fmt.Sprintf("m%d", n) }

// question asks for all of them at once.
func question(namespace string, of []Reading) *cloudwatch.GetMetricDataInput {
	in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(of[0].From), EndTime: aws.Time(of[0].To), ScanBy: types.ScanByTimestampAscending}
	for n, r := range of {
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: aws.String(queryID(n)), MetricStat: &types.MetricStat{
			Metric: &types.Metric{
				Namespace: aws.String(namespace), MetricName: aws.String(r.Metric.Name),
				Dimensions: []types.Dimension{{Name: aws.String(Dimension), Value: aws.String(r.Cluster)}},
			},
			Period: aws.Int32(60), Stat: aws.String("Maximum"),
		}})
	}
	return in
}

// incomplete tells whether a metric's values are missing
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html). PartialData only says that another
// page follows.
func incomplete(status types.StatusCode) bool {
	return status == types.StatusCodeInternalError || status == types.StatusCodeForbidden
}
