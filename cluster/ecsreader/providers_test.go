package ecsreader_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

func through(items ...types.CapacityProviderStrategyItem) func(*types.Service) {
	return func(s *types.Service) { s.LaunchType, s.CapacityProviderStrategy = "", items }
}

func item(provider string, base, weight int32) types.CapacityProviderStrategyItem {
	return types.CapacityProviderStrategyItem{CapacityProvider: aws.String(provider), Base: base, Weight: weight}
}

func groupsProvider(name, group string) types.CapacityProvider {
	return types.CapacityProvider{Name: aws.String(name), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{
		AutoScalingGroupArn: aws.String("arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:0a1b:autoScalingGroupName/" + group),
		ManagedScaling:      &types.ManagedScaling{Status: types.ManagedScalingStatusDisabled},
	}}
}

func TestProvidersOfService(t *testing.T) {
	sets := func(sets ...types.TaskSet) func(*types.Service) {
		return func(s *types.Service) {
			s.LaunchType, s.DeploymentController, s.TaskSets = "", &types.DeploymentController{Type: types.DeploymentControllerTypeExternal}, sets
		}
	}
	set := func(definition string, launchType types.LaunchType, items ...types.CapacityProviderStrategyItem) types.TaskSet {
		return types.TaskSet{Status: aws.String("ACTIVE"), TaskDefinition: aws.String(definition), ComputedDesiredCount: 1, LaunchType: launchType, CapacityProviderStrategy: items}
	}
	tests := map[string]struct {
		change    func(*types.Service)
		providers []string
		home      cluster.Home
	}{
		"launch type EC2":                     {func(*types.Service) {}, nil, cluster.OnEC2},
		"one":                                 {through(item("od", 0, 1)), []string{"od"}, cluster.OnEC2},
		"one whose weight nobody gave":        {through(item("od", 0, 0)), []string{"od"}, cluster.OnEC2},
		"two":                                 {through(item("spot", 0, 4), item("od", 2, 1)), []string{"od", "spot"}, cluster.OnEC2},
		"one of weight 0 beside another":      {through(item("spot", 0, 0), item("od", 0, 1)), []string{"od"}, cluster.OnEC2},
		"one of weight 0 that has a base":     {through(item("spot", 0, 1), item("od", 2, 0)), []string{"od", "spot"}, cluster.OnEC2},
		"Fargate":                             {through(item("FARGATE", 0, 1)), []string{"FARGATE"}, cluster.Elsewhere},
		"a task set's":                        {sets(set("web:1", "", item("od", 0, 1))), []string{"od"}, cluster.OnEC2},
		"a task set of launch type EC2":       {sets(set("web:1", types.LaunchTypeEc2)), nil, cluster.OnEC2},
		"two task sets of one revision":       {sets(set("web:1", "", item("od", 0, 1)), set("web:1", "", item("spot", 0, 1))), []string{"od", "spot"}, cluster.OnEC2},
		"another revision's does not matter":  {sets(set("web:1", "", item("od", 0, 1)), set("web:2", "", item("spot", 0, 1))), []string{"od"}, cluster.OnEC2},
		"a set on Fargate beside one on EC2":  {sets(set("web:1", types.LaunchTypeFargate), set("web:1", "", item("od", 0, 1))), []string{"od"}, cluster.OnEC2},
		"a set on EC2 beside one on Fargate":  {sets(set("web:1", "", item("od", 0, 1)), set("web:1", types.LaunchTypeFargate)), []string{"od"}, cluster.OnEC2},
		"a set of a provider nobody knows of": {sets(set("web:1", "", item("lost", 0, 1))), []string{"lost"}, cluster.Unknown},
		"the primary deployment's": {func(s *types.Service) {
			through(item("od", 0, 1))(s)
			s.Deployments = []types.Deployment{
				{Status: aws.String("PRIMARY"), TaskDefinition: aws.String("web:2"), CapacityProviderStrategy: []types.CapacityProviderStrategyItem{item("spot", 0, 1)}},
				{Status: aws.String("ACTIVE"), TaskDefinition: aws.String("web:1"), CapacityProviderStrategy: []types.CapacityProviderStrategyItem{item("od", 0, 1)}},
			}
		}, []string{"spot"}, cluster.OnEC2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			api := &fakeECS{services: []types.Service{ec2Service("web", tt.change)}, providers: []types.CapacityProvider{groupsProvider("od", "web-od"), groupsProvider("spot", "web-spot")}}
			s, err := reader(api, nil).Read(t.Context(), "web")
			require.NoError(t, err)
			assert.Equal(t, tt.providers, s.Services[0].ProvidersOf("web:1"))
			assert.Equal(t, tt.home, s.Services[0].Home)
		})
	}
}

func TestGroupBehindProvider(t *testing.T) {
	api := &fakeECS{
		services: []types.Service{ec2Service("a", through(item("od", 0, 1), item("spot", 0, 1))), ec2Service("b", through(item("FARGATE", 0, 1)))},
		providers: []types.CapacityProvider{
			groupsProvider("od", "web-od"), groupsProvider("spot", "web-spot"),
			{Name: aws.String("managed"), ManagedInstancesProvider: &types.ManagedInstancesProvider{}},
		},
	}
	onManaged := instance(1, "ACTIVE")
	onManaged.CapacityProviderName = aws.String("managed")
	api.instances = append(api.instances, onManaged)
	r := reader(api, nil)
	for range 3 {
		s, err := r.Read(t.Context(), "web")
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"od": "web-od", "spot": "web-spot"}, s.ProviderGroups)
	}
	assert.Equal(t, 1, api.calls["DescribeCapacityProviders"])
}

func TestProviderOfTask(t *testing.T) {
	api := &fakeECS{instances: []types.ContainerInstance{instance(1, "ACTIVE")}, tasks: []types.Task{{
		TaskArn: aws.String("t"), ContainerInstanceArn: aws.String(arn(1)), Group: aws.String("service:web"), DesiredStatus: aws.String("RUNNING"),
		CapacityProviderName: aws.String("spot"),
	}}}
	api.instances[0].RunningTasksCount = 1
	r := reader(api, nil)
	s, err := r.Read(t.Context(), "web")
	require.NoError(t, err)
	r.ReadTasks(t.Context(), &s, s.Hosts)
	require.Len(t, s.Tasks, 1)
	assert.Equal(t, "spot", s.Tasks[0].Provider)
}

// bound is a cluster of two full hosts of provider od and three idle ones of provider spot, read as AWS shows it. The
// service names od; the group behind it follows the signal.
func bound(t *testing.T, desired int32, change ...func(*types.Service)) scaler.Verdict {
	t.Helper()
	now := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	api := &fakeECS{providers: []types.CapacityProvider{groupsProvider("od", "web-od"), groupsProvider("spot", "web-spot")}}
	groups := []astypes.AutoScalingGroup{taggedGroup("web-od", "web", astypes.TagDescription{Key: aws.String("ecs-cluster-scaler:active"), Value: aws.String("true")}), taggedGroup("web-spot", "web")}
	for n := range 5 {
		h := instance(n, "ACTIVE", integer("CPU", 2048), integer("MEMORY", 3900))
		h.Ec2InstanceId, h.AgentConnected, h.RegisteredAt = aws.String(fmt.Sprintf("i-%d", n)), true, aws.Time(now.Add(-time.Hour))
		h.RemainingResources, h.CapacityProviderName = h.RegisteredResources, aws.String("spot")
		g := &groups[1]
		if n < 2 {
			g = &groups[0]
			h.CapacityProviderName, h.RunningTasksCount = aws.String("od"), 1
			h.RemainingResources = []types.Resource{integer("CPU", 448), integer("MEMORY", 3400)}
			api.tasks = append(api.tasks, types.Task{
				TaskArn: aws.String(fmt.Sprintf("task-%d", n)), ContainerInstanceArn: h.ContainerInstanceArn, Group: aws.String("service:db"),
				TaskDefinitionArn: aws.String("db:1"), DesiredStatus: aws.String("RUNNING"), LastStatus: aws.String("RUNNING"), CapacityProviderName: aws.String("od"),
			})
		}
		g.Instances = append(g.Instances, astypes.Instance{InstanceId: h.Ec2InstanceId, LifecycleState: astypes.LifecycleStateInService})
		g.DesiredCapacity, g.MaxSize = aws.Int32(aws.ToInt32(g.DesiredCapacity)+1), aws.Int32(10)
		api.instances = append(api.instances, h)
	}
	api.definitions = map[string]types.TaskDefinition{"db:1": {ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("db"), Cpu: 1600, MemoryReservation: aws.Int32(500)}}}}
	api.services = []types.Service{ec2Service("db", append([]func(*types.Service){through(item("od", 0, 1)), func(s *types.Service) {
		s.DesiredCount, s.RunningCount, s.TaskDefinition = desired, 2, aws.String("db:1")
		s.Deployments = []types.Deployment{{Status: aws.String("PRIMARY"), DesiredCount: desired, RunningCount: 2, TaskDefinition: s.TaskDefinition}}
	}}, change...)...)}
	r := reader(api, &fakeAutoScaling{groups: groups})
	s, err := r.Read(t.Context(), "web")
	require.NoError(t, err)
	of, err := r.ReadGroups(t.Context())
	require.NoError(t, err)
	s.Groups = of["web"]
	for range scaler.Rounds {
		need := scaler.Need(thresholds.Builtin(), s, now)
		r.ReadTasks(t.Context(), &s, need.Hosts)
		r.ReadDefinitions(t.Context(), &s, need.Definitions)
	}
	require.Empty(t, s.Unread)
	return scaler.Decide(thresholds.Builtin(), s, now)
}

func TestOtherProvidersHostsAreNoRoom(t *testing.T) {
	v := bound(t, 2)
	assert.Equal(t, []any{scaler.Stay, 0}, []any{v.Signal, v.InstanceGap}, v.Why)
	assert.Contains(t, v.Reasons, scaler.WouldNotFit)

	v = bound(t, 4)
	assert.Equal(t, []any{scaler.ScaleOut, 2}, []any{v.Signal, v.InstanceGap}, v.Why)
}

func TestLaunchTypeEC2UsesAllHosts(t *testing.T) {
	launchType := func(s *types.Service) { s.LaunchType, s.CapacityProviderStrategy = types.LaunchTypeEc2, nil }
	assert.Equal(t, scaler.ScaleIn, bound(t, 2, launchType).Signal)
	assert.Equal(t, scaler.Stay, bound(t, 4, launchType).Signal)
}

func TestTaskStaysWithItsProvider(t *testing.T) {
	both := through(item("od", 0, 1), item("spot", 0, 1))
	v := bound(t, 2, both)
	assert.Contains(t, v.Reasons, scaler.WouldNotFit, "each runs on od, and ECS places it there again: %v", v.Why)
	v = bound(t, 4, both)
	assert.NotEqual(t, scaler.ScaleOut, v.Signal, "spot has room for them: %v", v.Why)
}

func TestProviderIsAskedOnce(t *testing.T) {
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

func TestManagedScaling(t *testing.T) {
	provider := func(status types.ManagedScalingStatus) []types.CapacityProvider {
		return []types.CapacityProvider{{Name: aws.String("p"), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{
			AutoScalingGroupArn: aws.String("arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:2d7a:autoScalingGroupName/team/blue"),
			ManagedScaling:      &types.ManagedScaling{Status: status},
		}}}
	}
	tests := map[string]struct {
		api    *fakeECS
		tagged bool
		want   bool
		asked  int
	}{
		"no tag: not asked":                    {&fakeECS{providers: provider(types.ManagedScalingStatusEnabled)}, false, false, 0},
		"tagged and enabled":                   {&fakeECS{providers: provider(types.ManagedScalingStatusEnabled)}, true, true, 1},
		"tagged and disabled":                  {&fakeECS{providers: provider(types.ManagedScalingStatusDisabled)}, true, false, 1},
		"the tag stayed, the provider is gone": {&fakeECS{}, true, false, 1},
		"not readable: the tag is believed":    {&fakeECS{providersErr: fmt.Errorf("denied")}, true, true, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := cluster.Snapshot{Cluster: "web", Groups: []cluster.Group{{Name: "team/blue", ManagedScaling: tt.tagged}}}
			reader(tt.api, nil).ReadManagedScaling(t.Context(), &s)
			assert.Equal(t, tt.want, s.Groups[0].ManagedScaling)
			assert.Equal(t, tt.asked, tt.api.calls["DescribeCapacityProviders"])
			assert.Equal(t, tt.api.providersErr != nil, len(s.Unread) > 0)
		})
	}
}
