package aws

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// tick is how often an alarm whose period is shorter than a minute is evaluated
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html).
const tick = 10 * time.Second

// keptTens is how many periods of ten seconds of a metric are kept: more than any alarm here looks at.
const keptTens = 60

// tens are a metric's last periods of ten seconds; period n, counted from 1970, is at n modulo keptTens. The metric's minutes
// hold the same data: a metric is one, whatever the resolution of its data is.
type tens [keptTens]datapoint

func tenOf(t time.Time) int64 { return t.Unix() / int64(tick/time.Second) }

// put adds a datum to its period, unless the metric has forgotten that period.
func (s *tens) put(d datapoint) {
	at := &s[d.ten%keptTens]
	switch {
	case at.ten == d.ten:
		at.add(d)
	case at.ten < d.ten:
		*at = d
	}
}

// over aggregates the periods [from, to).
func (s *tens) over(from, to int64) datapoint {
	var all datapoint
	for p := from; p < to; p++ {
		if d := s[p%keptTens]; d.ten == p && d.count > 0 {
			all.add(d)
		}
	}
	return all
}

// resolution is where in its metric a datum stands: with a storage resolution of 1 in the ten seconds of its timestamp, else
// in those with which its minute begins (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html).
func resolution(d types.MetricDatum, at time.Time) (ten int64, err error) {
	switch r := d.StorageResolution; {
	case r == nil || *r == 60:
		return tenOf(at.Truncate(time.Minute)), nil
	case *r == 1:
		return tenOf(at), nil
	default:
		return 0, invalid("InvalidParameterValue", fmt.Sprintf("The value %d for parameter MetricData.member.StorageResolution is invalid.", *r))
	}
}

// fast says whether the alarm is a high-resolution one. No period is a minute.
func (s AlarmSpec) fast() bool { return s.Period > 0 && s.Period < time.Minute }

// startFast has high-resolution alarms looked at, from the first one on.
func (w *World) startFast() {
	if w.cloudwatch.fast {
		return
	}
	w.cloudwatch.fast = true
	w.every(w.now.Truncate(tick).Add(tick), tick, "cloudwatch fast", func() {
		for _, a := range w.cloudwatch.alarms {
			if a.spec.fast() {
				w.evaluateFast(a)
			}
		}
	})
}

// evaluateFast looks at a high-resolution alarm some time after a period ended.
func (w *World) evaluateFast(a *alarm) {
	ended := w.now
	luck := w.draw(fmt.Sprintf("alarm %s %d", a.spec.Name, ended.Unix()))
	evaluation, action := w.Knobs.CloudWatch.FastEvaluation.of(luck), w.Knobs.CloudWatch.Action.of(luck)
	w.after(evaluation, "alarm "+a.spec.Name, func() {
		if a.deleted {
			return
		}
		points := a.fastPoints(ended, w.Knobs.CloudWatch.DatumLasts)
		before := a.state
		if a.state = a.spec.judge(points, before); a.state != before {
			w.tell(a.happened())
		}
		if a.state == types.StateValueAlarm && w.repeats(a, before) {
			a.acted = w.now
			w.act(a, recent(points, a.spec.Evaluation), action)
		}
	})
}

// repeats says whether an alarm that is in ALARM acts now: when it has come to it, and then each minute. That scaling actions
// are repeated each minute is said without an exception for high-resolution alarms
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html).
func (w *World) repeats(a *alarm, before types.StateValue) bool {
	return before != types.StateValueAlarm || w.Knobs.CloudWatch.FastRepeats || w.now.Sub(a.acted) >= time.Minute
}

// fastPoints are the evaluation range, newest first: the periods that the alarm needs, and more where a datum lasts longer.
func (a *alarm) fastPoints(ended time.Time, lasts time.Duration) []point {
	period := max(1, int64(a.spec.Period/tick))
	points := make([]point, max(a.spec.Evaluation, min(int(lasts/a.spec.Period), keptTens/int(period))))
	to := tenOf(ended)
	for n := range points {
		if d := a.series.tens.over(to-period, to); d.count > 0 {
			points[n] = point{d.statistic(a.spec.Statistic), true}
		}
		to -= period
	}
	return points
}
