package aws

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// DescribeLifecycleHooks lists a group's hooks.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLifecycleHooks.html
func (a *AutoScaling) DescribeLifecycleHooks(_ context.Context, in *autoscaling.DescribeLifecycleHooksInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeLifecycleHooksOutput, error) {
	w := a.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fault("DescribeLifecycleHooks", aws.ToString(in.AutoScalingGroupName)+" "+keyOf(len(in.LifecycleHookNames), in.LifecycleHookNames...)); err != nil {
		return nil, err
	}
	g, err := w.groupNamed(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	out := &autoscaling.DescribeLifecycleHooksOutput{}
	for _, h := range g.Spec.Hooks {
		if len(in.LifecycleHookNames) > 0 && !slices.Contains(in.LifecycleHookNames, h.Name) {
			continue
		}
		result := h.Default
		if result == "" {
			result = abandon
		}
		out.LifecycleHooks = append(out.LifecycleHooks, types.LifecycleHook{
			AutoScalingGroupName: in.AutoScalingGroupName, LifecycleHookName: aws.String(h.Name),
			LifecycleTransition: aws.String(terminatingTransition), DefaultResult: aws.String(result),
			HeartbeatTimeout: count(int(h.Heartbeat.Seconds())), GlobalTimeout: count(int(h.longest().Seconds())),
		})
	}
	return out, nil
}

// RecordLifecycleActionHeartbeat restarts the timeout of an action.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RecordLifecycleActionHeartbeat.html
func (a *AutoScaling) RecordLifecycleActionHeartbeat(_ context.Context, in *autoscaling.RecordLifecycleActionHeartbeatInput, _ ...func(*autoscaling.Options)) (*autoscaling.RecordLifecycleActionHeartbeatOutput, error) {
	w := a.world
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := actionAsked{in.AutoScalingGroupName, in.LifecycleHookName, in.InstanceId, in.LifecycleActionToken}
	if err := w.fault("RecordLifecycleActionHeartbeat", asked.key()); err != nil {
		return nil, err
	}
	i, action, err := w.action(asked)
	if err != nil {
		return nil, err
	}
	i.beat(action)
	return &autoscaling.RecordLifecycleActionHeartbeatOutput{}, nil
}

// CompleteLifecycleAction ends an action with CONTINUE or ABANDON.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html
func (a *AutoScaling) CompleteLifecycleAction(_ context.Context, in *autoscaling.CompleteLifecycleActionInput, _ ...func(*autoscaling.Options)) (*autoscaling.CompleteLifecycleActionOutput, error) {
	w := a.world
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := actionAsked{in.AutoScalingGroupName, in.LifecycleHookName, in.InstanceId, in.LifecycleActionToken}
	if err := w.fault("CompleteLifecycleAction", asked.key()); err != nil {
		return nil, err
	}
	result := aws.ToString(in.LifecycleActionResult)
	if result != "CONTINUE" && result != abandon {
		return nil, invalid("ValidationError", fmt.Sprintf("Lifecycle action result must be CONTINUE or ABANDON, not %q", result))
	}
	i, action, err := w.action(asked)
	if err != nil {
		return nil, err
	}
	// What follows happens after all calls of this moment, in an order that theirs does not change.
	action.over = true
	w.at(w.now, "complete "+i.ID+" "+action.hook.Name, func() { i.complete(action, result) })
	return &autoscaling.CompleteLifecycleActionOutput{}, nil
}

// actionAsked names a lifecycle action by its instance or its token.
type actionAsked struct{ group, hook, instance, token *string }

func (a actionAsked) key() string {
	return aws.ToString(a.group) + " " + aws.ToString(a.hook) + " " + aws.ToString(a.instance) + aws.ToString(a.token)
}

// action finds an action that is under way.
func (w *World) action(asked actionAsked) (*Instance, *lifecycleAction, error) {
	g, err := w.groupNamed(asked.group)
	if err != nil {
		return nil, nil, err
	}
	if !slices.ContainsFunc(g.Spec.Hooks, func(h HookSpec) bool { return h.Name == aws.ToString(asked.hook) }) {
		return nil, nil, invalid("ValidationError", fmt.Sprintf("No Lifecycle Hook found with name %s", aws.ToString(asked.hook)))
	}
	instances := g.instances
	if asked.instance != nil {
		instances = nil
		if i := w.byID[*asked.instance]; i != nil && i.Group == g {
			instances = []*Instance{i}
		}
	}
	for _, i := range instances {
		for _, a := range i.actions {
			if !a.over && a.hook.Name == aws.ToString(asked.hook) && (asked.token == nil || a.token == *asked.token) {
				return i, a, nil
			}
		}
	}
	if asked.instance != nil {
		return nil, nil, invalid("ValidationError", "No active Lifecycle Action found with instance ID "+*asked.instance)
	}
	return nil, nil, invalid("ValidationError", "No active Lifecycle Action found with token "+aws.ToString(asked.token))
}
