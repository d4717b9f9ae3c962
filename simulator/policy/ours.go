package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/simulator/aws"
)

const (
	// heartbeat is what terraform/modules/capacity gives its hooks.
	heartbeat = 1800 * time.Second
	// processLasts is how long a Lambda process is used before another begins without memory. AWS says no more than that
	// it ends at some time (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
	processLasts = 3 * time.Hour
	// retries of an event that the drainer failed on, a minute and two minutes later
	// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html).
	retries = 2
)

// ours runs the real publisher and drainer on the world's clients, and the alarms and step policies of the one table.
type ours struct {
	Wiring
	options Options

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
	return &ours{options: o, Wiring: Wiring{
		Follows: name, Pace: o.Pace,
		Hooks: []aws.HookSpec{{Name: HookName, Heartbeat: heartbeat, Default: "CONTINUE"}},
		Entry: func(string) []byte { return o.Entry },
	}}, nil
}

func (p *ours) Install(w *aws.World, c *aws.Cluster, active *aws.Group) {
	if p.connect(w, c, active) {
		w.Schedule("publisher", func(t aws.Tick) { p.publish(t.Event()) })
		w.Schedule("drainer", func(t aws.Tick) { p.tick(t.Event()) })
		w.Subscribe("drainer", func(n aws.Notice) { p.event(n.Body, retries) })
	}
}

// processes makes the functions' processes anew at their time.
func (p *ours) processes() {
	if p.world.Now().Before(p.renew) {
		return
	}
	p.renew = p.world.Now().Add(processLasts)
	p.publisher = publisher.New(publisher.Clients{
		SSM: p.world.SSM(), ECS: p.world.ECS(), AutoScaling: p.world.AutoScaling(), CloudWatch: p.world.CloudWatch(),
	}, Settings(), slog.New(slog.DiscardHandler), p.world.Now)
	p.drainer = p.newDrainer()
}

func (p *ours) newDrainer() *drainer.Drainer {
	return drainer.New(drainer.Clients{
		SSM: p.world.SSM(), ECS: p.world.ECS(), AutoScaling: p.world.AutoScaling(), CloudWatch: p.world.CloudWatch(),
	}, Settings(), slog.New(slog.DiscardHandler))
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
	_, err := process.Event(context.Background(), event, p.world.Now())
	return err
}
