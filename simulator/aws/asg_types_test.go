package aws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func large() InstanceType {
	return InstanceType{Name: "m5.2xlarge", Resources: Resources{CPU: 8192, Memory: 31000}, ENIs: 20}
}

func small() InstanceType {
	return InstanceType{Name: "m5.large", Resources: Resources{CPU: 2048, Memory: 7600}, ENIs: 3}
}

// inCluster is a lab whose group's hosts join a cluster.
func inCluster(spec GroupSpec) *lab {
	l := &lab{World: New(exact())}
	l.NewCluster("web")
	spec.Cluster, spec.Zones = "web", []string{"a", "b", "c"}
	l.group = l.NewGroup(spec)
	return l
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html
func TestAGroupOfSeveralTypesLaunchesEachOfThem(t *testing.T) {
	l := inCluster(GroupSpec{Type: small(), Types: []InstanceType{large()}, Desired: 40, Max: 40})
	l.pass(time.Hour)
	sizes := map[int]int{}
	for _, h := range l.clusters[0].Hosts() {
		sizes[h.Total.CPU]++
		assert.Equal(t, h.Instance.Type.Resources, h.Total)
		assert.Equal(t, h.Instance.Type.Name, h.Attributes["ecs.instance-type"])
	}
	assert.Len(t, sizes, 2)
	assert.Greater(t, min(sizes[2048], sizes[8192]), 10)

	out, err := l.AutoScaling().DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	require.NoError(t, err)
	g := out.AutoScalingGroups[0]
	require.Len(t, g.MixedInstancesPolicy.LaunchTemplate.Overrides, 2)
	shown := map[string]int{}
	for _, i := range g.Instances {
		shown[*i.InstanceType]++
	}
	assert.Equal(t, map[string]int{"m5.large": sizes[2048], "m5.2xlarge": sizes[8192]}, shown)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/update-auto-scaling-group.html
func TestANewTypeIsOfNewLaunchesAlone(t *testing.T) {
	l := inCluster(GroupSpec{Type: large(), Desired: 1, Max: 2})
	l.pass(time.Hour)
	l.group.SetType(small())
	l.group.SetDesired(2)
	l.pass(time.Hour)
	hosts := l.clusters[0].Hosts()
	require.Len(t, hosts, 2)
	assert.Equal(t, []int{8192, 2048}, []int{hosts[0].Total.CPU, hosts[1].Total.CPU})
	out, err := l.AutoScaling().DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	require.NoError(t, err)
	assert.Equal(t, "m5.2xlarge", *out.AutoScalingGroups[0].Instances[0].InstanceType)
	assert.Equal(t, "m5.large", *out.AutoScalingGroups[0].Instances[1].InstanceType)
}
