package ecsreader_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
)

func TestServicesByTen(t *testing.T) {
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

func TestHomeOfService(t *testing.T) {
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

func TestNewestRefusalAndCrash(t *testing.T) {
	at := func(minute int) *time.Time { return aws.Time(time.Date(2026, 11, 22, 4, minute, 0, 0, time.UTC)) }
	const refusal = "(service web) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 1) has insufficient CPU units available."
	api := &fakeECS{services: []types.Service{ec2Service("web", func(s *types.Service) {
		s.Events = []types.ServiceEvent{
			{CreatedAt: at(30), Message: aws.String("(service web) has reached a steady state.")},
			{CreatedAt: at(10), Message: aws.String(refusal)},
			{CreatedAt: at(20), Message: aws.String(refusal)},
			{CreatedAt: at(25), Message: aws.String("(service web) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")},
		}
	})}}
	s, err := reader(api, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Equal(t, *at(20), s.Services[0].Refused)
	assert.Equal(t, *at(25), s.Services[0].Crashed)
}

func TestStoppingDeploymentWantsNoTasks(t *testing.T) {
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

func TestStoppingTaskSetTellsNoHome(t *testing.T) {
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

func TestUnreadServicesAreDoubt(t *testing.T) {
	s, err := reader(&fakeECS{instances: []types.ContainerInstance{instance(1, "ACTIVE")}, servicesErr: errors.New("denied")}, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Len(t, s.Hosts, 1)
	assert.Equal(t, []string{"its services: list them: denied"}, s.Unread)
}

func ec2Service(name string, change ...func(*types.Service)) types.Service {
	s := types.Service{ServiceName: aws.String(name), Status: aws.String("ACTIVE"), LaunchType: types.LaunchTypeEc2, DesiredCount: 2, RunningCount: 1}
	for _, c := range change {
		c(&s)
	}
	return s
}
