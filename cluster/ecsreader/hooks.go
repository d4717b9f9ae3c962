package ecsreader

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
)

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
