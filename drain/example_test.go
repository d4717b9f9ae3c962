package drain_test

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/thresholds"
)

// One host leaves. Its task of web has stopped, its task of jobs was started by run-task and still runs.
func ExampleNext() {
	began := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	web := drain.Task{TaskDetail: cluster.TaskDetail{
		Task:       cluster.Task{ARN: "task/1", Service: "web", LastStatus: "STOPPED"},
		StoppingAt: began.Add(3 * time.Minute), StoppedAt: began.Add(4 * time.Minute),
	}}
	job := drain.Task{TaskDetail: cluster.TaskDetail{Task: cluster.Task{ARN: "task/2", LastStatus: "RUNNING", WantedRunning: true}}}
	c := drain.Cluster{
		Snapshot: cluster.Snapshot{
			Cluster:  "web",
			Services: []cluster.Service{{Name: "web", Active: true, Home: cluster.OnEC2, Desired: 4, MinimumHealthyPercent: 100, MaximumPercent: 200}},
		},
		ServicesRead: true, Healthy: map[string]int{"web": 3},
		Terminating: []drain.Host{{
			Instance: "i-1", Group: "web-blue", State: cluster.TerminatingWait, Began: began, BeganKnown: true,
			Hook:         drain.Hook{Found: true, Timeout: time.Hour},
			Registration: &cluster.Host{ARN: "ci-1", InstanceID: "i-1", Status: cluster.Draining, Connected: true},
			Tasks:        []drain.Task{web, job}, TasksRead: true,
		}},
	}
	show := func(minute int) {
		for _, s := range drain.Next(c, thresholds.Builtin().Drain, began.Add(time.Duration(minute)*time.Minute)) {
			fmt.Printf("minute %d: %s, %s: %s\n", minute, s.Action, s.Reason, s.Detail)
		}
	}

	show(5)
	c.Terminating[0].Tasks = []drain.Task{web} // the job has ended
	show(6)
	c.Healthy["web"] = 4 // its replacement runs elsewhere
	show(7)
	// Output:
	// minute 5: wait, standalone_task: 1 standalone task
	// minute 6: wait, service_below_floor: service web: 3 running on ACTIVE hosts (floor 4)
	// minute 7: complete, ready:
}
