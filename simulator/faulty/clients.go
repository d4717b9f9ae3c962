package faulty

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Clients are those that [Wrap] wraps: the SDK's own, the lab's or the simulated ones.
type Clients struct {
	SSM         SSMClient
	ECS         ECSClient
	AutoScaling AutoScalingClient
	CloudWatch  CloudWatchClient
}

// The methods of the SDK's clients that publisher and drainer call.
type (
	// SSMClient is a client of SSM.
	SSMClient interface {
		GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, opts ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error)
		GetParameterHistory(ctx context.Context, in *ssm.GetParameterHistoryInput, opts ...func(*ssm.Options)) (*ssm.GetParameterHistoryOutput, error)
	}
	// ECSClient is a client of ECS.
	ECSClient interface {
		ListContainerInstances(ctx context.Context, in *ecs.ListContainerInstancesInput, opts ...func(*ecs.Options)) (*ecs.ListContainerInstancesOutput, error)
		DescribeContainerInstances(ctx context.Context, in *ecs.DescribeContainerInstancesInput, opts ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error)
		ListServices(ctx context.Context, in *ecs.ListServicesInput, opts ...func(*ecs.Options)) (*ecs.ListServicesOutput, error)
		DescribeServices(ctx context.Context, in *ecs.DescribeServicesInput, opts ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error)
		DescribeCapacityProviders(ctx context.Context, in *ecs.DescribeCapacityProvidersInput, opts ...func(*ecs.Options)) (*ecs.DescribeCapacityProvidersOutput, error)
		ListTasks(ctx context.Context, in *ecs.ListTasksInput, opts ...func(*ecs.Options)) (*ecs.ListTasksOutput, error)
		DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput, opts ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error)
		DescribeTaskDefinition(ctx context.Context, in *ecs.DescribeTaskDefinitionInput, opts ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error)
		GetTaskProtection(ctx context.Context, in *ecs.GetTaskProtectionInput, opts ...func(*ecs.Options)) (*ecs.GetTaskProtectionOutput, error)
		UpdateContainerInstancesState(ctx context.Context, in *ecs.UpdateContainerInstancesStateInput, opts ...func(*ecs.Options)) (*ecs.UpdateContainerInstancesStateOutput, error)
		StopTask(ctx context.Context, in *ecs.StopTaskInput, opts ...func(*ecs.Options)) (*ecs.StopTaskOutput, error)
		DeregisterContainerInstance(ctx context.Context, in *ecs.DeregisterContainerInstanceInput, opts ...func(*ecs.Options)) (*ecs.DeregisterContainerInstanceOutput, error)
	}
	// AutoScalingClient is a client of Auto Scaling.
	AutoScalingClient interface {
		DescribeAutoScalingGroups(ctx context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error)
		DescribeAutoScalingInstances(ctx context.Context, in *autoscaling.DescribeAutoScalingInstancesInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingInstancesOutput, error)
		DescribeScalingActivities(ctx context.Context, in *autoscaling.DescribeScalingActivitiesInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeScalingActivitiesOutput, error)
		DescribePolicies(ctx context.Context, in *autoscaling.DescribePoliciesInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribePoliciesOutput, error)
		DescribeLifecycleHooks(ctx context.Context, in *autoscaling.DescribeLifecycleHooksInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeLifecycleHooksOutput, error)
		RecordLifecycleActionHeartbeat(ctx context.Context, in *autoscaling.RecordLifecycleActionHeartbeatInput, opts ...func(*autoscaling.Options)) (*autoscaling.RecordLifecycleActionHeartbeatOutput, error)
		CompleteLifecycleAction(ctx context.Context, in *autoscaling.CompleteLifecycleActionInput, opts ...func(*autoscaling.Options)) (*autoscaling.CompleteLifecycleActionOutput, error)
	}
	// CloudWatchClient is a client of CloudWatch.
	CloudWatchClient interface {
		GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
		PutMetricData(ctx context.Context, in *cloudwatch.PutMetricDataInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error)
	}
)

// The wrapped clients.
type (
	// SSM is a client of SSM, each call with its fate.
	SSM struct {
		aws *AWS
		to  SSMClient
	}
	// ECS is a client of ECS, each call with its fate.
	ECS struct {
		aws *AWS
		to  ECSClient
	}
	// AutoScaling is a client of Auto Scaling, each call with its fate.
	AutoScaling struct {
		aws *AWS
		to  AutoScalingClient
	}
	// CloudWatch is a client of CloudWatch, each call with its fate.
	CloudWatch struct {
		aws *AWS
		to  CloudWatchClient
	}
)

// GetParametersByPath makes the call as its fate is.
func (s *SSM) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, opts ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	return through(ctx, s.aws, Call{Service: "SSM", Action: "GetParametersByPath"}, in, s.to.GetParametersByPath, opts)
}

// GetParameterHistory makes the call as its fate is.
func (s *SSM) GetParameterHistory(ctx context.Context, in *ssm.GetParameterHistoryInput, opts ...func(*ssm.Options)) (*ssm.GetParameterHistoryOutput, error) {
	return through(ctx, s.aws, Call{Service: "SSM", Action: "GetParameterHistory", Resource: aws.ToString(in.Name)}, in, s.to.GetParameterHistory, opts)
}

// ListContainerInstances makes the call as its fate is.
func (e *ECS) ListContainerInstances(ctx context.Context, in *ecs.ListContainerInstancesInput, opts ...func(*ecs.Options)) (*ecs.ListContainerInstancesOutput, error) {
	return through(ctx, e.aws, Call{Service: "ECS", Action: "ListContainerInstances", Resource: aws.ToString(in.Cluster)}, in, e.to.ListContainerInstances, opts)
}

// DescribeContainerInstances makes the call as its fate is.
func (e *ECS) DescribeContainerInstances(ctx context.Context, in *ecs.DescribeContainerInstancesInput, opts ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error) {
	return through(ctx, e.aws, Call{Service: "ECS", Action: "DescribeContainerInstances", Resource: aws.ToString(in.Cluster)}, in, e.to.DescribeContainerInstances, opts)
}

// ListServices makes the call as its fate is.
func (e *ECS) ListServices(ctx context.Context, in *ecs.ListServicesInput, opts ...func(*ecs.Options)) (*ecs.ListServicesOutput, error) {
	return through(ctx, e.aws, Call{Service: "ECS", Action: "ListServices", Resource: aws.ToString(in.Cluster)}, in, e.to.ListServices, opts)
}

// DescribeServices makes the call as its fate is.
func (e *ECS) DescribeServices(ctx context.Context, in *ecs.DescribeServicesInput, opts ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	return through(ctx, e.aws, Call{Service: "ECS", Action: "DescribeServices", Resource: aws.ToString(in.Cluster)}, in, e.to.DescribeServices, opts)
}

// DescribeCapacityProviders makes the call as its fate is.
func (e *ECS) DescribeCapacityProviders(ctx context.Context, in *ecs.DescribeCapacityProvidersInput, opts ...func(*ecs.Options)) (*ecs.DescribeCapacityProvidersOutput, error) {
	call := Call{Service: "ECS", Action: "DescribeCapacityProviders"}
	if len(in.CapacityProviders) > 0 {
		call.Resource = in.CapacityProviders[0]
	}
	return through(ctx, e.aws, call, in, e.to.DescribeCapacityProviders, opts)
}

// ListTasks makes the call as its fate is.
func (e *ECS) ListTasks(ctx context.Context, in *ecs.ListTasksInput, opts ...func(*ecs.Options)) (*ecs.ListTasksOutput, error) {
	return through(ctx, e.aws, Call{Service: "ECS", Action: "ListTasks", Resource: aws.ToString(in.Cluster)}, in, e.to.ListTasks, opts)
}

// DescribeTasks makes the call as its fate is.
func (e *ECS) DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput, opts ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error) {
	return through(ctx, e.aws, Call{Service: "ECS", Action: "DescribeTasks", Resource: aws.ToString(in.Cluster)}, in, e.to.DescribeTasks, opts)
}

// DescribeTaskDefinition makes the call as its fate is.
func (e *ECS) DescribeTaskDefinition(ctx context.Context, in *ecs.DescribeTaskDefinitionInput, opts ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error) {
	return through(ctx, e.aws, Call{Service: "ECS", Action: "DescribeTaskDefinition", Resource: aws.ToString(in.TaskDefinition)}, in, e.to.DescribeTaskDefinition, opts)
}

// GetTaskProtection makes the call as its fate is.
func (e *ECS) GetTaskProtection(ctx context.Context, in *ecs.GetTaskProtectionInput, opts ...func(*ecs.Options)) (*ecs.GetTaskProtectionOutput, error) {
	return through(ctx, e.aws, Call{Service: "ECS", Action: "GetTaskProtection", Resource: aws.ToString(in.Cluster)}, in, e.to.GetTaskProtection, opts)
}

// UpdateContainerInstancesState makes the call as its fate is.
func (e *ECS) UpdateContainerInstancesState(ctx context.Context, in *ecs.UpdateContainerInstancesStateInput, opts ...func(*ecs.Options)) (*ecs.UpdateContainerInstancesStateOutput, error) {
	return through(ctx, e.aws, Call{Service: "ECS", Action: "UpdateContainerInstancesState", Resource: aws.ToString(in.Cluster), Subject: strings.Join(in.ContainerInstances, " "), Writes: true}, in, e.to.UpdateContainerInstancesState, opts)
}

// StopTask makes the call as its fate is.
func (e *ECS) StopTask(ctx context.Context, in *ecs.StopTaskInput, opts ...func(*ecs.Options)) (*ecs.StopTaskOutput, error) {
	return through(ctx, e.aws, Call{Service: "ECS", Action: "StopTask", Resource: aws.ToString(in.Cluster), Subject: aws.ToString(in.Task), Writes: true}, in, e.to.StopTask, opts)
}

// DeregisterContainerInstance makes the call as its fate is.
func (e *ECS) DeregisterContainerInstance(ctx context.Context, in *ecs.DeregisterContainerInstanceInput, opts ...func(*ecs.Options)) (*ecs.DeregisterContainerInstanceOutput, error) {
	return through(ctx, e.aws, Call{Service: "ECS", Action: "DeregisterContainerInstance", Resource: aws.ToString(in.Cluster), Subject: aws.ToString(in.ContainerInstance), Writes: true}, in, e.to.DeregisterContainerInstance, opts)
}

// DescribeAutoScalingGroups makes the call as its fate is.
func (a *AutoScaling) DescribeAutoScalingGroups(ctx context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	return through(ctx, a.aws, Call{Service: "Auto Scaling", Action: "DescribeAutoScalingGroups"}, in, a.to.DescribeAutoScalingGroups, opts)
}

// DescribeAutoScalingInstances makes the call as its fate is.
func (a *AutoScaling) DescribeAutoScalingInstances(ctx context.Context, in *autoscaling.DescribeAutoScalingInstancesInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingInstancesOutput, error) {
	return through(ctx, a.aws, Call{Service: "Auto Scaling", Action: "DescribeAutoScalingInstances"}, in, a.to.DescribeAutoScalingInstances, opts)
}

// DescribeScalingActivities makes the call as its fate is.
func (a *AutoScaling) DescribeScalingActivities(ctx context.Context, in *autoscaling.DescribeScalingActivitiesInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	return through(ctx, a.aws, Call{Service: "Auto Scaling", Action: "DescribeScalingActivities", Resource: aws.ToString(in.AutoScalingGroupName)}, in, a.to.DescribeScalingActivities, opts)
}

// DescribePolicies makes the call as its fate is.
func (a *AutoScaling) DescribePolicies(ctx context.Context, in *autoscaling.DescribePoliciesInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribePoliciesOutput, error) {
	return through(ctx, a.aws, Call{Service: "Auto Scaling", Action: "DescribePolicies", Resource: aws.ToString(in.AutoScalingGroupName)}, in, a.to.DescribePolicies, opts)
}

// DescribeLifecycleHooks makes the call as its fate is.
func (a *AutoScaling) DescribeLifecycleHooks(ctx context.Context, in *autoscaling.DescribeLifecycleHooksInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeLifecycleHooksOutput, error) {
	return through(ctx, a.aws, Call{Service: "Auto Scaling", Action: "DescribeLifecycleHooks", Resource: aws.ToString(in.AutoScalingGroupName)}, in, a.to.DescribeLifecycleHooks, opts)
}

// RecordLifecycleActionHeartbeat makes the call as its fate is.
func (a *AutoScaling) RecordLifecycleActionHeartbeat(ctx context.Context, in *autoscaling.RecordLifecycleActionHeartbeatInput, opts ...func(*autoscaling.Options)) (*autoscaling.RecordLifecycleActionHeartbeatOutput, error) {
	return through(ctx, a.aws, Call{Service: "Auto Scaling", Action: "RecordLifecycleActionHeartbeat", Resource: aws.ToString(in.AutoScalingGroupName), Subject: aws.ToString(in.InstanceId), Writes: true}, in, a.to.RecordLifecycleActionHeartbeat, opts)
}

// CompleteLifecycleAction makes the call as its fate is.
func (a *AutoScaling) CompleteLifecycleAction(ctx context.Context, in *autoscaling.CompleteLifecycleActionInput, opts ...func(*autoscaling.Options)) (*autoscaling.CompleteLifecycleActionOutput, error) {
	return through(ctx, a.aws, Call{Service: "Auto Scaling", Action: "CompleteLifecycleAction", Resource: aws.ToString(in.AutoScalingGroupName), Subject: aws.ToString(in.InstanceId) + " " + aws.ToString(in.LifecycleHookName), Writes: true}, in, a.to.CompleteLifecycleAction, opts)
}

// PutMetricData makes the call as its fate is.
func (c *CloudWatch) PutMetricData(ctx context.Context, in *cloudwatch.PutMetricDataInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	return through(ctx, c.aws, Call{Service: "CloudWatch", Action: "PutMetricData", Writes: true}, in, c.to.PutMetricData, opts)
}

// GetMetricData is one of CloudWatch's.
func (c *CloudWatch) GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	return through(ctx, c.aws, Call{Service: "CloudWatch", Action: "GetMetricData"}, in, c.to.GetMetricData, opts)
}
