// Package drainer runs ticks: each looks at every host that Auto Scaling terminates in the tagged groups, moves it one
// step on, publishes the drainer's metrics and answers. It keeps no state but AWS's own; what a process remembers only
// saves calls.
package drainer

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

// ECS is what a tick asks of Amazon ECS.
type ECS interface {
	ecsreader.LeavingECS
	UpdateContainerInstancesState(ctx context.Context, in *ecs.UpdateContainerInstancesStateInput, opts ...func(*ecs.Options)) (*ecs.UpdateContainerInstancesStateOutput, error)
	StopTask(ctx context.Context, in *ecs.StopTaskInput, opts ...func(*ecs.Options)) (*ecs.StopTaskOutput, error)
	DeregisterContainerInstance(ctx context.Context, in *ecs.DeregisterContainerInstanceInput, opts ...func(*ecs.Options)) (*ecs.DeregisterContainerInstanceOutput, error)
}

// AutoScaling is what a tick asks of Amazon EC2 Auto Scaling.
type AutoScaling interface {
	ecsreader.LeavingAutoScaling
	RecordLifecycleActionHeartbeat(ctx context.Context, in *autoscaling.RecordLifecycleActionHeartbeatInput, opts ...func(*autoscaling.Options)) (*autoscaling.RecordLifecycleActionHeartbeatOutput, error)
	CompleteLifecycleAction(ctx context.Context, in *autoscaling.CompleteLifecycleActionInput, opts ...func(*autoscaling.Options)) (*autoscaling.CompleteLifecycleActionOutput, error)
}

// Clients are the AWS services that a tick uses.
type Clients struct {
	SSM         ssmstore.SSM
	ECS         ECS
	AutoScaling AutoScaling
	CloudWatch  metrics.CloudWatch
}

// Connect makes the clients that talk to AWS.
func Connect(cfg aws.Config) Clients {
	return Clients{
		SSM:         ssm.NewFromConfig(cfg),
		ECS:         ecs.NewFromConfig(cfg),
		AutoScaling: autoscaling.NewFromConfig(cfg),
		CloudWatch:  cloudwatch.NewFromConfig(cfg),
	}
}

const (
	// sideBySide is how many clusters are looked at at once.
	sideBySide = 4
	// toAct is what is kept of the function's time for acting, publishing and answering, toPublish for the last two.
	toAct, toPublish = 20 * time.Second, 5 * time.Second
	// toCount is what is kept for floors while tasks are listed, some twenty calls at a tenth of AWS's limits: else a tick
	// that never gets through all hosts would never let one go.
	toCount = 10 * time.Second
)

// Drainer runs ticks, one at a time. It is made once and used for many.
type Drainer struct {
	store       *ssmstore.Store
	reader      *ecsreader.LeavingReader
	ecs         ECS
	autoscaling AutoScaling
	cloudwatch  metrics.CloudWatch
	settings    settings.Settings
	log         *slog.Logger
	memory      memory
}

// New returns a drainer that uses clients as s says and logs each step.
func New(clients Clients, s settings.Settings, log *slog.Logger) *Drainer {
	return &Drainer{
		store:       ssmstore.New(clients.SSM, s.ConfigPath),
		reader:      ecsreader.NewLeaving(clients.ECS, clients.AutoScaling),
		ecs:         clients.ECS,
		autoscaling: clients.AutoScaling,
		cloudwatch:  clients.CloudWatch,
		settings:    s,
		log:         log,
	}
}

// Run is one tick: look, plan, act, publish, answer. It fails only when the groups cannot be read; what failed beside
// that is in the answer. minute is its clock.
func (d *Drainer) Run(ctx context.Context, minute time.Time) (Answer, error) {
	answer, groups, err := d.look(ctx, minute)
	acting, cancel := without(ctx, toPublish)
	defer cancel()
	if err != nil {
		d.hold(acting, minute)
		return Answer{}, err
	}
	answer.Failed = append(answer.Failed, d.act(acting, answer.Instances, minute)...)
	answer.Failed = append(answer.Failed, d.sweep(acting, groups, minute)...)
	answer.Failed = append(answer.Failed, d.stopTasks(acting, answer.Instances)...)
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

// hold sends heartbeats for the hosts that were last seen to leave: one that did not wait then may do so now. A tick that
// could not read the groups does nothing else. AWS refuses a heartbeat for a host that does not wait, which does no harm.
func (d *Drainer) hold(ctx context.Context, now time.Time) {
	for _, s := range d.memory.waiting() {
		if err := d.heartbeat(ctx, s, now); err != nil {
			d.log.Error("no heartbeat was sent", "cluster", s.Cluster, "instance", s.Instance, "error", awsclient.Sentence(err))
		}
	}
}

// without is ctx less the time that is kept for what comes after.
func without(ctx context.Context, kept time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-kept))
	}
	return context.WithCancel(ctx)
}
