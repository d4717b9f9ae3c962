// Package drainer runs ticks. Each moves every leaving host of the tagged groups one step on, publishes metrics and answers.
// All state is AWS's own; what a process remembers only saves calls.
package drainer

import (
	"context"
	"log/slog"
	"time"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
)

// toPublish is the part of the function's time that is kept for publishing and answering.
const toPublish = 5 * time.Second

// Drainer runs ticks, one at a time. It is made once and used for many.
type Drainer struct {
	planner    planner
	actor      actor
	cloudwatch metrics.CloudWatch
	settings   settings.Settings
	log        *slog.Logger
}

// New returns a drainer that uses clients as s says and logs each step.
func New(clients Clients, s settings.Settings, log *slog.Logger) *Drainer {
	known := &memory{hosts: map[string]*remembered{}}
	return &Drainer{newPlanner(clients, s, known, log), newActor(clients, known, log), clients.CloudWatch, s, log}
}

// Plan says what a tick would do, and does nothing.
func (d *Drainer) Plan(ctx context.Context, minute time.Time) (Answer, error) {
	answer, _, err := d.planner.plan(ctx, minute)
	return answer, err
}

// Run is one tick: plan, act, publish, answer. It fails only if the groups cannot be read; all other failures are in the
// answer. minute is its clock.
func (d *Drainer) Run(ctx context.Context, minute time.Time) (Answer, error) {
	answer, groups, err := d.planner.plan(ctx, minute)
	acting, cancel := without(ctx, toPublish)
	defer cancel()
	if err != nil {
		d.hold(acting, minute)
		return Answer{}, err
	}
	answer.Failed = append(answer.Failed, d.actor.act(acting, answer.Instances, minute)...)
	answer.Failed = append(answer.Failed, d.actor.leftovers.remove(acting, groups, minute, d.planner.reader.Find, d.actor.deregister)...)
	answer.Failed = append(answer.Failed, d.actor.stopTasks(acting, answer.Instances)...)
	for _, s := range answer.Instances {
		d.log.Info("step", "step", s)
	}
	for _, f := range answer.Failed {
		d.log.Error("part of the tick failed", "cluster", f.Cluster, "instance", f.Instance, "error", f.Error)
	}
	if data := answer.data(); len(data) > 0 {
		if _, err := metrics.Put(ctx, d.cloudwatch, d.settings.Namespace, minute, d.settings.Metrics, data); err != nil {
			d.log.Error("metrics were not published", "error", awsclient.Sentence(err))
			answer.Failed = append(answer.Failed, Failure{Error: awsclient.Sentence(err)})
		}
	}
	return answer, nil
}

// hold sends heartbeats for the hosts that were last seen leaving. A tick that could not read the groups does nothing else.
// AWS refuses a heartbeat for a host that does not wait, which does no harm.
func (d *Drainer) hold(ctx context.Context, now time.Time) {
	for _, s := range d.planner.memory.waiting() {
		if err := d.actor.heartbeat(ctx, s, now); err != nil {
			d.log.Error("no heartbeat was sent", "cluster", s.Cluster, "instance", s.Instance, "error", awsclient.Sentence(err))
		}
	}
}
