package ecsreader

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"ecs-cluster-scaler/cluster"
)

// templates are what a group launches from: its template or launch configuration, and those of its overrides
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html).
func templates(g types.AutoScalingGroup) []string {
	var all []string
	add := func(t string) {
		if t != "" {
			all = append(all, t)
		}
	}
	add(template(g.LaunchTemplate, g.LaunchConfigurationName))
	if p := g.MixedInstancesPolicy; p != nil && p.LaunchTemplate != nil {
		add(template(p.LaunchTemplate.LaunchTemplateSpecification, nil))
		for _, o := range p.LaunchTemplate.Overrides {
			add(template(o.LaunchTemplateSpecification, nil))
		}
	}
	return all
}

// template names one: id and version, or a launch configuration's name. $Latest and $Default move, and no version is $Default
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html).
func template(t *types.LaunchTemplateSpecification, configuration *string) string {
	if t == nil {
		return aws.ToString(configuration)
	}
	id := cmp.Or(aws.ToString(t.LaunchTemplateId), aws.ToString(t.LaunchTemplateName))
	if id == "" {
		return ""
	}
	version := aws.ToString(t.Version)
	if strings.HasPrefix(version, "$") {
		version = ""
	}
	return id + ":" + version
}

// allowed are the instance types that a mixed instances policy names, or whether it names requirements that many types
// meet (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html).
func allowed(p *types.MixedInstancesPolicy) (named []string, required bool) {
	if p == nil || p.LaunchTemplate == nil {
		return nil, false
	}
	for _, o := range p.LaunchTemplate.Overrides {
		if t := aws.ToString(o.InstanceType); t != "" {
			named = append(named, t)
		}
		required = required || o.InstanceRequirements != nil
	}
	return named, required
}

// unit is what the group counts its sizes in, if not instances: vCPUs, memory, or the weights of its types. If all weigh 1, it
// counts instances
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html).
func unit(g types.AutoScalingGroup) string {
	if named := aws.ToString(g.DesiredCapacityType); named == cluster.VCPUs || named == cluster.MiB {
		return named
	}
	weighted := slices.ContainsFunc(g.Instances, func(i types.Instance) bool { return weighs(i.WeightedCapacity) }) ||
		slices.ContainsFunc(overrides(g), func(o types.LaunchTemplateOverrides) bool { return weighs(o.WeightedCapacity) })
	if weighted {
		return cluster.Weights
	}
	return ""
}

func weighs(weight *string) bool { return weight != nil && *weight != "1" }

// weight is what AWS says that an instance counts, or its type; 0: not known.
func weight(g types.AutoScalingGroup, i types.Instance) int {
	shown := i.WeightedCapacity
	for _, o := range overrides(g) {
		if shown == nil && aws.ToString(o.InstanceType) == aws.ToString(i.InstanceType) {
			shown = o.WeightedCapacity
		}
	}
	if n, err := strconv.Atoi(aws.ToString(shown)); err == nil && n > 0 {
		return n
	}
	return 0
}

func overrides(g types.AutoScalingGroup) []types.LaunchTemplateOverrides {
	if g.MixedInstancesPolicy == nil || g.MixedInstancesPolicy.LaunchTemplate == nil {
		return nil
	}
	return g.MixedInstancesPolicy.LaunchTemplate.Overrides
}
