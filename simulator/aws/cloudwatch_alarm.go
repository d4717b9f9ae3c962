package aws

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// AlarmSpec is a metric alarm: Statistic over Period, N of M.
type AlarmSpec struct {
	Name, Namespace, Metric string
	Dimensions              map[string]string
	Statistic               string // Maximum, Minimum, Average, Sum
	Period                  time.Duration
	Evaluation, Datapoints  int    // EvaluationPeriods and DatapointsToAlarm
	Comparison              string // as types.ComparisonOperator
	Threshold               float64
	TreatMissing            string // notBreaching, breaching, ignore, missing
	Actions                 []AlarmAction
}

// AlarmAction runs a group's step policy.
type AlarmAction struct {
	Group  *Group
	Policy string
}

// cloudWatch is CloudWatch's state.
type cloudWatch struct {
	series map[string]*series
	alarms []*alarm // in the order of their names
	fast   bool     // a high-resolution alarm was made, so they are looked at
}

// alarm is an alarm and its state.
type alarm struct {
	spec    AlarmSpec
	series  *series
	state   types.StateValue
	acted   time.Time // of a high-resolution alarm: when it last ran its actions
	deleted bool
	// tracks does what a target tracking policy does, that long after the alarm; nil: the spec's actions.
	tracks func(delay time.Duration)
}

// startCloudWatch has each minute sampled, and measured and looked at when it has ended.
func (w *World) startCloudWatch() {
	w.cloudwatch.series = map[string]*series{}
	often := w.Knobs.CloudWatch.Sample
	if often <= 0 {
		often = time.Minute
	}
	w.every(w.now.Truncate(time.Minute).Add(often), often, "cloud samples", func() { // before what is done at a minute's end
		for _, c := range w.clusters {
			c.sample()
		}
	})
	first := w.now.Truncate(time.Minute).Add(time.Minute)
	w.every(first, time.Minute, "cloudwatch", func() {
		for _, c := range w.clusters {
			w.putOwn(c)
		}
		for _, a := range w.cloudwatch.alarms {
			if a.spec.fast() {
				w.usage.FastAlarmMinutes++
				continue
			}
			w.evaluateSoon(a)
			w.usage.AlarmMinutes++
		}
	})
}

// PutAlarm is PutMetricAlarm. One of the same name is replaced and keeps its state
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
func (w *World) PutAlarm(s AlarmSpec) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.Dimensions, s.Actions = maps.Clone(s.Dimensions), slices.Clone(s.Actions)
	s.Datapoints = max(1, min(s.Datapoints, s.Evaluation))
	w.putAlarm(&alarm{spec: s})
}

// putAlarm is PutAlarm under the caller's lock.
func (w *World) putAlarm(made *alarm) {
	made.series = w.series(metricName(made.spec.Namespace, made.spec.Metric, made.spec.Dimensions))
	made.state = types.StateValueInsufficientData
	if made.spec.fast() {
		made.series.tens = cmp.Or(made.series.tens, &tens{})
		w.startFast()
	}
	at, found := w.findAlarm(made.spec.Name)
	if found {
		old := w.cloudwatch.alarms[at]
		old.deleted, made.state, made.acted = true, old.state, old.acted
		w.cloudwatch.alarms[at] = made
		return
	}
	w.cloudwatch.alarms = slices.Insert(w.cloudwatch.alarms, at, made)
}

// Alarms are all that there are, by name.
func (w *World) Alarms() []AlarmSpec {
	w.mu.Lock()
	defer w.mu.Unlock()
	specs := make([]AlarmSpec, 0, len(w.cloudwatch.alarms))
	for _, a := range w.cloudwatch.alarms {
		specs = append(specs, a.spec)
	}
	return specs
}

// DeleteAlarm is DeleteAlarms of one.
func (w *World) DeleteAlarm(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deleteAlarm(name)
}

// deleteAlarm is DeleteAlarm under the caller's lock.
func (w *World) deleteAlarm(name string) {
	if at, found := w.findAlarm(name); found {
		w.cloudwatch.alarms[at].deleted = true
		w.cloudwatch.alarms = slices.Delete(w.cloudwatch.alarms, at, at+1)
	}
}

func (w *World) findAlarm(name string) (int, bool) {
	return slices.BinarySearchFunc(w.cloudwatch.alarms, name, func(a *alarm, name string) int {
		return strings.Compare(a.spec.Name, name)
	})
}

// evaluateSoon looks at an alarm some time after the end of the minute: with a period of a minute or longer it is evaluated
// every minute. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
func (w *World) evaluateSoon(a *alarm) {
	ended := w.now
	luck := w.draw(fmt.Sprintf("alarm %s %d", a.spec.Name, ended.Unix()))
	evaluation, action := w.Knobs.CloudWatch.Evaluation.of(luck), w.Knobs.CloudWatch.Action.of(luck)
	w.after(evaluation, "alarm "+a.spec.Name, func() { w.evaluate(a, ended, action) })
}

func (w *World) evaluate(a *alarm, ended time.Time, action time.Duration) {
	if a.deleted {
		return
	}
	points := a.points(ended, w.Knobs.CloudWatch.Range)
	if state := a.spec.judge(points, a.state); state != a.state {
		a.state = state
		w.tell(a.happened())
	}
	switch {
	case a.state != types.StateValueAlarm:
	case a.tracks != nil:
		a.tracks(action)
	default:
		w.act(a, recent(points, a.spec.Evaluation), action)
	}
}

func (a *alarm) happened() Happened {
	h := Happened{Kind: AlarmChanged, Alarm: a.spec.Name, Cause: string(a.state)}
	if len(a.spec.Actions) > 0 {
		g := a.spec.Actions[0].Group
		h.Group, h.Cluster = g.Spec.Name, g.Spec.Cluster
	}
	return h
}

// act runs the policies of an alarm that is in ALARM, after every evaluation that finds it so: scaling actions are repeated
// each minute, unlike all others. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
func (w *World) act(a *alarm, values []float64, delay time.Duration) {
	if len(values) == 0 {
		return // all are missing and taken for breaching: no step has a value to go by
	}
	if w.Knobs.CloudWatch.NewestAlone {
		values = values[:1]
	}
	w.after(delay, "action "+a.spec.Name, func() {
		if a.deleted {
			return
		}
		for _, to := range a.spec.Actions {
			if p := to.Group.policy(to.Policy); p != nil {
				to.Group.execute(p, aggregate(p.aggregation, values), a.spec.Threshold)
			}
		}
	})
}

// aggregate is what a policy makes of the alarm's datapoints, MetricAggregationType; Average is AWS's default
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html).
func aggregate(how string, values []float64) float64 {
	switch how {
	case "Maximum":
		return slices.Max(values)
	case "Minimum":
		return slices.Min(values)
	default:
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		return sum / float64(len(values))
	}
}
