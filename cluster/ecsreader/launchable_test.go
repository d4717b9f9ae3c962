package ecsreader_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
)

func TestWhatGroupMayLaunch(t *testing.T) {
	spec := func(id, version string) *astypes.LaunchTemplateSpecification {
		return &astypes.LaunchTemplateSpecification{LaunchTemplateId: aws.String(id), Version: aws.String(version)}
	}
	mixed := func(overrides ...astypes.LaunchTemplateOverrides) *astypes.MixedInstancesPolicy {
		return &astypes.MixedInstancesPolicy{LaunchTemplate: &astypes.LaunchTemplate{LaunchTemplateSpecification: spec("lt-1", "7"), Overrides: overrides}}
	}
	tests := map[string]struct {
		change    func(*astypes.AutoScalingGroup)
		types     []string
		anyType   bool
		templates []string
	}{
		"a launch template":      {func(g *astypes.AutoScalingGroup) { g.LaunchTemplate = spec("lt-1", "7") }, nil, false, []string{"lt-1:7"}},
		"its latest version":     {func(g *astypes.AutoScalingGroup) { g.LaunchTemplate = spec("lt-1", "$Latest") }, nil, false, []string{"lt-1:"}},
		"its default version":    {func(g *astypes.AutoScalingGroup) { g.LaunchTemplate = spec("lt-1", "$Default") }, nil, false, []string{"lt-1:"}},
		"a launch configuration": {func(g *astypes.AutoScalingGroup) { g.LaunchConfigurationName = aws.String("old") }, nil, false, []string{"old"}},
		"a template without an id": {func(g *astypes.AutoScalingGroup) {
			g.LaunchTemplate = &astypes.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web")}
		}, nil, false, []string{"web:"}},
		"a policy without types": {func(g *astypes.AutoScalingGroup) { g.MixedInstancesPolicy = mixed() }, nil, false, []string{"lt-1:7"}},
		"types": {func(g *astypes.AutoScalingGroup) {
			g.MixedInstancesPolicy = mixed(astypes.LaunchTemplateOverrides{InstanceType: aws.String("t3.large")}, astypes.LaunchTemplateOverrides{InstanceType: aws.String("c5.large"), LaunchTemplateSpecification: spec("lt-2", "1")})
		}, []string{"t3.large", "c5.large"}, false, []string{"lt-1:7", "lt-2:1"}},
		"requirements for any type": {func(g *astypes.AutoScalingGroup) {
			g.MixedInstancesPolicy = mixed(astypes.LaunchTemplateOverrides{InstanceRequirements: &astypes.InstanceRequirements{}})
		}, nil, true, []string{"lt-1:7"}},
		"an empty policy": {func(g *astypes.AutoScalingGroup) { g.MixedInstancesPolicy = &astypes.MixedInstancesPolicy{} }, nil, false, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			g := taggedGroup("web-blue", "web")
			g.Instances = []astypes.Instance{{InstanceId: aws.String("i-1"), LaunchTemplate: spec("lt-1", "6")}, {InstanceId: aws.String("i-2"), LaunchConfigurationName: aws.String("old")}}
			tt.change(&g)
			groups, err := reader(&fakeECS{}, &fakeAutoScaling{groups: []astypes.AutoScalingGroup{g}}).ReadGroups(t.Context())
			require.NoError(t, err)
			read := groups["web"][0]
			assert.Equal(t, []any{tt.types, tt.anyType, tt.templates}, []any{read.Types, read.AnyType, read.Templates})
			assert.Equal(t, []string{"lt-1:6", "old"}, []string{read.Instances[0].Template, read.Instances[1].Template})
		})
	}
}

func TestTemplatesOfGroup(t *testing.T) {
	for _, tt := range []struct {
		group    []string
		instance string
		may      bool
	}{
		{nil, "lt-1:6", true}, {[]string{"lt-1:7"}, "", true}, {[]string{"lt-1:7"}, "lt-1:7", true}, {[]string{"lt-1:7"}, "lt-1:6", false}, {[]string{"lt-1:7"}, "lt-1:70", false},
		{[]string{"lt-1:"}, "lt-1:6", true}, {[]string{"lt-2:"}, "lt-1:6", false}, {[]string{"lt-1:7", "lt-2:1"}, "lt-2:1", true}, {[]string{"old"}, "older", false}, {[]string{"lt-1:7"}, "lt-1:", true},
	} {
		assert.Equal(t, tt.may, cluster.Group{Templates: tt.group}.LaunchesFrom(tt.instance), tt)
	}
}

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
