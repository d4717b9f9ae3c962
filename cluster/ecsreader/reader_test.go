package ecsreader_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
)

// fakeECS holds instances and answers in pages as ECS does.
type fakeECS struct {
	instances []types.ContainerInstance
	failures  []types.Failure
	listErr   error
	describes []int
}

func (f *fakeECS) ListContainerInstances(_ context.Context, in *ecs.ListContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.ListContainerInstancesOutput, error) {
	if f.listErr != nil {
		return nil, f.listErr
	}
	from, _ := strconv.Atoi(aws.ToString(in.NextToken))
	to := min(from+int(aws.ToInt32(in.MaxResults)), len(f.instances))
	out := &ecs.ListContainerInstancesOutput{}
	for _, i := range f.instances[from:to] {
		out.ContainerInstanceArns = append(out.ContainerInstanceArns, *i.ContainerInstanceArn)
	}
	if to < len(f.instances) {
		out.NextToken = aws.String(strconv.Itoa(to))
	}
	return out, nil
}

func (f *fakeECS) DescribeContainerInstances(_ context.Context, in *ecs.DescribeContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error) {
	f.describes = append(f.describes, len(in.ContainerInstances))
	out := &ecs.DescribeContainerInstancesOutput{}
	failed := map[string]bool{}
	for _, failure := range f.failures {
		failed[*failure.Arn] = true
		for _, asked := range in.ContainerInstances {
			if asked == *failure.Arn && failure.Reason != nil {
				out.Failures = append(out.Failures, failure)
			}
		}
	}
	for _, asked := range in.ContainerInstances {
		for _, i := range f.instances {
			if *i.ContainerInstanceArn == asked && !failed[asked] {
				out.ContainerInstances = append(out.ContainerInstances, i)
			}
		}
	}
	return out, nil
}

func arn(n int) string {
	return fmt.Sprintf("arn:aws:ecs:eu-west-1:123456789012:container-instance/web/%032d", n)
}

func instance(n int, status string, resources ...types.Resource) types.ContainerInstance {
	return types.ContainerInstance{
		ContainerInstanceArn: aws.String(arn(n)), Ec2InstanceId: aws.String(fmt.Sprintf("i-%017d", n)),
		Status: aws.String(status), AgentConnected: true, RegisteredResources: resources, RemainingResources: resources,
	}
}

func integer(name string, n int32) types.Resource {
	return types.Resource{Name: aws.String(name), Type: aws.String("INTEGER"), IntegerValue: n}
}

func TestEveryPageIsReadAHundredAtATime(t *testing.T) {
	api := &fakeECS{}
	for n := range 250 {
		api.instances = append(api.instances, instance(n, "ACTIVE", integer("CPU", 1024)))
	}
	s, err := ecsreader.New(api).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Len(t, s.Hosts, 250)
	assert.Equal(t, []int{100, 100, 50}, api.describes)
	assert.Empty(t, s.Unread)
}

func TestResourcesAreReadByName(t *testing.T) {
	set := types.Resource{Name: aws.String("GPU"), Type: aws.String("STRINGSET"), StringSetValue: []string{"GPU-a", "GPU-b"}}
	ports := types.Resource{Name: aws.String("PORTS"), Type: aws.String("STRINGSET"), StringSetValue: []string{"22", "2376"}}
	tests := map[string]struct {
		gpu  types.Resource
		want int64
	}{
		"GPUs as a set of device ids": {set, 2},
		"GPUs as an integer":          {integer("GPU", 4), 4},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			api := &fakeECS{instances: []types.ContainerInstance{instance(1, "ACTIVE", integer("CPU", 2048), ports, integer("MEMORY", 7680), tt.gpu)}}
			s, err := ecsreader.New(api).Read(t.Context(), "web")
			require.NoError(t, err)
			assert.Equal(t, cluster.Resources{CPU: 2048, Memory: 7680, GPU: tt.want}, s.Hosts[0].Registered)
		})
	}
}

func TestAHostThatWentBetweenTwoCallsIsNoDoubt(t *testing.T) {
	api := &fakeECS{
		instances: []types.ContainerInstance{instance(1, "ACTIVE"), instance(2, "ACTIVE"), instance(3, "INACTIVE")},
		failures:  []types.Failure{{Arn: aws.String(arn(2)), Reason: aws.String("MISSING")}},
	}
	s, err := ecsreader.New(api).Read(t.Context(), "web")
	require.NoError(t, err)
	require.Len(t, s.Hosts, 1)
	assert.Equal(t, arn(1), s.Hosts[0].ARN)
	assert.Empty(t, s.Unread)
}

func TestHalfAnAnswerIsDoubt(t *testing.T) {
	api := &fakeECS{
		instances: []types.ContainerInstance{instance(1, "ACTIVE"), instance(2, "ACTIVE"), instance(3, "ACTIVE")},
		failures:  []types.Failure{{Arn: aws.String(arn(2))}, {Arn: aws.String(arn(3)), Reason: aws.String("ACCESS_DENIED")}},
	}
	s, err := ecsreader.New(api).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Equal(t, []string{
		"ECS did not describe host 00000000000000000000000000000003: ACCESS_DENIED",
		"ECS described only 1 of 3 hosts",
	}, s.Unread)
}

func TestAClusterThatDoesNotExistIsSaidSo(t *testing.T) {
	api := &fakeECS{listErr: &types.ClusterNotFoundException{Message: aws.String("Cluster not found.")}}
	_, err := ecsreader.New(api).Read(t.Context(), "web")
	require.ErrorIs(t, err, ecsreader.ErrNoCluster)

	denied := errors.New("denied")
	_, err = ecsreader.New(&fakeECS{listErr: denied}).Read(t.Context(), "web")
	require.ErrorIs(t, err, denied)
}

func TestExternalInstancesAreMarked(t *testing.T) {
	anywhere := instance(1, "ACTIVE")
	anywhere.Ec2InstanceId = aws.String("mi-0123456789abcdef0")
	s, err := ecsreader.New(&fakeECS{instances: []types.ContainerInstance{anywhere, instance(2, "ACTIVE")}}).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.True(t, s.Hosts[0].External)
	assert.False(t, s.Hosts[1].External)
}
