package drain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/thresholds"
)

func TestEveryHostHasOneStep(t *testing.T) {
	running := func(p drain.Cluster, n int) drain.Cluster {
		p.Healthy["api"] = n
		return p
	}
	change := func(h drain.Host, do func(*drain.Host)) drain.Host {
		do(&h)
		return h
	}
	registered := func(status cluster.HostStatus, connected bool, tasks ...drain.Task) drain.Host {
		h := host(tasks...)
		h.Registration = &cluster.Host{ARN: "ci-1", InstanceID: "i-1", Status: status, Connected: connected}
		return h
	}
	unknown := func(searched bool) drain.Host {
		return change(host(), func(h *drain.Host) { h.Registration, h.TasksRead, h.SearchedAll = nil, false, searched })
	}
	api, once := service("api", 2, 50, 200), service("api", 2, 100, 100)
	sideBySide, deleted := once, once
	sideBySide.Rollout, deleted.Active = cluster.SideBySide, false
	short := func(timeout time.Duration, tasks ...drain.Task) drain.Host {
		return change(host(tasks...), func(h *drain.Host) { h.Hook.Timeout = timeout })
	}
	protected := task("api")
	protected.Protected = true
	full := clusterOf(host(task("api")), service("api", 2, 100, 200))
	full.Hosts[0].Remaining = cluster.Resources{CPU: 99, Memory: 500}
	deserted := clusterOf(host(task("api")), api)
	deserted.Hosts, deserted.Groups = deserted.Hosts[1:], []cluster.Group{{Max: 0}, {Max: 0}}
	desertedUnread := deserted
	desertedUnread.HostsUnread = true
	roomy := deserted
	roomy.Groups = []cluster.Group{{Max: 0}, {Max: 1}}
	desertedFloor := running(clusterOf(host(stopped("api", 3)), api), 0)
	desertedFloor.Hosts, desertedFloor.Groups = desertedFloor.Hosts[1:], deserted.Groups
	desertedFloorUnread := desertedFloor
	desertedFloorUnread.HostsUnread = true
	uncounted := clusterOf(host(stopped("api", 3)), api)
	delete(uncounted.Healthy, "api")
	unread := clusterOf(host(stopped("api", 3)))
	unread.ServicesRead = false
	gone := api
	gone.Active = false

	for _, c := range []struct {
		name   string
		state  drain.Cluster
		want   thresholds.Drain
		minute int
		step   string
	}{
		{"an idle host is set DRAINING too", clusterOf(registered(cluster.Active, true)), defaults(), 0, "drain tasks_running"},
		{"already in Terminating", clusterOf(change(registered(cluster.Active, true), func(h *drain.Host) { h.State = cluster.JustTerminating })), defaults(), 0, "drain tasks_running"},
		{"an idle host is released", clusterOf(host()), defaults(), 3, "complete ready"},
		{"but never within 3 minutes", clusterOf(host()), defaults(), 2, "wait ready"},
		{"which count from the end of a minute where only that is known", clusterOf(change(host(), func(h *drain.Host) { h.BeganKnown = false })), defaults(), 5, "wait ready"},
		{"and of what an event may be late", clusterOf(change(host(), func(h *drain.Host) { h.BeganKnown = false })), defaults(), 6, "complete ready"},
		{"and only in Terminating:Wait", clusterOf(change(host(), func(h *drain.Host) { h.State = cluster.JustTerminating })), defaults(), 30, "wait ready"},
		{"when its hooks are done there is nothing to do", clusterOf(change(host(), func(h *drain.Host) { h.State = cluster.TerminatingProceed })), defaults(), 5, "none ready"},
		{"but for a registration that nobody takes along", clusterOf(change(registered(cluster.Draining, false), func(h *drain.Host) { h.State = cluster.TerminatingProceed })), defaults(), 5, "none ready deregister"},

		{"never registered", clusterOf(unknown(true)), defaults(), 3, "complete not_registered"},
		{"never registered, within 3 minutes", clusterOf(unknown(true)), defaults(), 2, "wait not_registered"},
		{"perhaps registered elsewhere", clusterOf(unknown(false)), defaults(), 300, "wait not_registered heartbeat"},
		{"until 5 minutes before AWS's cap", clusterOf(unknown(false)), defaults(), 48*60 - 6, "wait not_registered heartbeat"},
		{"and no longer", clusterOf(unknown(false)), defaults(), 48*60 - 5, "complete deadline"},
		{"registering", clusterOf(registered(cluster.Registering, true)), defaults(), 5, "wait not_registered"},
		{"registering for ever", clusterOf(registered(cluster.Registering, true)), defaults(), 60, "complete deadline"},
		{"registration failed", clusterOf(registered(cluster.RegistrationFailed, true)), defaults(), 3, "complete not_registered"},
		{"deregistering", clusterOf(registered(cluster.Deregistering, true, stopping("api", 1)), api), defaults(), 5, "wait tasks_stopping"},
		{"deregistering and empty", clusterOf(registered(cluster.Deregistering, true)), defaults(), 5, "complete ready"},
		{"dead: EC2 unhealthy and agent gone", clusterOf(change(registered(cluster.Draining, false, task("api")), func(h *drain.Host) { h.Unhealthy = true }), api), defaults(), 0, "complete host_dead deregister"},
		{"dead before Terminating:Wait: its registration stays until then", clusterOf(change(registered(cluster.Draining, false, task("api")), func(h *drain.Host) { h.Unhealthy, h.State = true, cluster.JustTerminating }), api), defaults(), 0, "wait host_dead"},
		{"dead with another's hook: its registration is not ours to remove", clusterOf(change(registered(cluster.Draining, false, task("api")), func(h *drain.Host) { h.Unhealthy, h.Hook = true, drain.Hook{} }), api), defaults(), 0, "none foreign_hook"},
		{"dead with our hook done: nor is it", clusterOf(change(registered(cluster.Draining, false, task("api")), func(h *drain.Host) { h.Unhealthy, h.Hook.Gone = true, true }), api), defaults(), 0, "none foreign_hook"},
		{"agent gone alone is a blink", clusterOf(registered(cluster.Draining, false, task("api")), api), defaults(), 5, "wait tasks_running"},
		{"unhealthy alone has tasks that can be saved", clusterOf(change(host(task("api")), func(h *drain.Host) { h.Unhealthy = true }), api), defaults(), 5, "wait tasks_running"},

		{"tasks run", clusterOf(host(task("api"), task("agent")), api, daemon("agent")), defaults(), 5, "wait tasks_running"},
		{"tasks stop: their desired status does not tell", clusterOf(host(stopping("api", 1)), api), defaults(), 5, "wait tasks_stopping"},
		{"daemons are last", clusterOf(host(stopped("api", 2), task("agent")), api, daemon("agent")), defaults(), 5, "wait daemon_tasks"},
		{"all stopped and its service whole", clusterOf(host(stopped("api", 3), stopped("agent", 4)), api, daemon("agent")), defaults(), 5, "complete ready"},
		{"tasks unread", clusterOf(change(host(), func(h *drain.Host) { h.TasksRead = false })), defaults(), 5, "wait tasks_running"},
		{"tasks unread until 5 minutes before AWS's cap", clusterOf(change(host(), func(h *drain.Host) { h.TasksRead = false })), defaults(), 48*60 - 6, "wait tasks_running heartbeat"},
		{"tasks unread and no longer", clusterOf(change(host(), func(h *drain.Host) { h.TasksRead = false })), defaults(), 48*60 - 5, "complete deadline"},
		{"protected", clusterOf(host(protected), api), defaults(), 5, "wait protected_task"},
		{"cannot move", clusterOf(host(task("api")), once), defaults(), 5, "wait cannot_move"},
		{"cannot move: one task of one, rounded down, may run beside none", clusterOf(host(task("api")), service("api", 1, 100, 150)), defaults(), 5, "wait cannot_move"},
		{"cannot move: one task of one, rounded up, may not be stopped", clusterOf(host(task("api")), service("api", 1, 50, 100)), defaults(), 5, "wait cannot_move"},
		{"cannot move: two tasks, rounded both ways", clusterOf(host(task("api")), service("api", 2, 51, 149)), defaults(), 5, "wait cannot_move"},
		{"may move: one of two may be stopped first", clusterOf(host(task("api")), service("api", 2, 50, 149)), defaults(), 5, "wait tasks_running"},
		{"may move: a third may be started first", clusterOf(host(task("api")), service("api", 2, 51, 150)), defaults(), 5, "wait tasks_running"},
		{"may move: none of one has to run", clusterOf(host(task("api")), service("api", 1, 0, 100)), defaults(), 5, "wait tasks_running"},
		{"may move: a service that is scaled to 0 is stopped", clusterOf(host(task("api")), service("api", 0, 100, 100)), defaults(), 5, "wait tasks_running"},
		{"may move: maximumPercent does not bind a blue/green service", clusterOf(host(task("api")), sideBySide), defaults(), 5, "wait tasks_running"},
		{"may move: a service that is being deleted is stopped", clusterOf(host(task("api")), deleted), defaults(), 5, "wait tasks_running"},
		{"no room", full, defaults(), 5, "wait no_room"},

		{"below its floor", running(clusterOf(host(stopped("api", 3)), api), 0), defaults(), 5, "wait service_below_floor"},
		{"at its floor", running(clusterOf(host(stopped("api", 3)), api), 1), defaults(), 5, "complete ready"},
		{"still below 10 minutes later: not this drain's", running(clusterOf(host(stopped("api", 3)), api), 0), defaults(), 13, "complete below_floor_not_ours"},
		{"lost its task before the drain", running(clusterOf(host(stopped("api", -1)), api), 0), defaults(), 5, "complete ready"},
		{"where the beginning is unknown, every stopped task counts", running(clusterOf(change(host(stopped("api", -1)), func(h *drain.Host) { h.BeganKnown = false }), api), 0), defaults(), 8, "wait service_below_floor"},
		{"scaled to 0", running(clusterOf(host(stopped("api", 3)), service("api", 0, 100, 200)), 0), defaults(), 5, "complete ready"},
		{"service deleted", clusterOf(host(stopped("api", 3))), defaults(), 5, "complete ready"},
		{"service draining", running(clusterOf(host(stopped("api", 3)), gone), 0), defaults(), 5, "complete ready"},
		{"its running tasks are not known", uncounted, defaults(), 30, "wait service_below_floor heartbeat"},
		{"services unread", unread, defaults(), 5, "wait service_below_floor"},

		{"standalone tasks may finish", clusterOf(host(task(""))), defaults(), 600, "wait standalone_task heartbeat"},
		{"until their own deadline", clusterOf(host(task(""))), defaults(), 2820, "stop_tasks deadline heartbeat"},
		{"a service's are stopped at the deadline", clusterOf(host(task("api"), task("")), api), defaults(), 60, "stop_tasks deadline heartbeat"},
		{"then have 10 minutes", clusterOf(host(stopping("api", 60)), api), defaults(), 69, "wait tasks_stopping heartbeat"},
		{"and no more", clusterOf(host(stopping("api", 60)), api), defaults(), 70, "complete deadline"},
		{"counted from when they were told, where ticks were missed", clusterOf(host(stopping("api", 100)), api), defaults(), 105, "wait tasks_stopping heartbeat"},
		{"nobody told them, where ticks were missed", clusterOf(host(task("api")), api), defaults(), 300, "stop_tasks deadline heartbeat"},
		{"daemons are stopped last", clusterOf(host(stopping("api", 60), task("agent")), api, daemon("agent")), defaults(), 62, "wait tasks_stopping heartbeat"},
		{"daemons are stopped", clusterOf(host(task("agent")), daemon("agent")), defaults(), 62, "stop_tasks deadline heartbeat"},
		{"a task that does not stop keeps them for 7 minutes", clusterOf(host(stopping("api", 60), task("agent")), api, daemon("agent")), defaults(), 66, "wait tasks_stopping heartbeat"},
		{"then SIGTERM is theirs too", clusterOf(host(stopping("api", 60), task("agent")), api, daemon("agent")), defaults(), 67, "stop_tasks deadline heartbeat"},
		{"and 3 minutes", clusterOf(host(stopping("api", 60), stopping("agent", 67)), api, daemon("agent")), defaults(), 69, "wait tasks_stopping heartbeat"},
		{"in which all of them go", clusterOf(host(stopping("api", 60), stopping("agent", 67)), api, daemon("agent")), defaults(), 70, "complete deadline"},
		{"daemons that nobody told, where ticks were missed", clusterOf(host(stopping("api", 60), task("agent")), api, daemon("agent")), defaults(), 90, "stop_tasks deadline heartbeat"},
		{"have their 3 minutes then", clusterOf(host(stopping("api", 60), stopping("agent", 90)), api, daemon("agent")), defaults(), 92, "wait tasks_stopping heartbeat"},
		{"daemons serve a standalone task until its own deadline", clusterOf(host(task(""), task("agent")), daemon("agent")), defaults(), 100, "wait standalone_task heartbeat"},
		{"a standalone task that does not stop keeps them too", clusterOf(host(stopping("", 2820), task("agent")), daemon("agent")), defaults(), 2826, "wait tasks_stopping heartbeat"},
		{"and no longer than a service's", clusterOf(host(stopping("", 2820), task("agent")), daemon("agent")), defaults(), 2827, "stop_tasks deadline heartbeat"},
		{"floors count no more", running(clusterOf(host(stopped("api", 59)), api), 0), defaults(), 60, "complete deadline"},
		{"hold keeps the host", clusterOf(host(task("api")), api), hold(), 1000, "wait deadline heartbeat"},
		{"hold keeps it for a floor", running(clusterOf(host(stopped("api", 999)), api), 0), hold(), 1000, "wait deadline heartbeat"},
		{"hold ends 15 minutes before AWS's cap", clusterOf(host(task("api")), api), hold(), 48*60 - 15, "stop_tasks deadline heartbeat"},
		{"which is 100 heartbeats where they are short", clusterOf(short(time.Minute, task("api")), api), hold(), 85, "stop_tasks deadline heartbeat"},
		{"the deadline keeps before the cap", clusterOf(short(30*time.Second, task("api")), api), defaults(), 35, "stop_tasks deadline heartbeat"},
		{"the standalone one too", clusterOf(short(time.Minute, task(""))), defaults(), 85, "stop_tasks deadline heartbeat"},
		{"a host whose tasks cannot be stopped is released before AWS ends it", clusterOf(host(task("api")), api), defaults(), 48*60 - 5, "complete deadline"},
		{"with no host and no group that may launch, at once", deserted, defaults(), 1, "stop_tasks deadline"},
		{"where a group may launch, it waits", roomy, defaults(), 1, "wait no_room"},
		{"but hold holds", deserted, hold(), 1, "wait no_room"},
		{"hosts that could not be read may be there", desertedUnread, defaults(), 1, "wait no_room"},
		{"floors do not count there", desertedFloor, defaults(), 4, "complete deadline"},
		{"but where hosts could not be read", desertedFloorUnread, defaults(), 4, "wait service_below_floor"},
		{"an ACTIVE host past its deadline", clusterOf(registered(cluster.Active, true, task("api")), api), defaults(), 60, "stop_tasks deadline heartbeat"},

		{"without an entry the deadline stops nothing", clusterOf(may(drain.OnlyEmpty, host(task("api"))), api), defaults(), 60, "wait no_entry heartbeat"},
		{"nor does AWS's cap", clusterOf(may(drain.OnlyEmpty, host(task("api"))), api), defaults(), 48*60 - 5, "wait no_entry heartbeat"},
		{"nor where nothing can move", with(deserted, drain.OnlyEmpty), defaults(), 1, "wait no_room"},
		{"nor for tasks that were told to stop", clusterOf(may(drain.OnlyEmpty, host(stopping("api", 60))), api), defaults(), 48*60 - 5, "wait no_entry heartbeat"},
		{"an empty host is released", clusterOf(may(drain.OnlyEmpty, host(stopped("api", 3))), api), defaults(), 5, "complete ready"},
		{"when the floors are met", running(clusterOf(may(drain.OnlyEmpty, host(stopped("api", 99))), api), 0), defaults(), 100, "wait no_entry heartbeat"},
		{"or it is not this drain's doing", running(clusterOf(may(drain.OnlyEmpty, host(stopped("api", 89))), api), 0), defaults(), 100, "complete below_floor_not_ours"},
		{"an unread one does not", clusterOf(may(drain.OnlyEmpty, change(host(), func(h *drain.Host) { h.TasksRead = false }))), defaults(), 48*60 - 5, "wait no_entry heartbeat"},
		{"nor a dead one with tasks", clusterOf(may(drain.OnlyEmpty, change(host(task("api")), dead))), defaults(), 5, "wait no_entry"},
		{"a dead one without is released", clusterOf(may(drain.OnlyEmpty, change(host(), dead))), defaults(), 5, "complete host_dead deregister"},
		{"one that never registered is released", clusterOf(may(drain.OnlyEmpty, change(host(), func(h *drain.Host) { h.Registration = nil }))), defaults(), 5, "complete not_registered"},
		{"an ACTIVE one past the deadline is still set DRAINING", with(clusterOf(registered(cluster.Active, true, task("api")), api), drain.OnlyEmpty), defaults(), 60, "drain no_entry heartbeat"},
		{"without knowing the entry the deadline stops nothing", clusterOf(may(drain.OnlyHold, host(task("api"))), api), defaults(), 60, "wait deadline heartbeat"},
		{"an empty host is not released either, but held", clusterOf(may(drain.OnlyHold, host())), defaults(), 60, "wait ready heartbeat"},
		{"nor a dead one, and its registration stays", clusterOf(may(drain.OnlyHold, change(host(), dead))), defaults(), 60, "wait host_dead heartbeat"},
		{"nor one that never registered", clusterOf(may(drain.OnlyHold, change(host(), func(h *drain.Host) { h.Registration = nil }))), defaults(), 60, "wait not_registered heartbeat"},

		{"a hook that may not be completed is held while tasks are left", clusterOf(refused(host(task("api"))), api), defaults(), 30, "wait tasks_running heartbeat"},
		{"which are stopped in time", clusterOf(refused(host(task("api"))), api), defaults(), 60, "stop_tasks deadline heartbeat"},
		{"and runs out under an empty host", clusterOf(refused(host())), defaults(), 30, "wait hook_not_allowed"},
		{"read or not", clusterOf(change(refused(host()), func(h *drain.Host) { h.Hook.Found, h.Hook.Unread = false, true })), defaults(), 48*60 - 5, "wait hook_not_allowed"},
		{"nor is it completed under a dead one", clusterOf(change(refused(host()), dead)), defaults(), 30, "wait hook_not_allowed"},

		{"another hook is not ours", clusterOf(change(host(), func(h *drain.Host) { h.Hook = drain.Hook{} })), defaults(), 30, "none foreign_hook"},
		{"nor is one that waits after ours is done", clusterOf(change(host(), func(h *drain.Host) { h.Hook.Gone = true })), defaults(), 30, "none foreign_hook"},
		{"a hook that nobody could read", clusterOf(change(host(), func(h *drain.Host) { h.Hook = drain.Hook{Unread: true} })), defaults(), 30, "wait ready heartbeat"},
		{"until 5 minutes before AWS's cap: no other than ours ends", clusterOf(change(host(), func(h *drain.Host) { h.Hook = drain.Hook{Unread: true} })), defaults(), 48*60 - 5, "complete ready"},
		{"heartbeat at a third of the timeout", clusterOf(host(task("api")), api), defaults(), 20, "wait tasks_running heartbeat"},
		{"not before", clusterOf(host(task("api")), api), defaults(), 19, "wait tasks_running"},
		{"counted from the last", clusterOf(change(host(task("api")), func(h *drain.Host) { h.Hook.Beaten = at(20) }), api), defaults(), 39, "wait tasks_running"},
		{"at every tick where a third is under 3 minutes", clusterOf(change(short(539*time.Second, task("api")), func(h *drain.Host) { h.Hook.Beaten = at(20) }), api), defaults(), 21, "wait tasks_running heartbeat"},
		{"at the first one too", clusterOf(short(300*time.Second, task("api")), api), defaults(), 0, "wait tasks_running heartbeat"},
		{"at a third from 3 minutes on", clusterOf(change(short(540*time.Second, task("api")), func(h *drain.Host) { h.Hook.Beaten = at(20) }), api), defaults(), 22, "wait tasks_running"},
		{"and then", clusterOf(change(short(540*time.Second, task("api")), func(h *drain.Host) { h.Hook.Beaten = at(20) }), api), defaults(), 23, "wait tasks_running heartbeat"},
		{"but none where our hook is done", clusterOf(change(short(300*time.Second, task("api")), func(h *drain.Host) { h.Hook.Gone = true }), api), defaults(), 21, "wait tasks_running"},
		{"none before Terminating:Wait", clusterOf(change(host(task("api")), func(h *drain.Host) { h.State = cluster.JustTerminating }), api), defaults(), 39, "wait tasks_running"},
	} {
		t.Run(c.name, func(t *testing.T) {
			steps := drain.Next(c.state, c.want, at(c.minute))
			assert.Len(t, steps, 1)
			assert.Equal(t, c.step, shown(steps[0]), steps[0].Detail)
		})
	}
}

func TestPastDeadlineActiveHostStillDrains(t *testing.T) {
	h := host(task("api"))
	h.Registration.Status = cluster.Active
	s := drain.Next(clusterOf(h, service("api", 2, 50, 200)), defaults(), at(60))[0]
	assert.True(t, s.Drain)
	assert.Equal(t, []string{"task/api"}, s.Tasks)
}

// The age of a host that only lets standalone tasks finish says nothing about the drain.
func TestStandaloneTasksLeaveTheAgeOut(t *testing.T) {
	age := func(minute int, tasks ...drain.Task) bool {
		return drain.Next(clusterOf(host(tasks...), service("api", 2, 50, 200)), defaults(), at(minute))[0].AgeCounts
	}
	assert.False(t, age(100, task("")))
	assert.True(t, age(2820, task("")))
	assert.True(t, age(20, task(""), task("api")))
}
