package drainer_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
)

var threeCalls = []string{"DescribeAutoScalingGroups", "DescribeTasks", "PutMetricData"}

// stopping is a host whose service task takes so long to stop, of which its definition says so much, beside a daemon that
// runs on; what a tick calls.
func stopping(t *testing.T, takes, stopTimeout time.Duration) (a *account, d *drainer.Drainer, next func() []string) {
	t.Helper()
	a = newAccount()
	a.takes, a.stopTimeout = takes, stopTimeout
	a.service("api", 1, 100, 200)
	a.takes, a.stopTimeout = time.Minute, 0
	a.daemon("agent").host("i-1", wait, "api", "agent")
	d = a.process()
	next = func() []string {
		before := len(a.actions())
		ticks(t, a, 1, d)
		return a.actions()[before:]
	}
	for range 2 { // set DRAINING; seen running or stopping
		next()
	}
	return a, d, next
}

func TestStoppingOnlyTakesThreeCalls(t *testing.T) {
	a, d, next := stopping(t, time.Hour, 0)
	next() // the daemon that is left is known for one from here on
	whole := 0
	for range 20 {
		calls := slices.DeleteFunc(slices.Clone(next()), func(action string) bool {
			return action == "RecordLifecycleActionHeartbeat" || action == "DescribeLifecycleHooks"
		})
		if slices.Contains(calls, "DescribeContainerInstances") {
			whole++
			assert.Contains(t, calls, "GetParametersByPath")
		} else {
			assert.Equal(t, threeCalls, calls)
		}
	}
	assert.Equal(t, 20/5, whole, "a look is believed for 5 minutes")
	assert.Equal(t, drain.TasksStopping, tick(t, a, d).Instances[0].Reason)
}

func TestChangedGroupMakesAWholeRead(t *testing.T) {
	for name, change := range map[string]func(*account){
		"unhealthy": func(a *account) { a.blame("i-1", "a user health-check.") },
		"another":   func(a *account) { a.host("i-2", wait) },
	} {
		a, _, next := stopping(t, time.Hour, 0)
		next()
		require.Equal(t, threeCalls, next(), name)
		change(a)
		assert.Contains(t, next(), "DescribeContainerInstances", name)
	}
}

func TestMemoryAloneEndsNothing(t *testing.T) {
	a, _, next := stopping(t, time.Hour, 0)
	a.enter("web", `{"drain": {"deadline_minutes": 5}}`)
	for a.Now().Before(start.Add(14 * time.Minute)) {
		before := a.count("DescribeTasks")
		next()
		assert.Equal(t, 1, a.count("DescribeTasks")-before, "what was said of tasks is not asked again by the look that follows")
	}
	assert.Equal(t, 1, a.count("StopTask"), "the daemon's, at minute 12, by a whole look")
	a.enter("web", `{"drain": {"deadline_minutes": 600}}`)
	for range 3 {
		next()
	}
	assert.Equal(t, []string{"i-1"}, a.left(), "its new entry gives it ten hours")

	a.task("i-1").Exit()
	a.pass(3 * time.Minute) // the daemon stops last
	calls := next()
	assert.Contains(t, calls, "ListTasks", "what else is there is asked before it is released")
	assert.Contains(t, calls, "DescribeContainerInstances")
	assert.Empty(t, a.left())
}
