package ecsreader

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"ecs-cluster-scaler/cluster"
)

// unit names what the group counts its sizes in, if not instances: vCPUs or memory, which only a group that chooses its
// types by attributes can, or the weights of its types. A weight of 1 for all of them is a count of instances
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

// weight is what an instance counts: what AWS shows of it, or else what its type weighs; 0: not known.
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
