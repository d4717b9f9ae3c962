package aws

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ListTasks lists tasks, without a desired status those with RUNNING. STOPPED are those that stop and, for an hour,
// those that have.
func (e *ECS) ListTasks(_ context.Context, in *ecs.ListTasksInput, _ ...func(*ecs.Options)) (*ecs.ListTasksOutput, error) {
	const op = "ListTasks"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	key := strings.Join([]string{
		aws.ToString(in.Cluster), aws.ToString(in.ContainerInstance), aws.ToString(in.ServiceName), aws.ToString(in.Family), string(in.DesiredStatus), aws.ToString(in.StartedBy),
	}, " ")
	if err := w.fault(op, key+" "+aws.ToString(in.NextToken)); err != nil {
		return nil, err
	}
	c, err := w.find(in.Cluster)
	if err != nil {
		return nil, err
	}
	standing, stopped, err := c.among(in)
	if err != nil {
		return nil, err
	}
	out := &ecs.ListTasksOutput{}
	if in.DesiredStatus == types.DesiredStatusPending || in.LaunchType != "" && in.LaunchType != types.LaunchTypeEc2 {
		return out, nil
	}
	then := w.shown(op, key+" "+aws.ToString(in.NextToken))
	found := standing
	desired := taskRunning
	if in.DesiredStatus == types.DesiredStatusStopped {
		desired = taskStopped
	}
	if desired == taskStopped || then.Before(w.now) {
		found = slices.Concat(standing, w.forget(stopped))
		slices.SortFunc(found, func(a, b *Task) int { return a.sequence - b.sequence })
	}
	n := limit(in.MaxResults, ecsPage, ecsPage)
	found = after(found, in.NextToken)
	page := make([]*Task, 0, n+1)
	for _, t := range found {
		if len(page) > n {
			break
		}
		if t.desiredAt(then) == desired && t.listed(in) {
			page = append(page, t)
		}
	}
	page, out.NextToken = pageAfter(w, op, key, page, func(t *Task) int { return t.sequence }, in.NextToken, n)
	for _, t := range page {
		out.TaskArns = append(out.TaskArns, t.ARN)
	}
	return out, nil
}

// after cuts off what earlier pages had.
func after(tasks []*Task, token *string) []*Task {
	if token == nil {
		return tasks
	}
	number, _ := strconv.Atoi(*token)
	from, _ := slices.BinarySearchFunc(tasks, number+1, bySequence)
	return tasks[from:]
}

// among are the tasks of the host or the service that a call asks for, else of the cluster.
func (c *Cluster) among(in *ecs.ListTasksInput) (standing, stopped []*Task, err error) {
	switch {
	case in.ContainerInstance != nil:
		h := c.host(*in.ContainerInstance)
		if h == nil {
			return nil, nil, invalidParameter("Container instance not found.")
		}
		return h.tasks, h.stopped, nil
	case in.ServiceName != nil:
		s := c.service(last(*in.ServiceName))
		if s == nil {
			return nil, nil, &types.ServiceNotFoundException{Message: aws.String("Service not found.")}
		}
		return s.tasks, s.stopped, nil
	default:
		return c.standing, c.stopped, nil
	}
}

// listed says whether a task has what else a call asks for.
func (t *Task) listed(in *ecs.ListTasksInput) bool {
	if in.Family != nil && *in.Family != t.Definition.Family || in.StartedBy != nil && *in.StartedBy != t.startedBy() {
		return false
	}
	return in.ServiceName == nil || t.Service != nil && t.Service.Spec.Name == last(*in.ServiceName)
}

// startedBy is the deployment of a service's task.
func (t *Task) startedBy() string {
	if t.Deployment == nil {
		return ""
	}
	return t.Deployment.ID
}

// DescribeTasks describes tasks, STOPPED ones for an hour.
func (e *ECS) DescribeTasks(_ context.Context, in *ecs.DescribeTasksInput, _ ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error) {
	const op = "DescribeTasks"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := e.tasks(op, in.Cluster, in.Tasks)
	if err != nil {
		return nil, err
	}
	out := &ecs.DescribeTasksOutput{Tasks: make([]types.Task, 0, len(in.Tasks))}
	for _, arn := range in.Tasks {
		if t := c.task(arn); t != nil {
			out.Tasks = append(out.Tasks, *t.describe())
		} else {
			out.Failures = append(out.Failures, missed(arn))
		}
	}
	return out, nil
}

// tasks checks a call about at most a hundred tasks.
func (e *ECS) tasks(op string, cluster *string, arns []string) (*Cluster, error) {
	if err := e.world.fault(op, aws.ToString(cluster)+" "+strings.Join(arns, ",")); err != nil {
		return nil, err
	}
	c, err := e.world.find(cluster)
	if err != nil {
		return nil, err
	}
	return c, atMost(len(arns), describedAtOnce, "Tasks")
}

// task finds a task by ARN or id.
func (c *Cluster) task(arn string) *Task { return c.tasks[arnOf("task", c.Name+"/"+last(arn))] }

// describe is the task as ECS shows it; the same until it changes.
func (t *Task) describe() *types.Task {
	if t.described != nil && t.describedAt == t.version {
		return t.described
	}
	size := t.Definition.Resources
	d := &types.Task{
		TaskArn: aws.String(t.ARN), ClusterArn: aws.String(t.Cluster.ARN()), TaskDefinitionArn: aws.String(t.Definition.ARN()),
		DesiredStatus: aws.String(t.Desired), LastStatus: aws.String(t.Last), HealthStatus: t.health(), Group: aws.String(t.group.name),
		Cpu: aws.String(strconv.Itoa(size.CPU)), Memory: aws.String(strconv.Itoa(size.Memory)), Overrides: &types.TaskOverride{},
		CreatedAt: aws.Time(t.Created), Version: t.version, LaunchType: types.LaunchTypeEc2,
	}
	if t.Host != nil {
		d.ContainerInstanceArn = aws.String(t.Host.ARN)
		d.AvailabilityZone = aws.String(t.Host.Instance.Zone)
	}
	if t.provider != nil {
		d.CapacityProviderName = aws.String(providerOf(t.provider))
	}
	if by := t.startedBy(); by != "" {
		d.StartedBy = aws.String(by)
	}
	if !t.Started.IsZero() {
		d.StartedAt = aws.Time(t.Started)
	}
	if t.Desired == taskStopped {
		d.StoppingAt, d.StoppedReason, d.StopCode = aws.Time(t.Stopping), aws.String(t.reason), t.stopCode()
	}
	if t.Last == taskStopped {
		d.StoppedAt = aws.Time(t.Stopped)
	}
	t.described, t.describedAt = d, t.version
	return d
}

// health is what the container health check says; UNKNOWN without one
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html).
func (t *Task) health() types.HealthStatus {
	switch {
	case t.Service == nil || !t.Service.Spec.HealthCheck:
		return types.HealthStatusUnknown
	case t.unhealthy:
		return types.HealthStatusUnhealthy
	case t.Healthy:
		return types.HealthStatusHealthy
	default:
		return types.HealthStatusUnknown
	}
}

func (t *Task) stopCode() types.TaskStopCode {
	switch t.Cause {
	case byAPI:
		return types.TaskStopCodeUserInitiated
	case byExit:
		return types.TaskStopCodeEssentialContainerExited
	case byHost:
		return types.TaskStopCodeTerminationNotice
	case byCapacity:
		return types.TaskStopCodeTaskFailedToStart
	default:
		return types.TaskStopCodeServiceSchedulerInitiated
	}
}

// GetTaskProtection shows which service tasks are protected.
func (e *ECS) GetTaskProtection(_ context.Context, in *ecs.GetTaskProtectionInput, _ ...func(*ecs.Options)) (*ecs.GetTaskProtectionOutput, error) {
	const op = "GetTaskProtection"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := e.tasks(op, in.Cluster, in.Tasks)
	if err != nil {
		return nil, err
	}
	out := &ecs.GetTaskProtectionOutput{}
	for _, arn := range in.Tasks {
		switch t := c.task(arn); {
		case t == nil || t.Last == taskStopped:
			out.Failures = append(out.Failures, missed(arn))
		case t.Service == nil:
			out.Failures = append(out.Failures, types.Failure{Arn: aws.String(arn), Reason: aws.String(notValidForATask)})
		default:
			shown := types.ProtectedTask{TaskArn: aws.String(t.ARN), ProtectionEnabled: t.protected()}
			if shown.ProtectionEnabled {
				shown.ExpirationDate = aws.Time(t.ProtectedUntil)
			}
			out.ProtectedTasks = append(out.ProtectedTasks, shown)
		}
	}
	return out, nil
}

// StopTask stops a task. The answer shows it so; what follows comes after the calls of this moment, so that their order
// has no say.
func (e *ECS) StopTask(_ context.Context, in *ecs.StopTaskInput, _ ...func(*ecs.Options)) (*ecs.StopTaskOutput, error) {
	const op = "StopTask"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := e.tasks(op, in.Cluster, []string{aws.ToString(in.Task)})
	if err != nil {
		return nil, err
	}
	if len(aws.ToString(in.Reason)) > longestReason {
		return nil, invalidParameter("reason can have at most " + strconv.Itoa(longestReason) + " characters.")
	}
	t := c.task(aws.ToString(in.Task))
	if t == nil {
		return nil, invalidParameter("The referenced task was not found.")
	}
	shown := *t.describe()
	if t.Desired != taskStopped {
		shown.DesiredStatus, shown.StopCode = aws.String(taskStopped), types.TaskStopCodeUserInitiated
		shown.StoppedReason, shown.StoppingAt = in.Reason, aws.Time(w.now)
		reason := aws.ToString(in.Reason)
		w.after(0, "stop "+t.ARN, func() { t.stop(byAPI, reason) })
	}
	return &ecs.StopTaskOutput{Task: &shown}, nil
}
