package ecsreader

import (
	"context"
	"fmt"
	"slices"
	"sync"
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
	hooks       hookMemory
	tasks       leavingTasks
	troubles    troubles
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
	// hooksFor is how long a hook's timeout is believed; a person may change it.
	hooksFor = 15 * time.Minute
	// hooksPerCall is the most names that DescribeLifecycleHooks takes, which is also the most hooks that a group has; without
	// names it lists all
	// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLifecycleHooks.html).
	hooksPerCall = 50
)

// hookMemory remembers the terminating hooks of groups, by the names that were asked for.
type hookMemory struct {
	mu    sync.Mutex
	known map[string]knownHooks
}

type knownHooks struct {
	timeouts map[string]time.Duration
	at       time.Time
}

func (m *hookMemory) get(key string) knownHooks {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[key]
}

func (m *hookMemory) put(key string, hooks knownHooks) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[string]knownHooks{}
	}
	m.known[key] = hooks
}

// Hooks reads the heartbeat timeouts of a group's terminating hooks that are among names, by name; no names: of all. With
// an error comes what was last known. Hooks that were not there are asked for again each time: they may have been added
// for a host that waits.
func (r *LeavingReader) Hooks(ctx context.Context, group string, names []string, now time.Time) (map[string]time.Duration, error) {
	key := fmt.Sprint(group, names)
	known := r.hooks.get(key)
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

// cannotBeProtected are the failures that say so: the task is gone, or of no service
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html).
var cannotBeProtected = []string{"MISSING", "TASK_NOT_VALID"}

// Protection is whether a task is protected from scale-in, and until when; zero: that is not known.
type Protection struct {
	Protected bool
	Until     time.Time
}

// Protection reads whether tasks are protected from scale-in, by ARN. A task that is missing in the answer could not be
// read. With an error comes what was read before it.
func (r *LeavingReader) Protection(ctx context.Context, clusterName string, arns []string, now time.Time) (map[string]Protection, error) {
	read := map[string]Protection{}
	for batch := range slices.Chunk(arns, protectionPerCall) {
		out, err := r.ecs.GetTaskProtection(ctx, &ecs.GetTaskProtectionInput{Cluster: aws.String(clusterName), Tasks: batch})
		if err != nil {
			r.troubles.note(noProtection, clusterName, now)
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
	return r.troubles.lately(noProtection, clusterName, now)
}

// trouble is something that did not work in a cluster, and would not a minute later.
type trouble string

const (
	noProtection trouble = "protection"
	tooManyTasks trouble = "too many tasks"
)

// troubleFor is how long one is believed: a policy may be mended, and ECS shows a stopped task for an hour.
const troubleFor = 15 * time.Minute

// troubles remembers since when something has not worked.
type troubles struct {
	mu    sync.Mutex
	since map[troubleIn]time.Time
}

type troubleIn struct {
	what    trouble
	cluster string
}

func (t *troubles) lately(what trouble, clusterName string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	since, known := t.since[troubleIn{what, clusterName}]
	return known && now.Sub(since) < troubleFor
}

func (t *troubles) note(what trouble, clusterName string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.since == nil {
		t.since = map[troubleIn]time.Time{}
	}
	t.since[troubleIn{what, clusterName}] = now
}
