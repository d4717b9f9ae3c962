package scaler_test

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

// Two hosts are three quarters full, and the service wants two tasks more than have room.
func ExampleDecide() {
	now := time.Date(2026, 11, 22, 6, 30, 0, 0, time.UTC)
	size := cluster.Resources{CPU: 2048, Memory: 7680}
	s := cluster.Snapshot{
		Cluster:     "web",
		Definitions: map[string]cluster.Definition{"api:1": {Size: cluster.Resources{CPU: 768, Memory: 1024}}},
		Services: []cluster.Service{{
			Name: "api", Active: true, Home: cluster.OnEC2, Desired: 6, Running: 4,
			MinimumHealthyPercent: 100, MaximumPercent: 200, TaskDefinition: "api:1", Rollout: cluster.Rolling,
			Deployments: []cluster.Deployment{{Primary: true, InProgress: true, Desired: 6, Running: 4, TaskDefinition: "api:1"}},
		}},
	}
	for _, id := range []string{"i-1", "i-2"} {
		s.Hosts = append(s.Hosts, cluster.Host{
			ARN: id, InstanceID: id, Status: cluster.Active, Connected: true, RegisteredAt: now.Add(-time.Hour),
			Registered: size, Remaining: cluster.Resources{CPU: 512, Memory: 5632}, Tasks: 2,
		})
	}

	v := scaler.Decide(thresholds.Builtin(), s, now)

	fmt.Println("signal", v.Signal, "gap", v.InstanceGap)
	for i, reason := range v.Reasons {
		fmt.Println(reason+":", v.Why[i])
	}
	// Output:
	// signal 1 gap 2
	// cpu_at_scale_out: CPU reservation 75% is at or above 75%
	// unplaced_tasks: 2 tasks of api (768 CPU each) fit nowhere: the freest host has 512
}
