package campaign

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/simulator/aws"
)

// Actions are all that publisher and drainer call, by the interfaces of their clients.
var Actions = sync.OnceValue(func() []string {
	names := map[string]bool{}
	for _, clients := range []any{publisher.Clients{}, drainer.Clients{}} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(clients)) {
			for method := range field.Type.Methods() {
				names[method.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
})

// The clients that a function has: the world's, each call with its fate. A method that is missing here would be called
// without one; a test holds them to [Actions].
type (
	ssmClient         struct{ f *functions }
	ecsClient         struct{ f *functions }
	autoScalingClient struct{ f *functions }
	cloudWatchClient  struct{ f *functions }
)

func (c ssmClient) world() *aws.SSM                 { return c.f.world.SSM() }
func (c ecsClient) world() *aws.ECS                 { return c.f.world.ECS() }
func (c autoScalingClient) world() *aws.AutoScaling { return c.f.world.AutoScaling() }
func (c cloudWatchClient) world() *aws.CloudWatch   { return c.f.world.CloudWatch() }

// clusterOf is the cluster that something is named after: clusters' ARNs end in their names; groups, capacity providers and
// task definitions of a plan begin with them.
func clusterOf(name *string) string {
	text := sdk.ToString(name)
	text = strings.TrimPrefix(text[strings.LastIndexByte(text, '/')+1:], "provider-")
	cluster, _, _ := strings.Cut(text, "-")
	return cluster
}

func (c ssmClient) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, opts ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	return read(ctx, c.f, call{"GetParametersByPath", "", ""}, in, c.world().GetParametersByPath, opts)
}

func (c ssmClient) GetParameterHistory(ctx context.Context, in *ssm.GetParameterHistoryInput, opts ...func(*ssm.Options)) (*ssm.GetParameterHistoryOutput, error) {
	return read(ctx, c.f, call{"GetParameterHistory", clusterOf(in.Name), ""}, in, c.world().GetParameterHistory, opts)
}

func (c ecsClient) ListContainerInstances(ctx context.Context, in *ecs.ListContainerInstancesInput, opts ...func(*ecs.Options)) (*ecs.ListContainerInstancesOutput, error) {
	return read(ctx, c.f, call{"ListContainerInstances", clusterOf(in.Cluster), ""}, in, c.world().ListContainerInstances, opts)
}

func (c ecsClient) DescribeContainerInstances(ctx context.Context, in *ecs.DescribeContainerInstancesInput, opts ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error) {
	return read(ctx, c.f, call{"DescribeContainerInstances", clusterOf(in.Cluster), ""}, in, c.world().DescribeContainerInstances, opts)
}

func (c ecsClient) ListServices(ctx context.Context, in *ecs.ListServicesInput, opts ...func(*ecs.Options)) (*ecs.ListServicesOutput, error) {
	return read(ctx, c.f, call{"ListServices", clusterOf(in.Cluster), ""}, in, c.world().ListServices, opts)
}

func (c ecsClient) DescribeServices(ctx context.Context, in *ecs.DescribeServicesInput, opts ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	return read(ctx, c.f, call{"DescribeServices", clusterOf(in.Cluster), ""}, in, c.world().DescribeServices, opts)
}

func (c ecsClient) DescribeCapacityProviders(ctx context.Context, in *ecs.DescribeCapacityProvidersInput, opts ...func(*ecs.Options)) (*ecs.DescribeCapacityProvidersOutput, error) {
	cluster := ""
	if len(in.CapacityProviders) > 0 {
		cluster = clusterOf(&in.CapacityProviders[0])
	}
	return read(ctx, c.f, call{"DescribeCapacityProviders", cluster, ""}, in, c.world().DescribeCapacityProviders, opts)
}

func (c ecsClient) ListTasks(ctx context.Context, in *ecs.ListTasksInput, opts ...func(*ecs.Options)) (*ecs.ListTasksOutput, error) {
	return read(ctx, c.f, call{"ListTasks", clusterOf(in.Cluster), ""}, in, c.world().ListTasks, opts)
}

func (c ecsClient) DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput, opts ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error) {
	return read(ctx, c.f, call{"DescribeTasks", clusterOf(in.Cluster), ""}, in, c.world().DescribeTasks, opts)
}

func (c ecsClient) DescribeTaskDefinition(ctx context.Context, in *ecs.DescribeTaskDefinitionInput, opts ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error) {
	return read(ctx, c.f, call{"DescribeTaskDefinition", clusterOf(in.TaskDefinition), ""}, in, c.world().DescribeTaskDefinition, opts)
}

func (c ecsClient) GetTaskProtection(ctx context.Context, in *ecs.GetTaskProtectionInput, opts ...func(*ecs.Options)) (*ecs.GetTaskProtectionOutput, error) {
	return read(ctx, c.f, call{"GetTaskProtection", clusterOf(in.Cluster), ""}, in, c.world().GetTaskProtection, opts)
}

func (c ecsClient) UpdateContainerInstancesState(ctx context.Context, in *ecs.UpdateContainerInstancesStateInput, opts ...func(*ecs.Options)) (*ecs.UpdateContainerInstancesStateOutput, error) {
	return write(ctx, c.f, call{"UpdateContainerInstancesState", clusterOf(in.Cluster), strings.Join(in.ContainerInstances, " ")}, in, c.world().UpdateContainerInstancesState, opts)
}

func (c ecsClient) StopTask(ctx context.Context, in *ecs.StopTaskInput, opts ...func(*ecs.Options)) (*ecs.StopTaskOutput, error) {
	return write(ctx, c.f, call{"StopTask", clusterOf(in.Cluster), sdk.ToString(in.Task)}, in, c.world().StopTask, opts)
}

func (c ecsClient) DeregisterContainerInstance(ctx context.Context, in *ecs.DeregisterContainerInstanceInput, opts ...func(*ecs.Options)) (*ecs.DeregisterContainerInstanceOutput, error) {
	return write(ctx, c.f, call{"DeregisterContainerInstance", clusterOf(in.Cluster), sdk.ToString(in.ContainerInstance)}, in, c.world().DeregisterContainerInstance, opts)
}

func (c autoScalingClient) DescribeAutoScalingGroups(ctx context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	return read(ctx, c.f, call{listGroups, "", ""}, in, c.world().DescribeAutoScalingGroups, opts)
}

func (c autoScalingClient) DescribeAutoScalingInstances(ctx context.Context, in *autoscaling.DescribeAutoScalingInstancesInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingInstancesOutput, error) {
	return read(ctx, c.f, call{"DescribeAutoScalingInstances", "", ""}, in, c.world().DescribeAutoScalingInstances, opts)
}

func (c autoScalingClient) DescribeScalingActivities(ctx context.Context, in *autoscaling.DescribeScalingActivitiesInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	return read(ctx, c.f, call{"DescribeScalingActivities", clusterOf(in.AutoScalingGroupName), ""}, in, c.world().DescribeScalingActivities, opts)
}

func (c autoScalingClient) DescribeLifecycleHooks(ctx context.Context, in *autoscaling.DescribeLifecycleHooksInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeLifecycleHooksOutput, error) {
	return read(ctx, c.f, call{"DescribeLifecycleHooks", clusterOf(in.AutoScalingGroupName), ""}, in, c.world().DescribeLifecycleHooks, opts)
}

func (c autoScalingClient) RecordLifecycleActionHeartbeat(ctx context.Context, in *autoscaling.RecordLifecycleActionHeartbeatInput, opts ...func(*autoscaling.Options)) (*autoscaling.RecordLifecycleActionHeartbeatOutput, error) {
	return write(ctx, c.f, call{beat, clusterOf(in.AutoScalingGroupName), sdk.ToString(in.InstanceId)}, in, c.world().RecordLifecycleActionHeartbeat, opts)
}

func (c autoScalingClient) CompleteLifecycleAction(ctx context.Context, in *autoscaling.CompleteLifecycleActionInput, opts ...func(*autoscaling.Options)) (*autoscaling.CompleteLifecycleActionOutput, error) {
	return write(ctx, c.f, call{complete, clusterOf(in.AutoScalingGroupName), sdk.ToString(in.InstanceId) + " " + sdk.ToString(in.LifecycleHookName)}, in, c.world().CompleteLifecycleAction, opts)
}

func (c cloudWatchClient) PutMetricData(ctx context.Context, in *cloudwatch.PutMetricDataInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	return write(ctx, c.f, call{"PutMetricData", "", ""}, in, c.world().PutMetricData, opts)
}
