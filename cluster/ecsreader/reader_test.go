package ecsreader_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

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
	assert.False(t, s.HostsUnread)
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
	assert.True(t, s.HostsUnread)
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

func TestHostsOfManagedInstancesAreNoneOfOurs(t *testing.T) {
	on := func(n int, provider string) types.ContainerInstance {
		i := instance(n, "ACTIVE")
		i.CapacityProviderName = aws.String(provider)
		return i
	}
	api := &fakeECS{
		instances: []types.ContainerInstance{instance(1, "ACTIVE"), on(2, "group"), on(3, "managed")},
		providers: []types.CapacityProvider{
			{Name: aws.String("group"), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{}},
			{Name: aws.String("managed"), ManagedInstancesProvider: &types.ManagedInstancesProvider{}},
		},
	}
	s, err := reader(api, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Equal(t, []bool{true, true, false}, []bool{s.Hosts[0].IsCapacity(), s.Hosts[1].IsCapacity(), s.Hosts[2].IsCapacity()})
}

func TestAHostListedTwiceIsOne(t *testing.T) {
	api := &fakeECS{instances: []types.ContainerInstance{instance(1, "ACTIVE"), instance(2, "ACTIVE")}}
	api.instances = append(api.instances, api.instances[0])
	listed := &twice{api}
	s, err := ecsreader.New(listed, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Len(t, s.Hosts, 2)
	assert.Empty(t, s.Unread)
}

// twice describes each instance once, however often it was listed.
type twice struct{ *fakeECS }

func (w *twice) DescribeContainerInstances(_ context.Context, in *ecs.DescribeContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error) {
	out := &ecs.DescribeContainerInstancesOutput{}
	for _, asked := range in.ContainerInstances {
		i := slices.IndexFunc(w.instances, func(i types.ContainerInstance) bool { return *i.ContainerInstanceArn == asked })
		out.ContainerInstances = append(out.ContainerInstances, w.instances[i])
	}
	return out, nil
}

func ec2Service(name string, change ...func(*types.Service)) types.Service {
	s := types.Service{ServiceName: aws.String(name), Status: aws.String("ACTIVE"), LaunchType: types.LaunchTypeEc2, DesiredCount: 2, RunningCount: 1}
	for _, c := range change {
		c(&s)
	}
	return s
}

func TestServicesAreDescribedTenAtATime(t *testing.T) {
	api := &fakeECS{}
	for n := range 125 {
		api.services = append(api.services, ec2Service(fmt.Sprintf("s%d", n)))
	}
	s, err := reader(api, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Len(t, s.Services, 125)
	assert.Equal(t, 2, api.calls["ListServices"])
	assert.Equal(t, 13, api.calls["DescribeServices"])
}

func TestWhereAServiceRuns(t *testing.T) {
	on := func(provider string) func(*types.Service) {
		return func(s *types.Service) {
			s.LaunchType, s.CapacityProviderStrategy = "", []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String(provider)}}
		}
	}
	launch := func(l types.LaunchType) func(*types.Service) { return func(s *types.Service) { s.LaunchType = l } }
	taskSet := func(l types.LaunchType) func(*types.Service) {
		return func(s *types.Service) {
			s.LaunchType, s.DeploymentController = "", &types.DeploymentController{Type: types.DeploymentControllerTypeExternal}
			s.TaskSets = []types.TaskSet{{LaunchType: l, ComputedDesiredCount: 3, RunningCount: 1}}
		}
	}
	tests := map[string]struct {
		change   func(*types.Service)
		home     cluster.Home
		unplaced int
	}{
		"launch type EC2":                {launch(types.LaunchTypeEc2), cluster.OnEC2, 1},
		"no launch type":                 {launch(""), cluster.OnEC2, 1},
		"Fargate":                        {launch(types.LaunchTypeFargate), cluster.Elsewhere, 0},
		"ECS Anywhere":                   {launch(types.LaunchTypeExternal), cluster.Elsewhere, 0},
		"managed instances":              {launch(types.LaunchTypeManagedInstances), cluster.Elsewhere, 0},
		"Fargate Spot provider":          {on("FARGATE_SPOT"), cluster.Elsewhere, 0},
		"a group's provider":             {on("group"), cluster.OnEC2, 1},
		"a managed-instances provider":   {on("managed"), cluster.Elsewhere, 0},
		"a provider that ECS leaves out": {on("lost"), cluster.Unknown, 0},
		"task sets on EC2":               {taskSet(types.LaunchTypeEc2), cluster.OnEC2, 2},
		"task sets on Fargate":           {taskSet(types.LaunchTypeFargate), cluster.Elsewhere, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			api := &fakeECS{services: []types.Service{ec2Service("web", tt.change)}, providers: []types.CapacityProvider{
				{Name: aws.String("group"), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{}},
				{Name: aws.String("managed"), ManagedInstancesProvider: &types.ManagedInstancesProvider{}},
			}}
			s, err := reader(api, nil).Read(t.Context(), "web")
			require.NoError(t, err)
			assert.Equal(t, tt.home, s.Services[0].Home)
			assert.Equal(t, tt.unplaced, s.Services[0].Unplaced(0))
			assert.Equal(t, tt.home == cluster.Unknown, len(s.Unread) > 0)
		})
	}
}

func TestACapacityProviderIsAskedForOnceWhileWarm(t *testing.T) {
	api := &fakeECS{providers: []types.CapacityProvider{{Name: aws.String("group"), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{}}}}
	for n := range 3 {
		api.services = append(api.services, ec2Service(fmt.Sprint(n), func(s *types.Service) {
			s.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("group")}}
		}))
	}
	r := reader(api, nil)
	for range 3 {
		_, err := r.Read(t.Context(), "web")
		require.NoError(t, err)
	}
	assert.Equal(t, 1, api.calls["DescribeCapacityProviders"])
}

func TestTheNewestRefusalIsRemembered(t *testing.T) {
	at := func(minute int) *time.Time { return aws.Time(time.Date(2026, 11, 22, 4, minute, 0, 0, time.UTC)) }
	const refusal = "(service web) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 1) has insufficient CPU units available."
	api := &fakeECS{services: []types.Service{ec2Service("web", func(s *types.Service) {
		s.Events = []types.ServiceEvent{
			{CreatedAt: at(30), Message: aws.String("(service web) has reached a steady state.")},
			{CreatedAt: at(10), Message: aws.String(refusal)},
			{CreatedAt: at(20), Message: aws.String(refusal)},
		}
	})}}
	s, err := reader(api, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Equal(t, *at(20), s.Services[0].Refused)
}

func TestWhatIsBeingStoppedWantsNoTasks(t *testing.T) {
	set := func(status string, desired, running int32) types.TaskSet {
		return types.TaskSet{Status: aws.String(status), LaunchType: types.LaunchTypeEc2, ComputedDesiredCount: desired, RunningCount: running}
	}
	deployment := func(status string, desired, running int32) types.Deployment {
		return types.Deployment{Status: aws.String(status), DesiredCount: desired, RunningCount: running}
	}
	sets := func(controller types.DeploymentControllerType, sets ...types.TaskSet) func(*types.Service) {
		return func(s *types.Service) {
			s.DeploymentController, s.TaskSets = &types.DeploymentController{Type: controller}, sets
		}
	}
	blueGreen := func(deployments ...types.Deployment) func(*types.Service) {
		return func(s *types.Service) {
			s.DeploymentConfiguration = &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen}
			s.Deployments = deployments
		}
	}
	tests := map[string]struct {
		change   func(*types.Service)
		unplaced int
	}{
		"CODE_DEPLOY, the old set draining": {sets(types.DeploymentControllerTypeCodeDeploy, set("PRIMARY", 2, 2), set("DRAINING", 2, 0)), 0},
		"EXTERNAL, the old set draining":    {sets(types.DeploymentControllerTypeExternal, set("DRAINING", 3, 1), set("PRIMARY", 2, 1)), 1},
		"two sets that serve":               {sets(types.DeploymentControllerTypeExternal, set("ACTIVE", 3, 1), set("PRIMARY", 2, 1)), 3},
		"every set draining":                {sets(types.DeploymentControllerTypeExternal, set("DRAINING", 3, 1)), 0},
		"blue has gone":                     {blueGreen(deployment("PRIMARY", 2, 2), deployment("INACTIVE", 2, 0)), 0},
		"blue still serves":                 {blueGreen(deployment("PRIMARY", 2, 2), deployment("ACTIVE", 2, 0)), 2},
		"the service is being deleted":      {func(s *types.Service) { s.Status = aws.String("DRAINING") }, 0},
		"the service is gone":               {func(s *types.Service) { s.Status = aws.String("INACTIVE") }, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := reader(&fakeECS{services: []types.Service{ec2Service("web", tt.change)}}, nil).Read(t.Context(), "web")
			require.NoError(t, err)
			assert.Equal(t, tt.unplaced, s.Unplaced())
		})
	}
}

func TestATaskSetThatGoesSaysNotWhereTheNextTaskRuns(t *testing.T) {
	api := &fakeECS{services: []types.Service{ec2Service("web", func(s *types.Service) {
		s.LaunchType, s.DeploymentController = "", &types.DeploymentController{Type: types.DeploymentControllerTypeExternal}
		s.TaskSets = []types.TaskSet{
			{Status: aws.String("PRIMARY"), LaunchType: types.LaunchTypeFargate, ComputedDesiredCount: 3},
			{Status: aws.String("DRAINING"), LaunchType: types.LaunchTypeEc2, ComputedDesiredCount: 3},
		}
	})}}
	s, err := reader(api, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Equal(t, cluster.Elsewhere, s.Services[0].Home)
}

func TestServicesThatCannotBeReadAreDoubtNotFailure(t *testing.T) {
	s, err := reader(&fakeECS{instances: []types.ContainerInstance{instance(1, "ACTIVE")}, servicesErr: errors.New("denied")}, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Len(t, s.Hosts, 1)
	assert.Equal(t, []string{"its services: list them: denied"}, s.Unread)
}

func TestTasksThatECSWantsToRunAreRead(t *testing.T) {
	task := func(n int, group, desired string) types.Task {
		return types.Task{TaskArn: aws.String(fmt.Sprint(n)), ContainerInstanceArn: aws.String(arn(1)), Group: aws.String(group), DesiredStatus: aws.String(desired)}
	}
	api := &fakeECS{tasks: []types.Task{task(1, "service:web", "RUNNING"), task(2, "service:web", "STOPPED"), task(3, "family:job", "RUNNING")}}
	s := cluster.Snapshot{Cluster: "web"}
	reader(api, nil).ReadTasks(t.Context(), &s, []cluster.Host{{ARN: arn(1)}})
	assert.Equal(t, []cluster.Task{
		{ARN: "1", Host: arn(1), Service: "web", Group: "service:web", WantedRunning: true},
		{ARN: "3", Host: arn(1), Group: "family:job", WantedRunning: true},
	}, s.Tasks)
}

func taggedGroup(name, of string, tags ...astypes.TagDescription) astypes.AutoScalingGroup {
	return astypes.AutoScalingGroup{
		AutoScalingGroupName: aws.String(name), MinSize: aws.Int32(1), MaxSize: aws.Int32(5), DesiredCapacity: aws.Int32(2),
		Tags: append(tags, astypes.TagDescription{Key: aws.String(ecsreader.ClusterTag), Value: aws.String(of)}),
	}
}

func TestGroupsAreFoundByTheirTag(t *testing.T) {
	api := &fakeAutoScaling{}
	for n := range 150 {
		api.groups = append(api.groups, taggedGroup(fmt.Sprint(n), "web"))
	}
	active := taggedGroup("green", "api", astypes.TagDescription{Key: aws.String(ecsreader.ActiveTag), Value: aws.String("true")})
	active.SuspendedProcesses = []astypes.SuspendedProcess{{ProcessName: aws.String("Launch")}}
	for state, phase := range map[astypes.LifecycleState]cluster.Phase{
		"Pending": cluster.Pending, "Pending:Wait": cluster.Pending, "Pending:Proceed": cluster.Pending, "InService": cluster.InService,
		"Terminating": cluster.Terminating, "Terminating:Wait": cluster.Terminating, "Terminating:Proceed": cluster.Terminating,
		"Terminating:Retained": cluster.Aside, "Standby": cluster.Aside, "EnteringStandby": cluster.Aside, "Detached": cluster.Aside, "Warmed:Stopped": cluster.Aside,
	} {
		// The id carries what the phase must be.
		active.Instances = append(active.Instances, astypes.Instance{InstanceId: aws.String(string(phase)), LifecycleState: state, ProtectedFromScaleIn: aws.Bool(true)})
	}
	api.groups = append(api.groups, active, taggedGroup("blue", "api"))

	groups, err := reader(nil, api).ReadGroups(t.Context())
	require.NoError(t, err)
	assert.Len(t, groups["web"], 150, "two pages")
	require.Len(t, groups["api"], 2)
	green := groups["api"][0]
	assert.True(t, green.TaggedActive)
	assert.False(t, groups["api"][1].TaggedActive)
	assert.Equal(t, []string{"Launch"}, green.Suspended)
	for _, i := range green.Instances {
		assert.Equal(t, cluster.Phase(i.ID), i.Phase)
		assert.True(t, i.Protected)
	}
	require.Len(t, api.filters, 1, "never without a filter: that lists the account")
	assert.Equal(t, "tag-key", *api.filters[0].Name)
	assert.Equal(t, []string{ecsreader.ClusterTag}, api.filters[0].Values)
}
