package aws

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Minutes of a metric are kept for 15 days
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html). A metric has room for the first few
// hours of them, and for more once it has more.
const (
	keptAtFirst = 180
	kept        = 15 * 24 * 60
)

// latestWithin is how old a datapoint may be to be the latest.
const latestWithin = 15 * time.Minute

// series is a metric's last minutes; minute m is at m modulo their number. tens is nil where no high-resolution alarm looks at it.
type series struct {
	minutes []datapoint
	tens    *tens
}

// datapoint is a statistic set of one minute, counted from 1970: what is published twice is aggregated
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/publishingMetrics.html). ten is the period of ten seconds
// that it stands in, counted likewise.
type datapoint struct {
	minute, ten           int64
	count, sum, low, high float64
}

func (d *datapoint) add(o datapoint) {
	if d.count == 0 {
		*d = o
		return
	}
	d.count += o.count
	d.sum += o.sum
	d.low, d.high = min(d.low, o.low), max(d.high, o.high)
}

// statistic is Maximum, Minimum, Sum, SampleCount or Average.
func (d datapoint) statistic(name string) float64 {
	switch name {
	case "Maximum":
		return d.high
	case "Minimum":
		return d.low
	case "Sum":
		return d.sum
	case "SampleCount":
		return d.count
	default:
		return d.sum / d.count
	}
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

func newSeries() *series { return &series{minutes: make([]datapoint, keptAtFirst)} }

// at is where a minute is, or would be.
func (s *series) at(minute int64) *datapoint { return &s.minutes[minute%int64(len(s.minutes))] }

// put adds a datum to its minute, unless the metric has forgotten that minute.
func (s *series) put(d datapoint) {
	for s.at(d.minute).minute != d.minute && s.at(d.minute).count > 0 && len(s.minutes) < kept {
		s.grow()
	}
	switch at := s.at(d.minute); {
	case at.minute == d.minute:
		at.add(d)
	case at.minute < d.minute:
		*at = d
	}
	if s.tens != nil {
		s.tens.put(d)
	}
}

// grow makes room for twice as many minutes.
func (s *series) grow() {
	before := s.minutes
	s.minutes = make([]datapoint, min(2*len(before), kept))
	for _, d := range before {
		if at := s.at(d.minute); d.count > 0 && d.minute >= at.minute {
			*at = d
		}
	}
}

// over aggregates the minutes [from, to); its count is 0 where there are none.
func (s *series) over(from, to int64) datapoint {
	var all datapoint
	for m := from; m < to; m++ {
		if d := s.at(m); d.minute == m && d.count > 0 {
			all.add(*d)
		}
	}
	return all
}

// metricName is a metric's identity: its namespace, name and every dimension
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html).
func metricName(namespace, metric string, dimensions map[string]string) string {
	var b strings.Builder
	b.WriteString(namespace + "\x00" + metric)
	for _, name := range slices.Sorted(maps.Keys(dimensions)) {
		b.WriteString("\x00" + name + "\x01" + dimensions[name])
	}
	return b.String()
}

// series finds a metric, which is made when it is first asked for: alarms may come before their metric.
func (w *World) series(name string) *series {
	s := w.cloudwatch.series[name]
	if s == nil {
		s = newSeries()
		w.cloudwatch.series[name] = s
	}
	return s
}

// putOwn publishes what ECS measured of a cluster in the minute that ended, some time after it
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html).
func (w *World) putOwn(c *Cluster) {
	samples := c.samples
	c.samples = nil
	if len(samples) == 0 {
		return
	}
	minute := minuteOf(w.now) - 1
	w.after(w.Knobs.CloudWatch.OwnMetrics, "metrics "+c.Name, func() {
		for metric, d := range samples { // in any order: each has a series of its own
			d.minute = minute
			w.series(metricName("AWS/ECS", metric, map[string]string{"ClusterName": c.Name})).put(d)
		}
	})
}

// Latest is a metric's newest statistic not older than a quarter of an hour, for whoever looks from outside.
func (w *World) Latest(namespace, metric, statistic string, dimensions map[string]string) (float64, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.series(metricName(namespace, metric, dimensions))
	now := minuteOf(w.now)
	for m := now; m > now-int64(latestWithin/time.Minute); m-- {
		if d := s.over(m, m+1); d.count > 0 {
			return d.statistic(statistic), true
		}
	}
	return 0, false
}
