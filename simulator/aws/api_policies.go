package aws

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// Pages of DescribePolicies (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribePolicies.html).
const (
	policiesPerPage     = 50
	mostPoliciesPerPage = 100
)

// DescribePolicies lists the step policies of a group, or of all groups, by name and type. ECS's own target tracking
// policies are not shown.
func (a *AutoScaling) DescribePolicies(_ context.Context, in *autoscaling.DescribePoliciesInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribePoliciesOutput, error) {
	const op = "DescribePolicies"
	w := a.world
	w.mu.Lock()
	defer w.mu.Unlock()
	key := aws.ToString(in.AutoScalingGroupName) + " " + strings.Join(slices.Concat(in.PolicyNames, in.PolicyTypes), " ")
	if err := w.fault(op, key+" "+aws.ToString(in.NextToken)); err != nil {
		return nil, err
	}
	groups := w.groups
	if in.AutoScalingGroupName != nil {
		g, err := w.groupNamed(in.AutoScalingGroupName)
		if err != nil {
			return nil, err
		}
		groups = []*Group{g}
	}
	var found []types.ScalingPolicy
	for _, g := range groups {
		for _, p := range g.policies {
			if (len(in.PolicyTypes) == 0 || slices.Contains(in.PolicyTypes, "StepScaling")) && (len(in.PolicyNames) == 0 || slices.Contains(in.PolicyNames, p.name)) {
				found = append(found, w.showPolicy(g, p))
			}
		}
	}
	from, to, next := w.page(op, key, in.NextToken, len(found), limit(in.MaxRecords, policiesPerPage, mostPoliciesPerPage))
	return &autoscaling.DescribePoliciesOutput{ScalingPolicies: found[from:to], NextToken: next}, nil
}

// showPolicy is a policy as the API shows it.
func (w *World) showPolicy(g *Group, p *stepPolicy) types.ScalingPolicy {
	s := types.ScalingPolicy{
		AutoScalingGroupName: aws.String(g.Spec.Name), PolicyName: aws.String(p.name), PolicyType: aws.String("StepScaling"),
		AdjustmentType: aws.String("ChangeInCapacity"), MetricAggregationType: aws.String(p.aggregation), Enabled: aws.Bool(true),
	}
	if p.percent {
		s.AdjustmentType = aws.String("PercentChangeInCapacity")
	}
	if p.warmup >= 0 {
		s.EstimatedInstanceWarmup = count(int(p.warmup.Seconds()))
	}
	for _, step := range p.steps {
		s.StepAdjustments = append(s.StepAdjustments, types.StepAdjustment{
			MetricIntervalLowerBound: step.Lower, MetricIntervalUpperBound: step.Upper, ScalingAdjustment: count(step.Change),
		})
	}
	for _, a := range w.cloudwatch.alarms {
		if slices.ContainsFunc(a.spec.Actions, func(to AlarmAction) bool { return to.Group == g && to.Policy == p.name }) {
			s.Alarms = append(s.Alarms, types.Alarm{AlarmName: aws.String(a.spec.Name)})
		}
	}
	return s
}
