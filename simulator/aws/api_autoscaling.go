package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// Pages of DescribeAutoScalingGroups
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html).
const (
	groupsPerPage     = 50
	mostGroupsPerPage = 100
)

const terminatingTransition = "autoscaling:EC2_INSTANCE_TERMINATING"

// AutoScaling is a client of EC2 Auto Scaling.
type AutoScaling struct{ world *World }

// AutoScaling is a client of EC2 Auto Scaling.
func (w *World) AutoScaling() *AutoScaling { return &AutoScaling{w} }

// DescribeAutoScalingGroups finds groups by name and by tags: tag-key, tag-value, and tag:<key> with values.
func (a *AutoScaling) DescribeAutoScalingGroups(_ context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	const op = "DescribeAutoScalingGroups"
	w := a.world
	w.mu.Lock()
	defer w.mu.Unlock()
	key := filtersKey(in.AutoScalingGroupNames, in.Filters)
	if err := w.fault(op, key+" "+aws.ToString(in.NextToken)); err != nil {
		return nil, err
	}
	var found []*Group
	for _, g := range w.groups {
		named := len(in.AutoScalingGroupNames) == 0 || slices.Contains(in.AutoScalingGroupNames, g.Spec.Name)
		tagged := !slices.ContainsFunc(in.Filters, func(f types.Filter) bool { return !g.tagged(f) })
		if named && tagged {
			found = append(found, g)
		}
	}
	from, to, next := w.page(op, key, in.NextToken, len(found), limit(in.MaxRecords, groupsPerPage, mostGroupsPerPage))
	out := &autoscaling.DescribeAutoScalingGroupsOutput{NextToken: next}
	for _, g := range found[from:to] {
		shown := *g.show()
		if in.IncludeInstances != nil && !*in.IncludeInstances {
			shown.Instances = nil
		}
		out.AutoScalingGroups = append(out.AutoScalingGroups, shown)
	}
	return out, nil
}

// instancesPerPage is the most that DescribeAutoScalingInstances takes and returns.
const instancesPerPage = 50

// DescribeAutoScalingInstances finds the groups of instances; one that is in none is left out
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingInstances.html).
func (a *AutoScaling) DescribeAutoScalingInstances(_ context.Context, in *autoscaling.DescribeAutoScalingInstancesInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingInstancesOutput, error) {
	const op = "DescribeAutoScalingInstances"
	w := a.world
	w.mu.Lock()
	defer w.mu.Unlock()
	key := strings.Join(in.InstanceIds, ",")
	if err := w.fault(op, key+" "+aws.ToString(in.NextToken)); err != nil {
		return nil, err
	}
	if len(in.InstanceIds) > instancesPerPage {
		return nil, invalid("ValidationError", fmt.Sprintf("The number of instance ids that may be passed in is limited to %d", instancesPerPage))
	}
	var found []types.AutoScalingInstanceDetails
	for _, g := range w.groups {
		for _, i := range g.instances {
			if len(in.InstanceIds) > 0 && !slices.Contains(in.InstanceIds, i.ID) {
				continue
			}
			s := i.show()
			found = append(found, types.AutoScalingInstanceDetails{
				AutoScalingGroupName: aws.String(g.Spec.Name), InstanceId: s.InstanceId, AvailabilityZone: s.AvailabilityZone, InstanceType: s.InstanceType,
				HealthStatus: aws.String(strings.ToUpper(aws.ToString(s.HealthStatus))), LifecycleState: aws.String(string(s.LifecycleState)), ProtectedFromScaleIn: s.ProtectedFromScaleIn,
			})
		}
	}
	from, to, next := w.page(op, key, in.NextToken, len(found), limit(in.MaxRecords, instancesPerPage, instancesPerPage))
	return &autoscaling.DescribeAutoScalingInstancesOutput{AutoScalingInstances: found[from:to], NextToken: next}, nil
}

func filtersKey(names []string, filters []types.Filter) string {
	keys := slices.Clone(names)
	for _, f := range filters {
		keys = append(keys, aws.ToString(f.Name)+"="+strings.Join(f.Values, ","))
	}
	return strings.Join(keys, " ")
}

// tagged says whether a group has what one filter asks for; its values are alternatives.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Filter.html
func (g *Group) tagged(f types.Filter) bool {
	for key, value := range g.Spec.Tags { // in any order: found or not
		name, has := strings.CutPrefix(aws.ToString(f.Name), "tag:")
		switch {
		case has && key == name && slices.Contains(f.Values, value),
			aws.ToString(f.Name) == "tag-key" && slices.Contains(f.Values, key),
			aws.ToString(f.Name) == "tag-value" && slices.Contains(f.Values, value):
			return true
		}
	}
	return false
}

// show is the group as the API shows it, kept until something changes; callers must not write to it.
func (g *Group) show() *types.AutoScalingGroup {
	if g.shown != nil {
		return g.shown
	}
	s := &types.AutoScalingGroup{
		AutoScalingGroupName: aws.String(g.Spec.Name), AutoScalingGroupARN: aws.String(g.arn()), AvailabilityZones: g.Spec.Zones,
		CreatedTime: aws.Time(g.created), DefaultCooldown: aws.Int32(int32(defaultCooldown.Seconds())),
		DesiredCapacity: count(g.Desired), MinSize: count(g.Min), MaxSize: count(g.Max),
		HealthCheckType: aws.String("EC2"), HealthCheckGracePeriod: aws.Int32(0),
		NewInstancesProtectedFromScaleIn: aws.Bool(g.Spec.Protect), TerminationPolicies: []string{"Default"},
		Instances: make([]types.Instance, 0, len(g.instances)),
	}
	if len(g.Spec.Types) > 0 {
		s.MixedInstancesPolicy = &types.MixedInstancesPolicy{LaunchTemplate: &types.LaunchTemplate{}}
		for _, kind := range append([]InstanceType{g.Spec.Type}, g.Spec.Types...) {
			s.MixedInstancesPolicy.LaunchTemplate.Overrides = append(s.MixedInstancesPolicy.LaunchTemplate.Overrides, types.LaunchTemplateOverrides{InstanceType: aws.String(kind.Name)})
		}
	}
	if g.Spec.Warmup >= 0 {
		s.DefaultInstanceWarmup = count(int(g.Spec.Warmup.Seconds()))
	}
	for _, i := range g.instances {
		s.Instances = append(s.Instances, *i.show())
	}
	for _, key := range slices.Sorted(maps.Keys(g.Spec.Tags)) {
		s.Tags = append(s.Tags, types.TagDescription{
			Key: aws.String(key), Value: aws.String(g.Spec.Tags[key]), PropagateAtLaunch: aws.Bool(false),
			ResourceId: aws.String(g.Spec.Name), ResourceType: aws.String("auto-scaling-group"),
		})
	}
	for _, p := range slices.Sorted(maps.Keys(g.Suspended)) {
		s.SuspendedProcesses = append(s.SuspendedProcesses, types.SuspendedProcess{ProcessName: aws.String(p), SuspensionReason: aws.String("User suspended")})
	}
	g.shown = s
	return s
}

func (i *Instance) show() *types.Instance {
	if i.shown == nil {
		health := "Healthy"
		if !i.Healthy {
			health = "Unhealthy"
		}
		i.shown = &types.Instance{
			InstanceId: aws.String(i.ID), AvailabilityZone: aws.String(i.Zone), InstanceType: aws.String(i.Type.Name),
			LifecycleState: i.State, HealthStatus: aws.String(health), ProtectedFromScaleIn: aws.Bool(i.Protected),
		}
	}
	return i.shown
}

func count(n int) *int32 { return aws.Int32(int32(n)) }

func (w *World) groupNamed(name *string) (*Group, error) {
	for _, g := range w.groups {
		if g.Spec.Name == aws.ToString(name) {
			return g, nil
		}
	}
	return nil, invalid("ValidationError", fmt.Sprintf("AutoScalingGroup name not found - AutoScalingGroup '%s' not found", aws.ToString(name)))
}
