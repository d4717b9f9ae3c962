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
