package contract

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const missing = "MISSING"

// clusters: a call that names no cluster of the account is ClusterNotFoundException
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html and each action's own).
func clusters(t *testing.T, a Account) {
	t.Helper()
	ctx, gone := t.Context(), aws.String(absent)
	for action, call := range map[string]func() error{
		"ListContainerInstances": func() error {
			_, err := a.ECS.ListContainerInstances(ctx, &ecs.ListContainerInstancesInput{Cluster: gone})
			return err
		},
		"DescribeContainerInstances": func() error {
			_, err := a.ECS.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{Cluster: gone, ContainerInstances: []string{absent}})
			return err
		},
		"ListServices": func() error {
			_, err := a.ECS.ListServices(ctx, &ecs.ListServicesInput{Cluster: gone})
			return err
		},
		"DescribeServices": func() error {
			_, err := a.ECS.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: gone, Services: []string{absent}})
			return err
		},
		"ListTasks": func() error {
			_, err := a.ECS.ListTasks(ctx, &ecs.ListTasksInput{Cluster: gone})
			return err
		},
		"DescribeTasks": func() error {
			_, err := a.ECS.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: gone, Tasks: []string{absent}})
			return err
		},
		"UpdateContainerInstancesState": func() error {
			_, err := a.ECS.UpdateContainerInstancesState(ctx, &ecs.UpdateContainerInstancesStateInput{Cluster: gone, ContainerInstances: []string{absent}, Status: types.ContainerInstanceStatusDraining})
			return err
		},
	} {
		err := call()
		require.Error(t, err, action)
		assert.Equal(t, "ClusterNotFoundException", code(t, err), action)
	}
}

func (a Account) listHosts(t *testing.T, in ecs.ListContainerInstancesInput) (all []string, pages int) {
	t.Helper()
	in.Cluster = aws.String(a.Cluster)
	for p := ecs.NewListContainerInstancesPaginator(a.ECS, &in); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		require.NoError(t, err)
		all, pages = append(all, out.ContainerInstanceArns...), pages+1
	}
	return all, pages
}

// hostsListed: pages have what they are asked for at most, and a filter names EC2 instances
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListContainerInstances.html,
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html).
func hostsListed(t *testing.T, a Account) {
	t.Helper()
	all, pages := a.listHosts(t, ecs.ListContainerInstancesInput{})
	assert.ElementsMatch(t, arns(a.Hosts), all)
	assert.Equal(t, 1, pages)
	all, pages = a.listHosts(t, ecs.ListContainerInstancesInput{MaxResults: aws.Int32(1)})
	assert.ElementsMatch(t, arns(a.Hosts), all)
	assert.GreaterOrEqual(t, pages, len(a.Hosts))

	for filter, want := range map[string][]Host{
		"ec2InstanceId == " + a.Hosts[0].Instance:                                           a.Hosts[:1],
		"ec2InstanceId in [" + a.Hosts[0].Instance + ", " + a.Hosts[1].Instance + "]":       a.Hosts[:2],
		"ec2InstanceId in [" + a.Hosts[0].Instance + "," + a.Hosts[1].Instance + ",i-none]": a.Hosts[:2],
		"ec2InstanceId in [i-none]":                                                         nil,
	} {
		found, _ := a.listHosts(t, ecs.ListContainerInstancesInput{Filter: aws.String(filter)})
		assert.ElementsMatch(t, arns(want), found, filter)
	}
	found, _ := a.listHosts(t, ecs.ListContainerInstancesInput{Status: types.ContainerInstanceStatusDraining})
	assert.Empty(t, found)
}

// hostsDescribed: what is not there is a failure in the answer, and a hundred are described at once
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html,
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html).
func hostsDescribed(t *testing.T, a Account) {
	t.Helper()
	describe := func(hosts ...string) (*ecs.DescribeContainerInstancesOutput, error) {
		return a.ECS.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{Cluster: aws.String(a.Cluster), ContainerInstances: hosts})
	}
	out, err := describe(append(arns(a.Hosts), "00000000000000000000000000000000")...)
	require.NoError(t, err)
	require.Len(t, out.ContainerInstances, len(a.Hosts))
	for i, h := range out.ContainerInstances {
		assert.Equal(t, a.Hosts[i].Instance, aws.ToString(h.Ec2InstanceId))
		assert.Equal(t, "ACTIVE", aws.ToString(h.Status))
		assert.True(t, h.AgentConnected)
		assert.False(t, aws.ToTime(h.RegisteredAt).IsZero())
		for _, name := range []string{"CPU", "MEMORY"} {
			registered, remaining := resource(h.RegisteredResources, name), resource(h.RemainingResources, name)
			assert.Positive(t, registered, name)
			assert.LessOrEqual(t, remaining, registered, name)
		}
	}
	require.Len(t, out.Failures, 1)
	assert.Equal(t, missing, aws.ToString(out.Failures[0].Reason))
	_, err = describe(slices.Repeat([]string{a.Hosts[0].ARN}, 101)...)
	require.Error(t, err)
	assert.Equal(t, "InvalidParameterException", code(t, err))
}

func resource(resources []types.Resource, name string) int32 {
	for _, r := range resources {
		if aws.ToString(r.Name) == name {
			return r.IntegerValue
		}
	}
	return -1
}

// services: ten are described at once (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html).
func services(t *testing.T, a Account) {
	t.Helper()
	var listed []string
	for p := ecs.NewListServicesPaginator(a.ECS, &ecs.ListServicesInput{Cluster: aws.String(a.Cluster), MaxResults: aws.Int32(1)}); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		require.NoError(t, err)
		assert.LessOrEqual(t, len(out.ServiceArns), 1)
		listed = append(listed, out.ServiceArns...)
	}
	describe := func(names ...string) (*ecs.DescribeServicesOutput, error) {
		return a.ECS.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String(a.Cluster), Services: names})
	}
	out, err := describe(a.Service, absent)
	require.NoError(t, err)
	require.Len(t, out.Services, 1)
	s := out.Services[0]
	assert.Contains(t, listed, aws.ToString(s.ServiceArn))
	assert.Equal(t, a.Service, aws.ToString(s.ServiceName))
	assert.Equal(t, "ACTIVE", aws.ToString(s.Status))
	assert.Equal(t, []int32{1, 1, 0}, []int32{s.DesiredCount, s.RunningCount, s.PendingCount})
	require.NotNil(t, s.DeploymentConfiguration)
	assert.NotNil(t, s.DeploymentConfiguration.MinimumHealthyPercent)
	assert.NotNil(t, s.DeploymentConfiguration.MaximumPercent)
	require.NotEmpty(t, s.Deployments)
	assert.Equal(t, "PRIMARY", aws.ToString(s.Deployments[0].Status))
	require.Len(t, out.Failures, 1)
	assert.Equal(t, missing, aws.ToString(out.Failures[0].Reason))
	_, err = describe(slices.Repeat([]string{a.Service}, 11)...)
	require.Error(t, err)
	assert.Equal(t, "InvalidParameterException", code(t, err))
}

func (a Account) listTasks(t *testing.T, in ecs.ListTasksInput) []string {
	t.Helper()
	var all []string
	in.Cluster = aws.String(a.Cluster)
	for p := ecs.NewListTasksPaginator(a.ECS, &in); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		require.NoError(t, err)
		if in.MaxResults != nil {
			assert.LessOrEqual(t, len(out.TaskArns), int(*in.MaxResults))
		}
		all = append(all, out.TaskArns...)
	}
	return all
}

// tasksListed: without a desired status only tasks with RUNNING are listed; STOPPED lists those that have stopped within
// the hour (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html).
func tasksListed(t *testing.T, a Account) {
	t.Helper()
	last := aws.String(a.Hosts[len(a.Hosts)-1].ARN)
	assert.ElementsMatch(t, []string{a.Task, a.Standalone}, a.listTasks(t, ecs.ListTasksInput{}))
	assert.ElementsMatch(t, []string{a.Task, a.Standalone}, a.listTasks(t, ecs.ListTasksInput{MaxResults: aws.Int32(1)}))
	assert.Equal(t, []string{a.Stopped}, a.listTasks(t, ecs.ListTasksInput{DesiredStatus: types.DesiredStatusStopped}))
	assert.Equal(t, []string{a.Task}, a.listTasks(t, ecs.ListTasksInput{ServiceName: aws.String(a.Service)}))
	assert.Contains(t, a.listTasks(t, ecs.ListTasksInput{ContainerInstance: last}), a.Task)
	assert.Equal(t, []string{a.Task}, a.listTasks(t, ecs.ListTasksInput{ContainerInstance: last, ServiceName: aws.String(a.Service)}))
	assert.Empty(t, a.listTasks(t, ecs.ListTasksInput{ContainerInstance: aws.String(a.Hosts[0].ARN), ServiceName: aws.String(a.Service)}))
}

// tasksDescribed: a task that ECS has forgotten is a failure in the answer, a stopped one is still described
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html,
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html).
func tasksDescribed(t *testing.T, a Account) {
	t.Helper()
	describe := func(tasks ...string) (*ecs.DescribeTasksOutput, error) {
		return a.ECS.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String(a.Cluster), Tasks: tasks})
	}
	out, err := describe(a.Task, a.Standalone, a.Stopped, "00000000000000000000000000000000")
	require.NoError(t, err)
	require.Len(t, out.Tasks, 3)
	of, alone, stopped := out.Tasks[0], out.Tasks[1], out.Tasks[2]
	assert.Equal(t, "service:"+a.Service, aws.ToString(of.Group))
	assert.Regexp(t, `^ecs-svc/`, aws.ToString(of.StartedBy), "the deployment's id")
	assert.Equal(t, a.Hosts[len(a.Hosts)-1].ARN, aws.ToString(of.ContainerInstanceArn))
	assert.Equal(t, "RUNNING", aws.ToString(of.LastStatus))
	assert.Equal(t, types.HealthStatusUnknown, of.HealthStatus, "without a health check")
	assert.NotEmpty(t, aws.ToString(of.TaskDefinitionArn))
	assert.Empty(t, aws.ToString(alone.StartedBy))
	assert.Nil(t, alone.StoppingAt)
	assert.Equal(t, []string{"STOPPED", "STOPPED"}, []string{aws.ToString(stopped.LastStatus), aws.ToString(stopped.DesiredStatus)})
	assert.NotNil(t, stopped.StoppedAt)
	require.Len(t, out.Failures, 1)
	assert.Equal(t, missing, aws.ToString(out.Failures[0].Reason))
	_, err = describe(slices.Repeat([]string{a.Task}, 101)...)
	require.Error(t, err)
	assert.Equal(t, "InvalidParameterException", code(t, err))
}

// protection: only a service's task has scale-in protection; the others are failures in the answer
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html).
func protection(t *testing.T, a Account) {
	t.Helper()
	out, err := a.ECS.GetTaskProtection(t.Context(), &ecs.GetTaskProtectionInput{
		Cluster: aws.String(a.Cluster), Tasks: []string{a.Task, a.Standalone, "00000000000000000000000000000000"},
	})
	require.NoError(t, err)
	require.Len(t, out.ProtectedTasks, 1)
	assert.Equal(t, a.Task, aws.ToString(out.ProtectedTasks[0].TaskArn))
	assert.False(t, out.ProtectedTasks[0].ProtectionEnabled)
	var reasons []string
	for _, f := range out.Failures {
		reasons = append(reasons, aws.ToString(f.Reason))
	}
	assert.Equal(t, []string{"TASK_NOT_VALID", missing}, reasons)
}

// definitions: a revision is described by the ARN that its tasks tell
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html).
func definitions(t *testing.T, a Account) {
	t.Helper()
	out, err := a.ECS.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String(a.Cluster), Tasks: []string{a.Task}})
	require.NoError(t, err)
	arn := out.Tasks[0].TaskDefinitionArn
	d, err := a.ECS.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: arn})
	require.NoError(t, err)
	assert.Equal(t, arn, d.TaskDefinition.TaskDefinitionArn)
	require.NotEmpty(t, d.TaskDefinition.ContainerDefinitions)
	assert.Nil(t, d.TaskDefinition.ContainerDefinitions[0].HealthCheck)
	_, err = a.ECS.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("absent:1")})
	require.Error(t, err)
	assert.Equal(t, "ClientException", code(t, err))
}

// draining: ten hosts are set DRAINING at once, who is not there is a failure in the answer, and a host that is DRAINING
// already is none (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html).
func draining(t *testing.T, a Account) {
	t.Helper()
	set := func(hosts ...string) (*ecs.UpdateContainerInstancesStateOutput, error) {
		return a.ECS.UpdateContainerInstancesState(t.Context(), &ecs.UpdateContainerInstancesStateInput{
			Cluster: aws.String(a.Cluster), ContainerInstances: hosts, Status: types.ContainerInstanceStatusDraining,
		})
	}
	for range 2 {
		out, err := set(a.Hosts[0].ARN, "00000000000000000000000000000000")
		require.NoError(t, err)
		require.Len(t, out.ContainerInstances, 1)
		assert.Equal(t, "DRAINING", aws.ToString(out.ContainerInstances[0].Status))
		require.Len(t, out.Failures, 1)
		assert.Equal(t, missing, aws.ToString(out.Failures[0].Reason))
	}
	all, _ := a.listHosts(t, ecs.ListContainerInstancesInput{})
	assert.ElementsMatch(t, arns(a.Hosts), all, "a list without status has DRAINING hosts")
	found, _ := a.listHosts(t, ecs.ListContainerInstancesInput{Status: types.ContainerInstanceStatusDraining})
	assert.Equal(t, []string{a.Hosts[0].ARN}, found)
	_, err := set(slices.Repeat([]string{a.Hosts[0].ARN}, 11)...)
	require.Error(t, err)
	assert.Equal(t, "InvalidParameterException", code(t, err))
}

// deregistration: a host with tasks is deregistered by force only, and is INACTIVE then, which no list shows
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html).
func deregistration(t *testing.T, a Account) {
	t.Helper()
	deregister := func(h Host, force bool) error {
		_, err := a.ECS.DeregisterContainerInstance(t.Context(), &ecs.DeregisterContainerInstanceInput{
			Cluster: aws.String(a.Cluster), ContainerInstance: aws.String(h.ARN), Force: aws.Bool(force),
		})
		return err
	}
	err := deregister(a.Hosts[len(a.Hosts)-1], false)
	require.Error(t, err)
	assert.Equal(t, "InvalidParameterException", code(t, err))
	gone := a.Hosts[1]
	require.NoError(t, deregister(gone, true))
	a.Settle()
	all, _ := a.listHosts(t, ecs.ListContainerInstancesInput{})
	assert.NotContains(t, all, gone.ARN)
	out, err := a.ECS.UpdateContainerInstancesState(t.Context(), &ecs.UpdateContainerInstancesStateInput{
		Cluster: aws.String(a.Cluster), ContainerInstances: []string{gone.ARN}, Status: types.ContainerInstanceStatusDraining,
	})
	require.NoError(t, err)
	require.Len(t, out.Failures, 1)
	assert.Contains(t, []string{"INACTIVE", missing}, aws.ToString(out.Failures[0].Reason))
}

// stopping: a task that stops has desiredStatus STOPPED at once; to stop it twice is no error
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html).
func stopping(t *testing.T, a Account) {
	t.Helper()
	stop := func(task string) (*ecs.StopTaskOutput, error) {
		return a.ECS.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String(a.Cluster), Task: aws.String(task), Reason: aws.String("a test")})
	}
	for range 2 {
		out, err := stop(a.Standalone)
		require.NoError(t, err)
		assert.Equal(t, "STOPPED", aws.ToString(out.Task.DesiredStatus))
		a.Settle()
	}
	assert.NotContains(t, a.listTasks(t, ecs.ListTasksInput{}), a.Standalone)
	assert.Contains(t, a.listTasks(t, ecs.ListTasksInput{DesiredStatus: types.DesiredStatusStopped}), a.Standalone)
	_, err := stop("00000000000000000000000000000000")
	require.Error(t, err)
	assert.Equal(t, "InvalidParameterException", code(t, err))
}
