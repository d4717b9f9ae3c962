package ecsreader

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// agentStops is what an agent gives a container whose definition says nothing
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html, ECS_CONTAINER_STOP_TIMEOUT).
const agentStops = 30 * time.Second

// stopTimeout is how long a task's containers may take to stop; zero: none of them says. A container on which others depend
// stops after these
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html).
func stopTimeout(containers []types.ContainerDefinition) time.Duration {
	if !slices.ContainsFunc(containers, func(c types.ContainerDefinition) bool { return c.StopTimeout != nil }) {
		return 0
	}
	byName := map[string]types.ContainerDefinition{}
	for _, c := range containers {
		byName[aws.ToString(c.Name)] = c
	}
	// A negative time marks a container whose chain is being walked, in case of a circle.
	took := map[string]time.Duration{}
	var chain func(name string) time.Duration
	chain = func(name string) time.Duration {
		c, known := byName[name]
		if d, done := took[name]; done || !known {
			return max(d, 0)
		}
		took[name] = -1
		var others time.Duration
		for _, d := range c.DependsOn {
			others = max(others, chain(aws.ToString(d.ContainerName)))
		}
		own := agentStops
		if c.StopTimeout != nil {
			own = time.Duration(*c.StopTimeout) * time.Second
		}
		took[name] = own + others
		return took[name]
	}
	var longest time.Duration
	for _, c := range containers {
		longest = max(longest, chain(aws.ToString(c.Name)))
	}
	return longest
}

// healthChecked tells whether the task's health includes the container's. One is essential unless it says otherwise.
func healthChecked(c types.ContainerDefinition) bool {
	return c.HealthCheck != nil && len(c.HealthCheck.Command) > 0 && (c.Essential == nil || *c.Essential)
}
