package ecsreader

import (
	"context"
	"fmt"
	"slices"
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

const (
	terminatingHook = "autoscaling:EC2_INSTANCE_TERMINATING"
	// hooksFor is how long a hook's timeout is believed.
	hooksFor = 15 * time.Minute
	// hooksPerCall is the most names that DescribeLifecycleHooks takes, and the most hooks of a group
	// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLifecycleHooks.html).
	hooksPerCall = 50
)

// knownHooks are the timeouts of a group's terminating hooks, by name.
type knownHooks struct {
	timeouts map[string]time.Duration
	at       time.Time
}

// Hooks reads the timeouts of a group's terminating hooks with these names; no names: of all. With an error comes what was
// last known. If there was none, the group is asked each time: one may be added for a waiting host.
func (r *LeavingReader) Hooks(ctx context.Context, group string, names []string, now time.Time) (map[string]time.Duration, error) {
	key := fmt.Sprint(group, names)
	known, _ := r.hooks.get(key)
	if len(known.timeouts) > 0 && now.Sub(known.at) < hooksFor {
		return known.timeouts, nil
	}
	in := &autoscaling.DescribeLifecycleHooksInput{AutoScalingGroupName: aws.String(group)}
	if len(names) <= hooksPerCall {
		in.LifecycleHookNames = names
	}
	out, err := r.autoscaling.DescribeLifecycleHooks(ctx, in)
	if err != nil {
		return known.timeouts, err // an old timeout is better than none
	}
	found := map[string]time.Duration{}
	for _, h := range out.LifecycleHooks {
		if name := aws.ToString(h.LifecycleHookName); (len(names) == 0 || slices.Contains(names, name)) && aws.ToString(h.LifecycleTransition) == terminatingHook {
			found[name] = time.Duration(aws.ToInt32(h.HeartbeatTimeout)) * time.Second
		}
	}
	r.hooks.put(key, knownHooks{found, now})
	return found, nil
}

// protectionPerCall is the most that GetTaskProtection takes
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html).
const protectionPerCall = 100

// cannotBeProtected are the failures of tasks that are gone, or of no service
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html).
var cannotBeProtected = []string{"MISSING", "TASK_NOT_VALID"}

// Protection is whether a task is protected from scale-in, and until when; zero: that is not known.
type Protection struct {
	Protected bool
	Until     time.Time
}

// Protection reads whether tasks are protected, by ARN. A task that is missing could not be read. With an error comes what was
// read before it.
func (r *LeavingReader) Protection(ctx context.Context, clusterName string, arns []string, now time.Time) (map[string]Protection, error) {
	read := map[string]Protection{}
	for batch := range slices.Chunk(arns, protectionPerCall) {
		out, err := r.ecs.GetTaskProtection(ctx, &ecs.GetTaskProtectionInput{Cluster: aws.String(clusterName), Tasks: batch})
		if err != nil {
			r.noProtection.put(clusterName, now)
			return read, err
		}
		for _, p := range out.ProtectedTasks {
			read[aws.ToString(p.TaskArn)] = Protection{p.ProtectionEnabled, aws.ToTime(p.ExpirationDate)}
		}
		for _, f := range out.Failures {
			if slices.Contains(cannotBeProtected, aws.ToString(f.Reason)) {
				read[aws.ToString(f.Arn)] = Protection{}
			}
		}
	}
	return read, nil
}

// ProtectionRefused tells whether Protection failed for the cluster a short time ago.
func (r *LeavingReader) ProtectionRefused(clusterName string, now time.Time) bool {
	return lately(&r.noProtection, clusterName, now)
}

// troubleFor is how long a call that did not work is not tried again.
const troubleFor = 15 * time.Minute

func lately(since *cache[string, time.Time], clusterName string, now time.Time) bool {
	at, known := since.get(clusterName)
	return known && now.Sub(at) < troubleFor
}
