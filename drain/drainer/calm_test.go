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

// stopping is a host whose service task takes an hour to stop, beside a daemon that runs on; what a tick calls.
func stopping(t *testing.T) (f *fakeAWS, d *drainer.Drainer, next func() []string) {
	t.Helper()
	f = newFakeAWS().host("i-1", wait, "api", "agent")
	f.service("api", 1, 100, 200)
	f.service("agent", 2, 0, 100).daemon = true
	f.tasks["task/0"].takes = time.Hour
	d = f.process()
	next = func() []string {
		before := len(f.calls)
		tick(t, f, d)
		f.pass(time.Minute)
		return f.calls[before:]
	}
	for range 2 { // set DRAINING; seen running or stopping
		next()
	}
	return f, d, next
}

func TestWhileTasksAreOnlyStoppingATickIsThreeCalls(t *testing.T) {
	f, d, next := stopping(t)
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
	assert.Equal(t, drain.TasksStopping, tick(t, f, d).Instances[0].Reason)
}

func TestAHostOfWhichItsGroupSaysSomethingNewIsLookedAtWhole(t *testing.T) {
	for name, change := range map[string]func(*fakeAWS){
		"unhealthy": func(f *fakeAWS) { f.instances["i-1"].healthy = false },
		"another":   func(f *fakeAWS) { f.host("i-2", wait) },
	} {
		f, _, next := stopping(t)
		next()
		require.Equal(t, threeCalls, next(), name)
		change(f)
		assert.Contains(t, next(), "DescribeContainerInstances", name)
	}
}

func TestNothingEndsOnWhatIsOnlyRemembered(t *testing.T) {
	f, _, next := stopping(t)
	f.entries["web"] = `{"drain": {"deadline_minutes": 5}}`
	for f.now.Before(start.Add(14 * time.Minute)) {
		before := f.count("DescribeTasks")
		next()
		assert.Equal(t, 1, f.count("DescribeTasks")-before, "what was said of tasks is not asked again by the look that follows")
	}
	assert.Equal(t, 1, f.count("StopTask"), "the daemon's, at minute 12, by a whole look")
	f.entries["web"] = `{"drain": {"deadline_minutes": 600}}`
	for range 3 {
		next()
	}
	assert.Equal(t, []string{"i-1"}, f.left(), "its new entry gives it ten hours")

	f.tasks["task/0"].takes = 0
	for range 3 {
		f.pass(time.Minute) // the daemon stops last
	}
	calls := next()
	assert.Contains(t, calls, "ListTasks", "what else is there is asked before it goes")
	assert.Contains(t, calls, "DescribeContainerInstances")
	assert.Empty(t, f.left())
}
