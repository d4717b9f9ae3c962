package aws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// twoGroups are hosts of a zone each, in a group each.
func twoGroups(s *stage) (od, spot *Host) {
	named := func(name string) func(*GroupSpec) { return func(g *GroupSpec) { g.Name = name } }
	return s.host("a", named("od")), s.host("b", named("spot"))
}

func tasksOn(v *Service, h *Host) int {
	n := 0
	for _, t := range v.Tasks() {
		if t.Host == h {
			n++
		}
	}
	return n
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
func TestTasksArePlacedByBaseThenByWeight(t *testing.T) {
	for name, c := range map[string]struct {
		od, spot StrategyItem
		desired  int
		onOD     int
	}{
		"one alone":                              {StrategyItem{Weight: 1}, StrategyItem{}, 3, 3},
		"as many on each":                        {StrategyItem{Weight: 1}, StrategyItem{Weight: 1}, 6, 3},
		"one to three":                           {StrategyItem{Weight: 1}, StrategyItem{Weight: 3}, 8, 2},
		"the base first":                         {StrategyItem{Base: 2, Weight: 1}, StrategyItem{Weight: 1}, 2, 2},
		"and then by weight":                     {StrategyItem{Base: 2, Weight: 1}, StrategyItem{Weight: 1}, 6, 4},
		"weight 0 beside another takes the base": {StrategyItem{Base: 1}, StrategyItem{Weight: 1}, 5, 1},
		"and without a base nothing":             {StrategyItem{}, StrategyItem{Weight: 1}, 5, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			od, spot := twoGroups(s)
			c.od.Group, c.spot.Group = od.Instance.Group, spot.Instance.Group
			items := []StrategyItem{c.od, c.spot}
			if name == "one alone" {
				items = items[:1]
			}
			web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(100, 100), Desired: c.desired, Providers: items})
			s.run(2 * time.Minute)
			assert.Equal(t, []int{c.onOD, c.desired - c.onOD}, []int{tasksOn(web, od), tasksOn(web, spot)})
		})
	}
}

func TestATaskFindsNoRoomOnAnotherProvidersHosts(t *testing.T) {
	s := newStage(t)
	od, spot := twoGroups(s)
	web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(1500, 100), Desired: 2, Providers: []StrategyItem{{Group: od.Instance.Group, Weight: 1}}})
	other := s.c.CreateService(ServiceSpec{Name: "other", Definition: definition(1500, 100), Desired: 1})
	s.run(2 * time.Minute)
	assert.Equal(t, []int{1, 0}, []int{tasksOn(web, od), tasksOn(web, spot)})
	assert.Equal(t, 1, tasksOn(other, spot), "launch type EC2 is placed on any host")
	require.NotEmpty(t, web.events)
	assert.Contains(t, web.events[len(web.events)-1].message, "was unable to place a task because no container instance met all of its requirements")
}

func TestWhetherAnotherProviderIsTriedIsAKnob(t *testing.T) {
	for _, inTurn := range []bool{false, true} {
		s := newStage(t, func(k *Knobs) { k.ECS.ProvidersInTurn = inTurn })
		od, spot := twoGroups(s)
		web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(1000, 100), Desired: 4, Providers: []StrategyItem{
			{Group: od.Instance.Group, Base: 4, Weight: 1}, {Group: spot.Instance.Group, Weight: 1},
		}})
		s.run(2 * time.Minute)
		assert.Equal(t, 2, tasksOn(web, od))
		assert.Equal(t, inTurn, tasksOn(web, spot) == 2)
	}
}

func TestProvidersAreShownWithTheirGroups(t *testing.T) {
	s := newStage(t)
	od, spot := twoGroups(s)
	s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(100, 100), Desired: 1, Providers: []StrategyItem{{Group: od.Instance.Group, Base: 1, Weight: 2}}})
	s.run(2 * time.Minute)
	api := s.w.ECS()
	services, err := api.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("web"), Services: []string{"web"}})
	require.NoError(t, err)
	want := []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("provider-od"), Base: 1, Weight: 2}}
	assert.Equal(t, want, services.Services[0].CapacityProviderStrategy)
	assert.Equal(t, want, services.Services[0].Deployments[0].CapacityProviderStrategy)
	assert.Empty(t, services.Services[0].LaunchType)

	hosts, err := api.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{Cluster: aws.String("web"), ContainerInstances: []string{od.ARN, spot.ARN}})
	require.NoError(t, err)
	assert.Equal(t, "provider-od", aws.ToString(hosts.ContainerInstances[0].CapacityProviderName))
	assert.Nil(t, hosts.ContainerInstances[1].CapacityProviderName)

	tasks, err := api.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("web")})
	require.NoError(t, err)
	described, err := api.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("web"), Tasks: tasks.TaskArns})
	require.NoError(t, err)
	assert.Equal(t, "provider-od", aws.ToString(described.Tasks[0].CapacityProviderName))

	providers, err := api.DescribeCapacityProviders(t.Context(), &ecs.DescribeCapacityProvidersInput{Cluster: aws.String("web"), CapacityProviders: []string{"provider-od"}})
	require.NoError(t, err)
	require.Len(t, providers.CapacityProviders, 1)
	behind := providers.CapacityProviders[0].AutoScalingGroupProvider
	assert.Equal(t, od.Instance.Group.arn(), aws.ToString(behind.AutoScalingGroupArn))
	assert.Equal(t, types.ManagedScalingStatusDisabled, behind.ManagedScaling.Status)
}
