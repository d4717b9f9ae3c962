package main_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

// Two stacks in one account and region, each with its configuration path and its function.
const first, second = seed.ConfigPath, "/second-stack"

// asStack makes all further ticks those of the stack with that configuration path.
func (w *world) asStack(path string) { w.env = []string{"CONFIG_PATH=" + path} }

// twoStacks is a cluster of the first stack, whose entry gives tasks an hour; the second has another cluster.
func twoStacks(t *testing.T, tag string, hosts ...seed.Host) *world {
	t.Helper()
	c := web(hosts...)
	c.Group.ConfigPath = tag
	w := seeded(t, c)
	require.NoError(t, seed.PutParameter(t.Context(), server, second+"/clusters/another", false, `{"drain": {"deadline_minutes": 5}}`))
	return w
}

func TestASecondStackStopsNoTaskOfTheFirst(t *testing.T) {
	w := twoStacks(t, "", leaving("api"), staying())
	w.asStack(second)
	s := w.tick(0)[w.host(0).Instance]
	assert.Equal(t, "drain", s.Step, "a host that leaves takes no tasks, whoever's it is")
	w.is(30, 0, "wait", "tasks_running")
	for _, minute := range []int{60, 61, 90} {
		w.is(minute, 0, "wait", "no_entry")
	}
	assert.Empty(t, w.completed())
	assert.Zero(t, w.calls()["ecs.StopTask"])
	assert.Equal(t, 4, w.heartbeats(), "its hook is held meanwhile")

	w.asStack(first)
	w.is(61, 0, "stop_tasks", "deadline")
	assert.Equal(t, 1, w.calls()["ecs.StopTask"])
}

func TestASecondStackCompletesAnEmptyHostOnly(t *testing.T) {
	w := twoStacks(t, "", leaving(), leaving("api"), staying())
	w.asStack(second)
	w.tick(0)
	steps := w.tick(4)
	assert.Equal(t, "complete", steps[w.host(0).Instance].Step)
	assert.Equal(t, "wait", steps[w.host(1).Instance].Step)
	assert.Contains(t, w.completed(), w.host(0).Instance)
	assert.Len(t, w.completed(), 1)
}

func TestATagLetsOnlyItsStackAct(t *testing.T) {
	w := twoStacks(t, first, leaving("api"), leaving(), staying())
	w.asStack(second)
	for _, minute := range []int{0, 4, 90} {
		assert.Empty(t, w.tick(minute))
	}
	made := w.calls()
	assert.Zero(t, made["ecs.UpdateContainerInstancesState"]+made["ecs.StopTask"]+made["autoscaling.CompleteLifecycleAction"]+made["autoscaling.RecordLifecycleActionHeartbeat"], made)

	w.asStack(first)
	assert.Equal(t, "drain", w.tick(0)[w.host(0).Instance].Step)
	steps := w.tick(61)
	assert.Equal(t, "stop_tasks", steps[w.host(0).Instance].Step)
	assert.Equal(t, "complete", steps[w.host(1).Instance].Step)
}

// The tag comes with Terraform; the entry may have gone, or not be there yet.
func TestATagReplacesAnEntry(t *testing.T) {
	w := twoStacks(t, second, leaving("api"), staying())
	w.asStack(second)
	w.tick(0)
	w.is(60, 0, "stop_tasks", "deadline")
}

func TestAHookThatCannotBeReadGetsItsHeartbeat(t *testing.T) {
	for name, fault := range map[string]moto.Fault{
		"denied":    moto.Denied("autoscaling.DescribeLifecycleHooks", "autoscaling:DescribeLifecycleHooks"),
		"throttled": {Action: "autoscaling.DescribeLifecycleHooks", Times: -1, Code: "Throttling", Message: "Rate exceeded"},
		"broken":    {Action: "autoscaling.DescribeLifecycleHooks", Times: -1, Status: 500, Code: "InternalFailure"},
	} {
		t.Run(name, func(t *testing.T) {
			w := seeded(t, web(leaving("api"), staying()))
			require.NoError(t, server.Fault(t.Context(), fault))
			for beats, minute := range []int{1, 30} {
				w.grow(minute)
				a := w.invoke([]byte(`{"time": "` + w.at(minute).Format(time.RFC3339) + `"}`))
				require.Len(t, a.Instances, 1)
				assert.NotEqual(t, "none", a.Instances[0].Step, a.Instances[0].Reason)
				assert.NotEmpty(t, a.Failed, "what could not be read is named")
				assert.Equal(t, beats+1, w.heartbeats())
			}
		})
	}
}

func TestAHookOutsideDRAINHOOKSIsRefused(t *testing.T) {
	shipper := web(leaving(), staying())
	shipper.Entry = `{"drain": {"hook": "log-shipper"}}`
	shipper.Group.Hook = "log-shipper"
	w := seeded(t, shipper)
	w.env = []string{"DRAIN_HOOKS=" + seed.HookName + ",second-hook"}
	var a answer
	for _, minute := range []int{0, 4} {
		w.grow(minute)
		a = w.invoke([]byte(`{"time": "` + w.at(minute).Format(time.RFC3339) + `"}`))
	}
	require.Len(t, a.Instances, 1)
	assert.NotEqual(t, "complete", a.Instances[0].Step)
	assert.Equal(t, "hook_not_allowed", a.Instances[0].Reason)
	require.NotEmpty(t, a.Failed)
	assert.Contains(t, a.Failed[0].Error, "log-shipper")
	assert.Contains(t, a.Failed[0].Error, "drain_hook_names")
	assert.Empty(t, w.completed())
	assert.Zero(t, w.calls()["autoscaling.CompleteLifecycleAction"])

	for _, allowed := range []string{"DRAIN_HOOKS=", "DRAIN_HOOKS=second-hook,log-shipper"} {
		w := seeded(t, shipper)
		w.env = []string{allowed}
		w.tick(0)
		w.is(4, 0, "complete", "ready")
	}
}

// heartbeats are those of all lifecycle actions.
func (w *world) heartbeats() int {
	w.t.Helper()
	actions, err := server.LifecycleActions(w.t.Context())
	require.NoError(w.t, err)
	sum := 0
	for _, a := range actions {
		sum += a.Heartbeats
	}
	return sum
}
