package recorder

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/recording"
)

// wanted are the services that have tasks to want.
func (p *past) wanted() []*service {
	return slices.DeleteFunc(slices.Clone(p.services.all), (*service).fresh)
}

// countRunning reads how many tasks of each service ran: the sample count of their CPU utilization. AWS's guide said so until
// 2023 and now names Container Insights alone, so the count must agree with what runs now
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html).
func (p *past) countRunning(ctx context.Context, services []*service) ([]series, error) {
	var metrics []metric
	for _, s := range services {
		metrics = append(metrics, metric{"AWS/ECS", "CPUUtilization", "SampleCount", []string{"ClusterName", p.rec.Cluster, "ServiceName", s.Name}})
	}
	counted, err := p.read(ctx, metrics)
	if err != nil {
		return nil, err
	}
	late, _, err := readMetrics(ctx, p.clients.CloudWatch, metrics, span{p.now.Add(-15 * time.Minute).Truncate(time.Minute), p.now, time.Minute}, p.called)
	if err != nil {
		return nil, err
	}
	if !agree(services, late) {
		return nil, ErrNoPast
	}
	there := map[time.Time]bool{}
	for _, s := range counted {
		for at := range s {
			there[at] = true
		}
	}
	for _, s := range counted {
		for at := range there {
			s[at] /= p.span.period.Minutes() // without a datapoint no task ran
		}
	}
	if len(there) == 0 {
		return nil, ErrNoPast
	}
	return counted, nil
}

// agree tells whether the counts of the last minutes are as many as the tasks that run now, for four of five services at
// least. A count may be a minute late, or of a part of a minute. Of a service without tasks there is none.
func agree(services []*service, counted []series) bool {
	agreeing := 0
	for i, s := range services {
		now := float64(s.Running[len(s.Running)-1].Running)
		like := func(count float64) bool { return math.Abs(count-now) <= max(0.5, now/10) }
		if now == 0 && len(counted[i]) == 0 || slices.ContainsFunc(slices.Collect(maps.Values(counted[i])), like) {
			agreeing++
		}
	}
	return agreeing*5 >= len(services)*4
}

// fill gives services their counts of the past. The last points are those that the look at now has seen.
func (p *past) fill(services []*service, desired, running []series) {
	var silent []string
	for i, s := range services {
		now, runs, revision := s.Desired[len(s.Desired)-1], s.Running[len(s.Running)-1], s.Desired[0].Revision
		begin := p.span.from
		if first, known := desired[i].first(); s.Created.After(begin) && (!known || !first.Before(s.Created.Add(-p.span.period))) {
			begin = s.Created
		} else {
			s.Created = time.Time{} // one of the same name was there before
		}
		s.Desired, s.Running = nil, nil
		p.points(begin, desired[i], func(at time.Time, n int) { s.wants(at, time.Time{}, n, revision) })
		p.points(begin, running[i], s.runs)
		if len(s.Desired) == 0 {
			s.wants(begin, time.Time{}, now.Desired, revision)
			silent = append(silent, s.Name)
		}
		s.wants(p.now, time.Time{}, now.Desired, revision)
		s.runs(p.now, runs.Running)
	}
	if len(silent) > 0 {
		p.say(fmt.Sprintf("%s no metric, so what is wanted now stands for the past.", plural.Count(len(silent), "service has", "services have")), silent...)
	}
	p.gaps(desired)
}

// points tells each period's value from a time on. The first one holds from that time.
func (p *past) points(begin time.Time, s series, point func(at time.Time, n int)) {
	told := false
	for _, at := range p.span.periods() {
		value, known := s[at]
		if !known || at.Add(p.span.period).Before(begin) {
			continue
		}
		if !told {
			at, told = begin, true
		}
		point(at, int(math.Round(value)))
	}
}

// gaps notes when no service has a datapoint for more than three periods.
func (p *past) gaps(all []series) {
	last := p.span.from
	for _, at := range append(p.span.periods(), p.span.to) {
		here := slices.ContainsFunc(all, func(s series) bool { _, known := s[at]; return known })
		if !here && !at.Equal(p.span.to) {
			continue
		}
		if at.Sub(last) > 4*p.span.period && len(all) > 0 {
			p.rec.Gaps = append(p.rec.Gaps, recording.Span{From: last.Add(p.span.period), To: at})
		}
		last = at
	}
}

// readGone names services that have metrics and are gone. ListMetrics knows those of the last two weeks
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html).
func (p *past) readGone(ctx context.Context) error {
	pages := cloudwatch.NewListMetricsPaginator(p.clients.CloudWatch, &cloudwatch.ListMetricsInput{
		Namespace: aws.String("ECS/ContainerInsights"), MetricName: aws.String("DesiredTaskCount"),
		Dimensions: []types.DimensionFilter{{Name: aws.String("ClusterName"), Value: aws.String(p.rec.Cluster)}},
	}, func(o *cloudwatch.ListMetricsPaginatorOptions) { o.StopOnDuplicateToken = true })
	var gone []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list the services that have metrics: %w", err)
		}
		for _, m := range page.Metrics {
			name := serviceOf(m.Dimensions)
			if name != "" && !p.services.there[name] && !slices.Contains(gone, name) {
				gone = append(gone, name)
			}
		}
	}
	if len(gone) > 0 {
		slices.Sort(gone)
		p.say(fmt.Sprintf("%s gone and left out: nothing keeps how large tasks were.", plural.Count(len(gone), "service is", "services are")), gone...)
	}
	return nil
}

// serviceOf is the service that a metric of a service is about; empty: it is about something else.
func serviceOf(dimensions []types.Dimension) string {
	name := ""
	for _, d := range dimensions {
		switch aws.ToString(d.Name) {
		case "ServiceName":
			name = aws.ToString(d.Value)
		case "ClusterName":
		default:
			return ""
		}
	}
	return name
}
