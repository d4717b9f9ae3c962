package ecsreader_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
)

func TestUnitOfGroup(t *testing.T) {
	instances := func(weights ...string) func(*astypes.AutoScalingGroup) {
		return func(g *astypes.AutoScalingGroup) {
			for _, weight := range weights {
				i := astypes.Instance{InstanceId: aws.String("i"), LifecycleState: astypes.LifecycleStateInService, InstanceType: aws.String("c5.xlarge")}
				if weight != "" {
					i.WeightedCapacity = aws.String(weight)
				}
				g.Instances = append(g.Instances, i)
			}
		}
	}
	overrides := func(weight *string, types ...string) func(*astypes.AutoScalingGroup) {
		return func(g *astypes.AutoScalingGroup) {
			g.MixedInstancesPolicy = &astypes.MixedInstancesPolicy{LaunchTemplate: &astypes.LaunchTemplate{}}
			for _, t := range types {
				g.MixedInstancesPolicy.LaunchTemplate.Overrides = append(g.MixedInstancesPolicy.LaunchTemplate.Overrides, astypes.LaunchTemplateOverrides{InstanceType: aws.String(t), WeightedCapacity: weight})
			}
		}
	}
	capacityType := func(of string) func(*astypes.AutoScalingGroup) {
		return func(g *astypes.AutoScalingGroup) { g.DesiredCapacityType = aws.String(of) }
	}
	type change = func(*astypes.AutoScalingGroup)
	tests := map[string]struct {
		change  []change
		unit    string
		weights []int
	}{
		"instances":                               {[]change{instances("", "")}, "", []int{0, 0}},
		"several types without weights":           {[]change{instances("", ""), overrides(nil, "c5.xlarge", "t3.xlarge")}, "", []int{0, 0}},
		"every weight is 1":                       {[]change{instances("1", "1"), overrides(aws.String("1"), "c5.xlarge")}, "", []int{1, 1}},
		"weights that instances show":             {[]change{instances("4", "8")}, cluster.Weights, []int{4, 8}},
		"weights that only their types have":      {[]change{instances("", "8"), overrides(aws.String("4"), "t3.xlarge", "c5.xlarge")}, cluster.Weights, []int{4, 8}},
		"a type that was removed":                 {[]change{instances("", "8"), overrides(aws.String("4"), "t3.xlarge")}, cluster.Weights, []int{0, 8}},
		"weights, and nothing in service":         {[]change{overrides(aws.String("4"), "c5.xlarge")}, cluster.Weights, nil},
		"chosen by attributes, as instances":      {[]change{instances(""), capacityType("units")}, "", []int{0}},
		"chosen by attributes, as vCPUs":          {[]change{instances("2", ""), capacityType("vcpu")}, cluster.VCPUs, []int{2, 0}},
		"chosen by attributes, as memory":         {[]change{instances("16384", ""), capacityType("memory-mib")}, cluster.MiB, []int{16384, 0}},
		"chosen by attributes, each vCPU one":     {[]change{instances("1"), capacityType("vcpu")}, cluster.VCPUs, []int{1}},
		"a weight that is none":                   {[]change{instances("four", "0")}, cluster.Weights, []int{0, 0}},
		"a policy that names no launch templates": {[]change{instances(""), func(g *astypes.AutoScalingGroup) { g.MixedInstancesPolicy = &astypes.MixedInstancesPolicy{} }}, "", []int{0}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			g := taggedGroup("web-blue", "web")
			for _, c := range tt.change {
				c(&g)
			}
			groups, err := reader(nil, &fakeAutoScaling{groups: []astypes.AutoScalingGroup{g}}).ReadGroups(t.Context())
			require.NoError(t, err)
			read := groups["web"][0]
			assert.Equal(t, tt.unit, read.Unit)
			var weights []int
			for _, i := range read.Instances {
				weights = append(weights, i.Weight)
			}
			assert.Equal(t, tt.weights, weights)
		})
	}
}
