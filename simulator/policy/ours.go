package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/simulator/aws"
)

// The policies of this project, by what their Auto Scaling group follows: Signal one host at a time both ways, Surge as
// many as are missing and one less at a time, Gap as many as are missing or can go.
const (
	Signal = "signal"
	Surge  = "surge"
	Gap    = "gap"
)

// followed are the alarms of each.
var followed = map[string][]string{
	Signal: {alarms.Out, alarms.In},
	Surge:  {alarms.Out, alarms.Surge, alarms.In},
	Gap:    {alarms.Out, alarms.Surge, alarms.InByGap},
}

const (
	// warmup is what terraform/modules/cluster gives the policies unless told otherwise.
	warmup = 180 * time.Second
	// heartbeat is what terraform/modules/capacity gives its hooks.
	heartbeat = 1800 * time.Second
	// processLasts is how long a Lambda process is used before another begins without memory. AWS says no more than that
	// it ends at some time (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
	processLasts = 3 * time.Hour
	hookName     = "ecs-cluster-scaler-drain"
	path         = "/ecs-cluster-scaler"
)

// ours runs the real publisher and drainer on the world's clients, and the alarms and step policies of the one table.
type ours struct {
	name    string
	options Options
	world   *aws.World
	active  map[string]*aws.Group

	publisher *publisher.Publisher
	drainer   *drainer.Drainer
	renew     time.Time
}

func newOurs(name string, o Options) (*ours, error) {
	if len(o.Entry) == 0 {
		o.Entry = []byte("{}")
	}
	if !json.Valid(o.Entry) {
		return nil, fmt.Errorf("the entry is not JSON: %s", o.Entry)
	}
	return &ours{name: name, options: o, active: map[string]*aws.Group{}}, nil
}

func (p *ours) Name() string { return p.name }

func (*ours) Managed() bool { return false }

// Prepare gives the group what terraform/modules/capacity gives it.
func (*ours) Prepare(spec *aws.GroupSpec, active bool) {
	tags := map[string]string{ecsreader.ClusterTag: spec.Cluster}
	if active {
		tags[ecsreader.ActiveTag] = "true"
	}
	spec.Tags = tags
	spec.Hooks = append(spec.Hooks, aws.HookSpec{Name: hookName, Heartbeat: heartbeat, Default: "CONTINUE"})
}

func (p *ours) Install(w *aws.World, c *aws.Cluster, active *aws.Group) {
	if p.world == nil {
		p.world = w
		w.Schedule("publisher", func(t aws.Tick) { p.publish(tickEvent(t)) })
		w.Schedule("drainer", func(t aws.Tick) { p.tick(tickEvent(t)) })
		w.Subscribe("drainer", func(n aws.Notice) { p.event(n.Body, retries) })
	}
	p.ScaleIn(c, true)
	p.Activate(c, active)
}

// ScaleIn overwrites the entry.
func (p *ours) ScaleIn(c *aws.Cluster, on bool) {
	entry := p.options.Entry
	if !on {
		fields := map[string]any{}
		_ = json.Unmarshal(entry, &fields) // New has seen that it is JSON; what is wrong with it the publisher says
		fields["scale_in"] = false
		entry, _ = json.Marshal(fields)
	}
	p.world.PutParameter(path+"/clusters/"+c.Name, string(entry))
}

// Activate moves the tag and the alarms.
func (p *ours) Activate(c *aws.Cluster, g *aws.Group) {
	if before := p.active[c.Name]; before != nil {
		before.SetTag(ecsreader.ActiveTag, "")
	}
	p.active[c.Name] = g
	g.SetTag(ecsreader.ActiveTag, "true")
	table := alarms.Contract()
	for _, name := range followed[p.name] {
		p.put(c, g, name, table)
	}
}

func (p *ours) put(c *aws.Cluster, g *aws.Group, name string, table alarms.Table) {
	alarm := table.Alarms[name]
	steps := make([]aws.Step, 0, len(alarm.Steps))
	for _, s := range alarm.Steps {
		steps = append(steps, aws.Step{Lower: s.From, Upper: s.To, Change: s.Change})
	}
	policy := "ecs-cluster-scaler-" + name
	g.PutStepPolicy(policy, table.MetricAggregationType, warmup, steps)
	p.world.PutAlarm(aws.AlarmSpec{
		Name: "ecs-cluster-scaler-" + c.Name + "-" + name, Namespace: namespace, Metric: alarm.Metric,
		Dimensions: map[string]string{"ClusterName": c.Name},
		Statistic:  table.Statistic, Period: time.Duration(table.PeriodSeconds) * time.Second,
		Evaluation: alarm.EvaluationPeriods, Datapoints: alarm.DatapointsToAlarm,
		Comparison: alarm.Comparison, Threshold: alarm.Threshold, TreatMissing: table.TreatMissingData,
		Actions: []aws.AlarmAction{{Group: g, Policy: policy}},
	})
}

const (
	namespace = "ECSClusterScaler"
	// retries of an event that the drainer failed on, a minute and two minutes later
	// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html).
	retries = 2
)

func ourSettings() settings.Settings {
	return settings.Settings{ConfigPath: path, Namespace: namespace, Metrics: metrics.Everything}
}

// processes makes the functions' processes anew at their time.
func (p *ours) processes() {
	if p.world.Now().Before(p.renew) {
		return
	}
	p.renew = p.world.Now().Add(processLasts)
	p.publisher = publisher.New(publisher.Clients{
		SSM: p.world.SSM(), ECS: p.world.ECS(), AutoScaling: p.world.AutoScaling(), CloudWatch: p.world.CloudWatch(),
	}, ourSettings(), slog.New(slog.DiscardHandler))
	p.drainer = p.newDrainer()
}

func (p *ours) newDrainer() *drainer.Drainer {
	return drainer.New(drainer.Clients{
		SSM: p.world.SSM(), ECS: p.world.ECS(), AutoScaling: p.world.AutoScaling(), CloudWatch: p.world.CloudWatch(),
	}, ourSettings(), slog.New(slog.DiscardHandler))
}

func tickEvent(t aws.Tick) []byte {
	body, _ := json.Marshal(map[string]string{"time": t.Scheduled.Format(time.RFC3339)})
	return body
}

// publish is the publisher function at an event.
func (p *ours) publish(event []byte) {
	p.processes()
	scheduled, err := lambdaevent.Parse(event, p.world.Now())
	if err != nil || scheduled.Stale {
		return
	}
	answer, err := p.publisher.Run(context.Background(), scheduled.Minute)
	if err != nil || p.options.Verdict == nil {
		return
	}
	for _, v := range answer.Clusters {
		p.options.Verdict(scheduled.Minute, v)
	}
}

// tick is the drainer function at its schedule, in a process that lasts.
func (p *ours) tick(event []byte) {
	p.processes()
	_ = p.drain(p.drainer, event) // the next tick does what this one could not
}

// event is the drainer function at an event, which comes beside the ticks and finds a new process.
func (p *ours) event(body []byte, retries int) {
	if err := p.drain(p.newDrainer(), body); err != nil && retries > 0 {
		again := p.world.Now().Add(time.Duration(3-retries) * time.Minute)
		p.world.At(again, "drainer again "+string(body), func() { p.event(body, retries-1) })
	}
}

func (p *ours) drain(process *drainer.Drainer, event []byte) error {
	scheduled, err := lambdaevent.Parse(event, p.world.Now())
	if err != nil || scheduled.Stale {
		return err
	}
	_, err = process.Event(context.Background(), event, scheduled.Minute)
	return err
}
