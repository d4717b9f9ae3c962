package drain_test

import (
	"strings"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/thresholds"
)

var began = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }

// host is a waiting one that is set DRAINING, with these tasks on it.
func host(tasks ...drain.Task) drain.Host {
	return drain.Host{
		Instance: "i-1", Group: "web-blue", State: cluster.TerminatingWait, Began: began, BeganKnown: true,
		Hook:         drain.Hook{Found: true, Timeout: time.Hour},
		Registration: &cluster.Host{ARN: "ci-1", InstanceID: "i-1", Status: cluster.Draining, Connected: true},
		TasksRead:    true, SearchedAll: true, Tasks: tasks,
	}
}

// task is one of a service that runs; of "": a standalone one.
func task(service string) drain.Task {
	return drain.Task{TaskDetail: cluster.TaskDetail{Task: cluster.Task{ARN: "task/" + service, Service: service, LastStatus: "RUNNING", WantedRunning: true, Definition: service + ":1"}}}
}

func stopping(service string, minute int) drain.Task {
	t := task(service)
	t.WantedRunning, t.LastStatus, t.StoppingAt = false, "DEACTIVATING", at(minute)
	return t
}

func stopped(service string, minute int) drain.Task {
	t := stopping(service, minute)
	t.LastStatus, t.StoppedAt = "STOPPED", at(minute)
	return t
}

func service(name string, desired, minimum, maximum int) cluster.Service {
	return cluster.Service{
		Name: name, Active: true, Home: cluster.OnEC2, Desired: desired, Running: desired,
		MinimumHealthyPercent: minimum, MaximumPercent: maximum, Rollout: cluster.Rolling, TaskDefinition: name + ":1",
	}
}

func daemon(name string) cluster.Service {
	s := service(name, 3, 0, 100)
	s.Daemon = true
	return s
}

// clusterOf has one ACTIVE host with room, and the given one that leaves.
func clusterOf(h drain.Host, services ...cluster.Service) drain.Cluster {
	p := drain.Cluster{ServicesRead: true, Healthy: map[string]int{}, Terminating: []drain.Host{h}}
	p.Cluster = "web"
	p.Groups = []cluster.Group{{Name: "web-blue", Max: 10}}
	p.Services = services
	p.Definitions = map[string]cluster.Definition{}
	p.Hosts = []cluster.Host{{
		ARN: "ci-9", InstanceID: "i-9", Status: cluster.Active, Connected: true,
		Registered: cluster.Resources{CPU: 1000, Memory: 1000}, Remaining: cluster.Resources{CPU: 500, Memory: 500},
	}}
	if h.Registration != nil {
		p.Hosts = append(p.Hosts, *h.Registration)
	}
	for _, s := range services {
		p.Healthy[s.Name] = s.Running
		p.Definitions[s.TaskDefinition] = cluster.Definition{Size: cluster.Resources{CPU: 100, Memory: 100}}
	}
	return p
}

func defaults() thresholds.Drain { return thresholds.Builtin().Drain }

func hold() thresholds.Drain {
	d := defaults()
	d.AtDeadline = thresholds.Hold
	return d
}

// shown is a step as tables write it: what is done, then why.
func shown(s drain.Step) string {
	words := []string{string(s.Action), string(s.Reason)}
	if s.Heartbeat {
		words = append(words, "heartbeat")
	}
	if s.Deregister {
		words = append(words, "deregister")
	}
	return strings.Join(words, " ")
}
