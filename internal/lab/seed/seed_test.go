package seed

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
)

func resource(resources []ecstypes.Resource, name string) int {
	for _, r := range resources {
		if aws.ToString(r.Name) == name {
			return int(r.IntegerValue) + len(r.StringSetValue)
		}
	}
	return -1
}

func describeHosts(t *testing.T, m *moto.Server, cluster string, arns ...string) []ecstypes.ContainerInstance {
	t.Helper()
	out, err := ecs.NewFromConfig(m.Config()).DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{
		Cluster: aws.String(cluster), ContainerInstances: arns,
	})
	require.NoError(t, err)
	require.Empty(t, out.Failures)
	return out.ContainerInstances
}

func TestSeededTasksReserveWhatTheySay(t *testing.T) {
	m := emptyMoto(t)
	registered := time.Now().Add(-time.Hour).Truncate(time.Second)
	world, err := Clusters(t.Context(), m, Cluster{
		Name: "web", Entry: `{}`,
		Hosts: []Host{
			{CPU: 2048, Memory: 7680, GPUs: 2, Tasks: []Task{{Service: "api", Count: 2, CPU: 512, Memory: 1024}, {CPU: 256, Memory: 512, GPUs: 1}}},
			{CPU: 4096, Memory: 15400, Draining: true, Tasks: []Task{{Service: "worker"}}},
			{Disconnected: true, RegisteredAt: registered, Version: 7},
		},
		Services: []Service{{Name: "worker", Desired: 3, Pending: 1, CPU: 1024, Memory: 2048, MinimumHealthyPercent: aws.Int32(50)}},
	})
	require.NoError(t, err)
	web := world.Cluster("web")
	hosts := describeHosts(t, m, "web", web.Hosts[0].ARN, web.Hosts[1].ARN, web.Hosts[2].ARN)
	require.Len(t, hosts, 3)

	assert.Equal(t, 2048, resource(hosts[0].RegisteredResources, "CPU"))
	assert.Equal(t, 2048-2*512-256, resource(hosts[0].RemainingResources, "CPU"))
	assert.Equal(t, 7680-2*1024-512, resource(hosts[0].RemainingResources, "MEMORY"))
	assert.Equal(t, 2, resource(hosts[0].RegisteredResources, "GPU"))
	assert.Equal(t, 1, resource(hosts[0].RemainingResources, "GPU"))
	assert.Equal(t, int32(3), hosts[0].RunningTasksCount)
	assert.Equal(t, "DRAINING", aws.ToString(hosts[1].Status))
	assert.Equal(t, 4096-1024, resource(hosts[1].RemainingResources, "CPU"))
	assert.False(t, hosts[2].AgentConnected)
	assert.Equal(t, int64(7), hosts[2].Version)
	assert.WithinDuration(t, registered, aws.ToTime(hosts[2].RegisteredAt), 0)

	services, err := ecs.NewFromConfig(m.Config()).DescribeServices(t.Context(), &ecs.DescribeServicesInput{
		Cluster: aws.String("web"), Services: []string{"api", "worker"},
	})
	require.NoError(t, err)
	require.Len(t, services.Services, 2)
	api, worker := services.Services[0], services.Services[1]
	assert.Equal(t, []int32{2, 2, 0}, []int32{api.DesiredCount, api.RunningCount, api.PendingCount})
	assert.Equal(t, []int32{3, 1, 1}, []int32{worker.DesiredCount, worker.RunningCount, worker.PendingCount})
	assert.Equal(t, int32(50), aws.ToInt32(worker.DeploymentConfiguration.MinimumHealthyPercent))
	assert.Equal(t, int32(200), aws.ToInt32(worker.DeploymentConfiguration.MaximumPercent))

	tasks, err := ecs.NewFromConfig(m.Config()).DescribeTasks(t.Context(), &ecs.DescribeTasksInput{
		Cluster: aws.String("web"), Tasks: append(slices.Clone(web.Hosts[0].Tasks), "no-such-task"),
	})
	require.NoError(t, err)
	require.Len(t, tasks.Tasks, 3)
	assert.Equal(t, "service:api", aws.ToString(tasks.Tasks[0].Group))
	assert.Equal(t, "512", aws.ToString(tasks.Tasks[0].Containers[0].Cpu))
	assert.Equal(t, []string{"GPU-0"}, tasks.Tasks[2].Containers[0].GpuIds)
	require.Len(t, tasks.Failures, 1)
	assert.Equal(t, "MISSING", aws.ToString(tasks.Failures[0].Reason))
}

func TestSeedRefusesATaskThatDoesNotFit(t *testing.T) {
	m := emptyMoto(t)
	_, err := Clusters(t.Context(), m, Cluster{Name: "web", Hosts: []Host{{CPU: 1024, Memory: 1024, Tasks: []Task{{CPU: 2048, Memory: 512}}}}})
	require.ErrorContains(t, err, "RESOURCE:CPU")
}

func TestSeededServicesSayWhatASchedulerWould(t *testing.T) {
	m := emptyMoto(t)
	at := time.Now().Add(-10 * time.Minute).Truncate(time.Second)
	_, err := Clusters(t.Context(), m, Cluster{Name: "web", Services: []Service{
		{Name: "agent", Strategy: "DAEMON", CPU: 64, Memory: 64, Desired: 2, Running: 2},
		{
			Name: "stuck", Desired: 4, Running: 3, CPU: 512, Memory: 512,
			Deployments: []moto.Deployment{{ID: "new", Status: "PRIMARY", Rollout: "IN_PROGRESS", Desired: 4, Pending: 0}, {ID: "old", Status: "ACTIVE", Rollout: "COMPLETED", Desired: 3, Running: 3}},
			Events:      []moto.Event{{At: at, Message: "(service stuck) was unable to place a task"}},
		},
		{Name: "serverless", LaunchType: "FARGATE", Desired: 1, CPU: 256, Memory: 512, AwsVPC: true},
		{Name: "external", Controller: "EXTERNAL", Desired: 2, CPU: 1, Memory: 1, TaskSets: []moto.TaskSet{{ID: "a", Status: "PRIMARY", ComputedDesired: 2, Running: 1}}},
		{Name: "provided", CapacityProviders: []string{"web"}, CPU: 1, Memory: 1, Constraints: []ecstypes.PlacementConstraint{{Type: ecstypes.PlacementConstraintTypeDistinctInstance}}},
	}})
	require.NoError(t, err)
	client := ecs.NewFromConfig(m.Config())
	out, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{
		Cluster: aws.String("web"), Services: []string{"agent", "stuck", "serverless", "external", "provided"},
	})
	require.NoError(t, err)
	require.Len(t, out.Services, 5)
	agent, stuck, serverless, external, provided := out.Services[0], out.Services[1], out.Services[2], out.Services[3], out.Services[4]
	assert.Equal(t, ecstypes.SchedulingStrategyDaemon, agent.SchedulingStrategy)
	assert.Equal(t, []int32{2, 2}, []int32{agent.DesiredCount, agent.RunningCount})
	require.Len(t, stuck.Deployments, 2)
	assert.Equal(t, ecstypes.DeploymentRolloutStateInProgress, stuck.Deployments[0].RolloutState)
	assert.Equal(t, int32(3), stuck.Deployments[1].RunningCount)
	require.Len(t, stuck.Events, 1)
	assert.WithinDuration(t, at, aws.ToTime(stuck.Events[0].CreatedAt), 0)
	assert.Equal(t, ecstypes.LaunchTypeFargate, serverless.LaunchType)
	require.Len(t, external.TaskSets, 1)
	assert.Equal(t, int32(2), external.TaskSets[0].ComputedDesiredCount)
	assert.Empty(t, provided.LaunchType)
	assert.Equal(t, "web", aws.ToString(provided.CapacityProviderStrategy[0].CapacityProvider))
	assert.Len(t, provided.PlacementConstraints, 1)

	arns, err := client.ListServices(t.Context(), &ecs.ListServicesInput{Cluster: aws.String("web"), LaunchType: ecstypes.LaunchTypeEc2, SchedulingStrategy: ecstypes.SchedulingStrategyReplica})
	require.NoError(t, err)
	assert.Len(t, arns.ServiceArns, 2)
}

func TestSeededGroupsAreFoundByTag(t *testing.T) {
	m := emptyMoto(t)
	launched := time.Now().Add(-3 * time.Minute).Truncate(time.Second)
	world, err := Clusters(t.Context(), m, Cluster{
		Name:   "web",
		Hosts:  []Host{{Protected: true}, {Terminating: true, Draining: true, Since: launched}, {Unhealthy: true}},
		Group:  &Group{Name: "web-blue", Active: true, Max: aws.Int(3), Unregistered: []Instance{{State: "Pending", LaunchedAt: launched}, {}}, Suspended: []string{"Launch"}},
		Groups: []Group{{Name: "web-green", Hosts: []Host{{CPU: 1024, Memory: 1024}}, Managed: true}},
	})
	require.NoError(t, err)
	web := world.Cluster("web")
	require.Len(t, web.Hosts, 4)
	require.Len(t, web.Unregistered, 2)
	assert.Equal(t, "web-green", web.Hosts[3].Group)

	client := autoscaling.NewFromConfig(m.Config())
	out, err := client.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	require.NoError(t, err)
	require.Len(t, out.AutoScalingGroups, 2)
	blue := out.AutoScalingGroups[0]
	assert.Equal(t, []int32{0, 4, 3}, []int32{aws.ToInt32(blue.MinSize), aws.ToInt32(blue.DesiredCapacity), aws.ToInt32(blue.MaxSize)})
	tags := map[string]string{}
	for _, tag := range blue.Tags {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	assert.Equal(t, map[string]string{ClusterTag: "web", ActiveTag: "true"}, tags)
	states := map[string]string{}
	for _, instance := range blue.Instances {
		states[aws.ToString(instance.InstanceId)] = string(instance.LifecycleState)
		assert.Equal(t, aws.ToString(instance.InstanceId) == web.Hosts[0].Instance, aws.ToBool(instance.ProtectedFromScaleIn))
		assert.Equal(t, aws.ToString(instance.InstanceId) == web.Hosts[2].Instance, aws.ToString(instance.HealthStatus) == "Unhealthy")
	}
	assert.Equal(t, map[string]string{
		web.Hosts[0].Instance: "InService", web.Hosts[1].Instance: "Terminating:Wait", web.Hosts[2].Instance: "InService",
		web.Unregistered[0]: "Pending", web.Unregistered[1]: "InService",
	}, states)
	require.Len(t, blue.SuspendedProcesses, 1)

	activities, err := client.DescribeScalingActivities(t.Context(), &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String("web-blue")})
	require.NoError(t, err)
	require.Len(t, activities.Activities, 6)
	open := activities.Activities[:2]
	for _, activity := range open {
		assert.Nil(t, activity.EndTime)
		assert.WithinDuration(t, launched, aws.ToTime(activity.StartTime), 0)
	}
}

func TestALargeClusterSeedsInSeconds(t *testing.T) {
	m := emptyMoto(t)
	start := time.Now()
	host := Host{Tasks: []Task{{Service: "api", Count: 3, CPU: 256, Memory: 512}}}
	world, err := Clusters(t.Context(), m, Cluster{Name: "large", Hosts: slices.Repeat([]Host{host}, 250)})
	require.NoError(t, err)
	t.Logf("250 hosts with 750 tasks in %s", time.Since(start))
	assert.Len(t, world.Cluster("large").Hosts, 250)

	client := ecs.NewFromConfig(m.Config())
	pages, arns := 0, 0
	for p := ecs.NewListContainerInstancesPaginator(client, &ecs.ListContainerInstancesInput{Cluster: aws.String("large")}); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		require.NoError(t, err)
		pages, arns = pages+1, arns+len(out.ContainerInstanceArns)
	}
	assert.Equal(t, []int{3, 250}, []int{pages, arns})
}
