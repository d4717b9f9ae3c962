package drain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/thresholds"
)

// taking is the cluster with stopTimeouts by service; "": standalone tasks'.
func taking(p drain.Cluster, stop map[string]time.Duration) drain.Cluster {
	for service, d := range stop {
		definition := p.Definitions[service+":1"]
		definition.StopTimeout = d
		p.Definitions[service+":1"] = definition
	}
	return p
}

// aws-samples/ecs-cid-sample #27, aws/containers-roadmap #125: SIGTERM may be given more than 10 minutes.
func TestStopTimeoutAfterDeadline(t *testing.T) {
	api := service("api", 2, 50, 200)
	only := func(d time.Duration) map[string]time.Duration { return map[string]time.Duration{"api": d} }
	standalone := func(d time.Duration) map[string]time.Duration { return map[string]time.Duration{"": d} }
	quick := func(tasks ...drain.Task) drain.Host {
		h := host(tasks...)
		h.Hook.Timeout = time.Minute // AWS's cap: 100 minutes
		return h
	}
	unread := func(service string, minute int) drain.Task {
		t := stopping(service, minute)
		t.DefinitionUnread = true
		return t
	}
	const half = 30 * time.Minute
	for _, c := range []struct {
		name   string
		state  drain.Cluster
		want   thresholds.Drain
		minute int
		step   string
	}{
		{"half an hour, and 7.5 minutes for what comes before and after it", taking(clusterOf(host(stopping("api", 60)), api), only(half)), defaults(), 97, "wait tasks_stopping heartbeat"},
		{"and no more", taking(clusterOf(host(stopping("api", 60)), api), only(half)), defaults(), 98, "complete deadline"},
		{"a short one is within the 10 minutes", taking(clusterOf(host(stopping("api", 60)), api), only(2*time.Minute)), defaults(), 70, "complete deadline"},
		{"11 minutes are not", taking(clusterOf(host(stopping("api", 60)), api), only(11*time.Minute)), defaults(), 78, "wait tasks_stopping heartbeat"},
		{"told by ECS before the deadline, it has the rest", taking(clusterOf(host(stopping("api", 50)), api), only(half)), defaults(), 87, "wait tasks_stopping heartbeat"},
		{"and no more than that", taking(clusterOf(host(stopping("api", 50)), api), only(half)), defaults(), 88, "complete deadline"},
		{"told by ECS long ago, it has the 10 minutes", taking(clusterOf(host(stopping("api", 1)), api), only(half)), defaults(), 69, "wait tasks_stopping heartbeat"},
		{"of the deadline", taking(clusterOf(host(stopping("api", 1)), api), only(half)), defaults(), 70, "complete deadline"},
		{"two hours from minute 1", taking(clusterOf(host(stopping("api", 1)), api), only(2*time.Hour)), defaults(), 128, "wait tasks_stopping heartbeat"},
		{"end then", taking(clusterOf(host(stopping("api", 1)), api), only(2*time.Hour)), defaults(), 129, "complete deadline"},
		{"told late, where ticks were missed", taking(clusterOf(host(stopping("api", 100)), api), only(half)), defaults(), 137, "wait tasks_stopping heartbeat"},
		{"a standalone task at its own deadline", taking(clusterOf(host(stopping("", 2000))), standalone(half)), defaults(), 2829, "wait tasks_stopping heartbeat"},
		{"told then", taking(clusterOf(host(stopping("", 2820))), standalone(half)), defaults(), 2857, "wait tasks_stopping heartbeat"},
		{"has its own too", taking(clusterOf(host(stopping("", 2820))), standalone(half)), defaults(), 2858, "complete deadline"},
		{"AWS's cap bounds it", taking(clusterOf(host(stopping("", 2820))), standalone(5*time.Hour)), defaults(), 2874, "wait tasks_stopping heartbeat"},
		{"5 minutes before that it is released", taking(clusterOf(host(stopping("", 2820))), standalone(5*time.Hour)), defaults(), 2875, "complete deadline"},
		{"a short hook's cap too", taking(clusterOf(quick(stopping("api", 60)), api), only(5*time.Hour)), defaults(), 95, "complete deadline"},
		{"with hold it is the cap", taking(clusterOf(host(stopping("api", 2865)), api), only(half)), hold(), 2875, "complete deadline"},
		{"with hold it is told in time for that", taking(clusterOf(host(task("api")), api), only(half)), hold(), 2838, "stop_tasks deadline heartbeat"},
		{"not before", taking(clusterOf(host(task("api")), api), only(half)), hold(), 2837, "wait deadline heartbeat"},
		{"a short one at the cap's reserve", taking(clusterOf(host(task("api")), api), only(time.Minute)), hold(), 2864, "wait deadline heartbeat"},
		{"one that is longer than the cap at the entry's deadline", taking(clusterOf(host(task("api")), api), only(100*time.Hour)), hold(), 59, "wait tasks_running heartbeat"},
		{"and not before that", taking(clusterOf(host(task("api")), api), only(100*time.Hour)), hold(), 60, "stop_tasks deadline heartbeat"},
		{"a protected one is not told earlier", taking(clusterOf(host(protected(-1)), api), only(half)), hold(), 2838, "wait deadline heartbeat"},
		{"nor is any where the entry says stop", taking(clusterOf(host(task("api")), api), only(100*time.Hour)), defaults(), 59, "wait tasks_running heartbeat"},
		{"the longest of several counts", taking(clusterOf(host(stopping("api", 60), stopping("web", 60)), api, service("web", 2, 50, 200)), map[string]time.Duration{"api": time.Minute, "web": half}), defaults(), 97, "wait tasks_stopping heartbeat"},
		{"a definition that cannot be read may say an hour", clusterOf(host(unread("other", 60)), api), defaults(), 119, "wait tasks_stopping heartbeat"},
		{"and no more", clusterOf(host(unread("other", 60)), api), defaults(), 120, "complete deadline"},
		{"one that was read before is known", taking(clusterOf(host(unread("api", 60)), api), only(half)), defaults(), 98, "complete deadline"},
		{"a definition that nobody asked for is none", clusterOf(host(stopping("other", 60)), api), defaults(), 70, "complete deadline"},

		{"daemons are told 3 minutes before it ends", taking(clusterOf(host(stopping("api", 60), task("agent")), api, daemon("agent")), only(half)), defaults(), 94, "wait tasks_stopping heartbeat"},
		{"not before", taking(clusterOf(host(stopping("api", 60), task("agent")), api, daemon("agent")), only(half)), defaults(), 95, "stop_tasks deadline heartbeat"},
		{"a daemon has its own", taking(clusterOf(host(stopping("agent", 60)), daemon("agent")), map[string]time.Duration{"agent": half}), defaults(), 92, "wait tasks_stopping heartbeat"},
		{"and no load balancer before it", taking(clusterOf(host(stopping("agent", 60)), daemon("agent")), map[string]time.Duration{"agent": half}), defaults(), 93, "complete deadline"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := drain.Next(c.state, c.want, at(c.minute))[0]
			assert.Equal(t, c.step, shown(s), s.Detail)
		})
	}
}
