package drainer_test

import (
	"cmp"
	"context"
	"fmt"
	"hash/crc32"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
)

// answered runs one call of the fake, or its failure.
func answered[In, Out any](ctx context.Context, f *fakeAWS, service, action string, in *In, do func(*In, *Out) error) (*Out, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	did, err := f.call(ctx, service, action)
	out := new(Out)
	if did {
		if failed := do(in, out); failed != nil && err == nil {
			err = failed
		}
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// version is another for another text.
func version(value string) int64 { return int64(crc32.ChecksumIEEE([]byte(value))) }

func (f *fakeAWS) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	return answered(ctx, f, "SSM", "GetParametersByPath", in, func(in *ssm.GetParametersByPathInput, out *ssm.GetParametersByPathOutput) error {
		entries := f.entries
		if *in.Path != "/p" {
			entries = f.elsewhere[*in.Path]
		}
		for name, value := range entries {
			out.Parameters = append(out.Parameters, ssmtypes.Parameter{Name: aws.String(*in.Path + "/clusters/" + name), Value: aws.String(value), Version: version(value)})
		}
		return nil
	})
}

func (f *fakeAWS) GetParameterHistory(ctx context.Context, in *ssm.GetParameterHistoryInput, _ ...func(*ssm.Options)) (*ssm.GetParameterHistoryOutput, error) {
	return answered(ctx, f, "SSM", "GetParameterHistory", in, func(in *ssm.GetParameterHistoryInput, out *ssm.GetParameterHistoryOutput) error {
		name := (*in.Name)[strings.LastIndexByte(*in.Name, '/')+1:]
		out.Parameters = append(out.Parameters, ssmtypes.ParameterHistory{Name: in.Name, Value: aws.String(f.entries[name]), Version: version(f.entries[name])})
		return nil
	})
}

func (f *fakeAWS) ListContainerInstances(ctx context.Context, in *ecs.ListContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.ListContainerInstancesOutput, error) {
	return answered(ctx, f, "ECS", "ListContainerInstances", in, func(in *ecs.ListContainerInstancesInput, out *ecs.ListContainerInstancesOutput) error {
		if f.denyCluster[*in.Cluster] {
			return &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}
		}
		for _, arn := range sorted(f.hosts) {
			other := strings.HasPrefix(arn, "ci/other-") != (*in.Cluster == "other")
			if !other && (in.Filter == nil && !f.hosts[arn].hidden || in.Filter != nil && slices.Contains(anInstance.FindAllString(*in.Filter, -1), f.hosts[arn].instance)) {
				out.ContainerInstanceArns = append(out.ContainerInstanceArns, arn)
			}
		}
		return nil
	})
}

var anInstance = regexp.MustCompile(`i-\d+`)

func (f *fakeAWS) DescribeContainerInstances(ctx context.Context, in *ecs.DescribeContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error) {
	return answered(ctx, f, "ECS", "DescribeContainerInstances", in, func(in *ecs.DescribeContainerInstancesInput, out *ecs.DescribeContainerInstancesOutput) error {
		f.asked += fmt.Sprintf("/%d", len(in.ContainerInstances))
		for _, arn := range in.ContainerInstances {
			h := f.hosts[arn]
			if h.undescribed {
				out.Failures = append(out.Failures, ecstypes.Failure{Arn: aws.String(arn), Reason: aws.String("UNAVAILABLE")})
				continue
			}
			out.ContainerInstances = append(out.ContainerInstances, ecstypes.ContainerInstance{
				ContainerInstanceArn: aws.String(arn), Ec2InstanceId: aws.String(h.instance), Status: aws.String(h.status), AgentConnected: h.connected, RegisteredAt: aws.Time(h.registered),
			})
		}
		return nil
	})
}

func (f *fakeAWS) ListServices(ctx context.Context, in *ecs.ListServicesInput, _ ...func(*ecs.Options)) (*ecs.ListServicesOutput, error) {
	return answered(ctx, f, "ECS", "ListServices", in, func(_ *ecs.ListServicesInput, out *ecs.ListServicesOutput) error {
		out.ServiceArns = sorted(f.services)
		return nil
	})
}

func (f *fakeAWS) DescribeServices(ctx context.Context, in *ecs.DescribeServicesInput, _ ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	return answered(ctx, f, "ECS", "DescribeServices", in, func(in *ecs.DescribeServicesInput, out *ecs.DescribeServicesOutput) error {
		for _, name := range in.Services {
			s := f.services[name]
			if s == nil {
				out.Failures = append(out.Failures, ecstypes.Failure{Arn: aws.String(name), Reason: aws.String("MISSING")})
				continue
			}
			strategy := ecstypes.SchedulingStrategyReplica
			if s.daemon {
				strategy = ecstypes.SchedulingStrategyDaemon
			}
			running := 0
			for _, t := range f.tasks {
				if t.service == name && t.wanted {
					running++
				}
			}
			out.Services = append(out.Services, ecstypes.Service{
				ServiceName: aws.String(name), Status: aws.String("ACTIVE"), LaunchType: ecstypes.LaunchTypeEc2, SchedulingStrategy: strategy,
				DesiredCount: int32(s.desired), RunningCount: int32(running),
				DeploymentConfiguration: &ecstypes.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(int32(s.minimum)), MaximumPercent: aws.Int32(int32(s.maximum))},
			})
		}
		return nil
	})
}

func (f *fakeAWS) DescribeCapacityProviders(ctx context.Context, in *ecs.DescribeCapacityProvidersInput, _ ...func(*ecs.Options)) (*ecs.DescribeCapacityProvidersOutput, error) {
	return answered(ctx, f, "ECS", "DescribeCapacityProviders", in, func(*ecs.DescribeCapacityProvidersInput, *ecs.DescribeCapacityProvidersOutput) error { return nil })
}

func (f *fakeAWS) ListTasks(ctx context.Context, in *ecs.ListTasksInput, _ ...func(*ecs.Options)) (*ecs.ListTasksOutput, error) {
	return answered(ctx, f, "ECS", "ListTasks", in, func(in *ecs.ListTasksInput, out *ecs.ListTasksOutput) error {
		if f.denyOwners && in.ContainerInstance != nil && in.ServiceName != nil {
			return &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}
		}
		if f.denyAll && in.ContainerInstance == nil && in.ServiceName == nil {
			return &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "only host by host"}
		}
		for _, arn := range sorted(f.tasks) {
			t := f.tasks[arn]
			here := in.ContainerInstance == nil || *in.ContainerInstance == t.host
			of := in.ServiceName == nil || *in.ServiceName == t.service
			if here && of && t.wanted == (in.DesiredStatus != ecstypes.DesiredStatusStopped) {
				out.TaskArns = append(out.TaskArns, arn)
			}
		}
		from, _ := strconv.Atoi(aws.ToString(in.NextToken))
		to := min(from+100, len(out.TaskArns))
		if to < len(out.TaskArns) {
			out.NextToken = aws.String(strconv.Itoa(to))
		}
		out.TaskArns = out.TaskArns[from:to]
		return nil
	})
}

func (f *fakeAWS) DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput, _ ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error) {
	return answered(ctx, f, "ECS", "DescribeTasks", in, func(in *ecs.DescribeTasksInput, out *ecs.DescribeTasksOutput) error {
		for _, arn := range in.Tasks {
			t := f.tasks[arn]
			if t == nil || t.missing {
				out.Failures = append(out.Failures, ecstypes.Failure{Arn: aws.String(arn), Reason: aws.String("MISSING")})
				continue
			}
			group, by, desired := cmp.Or(t.group, "family:batch"), t.startedBy, "STOPPED"
			if t.service != "" {
				group, by = "service:"+t.service, "ecs-svc/1"
			}
			if t.wanted {
				desired = "RUNNING"
			}
			out.Tasks = append(out.Tasks, ecstypes.Task{
				TaskArn: aws.String(arn), ContainerInstanceArn: aws.String(t.host), Group: aws.String(group), StartedBy: aws.String(by), LastStatus: aws.String(t.last),
				DesiredStatus: aws.String(desired), StoppingAt: optionalTime(t.stopping), StoppedAt: optionalTime(t.stopped),
				HealthStatus: ecstypes.HealthStatus(t.health), TaskDefinitionArn: aws.String("definition/" + cmp.Or(t.definition, t.service)),
			})
		}
		return nil
	})
}

func (f *fakeAWS) DescribeTaskDefinition(ctx context.Context, in *ecs.DescribeTaskDefinitionInput, _ ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error) {
	return answered(ctx, f, "ECS", "DescribeTaskDefinition", in, func(in *ecs.DescribeTaskDefinitionInput, out *ecs.DescribeTaskDefinitionOutput) error {
		out.TaskDefinition = &ecstypes.TaskDefinition{TaskDefinitionArn: in.TaskDefinition}
		if c, ok := f.containers[strings.TrimPrefix(*in.TaskDefinition, "definition/")]; ok {
			out.TaskDefinition.ContainerDefinitions = []ecstypes.ContainerDefinition{c}
		}
		return nil
	})
}

func (f *fakeAWS) GetTaskProtection(ctx context.Context, in *ecs.GetTaskProtectionInput, _ ...func(*ecs.Options)) (*ecs.GetTaskProtectionOutput, error) {
	return answered(ctx, f, "ECS", "GetTaskProtection", in, func(in *ecs.GetTaskProtectionInput, out *ecs.GetTaskProtectionOutput) error {
		for _, arn := range in.Tasks {
			t := f.tasks[arn]
			if t.unprotectable != "" {
				out.Failures = append(out.Failures, ecstypes.Failure{Arn: aws.String(arn), Reason: aws.String(t.unprotectable)})
				continue
			}
			ended := !t.protectedUntil.IsZero() && !f.now.Before(t.protectedUntil)
			out.ProtectedTasks = append(out.ProtectedTasks, ecstypes.ProtectedTask{
				TaskArn: aws.String(arn), ProtectionEnabled: t.protected && !ended, ExpirationDate: optionalTime(t.protectedUntil),
			})
		}
		return nil
	})
}

func (f *fakeAWS) UpdateContainerInstancesState(ctx context.Context, in *ecs.UpdateContainerInstancesStateInput, _ ...func(*ecs.Options)) (*ecs.UpdateContainerInstancesStateOutput, error) {
	return answered(ctx, f, "ECS", "UpdateContainerInstancesState", in, func(in *ecs.UpdateContainerInstancesStateInput, out *ecs.UpdateContainerInstancesStateOutput) error {
		if len(in.ContainerInstances) > 10 {
			f.never("%d hosts in one UpdateContainerInstancesState", len(in.ContainerInstances))
		}
		for _, arn := range in.ContainerInstances {
			if reason := f.hosts[arn].refuses; reason != "" {
				out.Failures = append(out.Failures, ecstypes.Failure{Arn: aws.String(arn), Reason: aws.String(reason)})
				continue
			}
			if f.hosts[arn].status != "ACTIVE" && f.hosts[arn].status != "DRAINING" {
				out.Failures = append(out.Failures, ecstypes.Failure{Arn: aws.String(arn), Reason: aws.String("INACTIVE")})
				continue
			}
			f.hosts[arn].status = "DRAINING"
		}
		return nil
	})
}

func (f *fakeAWS) StopTask(ctx context.Context, in *ecs.StopTaskInput, _ ...func(*ecs.Options)) (*ecs.StopTaskOutput, error) {
	return answered(ctx, f, "ECS", "StopTask", in, func(in *ecs.StopTaskInput, _ *ecs.StopTaskOutput) error {
		if t := f.tasks[*in.Task]; t.wanted {
			t.wanted, t.stopping, t.last, t.byUs = false, f.now, "STOPPING", true
		}
		return nil
	})
}

func (f *fakeAWS) DeregisterContainerInstance(ctx context.Context, in *ecs.DeregisterContainerInstanceInput, _ ...func(*ecs.Options)) (*ecs.DeregisterContainerInstanceOutput, error) {
	return answered(ctx, f, "ECS", "DeregisterContainerInstance", in, func(in *ecs.DeregisterContainerInstanceInput, _ *ecs.DeregisterContainerInstanceOutput) error {
		h := f.hosts[*in.ContainerInstance]
		if i := f.instances[h.instance]; h.connected || i.healthy && i.ended.IsZero() {
			f.never("deregistered %s, which is not gone", h.instance)
		}
		delete(f.hosts, h.arn)
		return nil
	})
}

func (f *fakeAWS) DescribeAutoScalingGroups(ctx context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	return answered(ctx, f, "Auto Scaling", "DescribeAutoScalingGroups", in, func(in *autoscaling.DescribeAutoScalingGroupsInput, out *autoscaling.DescribeAutoScalingGroupsOutput) error {
		if f.asked = strings.Join(in.AutoScalingGroupNames, ","); f.asked != "" && f.asked != "web-blue" {
			return nil
		}
		g := astypes.AutoScalingGroup{
			AutoScalingGroupName: aws.String("web-blue"), MaxSize: aws.Int32(f.maxSize),
			Tags: []astypes.TagDescription{{Key: aws.String("ecs-cluster-scaler:cluster"), Value: aws.String("web")}},
		}
		if f.configPath != "" {
			g.Tags = append(g.Tags, astypes.TagDescription{Key: aws.String("ecs-cluster-scaler:config-path"), Value: aws.String(f.configPath)})
		}
		theirs := astypes.AutoScalingGroup{AutoScalingGroupName: aws.String("theirs"), MaxSize: aws.Int32(f.maxSize), Tags: []astypes.TagDescription{
			{Key: aws.String("ecs-cluster-scaler:cluster"), Value: aws.String("web")}, {Key: aws.String("ecs-cluster-scaler:config-path"), Value: aws.String("/theirs")},
		}}
		for _, id := range sorted(f.instances) {
			i := f.instances[id]
			health := "Healthy"
			if !i.healthy {
				health = "Unhealthy"
			}
			if i.state != "gone" {
				of := &g
				if i.group == "theirs" {
					of = &theirs
				}
				of.Instances = append(of.Instances, astypes.Instance{InstanceId: aws.String(id), LifecycleState: astypes.LifecycleState(i.state), HealthStatus: aws.String(health)})
			}
		}
		if !f.untagged {
			out.AutoScalingGroups = append(out.AutoScalingGroups, g)
		}
		if len(theirs.Instances) > 0 {
			out.AutoScalingGroups = append(out.AutoScalingGroups, theirs)
		}
		return nil
	})
}

func (f *fakeAWS) DescribeAutoScalingInstances(ctx context.Context, in *autoscaling.DescribeAutoScalingInstancesInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingInstancesOutput, error) {
	return answered(ctx, f, "Auto Scaling", "DescribeAutoScalingInstances", in, func(in *autoscaling.DescribeAutoScalingInstancesInput, out *autoscaling.DescribeAutoScalingInstancesOutput) error {
		for _, id := range in.InstanceIds {
			if i := f.instances[id]; i != nil && i.state != "gone" {
				out.AutoScalingInstances = append(out.AutoScalingInstances, astypes.AutoScalingInstanceDetails{
					InstanceId: aws.String(id), AutoScalingGroupName: aws.String(i.group), LifecycleState: aws.String(i.state),
				})
			}
		}
		return nil
	})
}

func (f *fakeAWS) DescribeScalingActivities(ctx context.Context, in *autoscaling.DescribeScalingActivitiesInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	return answered(ctx, f, "Auto Scaling", "DescribeScalingActivities", in, func(_ *autoscaling.DescribeScalingActivitiesInput, out *autoscaling.DescribeScalingActivitiesOutput) error {
		for _, id := range sorted(f.instances) {
			if i := f.instances[id]; strings.HasPrefix(i.state, "Terminating") {
				out.Activities = append(out.Activities,
					astypes.Activity{Description: aws.String("Terminating EC2 instance: " + id), StartTime: aws.Time(start.Add(-time.Hour)), EndTime: aws.Time(start)},
					astypes.Activity{Description: aws.String("Launching a new EC2 instance: " + id), StartTime: aws.Time(start.Add(-time.Hour)), EndTime: aws.Time(start)},
					astypes.Activity{Description: aws.String("Terminating EC2 instance: " + id), StartTime: aws.Time(i.began), StatusCode: "SomethingNew", Cause: aws.String(i.cause())})
			}
		}
		slices.Reverse(out.Activities)
		return nil
	})
}

func (f *fakeAWS) DescribeLifecycleHooks(ctx context.Context, in *autoscaling.DescribeLifecycleHooksInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeLifecycleHooksOutput, error) {
	return answered(ctx, f, "Auto Scaling", "DescribeLifecycleHooks", in, func(in *autoscaling.DescribeLifecycleHooksInput, out *autoscaling.DescribeLifecycleHooksOutput) error {
		for _, name := range append([]string{f.hook}, f.also...) {
			if len(in.LifecycleHookNames) == 0 || slices.Contains(in.LifecycleHookNames, name) {
				out.LifecycleHooks = append(out.LifecycleHooks, astypes.LifecycleHook{
					LifecycleHookName: aws.String(name), LifecycleTransition: aws.String(f.transition), HeartbeatTimeout: aws.Int32(f.timeout),
				})
			}
		}
		return nil
	})
}

func (f *fakeAWS) RecordLifecycleActionHeartbeat(ctx context.Context, in *autoscaling.RecordLifecycleActionHeartbeatInput, _ ...func(*autoscaling.Options)) (*autoscaling.RecordLifecycleActionHeartbeatOutput, error) {
	return answered(ctx, f, "Auto Scaling", "RecordLifecycleActionHeartbeat", in, func(in *autoscaling.RecordLifecycleActionHeartbeatInput, _ *autoscaling.RecordLifecycleActionHeartbeatOutput) error {
		hook := *in.LifecycleHookName
		switch {
		case f.instances[*in.InstanceId].state == "Terminating":
			return &smithy.GenericAPIError{Code: "ValidationError", Message: "No active Lifecycle Action found with instance ID " + *in.InstanceId}
		case hook != ours && !slices.Contains(f.also, hook), f.instances[*in.InstanceId].state != "Terminating:Wait":
			f.never("a heartbeat for %s on %s", *in.InstanceId, hook)
		case hook != f.hook && !slices.Contains(f.also, hook):
			return &smithy.GenericAPIError{Code: "ValidationError", Message: "No active Lifecycle Action found with instance ID " + *in.InstanceId}
		default:
			f.beats[hook] = append(f.beats[hook], f.now)
		}
		return nil
	})
}

func (f *fakeAWS) CompleteLifecycleAction(ctx context.Context, in *autoscaling.CompleteLifecycleActionInput, _ ...func(*autoscaling.Options)) (*autoscaling.CompleteLifecycleActionOutput, error) {
	return answered(ctx, f, "Auto Scaling", "CompleteLifecycleAction", in, func(in *autoscaling.CompleteLifecycleActionInput, _ *autoscaling.CompleteLifecycleActionOutput) error {
		return f.completed(*in.InstanceId, *in.LifecycleHookName, *in.LifecycleActionResult)
	})
}

func (f *fakeAWS) PutMetricData(ctx context.Context, in *cloudwatch.PutMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	return answered(ctx, f, "CloudWatch", "PutMetricData", in, func(in *cloudwatch.PutMetricDataInput, _ *cloudwatch.PutMetricDataOutput) error {
		for _, d := range in.MetricData {
			f.put[*d.MetricName] = *d.Value
			f.stamped = *d.Timestamp
		}
		return nil
	})
}

func (i *fakeInstance) cause() string {
	switch {
	case i.healthy:
		return "a monitor alarm triggered a policy"
	case i.blamed != "":
		return "an instance was taken out of service in response to " + i.blamed
	default:
		return "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped."
	}
}
