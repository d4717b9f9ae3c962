package ecsreader_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

// definitionOf is what is read of one revision.
func definitionOf(t *testing.T, containers ...types.ContainerDefinition) cluster.Definition {
	t.Helper()
	api := &fakeECS{definitions: map[string]types.TaskDefinition{"web:1": {ContainerDefinitions: containers}}}
	s := cluster.Snapshot{Cluster: "web"}
	reader(api, nil).ReadDefinitions(t.Context(), &s, []string{"web:1"})
	assert.Empty(t, s.Unread)
	return s.Definitions["web:1"]
}

func TestStopTimeout(t *testing.T) {
	stops := func(name string, seconds int32, after ...string) types.ContainerDefinition {
		c := types.ContainerDefinition{Name: aws.String(name)}
		if seconds >= 0 {
			c.StopTimeout = aws.Int32(seconds)
		}
		for _, other := range after {
			c.DependsOn = append(c.DependsOn, types.ContainerDependency{ContainerName: aws.String(other)})
		}
		return c
	}
	for name, tt := range map[string]struct {
		containers []types.ContainerDefinition
		want       time.Duration
	}{
		"nobody says":                               {[]types.ContainerDefinition{stops("a", -1), stops("b", -1, "a")}, 0},
		"its container says":                        {[]types.ContainerDefinition{stops("a", 1800)}, 30 * time.Minute},
		"less than the agent's":                     {[]types.ContainerDefinition{stops("a", 2)}, 2 * time.Second},
		"the longest counts":                        {[]types.ContainerDefinition{stops("a", 60), stops("b", 600), stops("c", 30)}, 10 * time.Minute},
		"the agent's where one says nothing":        {[]types.ContainerDefinition{stops("a", 2), stops("b", -1)}, 30 * time.Second},
		"one after the other":                       {[]types.ContainerDefinition{stops("a", 60), stops("b", 600, "a"), stops("c", -1, "b")}, 11*time.Minute + 30*time.Second},
		"the longest chain":                         {[]types.ContainerDefinition{stops("a", 60), stops("b", 600), stops("c", 10, "a", "b")}, 10*time.Minute + 10*time.Second},
		"a dependency on a container that is not":   {[]types.ContainerDefinition{stops("a", 60, "nobody")}, time.Minute},
		"a circle, which ECS refuses, does not end": {[]types.ContainerDefinition{stops("a", 60, "b"), stops("b", 60, "a")}, 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, definitionOf(t, tt.containers...).StopTimeout)
		})
	}
}

func TestWhichTasksAreHealthChecked(t *testing.T) {
	check := &types.HealthCheck{Command: []string{"CMD", "true"}}
	plain := types.ContainerDefinition{Name: aws.String("plain")}
	for name, tt := range map[string]struct {
		container types.ContainerDefinition
		want      bool
	}{
		"none":                      {plain, false},
		"essential unless it says":  {types.ContainerDefinition{Name: aws.String("a"), HealthCheck: check}, true},
		"essential":                 {types.ContainerDefinition{Name: aws.String("a"), HealthCheck: check, Essential: aws.Bool(true)}, true},
		"not essential":             {types.ContainerDefinition{Name: aws.String("a"), HealthCheck: check, Essential: aws.Bool(false)}, false},
		"a check without a command": {types.ContainerDefinition{Name: aws.String("a"), HealthCheck: &types.HealthCheck{}}, false},
	} {
		assert.Equal(t, tt.want, definitionOf(t, plain, tt.container).HealthChecked, name)
	}
}
