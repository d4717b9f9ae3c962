package drainer

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

// ECS is what a tick asks of Amazon ECS: what its reader does, and what acts.
type ECS interface {
	ecsreader.LeavingECS
	UpdateContainerInstancesState(ctx context.Context, in *ecs.UpdateContainerInstancesStateInput, opts ...func(*ecs.Options)) (*ecs.UpdateContainerInstancesStateOutput, error)
	StopTask(ctx context.Context, in *ecs.StopTaskInput, opts ...func(*ecs.Options)) (*ecs.StopTaskOutput, error)
	DeregisterContainerInstance(ctx context.Context, in *ecs.DeregisterContainerInstanceInput, opts ...func(*ecs.Options)) (*ecs.DeregisterContainerInstanceOutput, error)
}

// AutoScaling is what a tick asks of Amazon EC2 Auto Scaling: what its reader does, and what acts.
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
