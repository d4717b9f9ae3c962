package drain_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/internal/lab/property"
	"ecs-cluster-scaler/thresholds"
)

func TestMain(m *testing.M) { property.Main(m, 100) }

// anyTask is a task in any state that ECS shows.
func anyTask(t *rapid.T, n int) drain.Task {
	of := rapid.SampledFrom([]string{"", "api", "web", "agent", "deleted"}).Draw(t, "service")
	state := rapid.SampledFrom([]func(string, int) drain.Task{
		func(s string, _ int) drain.Task { return task(s) }, stopping, stopped,
	}).Draw(t, "state")(of, rapid.IntRange(-10, 3000).Draw(t, "at"))
	state.ARN = fmt.Sprint("task/", n)
	state.Protected = rapid.Bool().Draw(t, "protected")
	if rapid.Bool().Draw(t, "its end is known") {
		state.ProtectedUntil = at(rapid.IntRange(-10, 3000).Draw(t, "protected until"))
	}
	state.ProtectionUnread = !state.Protected && rapid.Bool().Draw(t, "protection unread")
	return state
}

func anyHost(t *rapid.T, n int) drain.Host {
	h := host()
	h.Instance = fmt.Sprint("i-", n)
	h.State = rapid.SampledFrom([]cluster.LifecycleState{cluster.JustTerminating, cluster.TerminatingWait, cluster.TerminatingWait, cluster.TerminatingProceed}).Draw(t, "lifecycle")
	h.Unhealthy, h.BeganKnown = rapid.Bool().Draw(t, "unhealthy"), rapid.Bool().Draw(t, "began known")
	h.TasksRead, h.SearchedAll = rapid.IntRange(0, 5).Draw(t, "read") > 0, rapid.Bool().Draw(t, "searched")
	h.Hook = drain.Hook{
		Found: rapid.IntRange(0, 5).Draw(t, "found") > 0, Gone: rapid.IntRange(0, 5).Draw(t, "gone") == 0,
		Timeout: time.Duration(rapid.IntRange(30, 7200).Draw(t, "timeout")) * time.Second,
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "tasks") {
		h.Tasks = append(h.Tasks, anyTask(t, 10*n+i))
	}
	h.Registration = nil
	if rapid.IntRange(0, 5).Draw(t, "registered") > 0 {
		h.Registration = &cluster.Host{
			ARN: fmt.Sprint("ci-", n), InstanceID: h.Instance, Connected: rapid.Bool().Draw(t, "connected"),
			Status: rapid.SampledFrom([]cluster.HostStatus{
				cluster.Active, cluster.Draining, cluster.Draining, cluster.Registering, cluster.Deregistering, cluster.RegistrationFailed,
			}).Draw(t, "status"),
		}
	}
	return h
}

func anyCluster(t *rapid.T) drain.Cluster {
	p := clusterOf(host(), service("api", 2, 50, 200), service("web", 4, 100, 100), daemon("agent"))
	p.Terminating, p.Hosts = nil, nil
	p.ServicesRead = rapid.Bool().Draw(t, "services read")
	for n := range rapid.IntRange(1, 4).Draw(t, "hosts") {
		p.Terminating = append(p.Terminating, anyHost(t, n))
	}
	p.Healthy["api"], p.Healthy["web"] = rapid.IntRange(0, 3).Draw(t, "api"), rapid.IntRange(0, 5).Draw(t, "web")
	return p
}

func anyDrain(t *rapid.T) thresholds.Drain {
	return thresholds.Drain{
		DeadlineMinutes: rapid.IntRange(1, 2880).Draw(t, "deadline"), StandaloneDeadlineMinutes: rapid.IntRange(1, 2880).Draw(t, "standalone"),
		AtDeadline: rapid.SampledFrom([]thresholds.AtDeadline{thresholds.Stop, thresholds.Hold}).Draw(t, "at deadline"), Hook: "h",
	}
}

func TestProtectedTaskHasItsDeadline(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want, now := anyCluster(t), anyDrain(t), at(rapid.IntRange(0, 3000).Draw(t, "now"))
		for i, s := range drain.Next(p, want, now) {
			h := p.Terminating[i]
			// AWS's cap comes before a long deadline.
			standalone := min(time.Duration(want.StandaloneDeadlineMinutes)*time.Minute, 100*h.Hook.Timeout-15*time.Minute, 48*time.Hour-15*time.Minute)
			for _, task := range h.Tasks {
				protected := task.ProtectionUnread || task.Protected && (task.ProtectedUntil.IsZero() || now.Before(task.ProtectedUntil))
				daemon := task.Service == "agent"
				if protected && !daemon && task.Service != "" && now.Before(h.Began.Add(standalone)) {
					assert.NotContains(t, s.Tasks, task.ARN)
				}
			}
		}
	})
}

func TestOrderOfHostsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want, now := anyCluster(t), anyDrain(t), at(rapid.IntRange(0, 3000).Draw(t, "now"))
		before := drain.Next(p, want, now)
		assert.Equal(t, before, drain.Next(p, want, now), "asked twice, it says the same")
		slices.Reverse(p.Terminating)
		after := drain.Next(p, want, now)
		slices.Reverse(after)
		assert.Equal(t, before, after)
	})
}

// willing is how long a task takes from being told to stop to having stopped; never: it does not.
const never = 1 << 20

// lifetime plays ticks at the given minutes until the host may go, and returns that minute and what was left on it.
func lifetime(h drain.Host, want thresholds.Drain, takes []int, ticks func(int) int, services ...cluster.Service) (minute, left int) {
	for minute = 0; minute < 4000; minute = ticks(minute) {
		for i := range h.Tasks {
			t := &h.Tasks[i]
			if !t.WantedRunning && t.StoppedAt.IsZero() && !at(minute).Before(t.StoppingAt.Add(time.Duration(takes[i])*time.Minute)) {
				t.LastStatus, t.StoppedAt = "STOPPED", at(minute)
			}
		}
		p := clusterOf(h, services...)
		clear(p.Healthy)
		for _, s := range services {
			p.Healthy[s.Name] = 0 // the worst: no replacement ever runs
		}
		step := drain.Next(p, want, at(minute))[0]
		switch step.Action {
		case drain.Complete:
			for _, t := range h.Tasks {
				if !t.Stopped() {
					left++
				}
			}
			return minute, left
		case drain.StopTasks:
			for i := range h.Tasks {
				if slices.Contains(step.Tasks, h.Tasks[i].ARN) {
					h.Tasks[i].WantedRunning, h.Tasks[i].StoppingAt, h.Tasks[i].LastStatus = false, at(minute), "STOPPING"
				}
			}
		default:
		}
	}
	return minute, left
}

func everyMinute(n int) int { return n + 1 }

func TestWithStopEveryDrainEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyDrain(t)
		want.AtDeadline = thresholds.Stop
		h := host()
		h.Hook.Timeout = 2 * time.Hour
		var takes []int
		standalone := false
		for i := range rapid.IntRange(0, 4).Draw(t, "tasks") {
			one := task(rapid.SampledFrom([]string{"", "api", "agent"}).Draw(t, "service"))
			one.ARN = fmt.Sprint(i)
			standalone = standalone || one.Service == ""
			h.Tasks = append(h.Tasks, one)
			takes = append(takes, rapid.SampledFrom([]int{0, 1, 6, 9, never}).Draw(t, "takes"))
		}
		due := want.DeadlineMinutes
		if standalone {
			due = max(due, want.StandaloneDeadlineMinutes)
		}
		due = max(3, min(due, 48*60-15))
		ended, left := lifetime(h, want, takes, everyMinute, service("api", 2, 100, 100), daemon("agent"))
		assert.LessOrEqual(t, ended, due+10)
		for _, task := range h.Tasks {
			assert.True(t, task.Stopped() || !task.WantedRunning, "task %s was cut off without SIGTERM", task.ARN)
		}
		if !slices.Contains(takes, never) && !slices.ContainsFunc(h.Tasks, func(t drain.Task) bool { return t.Service == "agent" }) {
			assert.Zero(t, left, "whoever stops within 10 minutes is waited for")
		}
	})
}

// "Never completes while a task on the host is not STOPPED, except host_dead" and "with stop, always ends within deadline
// and 10 minutes" cannot both hold: this is the counterexample. The second wins, as AWS would end the host anyway.
func TestTaskThatNeverStopsEndsWithHost(t *testing.T) {
	ended, left := lifetime(host(task("api")), defaults(), []int{never}, everyMinute, service("api", 2, 50, 200))
	require.Equal(t, 70, ended)
	assert.Equal(t, 1, left)
}

// Nor can it hold for tasks that stay unread, and for a host that might be registered where nobody may look: AWS would end
// both without asking, with the hook's own result, which is ABANDON by default.
func TestUnreadTasksEndWithHost(t *testing.T) {
	for name, cannot := range map[string]func(*drain.Host){
		"its tasks are unread":        func(h *drain.Host) { h.TasksRead = false },
		"a known cluster is not read": func(h *drain.Host) { h.Registration, h.SearchedAll = nil, false },
	} {
		h := host(task("api"))
		h.Hook.Timeout = 10 * time.Minute // AWS's cap: 1000 minutes
		cannot(&h)
		ended, left := lifetime(h, hold(), []int{never}, everyMinute, service("api", 2, 50, 200))
		assert.Equal(t, 1000-5, ended, name)
		assert.Equal(t, 1, left, name)
	}
}

func TestMissedTicksCutNoTask(t *testing.T) {
	ended, left := lifetime(host(task("api")), defaults(), []int{9}, func(n int) int {
		if n == 0 {
			return 300 // five hours without a tick
		}
		return n + 1
	}, service("api", 2, 50, 200))
	assert.Equal(t, 309, ended)
	assert.Zero(t, left)
}
