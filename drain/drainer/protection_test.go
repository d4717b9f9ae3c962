package drainer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
)

// guarded is a host with a service's task that ECS does not move, at the given minutes for services and standalone tasks.
func guarded(protected bool) (*fakeAWS, *drainer.Drainer) {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 100)
	f.entries["web"] = `{"drain": {"deadline_minutes": 20, "standalone_deadline_minutes": 120}}`
	f.tasks["task/0"].protected = protected
	d := f.process()
	return f, d
}

// stoppedAt ticks until the task is told to stop, and returns after how many minutes.
func stoppedAt(t *testing.T, f *fakeAWS, d *drainer.Drainer, meanwhile func(minute int)) int {
	t.Helper()
	for minute := range 200 {
		meanwhile(minute)
		_, err := d.Run(t.Context(), f.now)
		require.NoError(t, err)
		if f.tasks["task/0"].byUs {
			return minute
		}
		f.pass(time.Minute)
	}
	t.Fatal("it was never stopped")
	return 0
}

func nothing(int) {}

func TestAProtectedTaskIsStoppedWhenItsProtectionEnds(t *testing.T) {
	f, d := guarded(true)
	f.tasks["task/0"].protectedUntil = start.Add(50 * time.Minute)
	f.pass(30 * time.Minute)
	tick(t, f, d)
	assert.Equal(t, "service api, task 0, until 2026-11-22T04:50:00Z", tick(t, f, d).Instances[0].Detail)
	assert.Equal(t, 20, stoppedAt(t, f, d, nothing))
	until(t, f, d, 5)
	assert.Empty(t, f.left())
}

func TestProtectionThatIsRenewedOrTakenAwayIsSeenAtTheNextTick(t *testing.T) {
	f, d := guarded(true)
	f.tasks["task/0"].protectedUntil = start.Add(50 * time.Minute)
	assert.Equal(t, 90, stoppedAt(t, f, d, func(minute int) {
		if minute == 49 {
			f.tasks["task/0"].protectedUntil = start.Add(90 * time.Minute)
		}
	}))
	f, d = guarded(true)
	assert.Equal(t, 33, stoppedAt(t, f, d, func(minute int) { f.tasks["task/0"].protected = minute < 33 }))
	f, d = guarded(false)
	assert.Equal(t, 120, stoppedAt(t, f, d, func(minute int) { f.tasks["task/0"].protected = minute >= 19 }), "protected a minute before the deadline")
}

func TestAProtectedTaskIsStoppedAtTheStandaloneDeadlineAtTheLatest(t *testing.T) {
	for name, until := range map[string]time.Time{"its end is later": start.Add(40 * time.Hour), "its end is unknown": {}} {
		f, d := guarded(true)
		f.tasks["task/0"].protectedUntil = until
		assert.Equal(t, 120, stoppedAt(t, f, d, nothing), name)
	}
}

// A person hears of it: the failure, the alarm on the drain's age. A task that was stopped on doubt cannot be taken back.
func TestProtectionThatCannotBeReadIsAskedForAtEveryTickAndStopsNothing(t *testing.T) {
	f, d := guarded(false)
	assert.Equal(t, 81, stoppedAt(t, f, d, func(minute int) { f.deny["GetTaskProtection"] = minute <= 80 }), "as soon as it can be read")

	f, d = guarded(false)
	f.deny["GetTaskProtection"] = true
	f.pass(30 * time.Minute)
	for range 3 {
		f.pass(time.Minute)
		tick(t, f, d)
	}
	asked := f.count("GetTaskProtection")
	answer := tick(t, f, d)
	assert.Equal(t, 1, f.count("GetTaskProtection")-asked)
	assert.Equal(t, drain.ProtectedTask, answer.Instances[0].Reason)
	require.Len(t, answer.Failed, 1)
	assert.Contains(t, answer.Failed[0].Error, "the protection of tasks is not known")
	assert.Contains(t, answer.Failed[0].Error, "ecs:GetTaskProtection")
	assert.Positive(t, f.put["OldestDrainMinutes"])
	assert.Equal(t, 120-33, stoppedAt(t, f, d, nothing), "the standalone deadline")
}

func TestATaskThatCannotBeProtectedIsStoppedAtTheDeadline(t *testing.T) {
	for _, failure := range []string{"MISSING", "TASK_NOT_VALID"} {
		f, d := guarded(false)
		f.tasks["task/0"].unprotectable = failure
		assert.Equal(t, 20, stoppedAt(t, f, d, nothing), failure)
	}
	f, d := guarded(false)
	f.tasks["task/0"].unprotectable = "SOMETHING_NEW"
	assert.Equal(t, 120, stoppedAt(t, f, d, nothing), "any other failure is doubt")
}

// With no host and no group that may launch one, tasks are stopped at once: but none that is protected, whatever minute.
func TestWhereNothingCanMoveProtectionIsReadFirst(t *testing.T) {
	f, d := guarded(true)
	f.maxSize = 0
	f.instances["i-0"].state = "gone"
	delete(f.hosts, "ci/i-0")
	f.tasks["task/0"].protectedUntil = start.Add(50 * time.Minute)
	assert.Equal(t, 50, stoppedAt(t, f, d, nothing))
	f, d = guarded(false)
	f.maxSize = 0
	f.instances["i-0"].state = "gone"
	delete(f.hosts, "ci/i-0")
	assert.Less(t, stoppedAt(t, f, d, nothing), 3)
}
