package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

func TestUnplacedTasksOfAService(t *testing.T) {
	failed := func(s *cluster.Service) { s.Deployments[0].Failed = true }
	percent := func(maximum int) func(*cluster.Service) {
		return func(s *cluster.Service) { s.MaximumPercent = maximum }
	}
	sideBySide := func(deployments ...cluster.Deployment) func(*cluster.Service) {
		return func(s *cluster.Service) { s.Rollout, s.Deployments = cluster.SideBySide, deployments }
	}
	tests := map[string]struct {
		service    cluster.Service
		onDraining int
		want       int
		waits      bool
	}{
		"steady":                       {service: service(4, 4, 0), want: 0},
		"some pending: placed already": {service: service(4, 2, 2), want: 0},
		"two missing":                  {service: service(4, 2, 0), want: 2},
		"none at all":                  {service: service(4, 0, 0), want: 4},
		"scaled to zero":               {service: service(0, 0, 0), want: 0},
		"more than desired while old tasks leave":     {service: service(4, 6, 0), want: 0},
		"two of four sit on a draining host":          {service: service(4, 4, 0), onDraining: 2, want: 2},
		"as above, but only one may start beside":     {service: service(4, 4, 0, percent(125)), onDraining: 2, want: 1},
		"as above, but none may start beside":         {service: service(4, 4, 0, percent(100)), onDraining: 2, want: 0},
		"125 % of three is three":                     {service: service(3, 3, 0, percent(125)), onDraining: 1, want: 0},
		"pending tasks count towards the maximum":     {service: service(4, 2, 2, percent(100)), onDraining: 2, want: 0},
		"running and pending leave room for one":      {service: service(4, 3, 1, percent(125)), onDraining: 3, want: 1},
		"a pending old task is at the maximum too":    {service: service(2, 2, 1, rollingOut(0, 0), percent(150)), want: 0},
		"replacements on their way":                   {service: service(4, 4, 2), onDraining: 2, want: 0},
		"a daemon":                                    {service: service(4, 0, 0, func(s *cluster.Service) { s.Daemon = true }), want: 0},
		"on Fargate":                                  {service: service(4, 0, 0, func(s *cluster.Service) { s.Home = cluster.Elsewhere }), want: 0},
		"on a provider that could not be read":        {service: service(4, 0, 0, func(s *cluster.Service) { s.Home = cluster.Unknown }), want: 0},
		"being deleted":                               {service: service(4, 0, 0, func(s *cluster.Service) { s.Active = false }), want: 0},
		"a stuck roll-out":                            {service: service(4, 4, 0, rollingOut(0, 0)), want: 0, waits: true},
		"a roll-out that goes on":                     {service: service(4, 4, 2, rollingOut(0, 2)), want: 0},
		"a roll-out at its maximum":                   {service: service(4, 6, 0, rollingOut(2, 0), percent(150)), want: 0},
		"a roll-out that is through":                  {service: service(4, 4, 0, rollingOut(4, 0)), want: 0},
		"a roll-out that lacks tasks altogether":      {service: service(4, 2, 0, rollingOut(0, 0)), want: 2},
		"a failed deployment starts nothing":          {service: service(4, 2, 0, rollingOut(0, 0), failed), want: 0},
		"min and max 100 %: the old one leaves first": {service: service(4, 4, 0, rollingOut(0, 0), percent(100)), want: 0},
		"task sets count each for itself, whatever maximumPercent says": {
			service: service(4, 4, 0, percent(100), sideBySide(cluster.Deployment{Primary: true, Desired: 4, Running: 4}, cluster.Deployment{Desired: 4, Running: 1, Pending: 1})), want: 2},
		"one set's surplus is not another's task": {
			service: service(4, 6, 0, sideBySide(cluster.Deployment{Primary: true, Desired: 4, Running: 6}, cluster.Deployment{Desired: 2})), want: 2},
		"a task set that is being stopped wants nothing": {
			service: service(2, 2, 0, sideBySide(cluster.Deployment{Primary: true, Desired: 2, Running: 2}, cluster.Deployment{Stopping: true, Desired: 2})), want: 0},
		"and its running tasks stand for no other set's": {
			service: service(2, 3, 0, sideBySide(cluster.Deployment{Primary: true, Desired: 2}, cluster.Deployment{Stopping: true, Desired: 3, Running: 3})), want: 2},
		"a failed green deployment starts nothing": {
			service: service(4, 4, 0, sideBySide(cluster.Deployment{Primary: true, Failed: true, Desired: 4}, cluster.Deployment{Desired: 4, Running: 4})), want: 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, tt.service.Unplaced(tt.onDraining))
			assert.Equal(t, tt.waits, tt.service.RolloutWaits())
		})
	}
}

// ECS stops them already; that their host drains asks for none elsewhere.
func TestStoppingTaskSetsWantNothing(t *testing.T) {
	on := func(revision string) cluster.Task {
		return cluster.Task{Host: "b", Service: "web", Definition: revision, WantedRunning: true}
	}
	stopping := func(rollout cluster.Rollout) cluster.Snapshot {
		return cluster.Snapshot{
			Hosts: []cluster.Host{{ARN: "b", Status: cluster.Draining}},
			Services: []cluster.Service{service(2, 4, 0, func(s *cluster.Service) {
				s.Rollout = rollout
				s.Deployments = []cluster.Deployment{{Primary: true, Desired: 2, Running: 2, TaskDefinition: "web:2"}, {Stopping: true, Desired: 2, Running: 2, TaskDefinition: "web:1"}}
			})},
			Tasks: []cluster.Task{on("web:1"), on("web:1"), on("web:2")},
		}
	}
	assert.Equal(t, 1, stopping(cluster.SideBySide).Unplaced(), "that of web:2")
	assert.Equal(t, 0, stopping(cluster.Rolling).Unplaced(), "three others run")

	s := stopping(cluster.SideBySide)
	s.Services[0].Deployments[1].Stopping = false
	assert.Equal(t, 3, s.Unplaced(), "an ACTIVE set's tasks have to go on")
	s.Tasks = append(s.Tasks, on("web:0"))
	assert.Equal(t, 4, s.Unplaced(), "of a revision that no set names nothing is known")
}

func TestUnplacedCountsTasksOnDrainingHosts(t *testing.T) {
	stuck := service(2, 2, 0, rollingOut(0, 0))
	stuck.Name = "api"
	s := cluster.Snapshot{
		Hosts:    []cluster.Host{{ARN: "a", Status: cluster.Active}, {ARN: "b", Status: cluster.Draining}},
		Services: []cluster.Service{service(3, 3, 0), stuck},
		Tasks: []cluster.Task{
			{Host: "a", Service: "web", WantedRunning: true},
			{Host: "b", Service: "web", WantedRunning: true},
			{Host: "b", Service: "web", WantedRunning: false},
			{Host: "b", WantedRunning: true},
		},
	}
	assert.Equal(t, 1, s.Unplaced(), "one of web has to leave b; whether api's next task counts depends on the room")
	demand := s.Demand()
	assert.Len(t, demand, 2)
	assert.False(t, demand[0].Waiting)
	assert.True(t, demand[1].Waiting)
	assert.Equal(t, "api", demand[1].Service.Name)
}

func TestDemandNamesTheNextRevision(t *testing.T) {
	rolling := service(4, 2, 0, rollingOut(0, 0))
	rolling.Deployments[0].TaskDefinition, rolling.Deployments[1].TaskDefinition = "web:2", "web:1"
	green := service(4, 4, 0, func(s *cluster.Service) {
		s.Name, s.Rollout = "green", cluster.SideBySide
		s.Deployments = []cluster.Deployment{
			{Primary: true, Desired: 4, Running: 4, TaskDefinition: "green:1"},
			{Desired: 4, Running: 1, TaskDefinition: "green:2"},
		}
	})
	s := cluster.Snapshot{
		Hosts:    []cluster.Host{{ARN: "b", Status: cluster.Draining}},
		Services: []cluster.Service{rolling, green},
		Tasks:    []cluster.Task{{Host: "b", Service: "green", Definition: "green:1", WantedRunning: true}},
	}
	got := map[string]int{}
	for _, d := range s.Demand() {
		got[d.Definition] += d.Tasks
	}
	assert.Equal(t, map[string]int{"web:2": 2, "green:1": 1, "green:2": 3}, got)
	assert.Equal(t, 6, s.Unplaced())
}
