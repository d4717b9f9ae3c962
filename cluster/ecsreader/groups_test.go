package ecsreader_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
)

func TestGroupsByTag(t *testing.T) {
	api := &fakeAutoScaling{}
	for n := range 150 {
		api.groups = append(api.groups, taggedGroup(fmt.Sprint(n), "web"))
	}
	active := taggedGroup("green", "api", astypes.TagDescription{Key: aws.String(ecsreader.ActiveTag), Value: aws.String("true")})
	active.SuspendedProcesses = []astypes.SuspendedProcess{{ProcessName: aws.String("Launch")}}
	for state, phase := range map[astypes.LifecycleState]cluster.Phase{
		"Pending": cluster.Pending, "Pending:Wait": cluster.Pending, "Pending:Proceed": cluster.Pending, "InService": cluster.InService,
		"Terminating": cluster.Terminating, "Terminating:Wait": cluster.Terminating, "Terminating:Proceed": cluster.Terminating,
		"Terminating:Retained": cluster.Aside, "Standby": cluster.Aside, "EnteringStandby": cluster.Aside, "Detached": cluster.Aside, "Warmed:Stopped": cluster.Aside,
	} {
		// The id carries what the phase must be.
		active.Instances = append(active.Instances, astypes.Instance{InstanceId: aws.String(string(phase)), LifecycleState: state, ProtectedFromScaleIn: aws.Bool(true)})
	}
	api.groups = append(api.groups, active, taggedGroup("blue", "api"))

	groups, err := reader(nil, api).ReadGroups(t.Context())
	require.NoError(t, err)
	assert.Len(t, groups["web"], 150, "two pages")
	require.Len(t, groups["api"], 2)
	green := groups["api"][0]
	assert.True(t, green.TaggedActive)
	assert.False(t, groups["api"][1].TaggedActive)
	assert.Equal(t, []string{"Launch"}, green.Suspended)
	for _, i := range green.Instances {
		assert.Equal(t, cluster.Phase(i.ID), i.Phase)
		assert.True(t, i.Protected)
	}
	require.Len(t, api.filters, 1, "never without a filter: that lists the account")
	assert.Equal(t, "tag-key", *api.filters[0].Name)
	assert.Equal(t, []string{ecsreader.ClusterTag}, api.filters[0].Values)
}

func taggedGroup(name, of string, tags ...astypes.TagDescription) astypes.AutoScalingGroup {
	return astypes.AutoScalingGroup{
		AutoScalingGroupName: aws.String(name), MinSize: aws.Int32(1), MaxSize: aws.Int32(5), DesiredCapacity: aws.Int32(2),
		Tags: append(tags, astypes.TagDescription{Key: aws.String(ecsreader.ClusterTag), Value: aws.String(of)}),
	}
}
