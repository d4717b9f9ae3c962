package ecsreader_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
)

// fakeECS holds what a cluster has and answers in pages as ECS does.
type fakeECS struct {
	services  []types.Service
	providers []types.CapacityProvider
	tasks     []types.Task

	servicesErr, providersErr error
	calls                     map[string]int

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

func (f *fakeECS) count(call string) {
	if f.calls == nil {
		f.calls = map[string]int{}
	}
	f.calls[call]++
}

func (f *fakeECS) ListServices(_ context.Context, in *ecs.ListServicesInput, _ ...func(*ecs.Options)) (*ecs.ListServicesOutput, error) {
	f.count("ListServices")
	if f.servicesErr != nil {
		return nil, f.servicesErr
	}
	from, _ := strconv.Atoi(aws.ToString(in.NextToken))
	to := min(from+int(aws.ToInt32(in.MaxResults)), len(f.services))
	out := &ecs.ListServicesOutput{}
	for _, s := range f.services[from:to] {
		out.ServiceArns = append(out.ServiceArns, *s.ServiceName)
	}
	if to < len(f.services) {
		out.NextToken = aws.String(strconv.Itoa(to))
	}
	return out, nil
}

func (f *fakeECS) DescribeServices(_ context.Context, in *ecs.DescribeServicesInput, _ ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	f.count("DescribeServices")
	if len(in.Services) > 10 {
		return nil, &types.InvalidParameterException{Message: aws.String("Too many services")}
	}
	out := &ecs.DescribeServicesOutput{}
	for _, s := range f.services {
		if slices.Contains(in.Services, *s.ServiceName) {
			out.Services = append(out.Services, s)
		}
	}
	return out, nil
}

func (f *fakeECS) DescribeCapacityProviders(_ context.Context, in *ecs.DescribeCapacityProvidersInput, _ ...func(*ecs.Options)) (*ecs.DescribeCapacityProvidersOutput, error) {
	f.count("DescribeCapacityProviders")
	out := &ecs.DescribeCapacityProvidersOutput{}
	for _, p := range f.providers {
		if slices.Contains(in.CapacityProviders, *p.Name) {
			out.CapacityProviders = append(out.CapacityProviders, p)
		}
	}
	return out, f.providersErr
}

func (f *fakeECS) ListTasks(_ context.Context, in *ecs.ListTasksInput, _ ...func(*ecs.Options)) (*ecs.ListTasksOutput, error) {
	f.count("ListTasks")
	out := &ecs.ListTasksOutput{}
	for _, t := range f.tasks {
		if *t.ContainerInstanceArn == aws.ToString(in.ContainerInstance) && *t.DesiredStatus == string(in.DesiredStatus) {
			out.TaskArns = append(out.TaskArns, *t.TaskArn)
		}
	}
	return out, nil
}

func (f *fakeECS) DescribeTasks(_ context.Context, in *ecs.DescribeTasksInput, _ ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error) {
	f.count("DescribeTasks")
	out := &ecs.DescribeTasksOutput{}
	for _, t := range f.tasks {
		if slices.Contains(in.Tasks, *t.TaskArn) {
			out.Tasks = append(out.Tasks, t)
		}
	}
	return out, nil
}

// fakeAutoScaling holds groups and activities.
type fakeAutoScaling struct {
	groups     []astypes.AutoScalingGroup
	activities []astypes.Activity
	err        error
	asked      []string
	filters    []astypes.Filter
}

func (f *fakeAutoScaling) DescribeAutoScalingGroups(_ context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	f.filters = in.Filters
	from, _ := strconv.Atoi(aws.ToString(in.NextToken))
	to := min(from+int(aws.ToInt32(in.MaxRecords)), len(f.groups))
	out := &autoscaling.DescribeAutoScalingGroupsOutput{AutoScalingGroups: f.groups[from:to]}
	if to < len(f.groups) {
		out.NextToken = aws.String(strconv.Itoa(to))
	}
	return out, f.err
}

func (f *fakeAutoScaling) DescribeScalingActivities(_ context.Context, in *autoscaling.DescribeScalingActivitiesInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	f.asked = append(f.asked, aws.ToString(in.AutoScalingGroupName))
	f.filters = in.Filters
	return &autoscaling.DescribeScalingActivitiesOutput{Activities: f.activities}, f.err
}

func reader(api *fakeECS, groups *fakeAutoScaling) *ecsreader.Reader {
	return ecsreader.New(api, groups, func(err error) string { return err.Error() })
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
	s, err := reader(api, nil).Read(t.Context(), "web")
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
			s, err := reader(api, nil).Read(t.Context(), "web")
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
	s, err := reader(api, nil).Read(t.Context(), "web")
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
	s, err := reader(api, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Equal(t, []string{
		"ECS did not describe host 00000000000000000000000000000003: ACCESS_DENIED",
		"ECS described only 1 of 3 hosts",
	}, s.Unread)
}

func TestAClusterThatDoesNotExistIsSaidSo(t *testing.T) {
	api := &fakeECS{listErr: &types.ClusterNotFoundException{Message: aws.String("Cluster not found.")}}
	_, err := reader(api, nil).Read(t.Context(), "web")
	require.ErrorIs(t, err, ecsreader.ErrNoCluster)

	denied := errors.New("denied")
	_, err = reader(&fakeECS{listErr: denied}, nil).Read(t.Context(), "web")
	require.ErrorIs(t, err, denied)
}

func TestExternalInstancesAreMarked(t *testing.T) {
	anywhere := instance(1, "ACTIVE")
	anywhere.Ec2InstanceId = aws.String("mi-0123456789abcdef0")
	s, err := reader(&fakeECS{instances: []types.ContainerInstance{anywhere, instance(2, "ACTIVE")}}, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.True(t, s.Hosts[0].External)
	assert.False(t, s.Hosts[1].External)
}
