package publisher_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"ecs-cluster-scaler/scaler/publisher"
)

// fakeAWS holds clusters by name. before, when set, is asked ahead of every call and may refuse it, delay it or panic:
// that makes the fake a faulty one.
type fakeAWS struct {
	before func(ctx context.Context, action, cluster string) error

	mu       sync.Mutex
	order    []string // clusters in the order in which they were first asked about
	calls    map[string]int
	entries  map[string]string
	edits    int64 // so many times the entries were edited
	clusters map[string]fakeCluster
	groups   []astypes.AutoScalingGroup
	put      []*cloudwatch.PutMetricDataInput
}

type fakeCluster struct {
	hosts       []ecstypes.ContainerInstance
	services    []ecstypes.Service
	tasks       []ecstypes.Task
	undescribed int // so many hosts are left out of what is described
}

func newFakeAWS() *fakeAWS {
	return &fakeAWS{calls: map[string]int{}, entries: map[string]string{}, clusters: map[string]fakeCluster{}}
}

// with adds a cluster with an empty entry and n hosts of 1000 CPU, reserved CPU each.
func (f *fakeAWS) with(name string, n, reserved int) *fakeAWS {
	f.entries[name] = `{}`
	var c fakeCluster
	for i := range n {
		id := fmt.Sprintf("%s-%d", name, i)
		c.hosts = append(c.hosts, ecstypes.ContainerInstance{
			ContainerInstanceArn: aws.String(id), Ec2InstanceId: aws.String("i-" + id), Status: aws.String("ACTIVE"), AgentConnected: true,
			RegisteredResources: []ecstypes.Resource{integer("CPU", 1000), integer("MEMORY", 1000)},
			RemainingResources:  []ecstypes.Resource{integer("CPU", 1000-reserved), integer("MEMORY", 1000)},
		})
	}
	f.clusters[name] = c
	return f
}

func integer(name string, n int) ecstypes.Resource {
	return ecstypes.Resource{Name: aws.String(name), Type: aws.String("INTEGER"), IntegerValue: int32(n)}
}

func (f *fakeAWS) clients() publisher.Clients {
	return publisher.Clients{SSM: f, ECS: f, AutoScaling: f, CloudWatch: f}
}

// called counts a call and lets before spoil it.
func (f *fakeAWS) called(ctx context.Context, service, operation string, cluster *string) error {
	f.mu.Lock()
	f.calls[operation]++
	if name := aws.ToString(cluster); name != "" && !slices.Contains(f.order, name) {
		f.order = append(f.order, name)
	}
	f.mu.Unlock()
	if f.before != nil {
		if err := f.before(ctx, operation, aws.ToString(cluster)); err != nil {
			return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: err}
		}
	}
	return ctx.Err()
}

func (f *fakeAWS) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	if err := f.called(ctx, "SSM", "GetParametersByPath", nil); err != nil {
		return nil, err
	}
	out := &ssm.GetParametersByPathOutput{}
	for name, value := range f.entries {
		out.Parameters = append(out.Parameters, ssmtypes.Parameter{Name: aws.String(*in.Path + "/clusters/" + name), Value: aws.String(value), Version: 1 + f.edits})
	}
	return out, nil
}

func (f *fakeAWS) GetParameterHistory(ctx context.Context, _ *ssm.GetParameterHistoryInput, _ ...func(*ssm.Options)) (*ssm.GetParameterHistoryOutput, error) {
	return &ssm.GetParameterHistoryOutput{}, f.called(ctx, "SSM", "GetParameterHistory", nil)
}

func (f *fakeAWS) cluster(name *string) (fakeCluster, error) {
	c, ok := f.clusters[aws.ToString(name)]
	if !ok {
		return c, &smithy.OperationError{ServiceID: "ECS", OperationName: "any", Err: &ecstypes.ClusterNotFoundException{}}
	}
	return c, nil
}

func page(token *string, size int32, all int) (from, to int, next *string) {
	from, _ = strconv.Atoi(aws.ToString(token))
	if to = min(from+int(size), all); to < all {
		next = aws.String(strconv.Itoa(to))
	}
	return from, to, next
}

func (f *fakeAWS) ListContainerInstances(ctx context.Context, in *ecs.ListContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.ListContainerInstancesOutput, error) {
	if err := f.called(ctx, "ECS", "ListContainerInstances", in.Cluster); err != nil {
		return nil, err
	}
	c, err := f.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	from, to, next := page(in.NextToken, *in.MaxResults, len(c.hosts))
	out := &ecs.ListContainerInstancesOutput{NextToken: next}
	for _, h := range c.hosts[from:to] {
		out.ContainerInstanceArns = append(out.ContainerInstanceArns, *h.ContainerInstanceArn)
	}
	return out, nil
}

func (f *fakeAWS) DescribeContainerInstances(ctx context.Context, in *ecs.DescribeContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error) {
	if err := f.called(ctx, "ECS", "DescribeContainerInstances", in.Cluster); err != nil {
		return nil, err
	}
	c, err := f.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &ecs.DescribeContainerInstancesOutput{}
	for _, h := range c.hosts[c.undescribed:] {
		if slices.Contains(in.ContainerInstances, *h.ContainerInstanceArn) {
			out.ContainerInstances = append(out.ContainerInstances, h)
		}
	}
	return out, nil
}

func (f *fakeAWS) ListServices(ctx context.Context, in *ecs.ListServicesInput, _ ...func(*ecs.Options)) (*ecs.ListServicesOutput, error) {
	if err := f.called(ctx, "ECS", "ListServices", in.Cluster); err != nil {
		return nil, err
	}
	c, err := f.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	from, to, next := page(in.NextToken, *in.MaxResults, len(c.services))
	out := &ecs.ListServicesOutput{NextToken: next}
	for _, s := range c.services[from:to] {
		out.ServiceArns = append(out.ServiceArns, *s.ServiceName)
	}
	return out, nil
}

func (f *fakeAWS) DescribeServices(ctx context.Context, in *ecs.DescribeServicesInput, _ ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	if err := f.called(ctx, "ECS", "DescribeServices", in.Cluster); err != nil {
		return nil, err
	}
	c, err := f.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &ecs.DescribeServicesOutput{}
	for _, s := range c.services {
		if slices.Contains(in.Services, *s.ServiceName) {
			out.Services = append(out.Services, s)
		}
	}
	return out, nil
}

func (f *fakeAWS) DescribeCapacityProviders(ctx context.Context, in *ecs.DescribeCapacityProvidersInput, _ ...func(*ecs.Options)) (*ecs.DescribeCapacityProvidersOutput, error) {
	return &ecs.DescribeCapacityProvidersOutput{}, f.called(ctx, "ECS", "DescribeCapacityProviders", in.Cluster)
}

func (f *fakeAWS) ListTasks(ctx context.Context, in *ecs.ListTasksInput, _ ...func(*ecs.Options)) (*ecs.ListTasksOutput, error) {
	if err := f.called(ctx, "ECS", "ListTasks", in.Cluster); err != nil {
		return nil, err
	}
	c, err := f.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &ecs.ListTasksOutput{}
	for _, t := range c.tasks {
		if in.ContainerInstance == nil || *t.ContainerInstanceArn == *in.ContainerInstance {
			out.TaskArns = append(out.TaskArns, *t.TaskArn)
		}
	}
	return out, nil
}

func (f *fakeAWS) DescribeTaskDefinition(ctx context.Context, in *ecs.DescribeTaskDefinitionInput, _ ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error) {
	return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: &ecstypes.TaskDefinition{
		TaskDefinitionArn: in.TaskDefinition, Cpu: aws.String("100"), Memory: aws.String("100"),
	}}, f.called(ctx, "ECS", "DescribeTaskDefinition", nil)
}

func (f *fakeAWS) DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput, _ ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error) {
	if err := f.called(ctx, "ECS", "DescribeTasks", in.Cluster); err != nil {
		return nil, err
	}
	c, err := f.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &ecs.DescribeTasksOutput{}
	for _, t := range c.tasks {
		if slices.Contains(in.Tasks, *t.TaskArn) {
			out.Tasks = append(out.Tasks, t)
		}
	}
	return out, nil
}

func (f *fakeAWS) DescribeAutoScalingGroups(ctx context.Context, _ *autoscaling.DescribeAutoScalingGroupsInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	return &autoscaling.DescribeAutoScalingGroupsOutput{AutoScalingGroups: f.groups}, f.called(ctx, "Auto Scaling", "DescribeAutoScalingGroups", nil)
}

func (f *fakeAWS) DescribeScalingActivities(ctx context.Context, _ *autoscaling.DescribeScalingActivitiesInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	return &autoscaling.DescribeScalingActivitiesOutput{}, f.called(ctx, "Auto Scaling", "DescribeScalingActivities", nil)
}

func (f *fakeAWS) PutMetricData(ctx context.Context, in *cloudwatch.PutMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	if err := f.called(ctx, "CloudWatch", "PutMetricData", nil); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put = append(f.put, in)
	return &cloudwatch.PutMetricDataOutput{}, nil
}

// published looks a value up; cluster is empty for metrics without dimension.
func (f *fakeAWS) published(metric, cluster string) (float64, bool) {
	for _, put := range f.put {
		for _, d := range put.MetricData {
			of := strings.Join(dimensions(d), ",")
			if *d.MetricName == metric && of == cluster {
				return *d.Value, true
			}
		}
	}
	return 0, false
}

func dimensions(d cwtypes.MetricDatum) []string {
	var values []string
	for _, dimension := range d.Dimensions {
		values = append(values, *dimension.Value)
	}
	return values
}
