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
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster/ecsreader"
)

// fakeECS holds what a cluster has and answers in pages as ECS does.
type fakeECS struct {
	// owned are the tasks that ECS lists by service and desired status; nil: it lists all tasks whatever the service.
	owned     map[string][]string
	ownedErr  error
	services  []types.Service
	providers []types.CapacityProvider
	tasks     []types.Task

	definitions    map[string]types.TaskDefinition
	definitionsErr error

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
		if len(in.CapacityProviders) == 0 || slices.Contains(in.CapacityProviders, *p.Name) {
			out.CapacityProviders = append(out.CapacityProviders, p)
		}
	}
	return out, f.providersErr
}

func (f *fakeECS) ListTasks(_ context.Context, in *ecs.ListTasksInput, _ ...func(*ecs.Options)) (*ecs.ListTasksOutput, error) {
	f.count("ListTasks")
	out := &ecs.ListTasksOutput{}
	if in.ServiceName != nil && f.owned != nil {
		if f.ownedErr != nil {
			return nil, f.ownedErr
		}
		out.TaskArns = f.owned[*in.ServiceName+" "+string(in.DesiredStatus)]
		return out, nil
	}
	for _, t := range f.tasks {
		if (in.ContainerInstance == nil || *t.ContainerInstanceArn == *in.ContainerInstance) && *t.DesiredStatus == string(in.DesiredStatus) {
			out.TaskArns = append(out.TaskArns, *t.TaskArn)
		}
	}
	return out, nil
}

func (f *fakeECS) DescribeTaskDefinition(_ context.Context, in *ecs.DescribeTaskDefinitionInput, _ ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error) {
	f.count("DescribeTaskDefinition")
	if f.definitionsErr != nil {
		return nil, f.definitionsErr
	}
	d, ok := f.definitions[*in.TaskDefinition]
	if !ok {
		return nil, &types.ClientException{Message: aws.String("Unable to describe task definition.")}
	}
	return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: &d}, nil
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
	from, _ := strconv.Atoi(aws.ToString(in.NextToken))
	to := min(from+int(aws.ToInt32(in.MaxRecords)), len(f.activities))
	out := &autoscaling.DescribeScalingActivitiesOutput{Activities: f.activities[from:to]}
	if to < len(f.activities) {
		out.NextToken = aws.String(strconv.Itoa(to))
	}
	return out, f.err
}

func reader(api *fakeECS, groups *fakeAutoScaling) *ecsreader.Reader {
	return ecsreader.New(api, groups)
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

func TestMissingClusterIsAnError(t *testing.T) {
	api := &fakeECS{listErr: &types.ClusterNotFoundException{Message: aws.String("Cluster not found.")}}
	_, err := reader(api, nil).Read(t.Context(), "web")
	require.ErrorIs(t, err, ecsreader.ErrNoCluster)

	denied := errors.New("denied")
	_, err = reader(&fakeECS{listErr: denied}, nil).Read(t.Context(), "web")
	require.ErrorIs(t, err, denied)
}

// sizes is a fakeAutoScaling without policies.
type sizes struct{ *fakeAutoScaling }

func (sizes) DescribePolicies(context.Context, *autoscaling.DescribePoliciesInput, ...func(*autoscaling.Options)) (*autoscaling.DescribePoliciesOutput, error) {
	return &autoscaling.DescribePoliciesOutput{}, nil
}
