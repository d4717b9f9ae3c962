package ecsreader_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
)

func TestHealthyTasksOfService(t *testing.T) {
	a, r := newLeaving()
	on := map[string]bool{arn(1): true}
	service := cluster.Service{Name: "web", Active: true, Desired: 3, MinimumHealthyPercent: 100, MaximumPercent: 200}
	add := func(n string, health types.HealthStatus, last string) {
		one := leavingTask(n, "RUNNING", last)
		one.TaskDefinitionArn, one.HealthStatus = aws.String("web:1"), health
		a.tasks = append(a.tasks, one)
	}
	count := func(reports map[string]bool) ecsreader.Healthy {
		return r.Healthy(t.Context(), "web", []cluster.Service{service}, on, reports)
	}
	for _, n := range []string{"1", "2", "3"} {
		add(n, types.HealthStatusUnknown, "RUNNING")
	}
	add("4", types.HealthStatusUnknown, "PENDING")
	a.definitions = map[string]types.TaskDefinition{"web:1": {}}
	assert.Equal(t, map[string]int{"web": 3}, count(nil).Running, "no health check")
	assert.Equal(t, map[string]int{"web": 0}, count(map[string]bool{"web:1": true}).Running, "another task of the revision reports")
	a.tasks[0].HealthStatus = types.HealthStatusHealthy
	assert.Equal(t, map[string]int{"web": 1}, count(nil).Running, "one of them does")
	a.err = errors.New("throttled")
	read := count(nil)
	assert.Empty(t, read.Running)
	assert.Len(t, read.Unread, 1)
}
