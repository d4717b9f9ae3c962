package drainer_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/faulty"
)

// crowdedDeadline is minute 20: a host with so many tasks to stop, beside ones that may go, alive and dead.
func crowdedDeadline(t *testing.T, tasks int) *account {
	t.Helper()
	a := newAccount().service("api", 1, 100, 200).
		host("i-1", wait, slices.Repeat([]string{""}, tasks)...).host("i-2", wait).host("i-3", dead, "api")
	a.enter("web", `{"drain": {"standalone_deadline_minutes": 20}}`)
	a.begin()
	for _, name := range []string{"i-1", "i-2", "i-3"} {
		a.drain(name)
	}
	a.hold(t, 20*time.Minute, ours, "i-1", "i-2", "i-3")
	return a
}

func TestTasksAreStoppedLast(t *testing.T) {
	a := crowdedDeadline(t, 3)
	tick(t, a, a.process())
	calls := a.actions()
	first := slices.Index(calls, "StopTask")
	require.Positive(t, first)
	for _, action := range []string{"RecordLifecycleActionHeartbeat", "DeregisterContainerInstance", "CompleteLifecycleAction"} {
		assert.Contains(t, calls[:first], action)
		assert.NotContains(t, calls[first:], action)
	}
	assert.Equal(t, []string{"i-1"}, a.left())
	assert.Empty(t, a.broken)
}

// A thousand calls take longer than a tick.
func TestManyTasksAreStoppedTickByTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := crowdedDeadline(t, 1000)
		a.spoil(faulty.On(slowly(200*time.Millisecond), "StopTask"))
		for minute := range 12 {
			a.timed(t, func(ctx context.Context) error {
				answer, err := a.process().Run(ctx, a.Now())
				a.pass(0)
				if minute == 0 {
					assert.Equal(t, []string{"i-1"}, a.left(), "the others have gone")
					require.Len(t, answer.Failed, 1, "one sentence, not one for each task")
					assert.Contains(t, answer.Failed[0].Error, " of its 1000 tasks were told to stop; the next tick goes on")
				}
				return err
			})
		}
		assert.Empty(t, a.left())
		assert.Empty(t, a.broken)
		require.Len(t, a.tasks["i-1"], 1000)
		for _, task := range a.tasks["i-1"] {
			assert.True(t, byUs(task))
		}
	})
}
