package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

var demandedAt = time.Date(2026, 11, 22, 4, 38, 0, 0, time.UTC)

// demanding is a cluster of two hosts with ten tasks of web (100 CPU, 200 MiB) and a daemon (10 CPU, 20 MiB) on each.
func demanding() cluster.Snapshot {
	host := func(arn string) cluster.Host {
		return cluster.Host{
			ARN: arn, Status: cluster.Active, Connected: true, Registered: cluster.Resources{CPU: 4000, Memory: 8000},
			Remaining: cluster.Resources{CPU: 2990, Memory: 5980}, Tasks: 11, TasksRead: true,
		}
	}
	s := cluster.Snapshot{
		Hosts: []cluster.Host{host("a"), host("b")},
		Services: []cluster.Service{
			{Name: "web", Active: true, Home: cluster.OnEC2, Rollout: cluster.Rolling, Desired: 20, Running: 20, MinimumHealthyPercent: 100, MaximumPercent: 200,
				TaskDefinition: "web:1", Deployments: []cluster.Deployment{{Primary: true, TaskDefinition: "web:1", Desired: 20, Running: 20}}},
			{Name: "logs", Active: true, Home: cluster.OnEC2, Daemon: true, Desired: 2, Running: 2, TaskDefinition: "logs:1"},
		},
		Definitions: map[string]cluster.Definition{
			"web:1": {Size: cluster.Resources{CPU: 100, Memory: 200}}, "logs:1": {Size: cluster.Resources{CPU: 10, Memory: 20}},
		},
	}
	for range 10 {
		s.Tasks = append(s.Tasks, cluster.Task{Host: "b", Service: "web", Definition: "web:1", WantedRunning: true})
	}
	return s
}

func TestDemandIsReservedAndWanted(t *testing.T) {
	for name, tt := range map[string]struct {
		world func(*cluster.Snapshot)
		cpu   int64
	}{
		"what is reserved": {func(*cluster.Snapshot) {}, 2000},
		"and wanted":       {func(s *cluster.Snapshot) { s.Services[0].Desired = 25 }, 2500},
		"within maximumPercent": {func(s *cluster.Snapshot) {
			s.Services[0].Desired, s.Services[0].Running = 5, 12
			s.Services[0].MaximumPercent = 200
		}, 2000},
		"standalone tasks too":        {func(s *cluster.Snapshot) { s.Hosts[0].Remaining.CPU -= 300 }, 2300},
		"the same while agents blink": {func(s *cluster.Snapshot) { s.Hosts[1].Connected = false }, 2000},
		"while a host drains":         {func(s *cluster.Snapshot) { s.Hosts[1].Status = cluster.Draining }, 2000},
		"whose tasks may not start elsewhere yet": {func(s *cluster.Snapshot) {
			s.Hosts[1].Status, s.Services[0].MinimumHealthyPercent, s.Services[0].MaximumPercent = cluster.Draining, 50, 100
		}, 2000},
		"and have moved in part": {func(s *cluster.Snapshot) {
			s.Hosts[1].Status, s.Tasks = cluster.Draining, s.Tasks[:4]
			s.Hosts[0].Remaining.CPU -= 600
		}, 2000},
		"a new host with its daemon": {func(s *cluster.Snapshot) {
			s.Hosts = append(s.Hosts, cluster.Host{ARN: "c", Status: cluster.Active, Registered: cluster.Resources{CPU: 4000}, Remaining: cluster.Resources{CPU: 3990}})
			s.Services[1].Running++
		}, 2000},
		"external hosts have none": {func(s *cluster.Snapshot) {
			s.Hosts = append(s.Hosts, cluster.Host{Status: cluster.Active, External: true, Registered: cluster.Resources{CPU: 4000}})
		}, 2000},
		"a roll-out": {func(s *cluster.Snapshot) {
			s.Hosts[0].Remaining.CPU -= 800
			s.Services[0].Running += 8
			s.Services[0].Deployments[0].InProgress, s.Services[0].Deployments[0].Running = true, 8
		}, 2800},
		"that crashes again and again": {func(s *cluster.Snapshot) {
			s.Hosts[0].Remaining.CPU -= 800
			s.Services[0].Running += 8
			s.Services[0].Deployments[0].InProgress, s.Services[0].Deployments[0].Running = true, 8
			s.Services[0].Crashed = demandedAt.Add(-5 * time.Hour)
		}, 2000},
		"or did long ago": {func(s *cluster.Snapshot) {
			s.Hosts[0].Remaining.CPU -= 800
			s.Services[0].Running += 8
			s.Services[0].Deployments[0].InProgress, s.Services[0].Deployments[0].Running = true, 8
			s.Services[0].Crashed = demandedAt.Add(-6 * time.Hour)
		}, 2800},
		"crashes without a roll-out": {func(s *cluster.Snapshot) {
			s.Hosts[0].Remaining.CPU += 500
			s.Services[0].Running -= 5
			s.Services[0].Crashed = demandedAt
		}, 2000},
		"nothing at all": {func(s *cluster.Snapshot) {
			s.Hosts, s.Services[0].Desired, s.Services[0].Running, s.Services[1].Running = nil, 0, 0, 0
		}, 0},
		"wanted without a host": {func(s *cluster.Snapshot) { s.Hosts, s.Services[0].Running, s.Services[1].Running = nil, 0, 0 }, 2000},
	} {
		t.Run(name, func(t *testing.T) {
			s := demanding()
			tt.world(&s)
			got, known := s.Demanded(demandedAt)
			assert.True(t, known)
			assert.Equal(t, tt.cpu, got.CPU)
		})
	}
	got, _ := demanding().Demanded(demandedAt)
	assert.EqualValues(t, 4000, got.Memory)
}

func TestDemandIsNotGuessed(t *testing.T) {
	for name, world := range map[string]func(*cluster.Snapshot){
		"hosts that ECS did not describe": func(s *cluster.Snapshot) { s.HostsUnread = true },
		"something unread":                func(s *cluster.Snapshot) { s.Unread = []string{"its services"} },
		"the tasks of a draining host":    func(s *cluster.Snapshot) { s.Hosts[1].Status, s.Hosts[1].TasksRead = cluster.Draining, false },
		"the size of what is wanted":      func(s *cluster.Snapshot) { s.Services[0].Desired++; delete(s.Definitions, "web:1") },
		"the size of a daemon":            func(s *cluster.Snapshot) { delete(s.Definitions, "logs:1") },
		"the size of what crashes": func(s *cluster.Snapshot) {
			s.Services[0].Running, s.Services[0].Crashed = 28, demandedAt
			s.Services[0].Deployments[0].InProgress, s.Services[0].Deployments[0].TaskDefinition = true, "web:2"
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := demanding()
			world(&s)
			_, known := s.Demanded(demandedAt)
			assert.False(t, known)
		})
	}
}
