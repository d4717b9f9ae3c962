package recorder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

const (
	// Kept is how long CloudWatch keeps metrics: by the minute for 15 days, by five minutes for 63, then by the hour
	// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html).
	Kept       = 455 * day
	keptFinest = 15 * day
	keptFine   = 63 * day
	day        = 24 * time.Hour

	// metricsPerCall and pointsPerCall are the most that one call of GetMetricData returns (the same page).
	metricsPerCall, pointsPerCall = 500, 100_800
	// perMetric is the list price in USD of a metric that a call asks for: $0.01 for a thousand
	// (https://aws.amazon.com/cloudwatch/pricing/).
	perMetric = 0.01 / 1000
)

// reading is the most that reading may take. By the minute a start must lie within 15 days, by five minutes within 63, and
// the last page is asked for later than the first
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html).
const reading = time.Hour

// PeriodOf is the shortest period by which CloudWatch has kept metrics for so long, until they are read.
func PeriodOf(since time.Duration) time.Duration {
	switch {
	case since <= keptFinest-reading:
		return time.Minute
	case since <= keptFine-reading:
		return 5 * time.Minute
	default:
		return time.Hour
	}
}

// metric is one to be read, as a statistic of it.
type metric struct {
	namespace, name, statistic string
	// by is its dimensions: names and values in turn.
	by []string
}

func (m metric) query(id int, period time.Duration) types.MetricDataQuery {
	of := &types.Metric{Namespace: aws.String(m.namespace), MetricName: aws.String(m.name)}
	for d := range slices.Chunk(m.by, 2) {
		of.Dimensions = append(of.Dimensions, types.Dimension{Name: aws.String(d[0]), Value: aws.String(d[1])})
	}
	return types.MetricDataQuery{
		Id:         aws.String("m" + strconv.Itoa(id)),
		MetricStat: &types.MetricStat{Metric: of, Period: aws.Int32(int32(period.Seconds())), Stat: aws.String(m.statistic)},
	}
}

// series are a metric's datapoints, by the beginning of their period.
type series map[time.Time]float64

// first is the oldest datapoint's time; false: there is none.
func (s series) first() (time.Time, bool) {
	var first time.Time
	for at := range s {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first, len(s) > 0
}

// Cost is what a read of metrics takes at most.
type Cost struct {
	Metrics, Calls int
	// USD is by AWS's list price, if each page of a call counts as a call.
	USD float64
}

// costOf is what it takes to read so many metrics of so many datapoints.
func costOf(metrics, points int) Cost {
	c := Cost{Metrics: metrics}
	for metrics > 0 {
		some := min(metrics, metricsPerCall)
		pages := max(1, (some*points+pointsPerCall-1)/pointsPerCall)
		c.Calls += pages
		c.USD += float64(some*pages) * perMetric
		metrics -= some
	}
	return c
}

// span is a time that is read, by its period.
type span struct {
	from, to time.Time
	period   time.Duration
}

// periods are the beginnings of the periods, oldest first.
func (s span) periods() []time.Time {
	var all []time.Time
	for at := s.from; at.Before(s.to); at = at.Add(s.period) {
		all = append(all, at)
	}
	return all
}

// readMetrics reads metrics in calls of 500, page by page. read is told after each page. cut is how many metrics CloudWatch
// answered in part only.
func readMetrics(ctx context.Context, c CloudWatch, metrics []metric, of span, read func()) (all []series, cut int, err error) {
	all = make([]series, len(metrics))
	partial := map[int]bool{}
	for i := range all {
		all[i] = series{}
	}
	for first := 0; first < len(metrics); first += metricsPerCall {
		in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(of.from), EndTime: aws.Time(of.to), ScanBy: types.ScanByTimestampAscending}
		for i := first; i < min(first+metricsPerCall, len(metrics)); i++ {
			in.MetricDataQueries = append(in.MetricDataQueries, metrics[i].query(i, of.period))
		}
		// A token that comes again would never end. What is missing then is still PartialData.
		pages := cloudwatch.NewGetMetricDataPaginator(c, in, func(o *cloudwatch.GetMetricDataPaginatorOptions) { o.StopOnDuplicateToken = true })
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, 0, fmt.Errorf("read metrics: %w", err)
			}
			if err := add(all, partial, page.MetricDataResults); err != nil {
				return nil, 0, err
			}
			read()
		}
	}
	return all, len(partial), nil
}

// add takes a page's results into the series. A result goes on over pages: partial are those of which more is to come.
func add(all []series, partial map[int]bool, results []types.MetricDataResult) error {
	for _, result := range results {
		i, err := strconv.ParseUint(strings.TrimPrefix(aws.ToString(result.Id), "m"), 10, 31)
		if err != nil || i >= uint64(len(all)) {
			return fmt.Errorf("read metrics: CloudWatch answered for %q, which was not asked", aws.ToString(result.Id))
		}
		switch result.StatusCode {
		case types.StatusCodeInternalError:
			return errors.New("read metrics: CloudWatch failed for one of them (InternalError); try again")
		case types.StatusCodeForbidden:
			return errors.New("read metrics: CloudWatch forbids one of them (Forbidden); allow cloudwatch:GetMetricData for metrics of this account")
		case types.StatusCodePartialData:
			partial[int(i)] = true
		case types.StatusCodeComplete:
			delete(partial, int(i))
		}
		for n := range min(len(result.Timestamps), len(result.Values)) {
			all[i][result.Timestamps[n].UTC()] = result.Values[n]
		}
	}
	return nil
}
