package aws

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var webCluster = aws.String("web")

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListContainerInstances.html
func TestHostsAreListedInPagesInEveryStatusButInactive(t *testing.T) {
	s := newStage(t)
	var hosts []*Host
	for range 5 {
		hosts = append(hosts, s.host("a"))
	}
	s.drain(hosts[1])
	s.locked(func() { hosts[2].gone("scale_in") })
	list := func(in ecs.ListContainerInstancesInput) (found []int) {
		in.Cluster, in.MaxResults = webCluster, aws.Int32(2)
		pages := ecs.NewListContainerInstancesPaginator(s.w.ECS(), &in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			require.NoError(t, err)
			assert.LessOrEqual(t, len(page.ContainerInstanceArns), 2)
			for _, arn := range page.ContainerInstanceArns {
				found = append(found, slices.IndexFunc(hosts, func(h *Host) bool { return h.ARN == arn }))
			}
		}
		return found
	}
	assert.Equal(t, []int{0, 1, 3, 4}, list(ecs.ListContainerInstancesInput{}))
	assert.Equal(t, []int{1}, list(ecs.ListContainerInstancesInput{Status: draining}))
	for filter, want := range map[string][]int{
		"ec2InstanceId == i-d":                            {3},
		"ec2InstanceId in [i-a,i-e]":                      {0, 4},
		"ec2InstanceId in ['i-a', 'i-x']":                 {0},
		"agentConnected == false":                         nil,
		"attribute:ecs.availability-zone != a":            nil,
		"agentConnected == true and ec2InstanceId != i-a": {1, 3, 4},
		"ec2InstanceId == i-a || runningTasksCount == 1":  {0},
		"attribute:ecs.instance-type equals m5.large":     {0, 1, 3, 4},
	} {
		assert.Equal(t, want, list(ecs.ListContainerInstancesInput{Filter: aws.String(filter)}), filter)
	}
	_, err := s.w.ECS().ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{Cluster: webCluster, Filter: aws.String("colour is blue")})
	require.ErrorAs(t, err, new(*types.InvalidParameterException))
	_, err = s.w.ECS().ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{Cluster: aws.String("other")})
	assert.ErrorAs(t, err, new(*types.ClusterNotFoundException))
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
func TestAHostIsDescribedByWhatIsLeftOnIt(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	run := func() *Task {
		task, failure := s.c.RunTask(TaskRequest{Definition: &TaskDefinition{Family: "job", Revision: 1, Resources: Resources{256, 512, 0}, Stops: 20 * time.Second}})
		require.Empty(t, failure)
		return task
	}
	first := run()
	s.run(time.Minute)
	gpu, _ := s.c.RunTask(TaskRequest{Definition: &TaskDefinition{Family: "gpu", Revision: 1, Resources: Resources{0, 0, 1}, Ports: []int{80}}})
	require.NotNil(t, gpu)
	describe := func() types.ContainerInstance {
		out, err := s.w.ECS().DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{Cluster: webCluster, ContainerInstances: []string{h.ARN, "none"}})
		require.NoError(t, err)
		require.Equal(t, "MISSING", *out.Failures[0].Reason)
		return out.ContainerInstances[0]
	}
	shown := describe()
	left := map[string]types.Resource{}
	for _, r := range shown.RemainingResources {
		left[*r.Name] = r
	}
	assert.EqualValues(t, 2048-256, left["CPU"].IntegerValue)
	assert.EqualValues(t, 4096-512, left["MEMORY"].IntegerValue)
	assert.Empty(t, left["GPU"].StringSetValue)
	assert.Equal(t, "STRINGSET", *left["GPU"].Type)
	assert.Contains(t, left["PORTS"].StringSetValue, "80")
	assert.Equal(t, []int32{1, 1}, []int32{shown.RunningTasksCount, shown.PendingTasksCount})
	assert.Equal(t, []any{true, "ACTIVE", "i-a"}, []any{shown.AgentConnected, *shown.Status, *shown.Ec2InstanceId})
	assert.Contains(t, fmt.Sprint(values(shown.Attributes)), "ecs.availability-zone=a")

	_, err := s.w.ECS().StopTask(t.Context(), &ecs.StopTaskInput{Cluster: webCluster, Task: aws.String(first.ARN), Reason: aws.String("done")})
	require.NoError(t, err)
	s.run(time.Second)
	shown = describe()
	require.Equal(t, taskStopping, first.Last)
	assert.EqualValues(t, 0, shown.RunningTasksCount, "a task that stops is in neither count")
}

func values(attributes []types.Attribute) (all []string) {
	for _, a := range attributes {
		all = append(all, *a.Name+"="+*a.Value)
	}
	return all
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
func TestTasksThatStopAreListedOnlyWhereAskedForAndForgottenAfterAnHour(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	spec := replicas(2, 0, 200)
	spec.Definition.Stops = 20 * time.Second
	v := s.steady(spec)
	kept, stops := v.tasks[0], v.tasks[1]
	s.locked(func() { stops.stop(byAPI, "") })
	list := func(status types.DesiredStatus) (arns []string) {
		for _, in := range []ecs.ListTasksInput{{ContainerInstance: aws.String(h.ARN)}, {ServiceName: webCluster}, {}, {Family: aws.String("app")}} {
			in.Cluster, in.DesiredStatus = webCluster, status
			out, err := s.w.ECS().ListTasks(t.Context(), &in)
			require.NoError(t, err)
			found := append([]string{}, out.TaskArns...)
			if arns != nil {
				assert.Equal(t, arns, found)
			}
			arns = found
		}
		return arns
	}
	assert.Equal(t, []string{kept.ARN}, list(""))
	assert.Equal(t, []string{stops.ARN}, list(types.DesiredStatusStopped))
	assert.Empty(t, list(types.DesiredStatusPending))
	s.run(59 * time.Minute)
	require.Equal(t, taskStopped, stops.Last)
	assert.Contains(t, list(types.DesiredStatusStopped), stops.ARN)
	s.run(3 * time.Minute)
	assert.Empty(t, list(types.DesiredStatusStopped))
	out, err := s.w.ECS().DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: webCluster, Tasks: []string{stops.ARN, kept.ARN}})
	require.NoError(t, err)
	assert.Equal(t, "MISSING", *out.Failures[0].Reason)
	assert.Equal(t, []string{h.ARN, "service:web", "RUNNING"}, []string{*out.Tasks[0].ContainerInstanceArn, *out.Tasks[0].Group, *out.Tasks[0].LastStatus})
}

func TestTasksAreListedInPagesThatComingsAndGoingsDoNotShift(t *testing.T) {
	s := newStage(t)
	s.host("a")
	var want []string
	for range 7 {
		task, _ := s.c.RunTask(TaskRequest{Definition: definition(64, 64)})
		want = append(want, task.ARN)
	}
	var got []string
	in := &ecs.ListTasksInput{Cluster: webCluster, MaxResults: aws.Int32(3)}
	for {
		out, err := s.w.ECS().ListTasks(t.Context(), in)
		require.NoError(t, err)
		got = append(got, out.TaskArns...)
		if len(got) == 3 {
			s.locked(func() { s.c.task(want[0]).stop(byAPI, "") })
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	assert.Equal(t, want, got)
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
func TestAServiceIsDescribedWithItsDeployments(t *testing.T) {
	s := newStage(t)
	s.host("a")
	spec := replicas(2, 100, 150)
	spec.Strategy, spec.DistinctInstance, spec.MemberOf = []string{"spread:attribute:ecs.availability-zone"}, false, map[string]string{"ecs.os-type": "linux"}
	v := s.steady(spec)
	v.Deploy(&TaskDefinition{Family: "app", Revision: 2, Resources: Resources{2048, 512, 0}})
	s.run(16 * time.Second)
	out, err := s.w.ECS().DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: webCluster, Services: []string{v.ARN(), "none"}})
	require.NoError(t, err)
	assert.Equal(t, "MISSING", *out.Failures[0].Reason)
	shown := out.Services[0]
	assert.Equal(t, []int32{2, 2, 0}, []int32{shown.DesiredCount, shown.RunningCount, shown.PendingCount})
	require.Len(t, shown.Deployments, 2)
	now, old := shown.Deployments[0], shown.Deployments[1]
	assert.Equal(t, []any{"PRIMARY", int32(2), int32(0), types.DeploymentRolloutStateInProgress}, []any{*now.Status, now.DesiredCount, now.RunningCount, now.RolloutState})
	assert.Equal(t, []any{"ACTIVE", int32(2), int32(2), types.DeploymentRolloutStateCompleted}, []any{*old.Status, old.DesiredCount, old.RunningCount, old.RolloutState})
	assert.Equal(t, []int32{100, 150}, []int32{*shown.DeploymentConfiguration.MinimumHealthyPercent, *shown.DeploymentConfiguration.MaximumPercent})
	assert.Equal(t, "attribute:ecs.os-type == linux", *shown.PlacementConstraints[0].Expression)
	assert.Equal(t, "attribute:ecs.availability-zone", *shown.PlacementStrategy[0].Field)
	assert.Equal(t, types.LaunchTypeEc2, shown.LaunchType)
	assert.Contains(t, *shown.Events[0].Message, "has insufficient CPU units available", "newest first")
	eleven := make([]string, 11)
	_, err = s.w.ECS().DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: webCluster, Services: eleven})
	assert.ErrorAs(t, err, new(*types.InvalidParameterException))
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html
func TestServicesAreListedTenAPage(t *testing.T) {
	s := newStage(t)
	for n := range 12 {
		s.c.CreateService(ServiceSpec{Name: fmt.Sprint("s", n), Definition: definition(64, 64)})
	}
	out, err := s.w.ECS().ListServices(t.Context(), &ecs.ListServicesInput{Cluster: webCluster})
	require.NoError(t, err)
	assert.Len(t, out.ServiceArns, 10)
	out, err = s.w.ECS().ListServices(t.Context(), &ecs.ListServicesInput{Cluster: webCluster, NextToken: out.NextToken})
	require.NoError(t, err)
	assert.Len(t, out.ServiceArns, 2)
	assert.Nil(t, out.NextToken)
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html
func TestDrainingIsSetTenHostsACallAndFailuresAreInTheAnswer(t *testing.T) {
	s := newStage(t)
	h, gone := s.host("a"), s.host("a")
	s.locked(func() { gone.gone("scale_in") })
	update := func(arns ...string) (*ecs.UpdateContainerInstancesStateOutput, error) {
		return s.w.ECS().UpdateContainerInstancesState(t.Context(), &ecs.UpdateContainerInstancesStateInput{Cluster: webCluster, Status: draining, ContainerInstances: arns})
	}
	out, err := update(h.ARN, gone.ARN, "none")
	require.NoError(t, err)
	assert.Equal(t, "DRAINING", *out.ContainerInstances[0].Status)
	assert.Equal(t, []string{"INACTIVE", "MISSING"}, []string{*out.Failures[0].Reason, *out.Failures[1].Reason})
	_, err = update(make([]string, 11)...)
	assert.ErrorAs(t, err, new(*types.InvalidParameterException))
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html
func TestAHostWithTasksIsDeregisteredOnlyByForce(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	v := s.steady(replicas(1, 100, 200))
	s.w.KillAgent(h.Instance)
	in := &ecs.DeregisterContainerInstanceInput{Cluster: webCluster, ContainerInstance: aws.String(h.ARN)}
	_, err := s.w.ECS().DeregisterContainerInstance(t.Context(), in)
	require.ErrorAs(t, err, new(*types.InvalidParameterException))
	in.Force = aws.Bool(true)
	out, err := s.w.ECS().DeregisterContainerInstance(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, inactive, *out.ContainerInstance.Status)
	s.run(time.Second)
	assert.Empty(t, s.c.hosts)
	assert.Len(t, v.wanted, 1, "another is started elsewhere")
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html
func TestProtectionIsShownOfServiceTasksOnly(t *testing.T) {
	s := newStage(t)
	s.host("a")
	v := s.steady(replicas(1, 100, 200))
	alone, _ := s.c.RunTask(TaskRequest{Definition: definition(64, 64), Protected: true})
	v.tasks[0].Protect(0)
	out, err := s.w.ECS().GetTaskProtection(t.Context(), &ecs.GetTaskProtectionInput{Cluster: webCluster, Tasks: []string{v.tasks[0].ARN, alone.ARN, "none"}})
	require.NoError(t, err)
	assert.True(t, out.ProtectedTasks[0].ProtectionEnabled)
	assert.Equal(t, []string{"TASK_NOT_VALID", "MISSING"}, []string{*out.Failures[0].Reason, *out.Failures[1].Reason})
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html
func TestARevisionIsDescribedByWhatItReserves(t *testing.T) {
	s := newStage(t)
	s.c.CreateService(ServiceSpec{Name: "web", Definition: &TaskDefinition{Family: "app", Revision: 3, Resources: Resources{256, 512, 1}, Awsvpc: true}})
	out, err := s.w.ECS().DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("app:3")})
	require.NoError(t, err)
	d := out.TaskDefinition
	assert.Equal(t, []string{"256", "512", "awsvpc"}, []string{*d.Cpu, *d.Memory, string(d.NetworkMode)})
	assert.Equal(t, "1", *d.ContainerDefinitions[0].ResourceRequirements[0].Value)
	assert.Nil(t, d.ContainerDefinitions[0].HealthCheck)
	_, err = s.w.ECS().DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("app:4")})
	assert.ErrorAs(t, err, new(*types.ClientException))
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
func TestARevisionWhoseTasksReportHealthShowsItsHealthCheck(t *testing.T) {
	s := newStage(t)
	s.c.CreateService(ServiceSpec{Name: "web", HealthCheck: true, Definition: &TaskDefinition{Family: "app", Revision: 3, Resources: Resources{256, 512, 0}}})
	out, err := s.w.ECS().DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("app:3")})
	require.NoError(t, err)
	assert.NotNil(t, out.TaskDefinition.ContainerDefinitions[0].HealthCheck)
}

func TestCallsAreThrottledAtTheKnobsRate(t *testing.T) {
	s := newStage(t, func(k *Knobs) { k.Faults.Throttled = 1 })
	_, err := s.w.ECS().ListServices(t.Context(), &ecs.ListServicesInput{Cluster: webCluster})
	assert.ErrorContains(t, err, "ThrottlingException")
}

func TestHalfPagesLoseNothing(t *testing.T) {
	s := newStage(t, func(k *Knobs) { k.Faults.HalfPages = 0.7 })
	for range 5 {
		s.host("a")
	}
	n := 0
	pages := ecs.NewListContainerInstancesPaginator(s.w.ECS(), &ecs.ListContainerInstancesInput{Cluster: webCluster, MaxResults: aws.Int32(3)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		n += len(page.ContainerInstanceArns)
	}
	assert.Equal(t, 5, n)
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html: "The Amazon ECS API follows an eventual consistency
// model".
func TestListsShowThePastWhereTheKnobSaysSo(t *testing.T) {
	const late = 5 * time.Second
	s := newStage(t, func(k *Knobs) { k.ECS.Lists = Uniform{late, late} })
	hosts := func(status types.ContainerInstanceStatus) int {
		out, err := s.w.ECS().ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{Cluster: webCluster, Status: status})
		require.NoError(t, err)
		return len(out.ContainerInstanceArns)
	}
	tasks := func(desired types.DesiredStatus) int {
		out, err := s.w.ECS().ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: webCluster, DesiredStatus: desired})
		require.NoError(t, err)
		return len(out.TaskArns)
	}
	becomes := func(what string, before, after int, list func() int) {
		t.Helper()
		s.run(late - time.Second)
		assert.Equal(t, before, list(), what)
		s.run(time.Second)
		assert.Equal(t, after, list(), what)
	}
	host := s.host("a")
	becomes("a host registers", 0, 1, func() int { return hosts("") })
	task, failure := s.c.RunTask(TaskRequest{Definition: definition(64, 64)})
	require.Empty(t, failure)
	becomes("a task is there", 0, 1, func() int { return tasks(types.DesiredStatusRunning) })
	s.run(time.Minute)
	s.locked(func() { task.stop(byAPI, "") })
	becomes("a task stops", 1, 0, func() int { return tasks(types.DesiredStatusRunning) })
	s.run(time.Minute)
	assert.Equal(t, 1, tasks(types.DesiredStatusStopped))
	s.drain(host)
	described, err := s.w.ECS().DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{Cluster: webCluster, ContainerInstances: []string{host.ARN}})
	require.NoError(t, err)
	assert.EqualValues(t, draining, *described.ContainerInstances[0].Status, "a description shows the present")
	becomes("a host drains", 1, 0, func() int { return hosts(active) })
	s.locked(func() { host.gone("scale_in") })
	becomes("a host is gone", 1, 0, func() int { return hosts("") })
}
