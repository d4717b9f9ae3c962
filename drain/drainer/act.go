package drainer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/internal/awsclient"
)

const (
	// hostsPerUpdate is the most that UpdateContainerInstancesState takes
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html).
	hostsPerUpdate = 10
	// stopReason is what a stopped task shows.
	stopReason = "ecs-cluster-scaler: the drain of its host has reached its deadline"
)

// actor makes the calls that change something.
type actor struct {
	ecs         ECS
	autoscaling AutoScaling
	memory      *memory
	leftovers   *leftovers
}

func newActor(clients Clients, known *memory, log *slog.Logger) actor {
	return actor{clients.ECS, clients.AutoScaling, known, &leftovers{log, map[string]departed{}}}
}

// act does the steps, except that it stops no task. It first holds hosts, then sets them DRAINING, then ends them. A call may
// be made twice, or be the last before this process dies: the next tick sees what became of it.
func (a *actor) act(ctx context.Context, steps []drain.Step, now time.Time) []Failure {
	var failed []Failure
	fail := func(s drain.Step, err error) {
		if err != nil {
			failed = append(failed, Failure{Cluster: s.Cluster, Instance: s.Instance, Error: awsclient.Sentence(err)})
		}
	}
	for _, s := range steps {
		if s.Heartbeat {
			fail(s, a.heartbeat(ctx, s, now))
		}
	}
	failed = append(failed, a.setDraining(ctx, steps)...)
	for _, s := range steps {
		a.leftovers.departs(s, false, now)
		// The registration is removed first. If this process died in between the other way round, it would stay for ever.
		// This way the host is released as never registered.
		if s.Deregister {
			fail(s, a.deregister(ctx, s))
		}
		if s.Action == drain.Complete {
			err := a.complete(ctx, s, now)
			fail(s, err)
			if err == nil {
				a.leftovers.departs(s, true, now)
			}
		}
		if s.Action == drain.None && s.Reason == drain.Ready {
			a.leftovers.departs(s, true, now)
		}
	}
	return failed
}

func (a *actor) setDraining(ctx context.Context, steps []drain.Step) []Failure {
	byCluster := map[string][]string{}
	var order []string
	for _, s := range steps {
		if s.Drain {
			if byCluster[s.Cluster] == nil {
				order = append(order, s.Cluster)
			}
			byCluster[s.Cluster] = append(byCluster[s.Cluster], s.Registration)
		}
	}
	var failed []Failure
	for _, name := range order {
		for batch := range slices.Chunk(byCluster[name], hostsPerUpdate) {
			out, err := a.ecs.UpdateContainerInstancesState(ctx, &ecs.UpdateContainerInstancesStateInput{
				Cluster: aws.String(name), ContainerInstances: batch, Status: types.ContainerInstanceStatusDraining,
			})
			if err != nil {
				failed = append(failed, Failure{Cluster: name, Error: awsclient.Sentence(err)})
				continue
			}
			// An answer of 200 can hold failures. What is MISSING is gone.
			for _, f := range out.Failures {
				if aws.ToString(f.Reason) != "MISSING" {
					failed = append(failed, Failure{Cluster: name, Error: fmt.Sprintf("ECS did not set %s DRAINING: %s", aws.ToString(f.Arn), aws.ToString(f.Reason))})
				}
			}
		}
	}
	return failed
}

// heartbeat tells AWS that the hooks that may be ours need more time. It does not believe "No active Lifecycle Action": the
// next tick tries again for one call. If the answer was wrong, the host would be lost.
func (a *actor) heartbeat(ctx context.Context, s drain.Step, now time.Time) error {
	var failed error
	taken := false
	for _, hook := range s.Beats {
		_, err := a.autoscaling.RecordLifecycleActionHeartbeat(ctx, &autoscaling.RecordLifecycleActionHeartbeatInput{
			AutoScalingGroupName: aws.String(s.Group), LifecycleHookName: aws.String(hook), InstanceId: aws.String(s.Instance),
		})
		switch {
		case err == nil:
			taken = true
		case !hookIsDone(err):
			failed = errors.Join(failed, err)
		}
	}
	if taken && failed == nil { // the one that failed may be ours, so the next tick sends again
		a.memory.of(s.Instance, now).beaten = now
	}
	return failed
}

// complete ends the hook. "No active Lifecycle Action" says that it has ended. If the instance still waits at the next tick,
// it waits for somebody else's hook.
func (a *actor) complete(ctx context.Context, s drain.Step, now time.Time) error {
	_, err := a.autoscaling.CompleteLifecycleAction(ctx, &autoscaling.CompleteLifecycleActionInput{
		AutoScalingGroupName: aws.String(s.Group), LifecycleHookName: aws.String(s.Hook), InstanceId: aws.String(s.Instance),
		LifecycleActionResult: aws.String("CONTINUE"),
	})
	known := a.memory.of(s.Instance, now)
	known.waits = nil // an error may be an answer that was lost
	if hookIsDone(err) {
		known.gone = now
		return nil
	}
	return err
}

// hookIsDone reads AWS's message, because AWS has no code for it.
func hookIsDone(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && strings.Contains(api.ErrorMessage(), "No active Lifecycle Action found")
}

// stopTasks tells tasks to stop, a call each. Thousands take many ticks, so it comes last and ends with the time; the next
// tick goes on.
func (a *actor) stopTasks(ctx context.Context, steps []drain.Step) []Failure {
	var failed []Failure
	for _, s := range steps {
		for told, task := range s.Tasks {
			_, err := a.ecs.StopTask(ctx, &ecs.StopTaskInput{Cluster: aws.String(s.Cluster), Task: aws.String(task), Reason: aws.String(stopReason)})
			if err == nil {
				continue
			}
			failure := Failure{Cluster: s.Cluster, Instance: s.Instance, Error: awsclient.Sentence(err)}
			if awsclient.OutOfTime(err) || ctx.Err() != nil {
				failure.Error = fmt.Sprintf("%d of its %d tasks were told to stop; the next tick goes on: %s", told, len(s.Tasks), failure.Error)
				return append(failed, failure)
			}
			failed = append(failed, failure)
		}
	}
	return failed
}

// deregister forces, because ECS may believe that tasks still run on the host.
func (a *actor) deregister(ctx context.Context, s drain.Step) error {
	_, err := a.ecs.DeregisterContainerInstance(ctx, &ecs.DeregisterContainerInstanceInput{
		Cluster: aws.String(s.Cluster), ContainerInstance: aws.String(s.Registration), Force: aws.Bool(true),
	})
	return err
}
