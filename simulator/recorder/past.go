package recorder

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

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
	read, cut, err := readMetrics(ctx, p.clients.CloudWatch, metrics, p.span, p.called)
	if cut > 0 {
		p.say(fmt.Sprintf("CloudWatch answered only a part of %s, so datapoints are missing. Read again to have all.", plural.Count(cut, "metric")))
	}
	return read, err
}

// called is told after each call that reads metrics.
func (p *past) called() {
	p.calls++
	if p.steps.Read != nil {
		p.steps.Read(p.calls)
	}
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
