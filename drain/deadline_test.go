package drain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/thresholds"
)

// protected is a task of service api whose protection ends at the minute; negative: nobody knows when.
func protected(minute int) drain.Task {
	t := task("api")
	t.ARN, t.Protected = "task/protected", true
	if minute >= 0 {
		t.ProtectedUntil = at(minute)
	}
	return t
}

func perhapsProtected() drain.Task {
	t := task("api")
	t.ProtectionUnread = true
	return t
}

// aws/containers-roadmap #125, #1207: long sessions and jobs must not be cut.
func TestDeadlineOfProtectedTask(t *testing.T) {
	api := service("api", 2, 50, 200)
	short := thresholds.Drain{DeadlineMinutes: 60, StandaloneDeadlineMinutes: 20, AtDeadline: thresholds.Stop, Hook: "h"}
	unheld := defaults()
	unheld.StandaloneDeadlineMinutes = 2865
	quick := func(tasks ...drain.Task) drain.Host {
		h := host(tasks...)
		h.Hook.Timeout = time.Minute
		return h
	}
	deserted := func(h drain.Host) drain.Cluster {
		p := clusterOf(h, api)
		p.Hosts, p.Groups = p.Hosts[1:], []cluster.Group{{Max: 0}}
		return p
	}
	stopped := protected(-1)
	stopped.Protected, stopped.WantedRunning, stopped.LastStatus, stopped.StoppingAt = false, false, "STOPPING", at(100)
	for _, c := range []struct {
		name   string
		state  drain.Cluster
		want   thresholds.Drain
		minute int
		step   string
	}{
		{"it outlasts the services' deadline", clusterOf(host(protected(100)), api), defaults(), 99, "wait protected_task heartbeat"},
		{"until its protection ends", clusterOf(host(protected(100)), api), defaults(), 100, "stop_tasks deadline heartbeat"},
		{"then it has 10 minutes", clusterOf(host(stopped), api), defaults(), 109, "wait tasks_stopping heartbeat"},
		{"and no more", clusterOf(host(stopped), api), defaults(), 110, "complete deadline"},
		{"renewed, it has more", clusterOf(host(protected(2000)), api), defaults(), 1999, "wait protected_task heartbeat"},
		{"but not past the standalone deadline", clusterOf(host(protected(5000)), api), defaults(), 2819, "wait protected_task heartbeat"},
		{"then it is stopped", clusterOf(host(protected(5000)), api), defaults(), 2820, "stop_tasks deadline heartbeat"},
		{"an end that nobody knows is the standalone deadline", clusterOf(host(protected(-1)), api), defaults(), 2819, "wait protected_task heartbeat"},
		{"there too it is stopped", clusterOf(host(protected(-1)), api), defaults(), 2820, "stop_tasks deadline heartbeat"},
		{"an end before the services' deadline ends nothing", clusterOf(host(protected(30)), api), defaults(), 59, "wait protected_task heartbeat"},
		{"nor does it give more than to others", clusterOf(host(protected(30)), api), defaults(), 60, "stop_tasks deadline heartbeat"},
		{"a standalone deadline before the services' neither", clusterOf(host(protected(-1)), api), short, 59, "wait protected_task heartbeat"},
		{"both passed", clusterOf(host(protected(-1)), api), short, 60, "stop_tasks deadline heartbeat"},
		{"protection that was taken away ends at once", clusterOf(host(task("api")), api), defaults(), 61, "stop_tasks deadline heartbeat"},
		{"hold is not shortened", clusterOf(host(protected(100)), api), hold(), 48*60 - 16, "wait deadline heartbeat"},
		{"and ends for it as for all", clusterOf(host(protected(5000)), api), hold(), 48*60 - 15, "stop_tasks deadline heartbeat"},
		{"15 minutes are kept before AWS's cap", clusterOf(quick(protected(5000)), api), unheld, 85, "stop_tasks deadline heartbeat"},
		{"and no more than that", clusterOf(quick(protected(5000)), api), unheld, 84, "wait protected_task heartbeat"},
		{"5 minutes before the cap it ends with its host", clusterOf(quick(protected(5000)), api), unheld, 95, "complete deadline"},
		{"protection that cannot be read may be there", clusterOf(host(perhapsProtected()), api), defaults(), 60, "wait protected_task heartbeat"},
		{"until the standalone deadline", clusterOf(host(perhapsProtected()), api), defaults(), 2820, "stop_tasks deadline heartbeat"},
		{"before the deadline it is no reason", clusterOf(host(perhapsProtected()), api), defaults(), 59, "wait tasks_running heartbeat"},
		{"where nothing can move, it is not stopped at once", deserted(host(protected(100))), defaults(), 5, "wait protected_task"},
		{"nor what may be protected", deserted(host(perhapsProtected())), defaults(), 5, "wait no_room"},
		{"but when its protection ends", deserted(host(protected(100))), defaults(), 100, "stop_tasks deadline heartbeat"},
		{"daemons serve it", clusterOf(host(protected(100), task("agent")), api, daemon("agent")), defaults(), 90, "wait protected_task heartbeat"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := drain.Next(c.state, c.want, at(c.minute))[0]
			assert.Equal(t, c.step, shown(s), s.Detail)
		})
	}
}

func TestUnprotectedStopBesideProtected(t *testing.T) {
	s := drain.Next(clusterOf(host(task("api"), protected(-1), task("agent")), service("api", 2, 50, 200), daemon("agent")), defaults(), at(60))[0]
	assert.Equal(t, []string{"task/api"}, s.Tasks)
}

func TestDetailSaysUntilWhenProtected(t *testing.T) {
	api := service("api", 2, 50, 200)
	s := drain.Next(clusterOf(host(protected(100)), api), defaults(), at(61))[0]
	assert.Equal(t, "service api, task protected, until 2026-11-22T05:40:00Z", s.Detail)
	s = drain.Next(clusterOf(host(protected(-1)), api), defaults(), at(61))[0]
	assert.Equal(t, "service api, task protected, until 2026-11-24T03:00:00Z", s.Detail)
	s = drain.Next(clusterOf(host(protected(9000)), api), defaults(), at(61))[0]
	assert.Equal(t, "service api, task protected, until 2026-11-24T03:00:00Z", s.Detail, "the standalone deadline")
	s = drain.Next(clusterOf(host(perhapsProtected()), api), defaults(), at(61))[0]
	assert.Equal(t, "service api, task api: its protection could not be read, so it may run until 2026-11-24T03:00:00Z", s.Detail)
}

// A session may take hours. Doubt calls a person.
func TestProtectedTasksLeaveTheAgeOut(t *testing.T) {
	age := func(minute int, tasks ...drain.Task) bool {
		return drain.Next(clusterOf(host(tasks...), service("api", 2, 50, 200)), defaults(), at(minute))[0].AgeCounts
	}
	assert.False(t, age(100, protected(200)))
	assert.False(t, age(100, protected(200), task("")))
	assert.True(t, age(100, perhapsProtected()))
	assert.True(t, age(200, protected(200)))
	assert.True(t, age(2820, protected(-1)))
}
