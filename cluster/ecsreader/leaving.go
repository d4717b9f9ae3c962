package ecsreader

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// LeavingECS is what a LeavingReader asks of Amazon ECS.
type LeavingECS interface {
	ECS
	GetTaskProtection(ctx context.Context, in *ecs.GetTaskProtectionInput, opts ...func(*ecs.Options)) (*ecs.GetTaskProtectionOutput, error)
}

// LeavingAutoScaling is what a LeavingReader asks of Amazon EC2 Auto Scaling.
type LeavingAutoScaling interface {
	AutoScaling
	DescribeAutoScalingInstances(ctx context.Context, in *autoscaling.DescribeAutoScalingInstancesInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingInstancesOutput, error)
	DescribeLifecycleHooks(ctx context.Context, in *autoscaling.DescribeLifecycleHooksInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeLifecycleHooksOutput, error)
}

// LeavingReader reads what the steps of leaving hosts depend on. What it remembers only saves calls.
type LeavingReader struct {
	*Reader
	ecs         LeavingECS
	autoscaling LeavingAutoScaling
	hooks       cache[string, knownHooks]
	tasks       cache[string, leavingTasks]
	// noProtection is when protection could not be read, tooManyTasks when tasks were too many to list at once, by cluster.
	noProtection, tooManyTasks cache[string, time.Time]
}

// NewLeaving returns a reader of leaving hosts that asks the two services.
func NewLeaving(containers LeavingECS, groups LeavingAutoScaling) *LeavingReader {
	return &LeavingReader{Reader: New(containers, groups), ecs: containers, autoscaling: groups}
}

// GroupOf names the group of an instance; empty: it is in none.
func (r *LeavingReader) GroupOf(ctx context.Context, instance string) (string, error) {
	out, err := r.autoscaling.DescribeAutoScalingInstances(ctx, &autoscaling.DescribeAutoScalingInstancesInput{InstanceIds: []string{instance}})
	if err != nil {
		return "", fmt.Errorf("find the group of instance %s: %w", instance, err)
	}
	for _, i := range out.AutoScalingInstances {
		if aws.ToString(i.InstanceId) == instance {
			return aws.ToString(i.AutoScalingGroupName), nil
		}
	}
	return "", nil
}

// troubleFor is how long a call that did not work is not tried again.
const troubleFor = 15 * time.Minute

func lately(since *cache[string, time.Time], clusterName string, now time.Time) bool {
	at, known := since.get(clusterName)
	return known && now.Sub(at) < troubleFor
}
