package recorder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/recording"
)

// ErrNoPast means that no metric tells what the cluster's services wanted.
var ErrNoPast = errors.New("CloudWatch has not kept what the cluster's services wanted")

// activitiesKept is how long Auto Scaling shows scaling activities
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html).
const activitiesKept = 6 * 7 * day

// Past is what is read of the past: the recording, and what is not known of it.
type Past struct {
	recording.Recording
	// Notes are what a reader must know, a sentence each; those of the recording name nobody.
	Notes []string
}

// Steps are told how a long read goes; each may be nil.
type Steps struct {
	// Costs is told before metrics are read.
	Costs func(Cost)
	// Read is told after each call.
	Read func(calls int)
}

// past reads the past of one cluster.
type past struct {
	*Recorder
	steps Steps
	calls int
	now   time.Time
	span  span
	notes []note
}

// note is a sentence, and whom it is about.
type note struct {
	text  string
	names []string
}

// ReadPast reads what Auto Scaling and CloudWatch have kept of a cluster since a time, up to now. Sizes and settings are
// those of now, because nothing keeps others.
func ReadPast(ctx context.Context, cluster string, c Clients, now time.Time, since time.Duration, steps Steps) (Past, error) {
	period := PeriodOf(since)
	now = now.UTC().Truncate(time.Millisecond)
	p := &past{Recorder: New(cluster, c, period, recording.CloudWatch), steps: steps, now: now, span: span{now.Add(-since).Truncate(period), now.Truncate(period), period}}
	p.rec.From, p.last, p.whole, p.until = p.span.from, p.span.from, p.span.from, p.span.from
	if err := p.Look(ctx, now); err != nil {
		return Past{}, err
	}
	p.rec.Gaps = nil
	if err := p.readMetrics(ctx); err != nil {
		return Past{}, err
	}
	if err := p.readGone(ctx); err != nil {
		return Past{}, err
	}
	p.noteHosts(since)
	p.say("Tasks are of the size that their services have now, and roll-outs before the present one are not known.")
	p.say("Standalone tasks that had stopped an hour before the end are not known.")
	return p.result(), nil
}

func (p *past) say(text string, names ...string) { p.notes = append(p.notes, note{text, names}) }

func (p *past) result() Past {
	result := Past{Recording: p.Recording()}
	for _, n := range p.notes {
		result.Recording.Notes = append(result.Recording.Notes, n.text)
		if len(n.names) > 0 {
			n.text += " (" + strings.Join(n.names, ", ") + ")"
		}
		result.Notes = append(result.Notes, n.text)
	}
	return result
}

// read reads metrics and tells of it.
func (p *past) read(ctx context.Context, metrics []metric) ([]series, error) {
	if p.steps.Costs != nil && len(metrics) > 0 {
		p.steps.Costs(costOf(len(metrics), len(p.span.periods())))
	}
	return readMetrics(ctx, p.clients.CloudWatch, metrics, p.span, p.called)
}

// called is told after each call that reads metrics.
func (p *past) called() {
	p.calls++
	if p.steps.Read != nil {
		p.steps.Read(p.calls)
	}
}

// wanted are the services that have tasks to want.
func (p *past) wanted() []*service {
	return slices.DeleteFunc(slices.Clone(p.services.all), (*service).fresh)
}

// readMetrics reads what services wanted, the bounds of groups, and what was reserved.
func (p *past) readMetrics(ctx context.Context) error {
	services := p.wanted()
	var metrics []metric
	for _, s := range services {
		by := []string{"ClusterName", p.rec.Cluster, "ServiceName", s.Name}
		metrics = append(metrics, metric{"ECS/ContainerInsights", "DesiredTaskCount", "Average", by}, metric{"ECS/ContainerInsights", "RunningTaskCount", "Average", by})
	}
	for _, g := range p.groups.all {
		for _, name := range groupMetrics {
			metrics = append(metrics, metric{"AWS/AutoScaling", name, "Average", []string{"AutoScalingGroupName", g.Name}})
		}
	}
	for _, name := range []string{"CPUReservation", "MemoryReservation"} {
		metrics = append(metrics, metric{"AWS/ECS", name, "Average", []string{"ClusterName", p.rec.Cluster}})
	}
	read, err := p.read(ctx, metrics)
	if err != nil {
		return err
	}
	desired, running := make([]series, len(services)), make([]series, len(services))
	for i := range services {
		desired[i], running[i], read = read[0], read[1], read[2:]
	}
	ofGroups, reserved := read[:len(read)-2], read[len(read)-2:]
	if len(services) > 0 && !p.begins(desired) {
		if desired, err = p.countRunning(ctx, services); err != nil {
			return err
		}
		running = desired
		p.say("Container Insights was off, so what services wanted is not known. The number of their tasks that ran stands for it: tasks that waited are missing.")
		p.begins(desired)
	}
	p.fill(services, desired, running)
	p.limits(ofGroups)
	p.explain(services, running, reserved[0], reserved[1])
	return nil
}

// begins has the recording begin with the first datapoint, if that is later. false: there is none.
func (p *past) begins(all []series) bool {
	var first time.Time
	for _, s := range all {
		if at, known := s.first(); known && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if first.IsZero() {
		return false
	}
	if first.Sub(p.span.from) > 3*p.span.period {
		p.say(fmt.Sprintf("The metrics begin at %s, so the recording does.", first.Format("2006-01-02 15:04 MST")))
		p.span.from, p.rec.From = first, first
	}
	return true
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
	late, err := readMetrics(ctx, p.clients.CloudWatch, metrics, span{p.now.Add(-15 * time.Minute).Truncate(time.Minute), p.now, time.Minute}, p.called)
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

// groupMetrics are a group's, where they are switched on
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html).
var groupMetrics = []string{"GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity"}

// limits gives groups their bounds of the past.
func (p *past) limits(read []series) {
	var off []string
	for i, g := range p.groups.all {
		low, high, desired := read[3*i], read[3*i+1], read[3*i+2]
		if len(g.Limits) == 0 || len(g.Desired) == 0 {
			continue // a capacity provider names a group that is gone, or it could not be read
		}
		if len(low) == 0 || len(high) == 0 {
			off = append(off, g.Name)
		} else {
			g.limitsOf(p.span, low, high)
		}
		g.desiredOf(p.span, desired)
		g.begin(p.span.from)
	}
	if len(off) > 0 {
		p.say(fmt.Sprintf("%s no metrics, so MinSize and MaxSize of now stand for the past.", plural.Count(len(off), "group has", "groups have")), off...)
	}
}

// limitsOf gives a group its bounds of the past.
func (g *group) limitsOf(of span, low, high series) {
	now := g.Limits[len(g.Limits)-1]
	g.Limits = nil
	for _, at := range append(of.periods(), of.to) {
		limits := recording.Limits{At: at, Min: int(math.Round(low[at])), Max: int(math.Round(high[at]))}
		if _, known := low[at]; !known && !at.Equal(of.to) {
			continue
		}
		if at.Equal(of.to) {
			limits.Min, limits.Max = now.Min, now.Max
		}
		if n := len(g.Limits); (n == 0 || g.Limits[n-1].Min != limits.Min || g.Limits[n-1].Max != limits.Max) && limits.Min <= limits.Max {
			g.Limits = append(g.Limits, limits)
		}
	}
}

// desiredOf gives a group its desired capacity from before its activities tell it.
func (g *group) desiredOf(of span, desired series) {
	told := of.to.Add(-activitiesKept)
	var before []recording.Capacity
	for _, at := range of.periods() {
		value, known := desired[at]
		if !known || !at.Before(told) {
			continue
		}
		if n := len(before); n == 0 || before[n-1].Desired != int(math.Round(value)) {
			before = append(before, recording.Capacity{At: at, Desired: int(math.Round(value))})
		}
	}
	if len(before) == 0 {
		return
	}
	for i := range g.Desired {
		if g.Desired[i].At.Before(told) {
			g.Desired[i].At = told // the first one, which held until the oldest activity
		}
	}
	g.Desired = append(before, g.Desired...)
}

// begin has the first points hold from a time on, and drops those before.
func (g *group) begin(from time.Time) {
	for len(g.Limits) > 1 && !g.Limits[1].At.After(from) {
		g.Limits = g.Limits[1:]
	}
	for len(g.Desired) > 1 && !g.Desired[1].At.After(from) {
		g.Desired = g.Desired[1:]
	}
	g.Limits[0].At, g.Desired[0].At = from, from
}

// readGone names services that have metrics and are gone. ListMetrics knows those of the last two weeks
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html).
func (p *past) readGone(ctx context.Context) error {
	pages := cloudwatch.NewListMetricsPaginator(p.clients.CloudWatch, &cloudwatch.ListMetricsInput{
		Namespace: aws.String("ECS/ContainerInsights"), MetricName: aws.String("DesiredTaskCount"),
		Dimensions: []types.DimensionFilter{{Name: aws.String("ClusterName"), Value: aws.String(p.rec.Cluster)}},
	})
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

// noteHosts says which hosts are missing.
func (p *past) noteHosts(since time.Duration) {
	if since > activitiesKept {
		p.say("Auto Scaling shows the activities of six weeks, so older hosts that are gone are missing.")
	}
	left := 0
	for _, h := range p.hosts.all {
		if !p.hosts.sized(h.Type) || h.Zone == "" {
			left++
		}
	}
	if left > 0 {
		p.say(fmt.Sprintf("%s left out, because the type is not known: the group launches several.", plural.Count(left, "host is", "hosts are")))
	}
}

// explained is the least share of what was reserved that the recording's tasks must make up, to be silent about the rest.
const explained = 0.9

// explain says how much of what was reserved, by ECS's own metrics, the tasks of services were. The rest were tasks that
// nothing keeps.
func (p *past) explain(services []*service, running []series, cpu, memory series) {
	var reserved, ours recording.Size
	for _, at := range p.span.periods() {
		percentCPU, known := cpu[at]
		percentMemory, too := memory[at]
		if !known || !too {
			continue
		}
		capacity := p.capacity(at)
		reserved.CPU += int(percentCPU * float64(capacity.CPU) / 100)
		reserved.Memory += int(percentMemory * float64(capacity.Memory) / 100)
		for i, s := range services {
			size := s.Revisions[0].Size
			ours.CPU += int(running[i][at] * float64(size.CPU))
			ours.Memory += int(running[i][at] * float64(size.Memory))
		}
	}
	if reserved.CPU == 0 || reserved.Memory == 0 {
		return
	}
	ofCPU, ofMemory := float64(ours.CPU)/float64(reserved.CPU), float64(ours.Memory)/float64(reserved.Memory)
	if ofCPU < explained || ofMemory < explained {
		p.say(fmt.Sprintf("The tasks of its services were %.0f %% of the CPU that was reserved and %.0f %% of the memory. The rest were tasks that nothing keeps, so the load is more than the recording says.",
			100*ofCPU, 100*ofMemory))
	}
}

// capacity is what the hosts had that were registered at a time.
func (p *past) capacity(at time.Time) recording.Size {
	var all recording.Size
	for _, h := range p.hosts.all {
		from := h.Registered
		if from.IsZero() {
			from = h.InService
		}
		if from.IsZero() || from.After(at) || !h.Ended.IsZero() && !h.Ended.After(at) {
			continue
		}
		t := p.hosts.types[h.Type]
		all.CPU, all.Memory = all.CPU+t.CPU, all.Memory+t.Memory
	}
	return all
}
