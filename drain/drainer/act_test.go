package drainer_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// crowdedDeadline is minute 20: a host with so many tasks to stop, beside ones that may go, alive and dead.
func crowdedDeadline(tasks int) *fakeAWS {
	f := newFakeAWS().host("i-1", wait).host("i-2", wait).host("i-3", wait, "api")
	f.entries["web"] = `{"drain": {"standalone_deadline_minutes": 20}}`
	f.service("api", 1, 100, 200)
	for range tasks {
		f.task("i-1", "")
	}
	f.instances["i-3"].healthy, f.hosts["ci/i-3"].connected = false, false
	for _, h := range []string{"ci/i-1", "ci/i-2", "ci/i-3"} {
		f.hosts[h].status = "DRAINING"
	}
	f.pass(20 * time.Minute)
	return f
}

func TestTasksAreToldToStopAfterAllThatOthersWaitFor(t *testing.T) {
	f := crowdedDeadline(3)
	tick(t, f, f.process())
	first := slices.Index(f.calls, "StopTask")
	require.Positive(t, first)
	for _, action := range []string{"RecordLifecycleActionHeartbeat", "DeregisterContainerInstance", "CompleteLifecycleAction"} {
		assert.Contains(t, f.calls[:first], action)
		assert.NotContains(t, f.calls[first:], action)
	}
	assert.Equal(t, []string{"i-1"}, f.left())
	assert.Empty(t, f.broken)
}

// A thousand calls take longer than a tick.
func TestTooManyTasksToStopAreToldTickByTickAndHoldUpNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := crowdedDeadline(1000)
		f.slowStop = 200 * time.Millisecond
		for minute := range 12 {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
			answer, err := f.process().Run(ctx, f.now)
			cancel()
			require.NoError(t, err)
			if minute == 0 {
				assert.Equal(t, []string{"i-1"}, f.left(), "the others have gone")
				require.Len(t, answer.Failed, 1, "one sentence, not one for each task")
				assert.Contains(t, answer.Failed[0].Error, " of its 1000 tasks were told to stop; the next tick goes on")
			}
			f.pass(time.Minute)
		}
		assert.Empty(t, f.left())
		assert.Empty(t, f.broken)
		assert.Len(t, slices.DeleteFunc(sorted(f.tasks), func(arn string) bool { return !f.tasks[arn].byUs }), 1000)
	})
}
