package drainer_test

import (
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// guarded is a host with a service's task that ECS does not move, at the given minutes for services and standalone tasks. Its
// task is protected so long from start on, or not at all.
func guarded(protected time.Duration) (*account, *drainer.Drainer) {
	a := newAccount().service("api", 1, 100, 100).host("i-1", wait, "api")
	a.enter("web", `{"drain": {"deadline_minutes": 20, "standalone_deadline_minutes": 120}}`)
	d := a.process()
	if protected > 0 {
		a.task("i-1").Protect(protected)
	}
	return a, d
}

// unprotect takes the protection away.
func (a *account) unprotect() { a.task("i-1").Protect(-time.Second) }

// stoppedAt ticks until the task is told to stop, and returns after how many minutes.
func stoppedAt(t *testing.T, a *account, d *drainer.Drainer, meanwhile func(minute int)) int {
	t.Helper()
	for minute := range 200 {
		meanwhile(minute)
		tick(t, a, d)
		if byUs(a.task("i-1")) {
			return minute
		}
		a.pass(time.Minute)
	}
	t.Fatal("it was never stopped")
	return 0
}

func nothing(int) {}

func TestTaskIsStoppedWhenProtectionEnds(t *testing.T) {
	a, d := guarded(50 * time.Minute)
	ticks(t, a, 30, d)
	tick(t, a, d)
	assert.Equal(t, "service api, task "+a.task("i-1").ID()+", until 2026-11-22T04:50:00Z", tick(t, a, d).Instances[0].Detail)
	assert.Equal(t, 20, stoppedAt(t, a, d, nothing))
	until(t, a, d, 5)
	assert.Empty(t, a.left())
}

func TestChangedProtectionIsSeenNextTick(t *testing.T) {
	a, d := guarded(50 * time.Minute)
	assert.Equal(t, 90, stoppedAt(t, a, d, func(minute int) {
		if minute == 49 {
			a.task("i-1").Protect(41 * time.Minute)
		}
	}))
	a, d = guarded(2 * time.Hour)
	assert.Equal(t, 33, stoppedAt(t, a, d, func(minute int) {
		if minute == 33 {
			a.unprotect()
		}
	}))
	a, d = guarded(0)
	assert.Equal(t, 120, stoppedAt(t, a, d, func(minute int) {
		if minute == 19 {
			a.task("i-1").Protect(48 * time.Hour)
		}
	}), "protected a minute before the deadline")
}

func TestProtectionHasAStandaloneDeadline(t *testing.T) {
	for name, fate := range map[string]faulty.Fate{
		"its end is later": faulty.Rewrite(func(faulty.Call, *ecs.GetTaskProtectionOutput) {}),
		"its end is unknown": faulty.Rewrite(func(_ faulty.Call, out *ecs.GetTaskProtectionOutput) {
			for n := range out.ProtectedTasks {
				out.ProtectedTasks[n].ExpirationDate = nil
			}
		}),
	} {
		a, d := guarded(40 * time.Hour)
		a.spoil(fate)
		assert.Equal(t, 120, stoppedAt(t, a, d, nothing), name)
	}
}

// A person hears of it: the failure, the alarm on the drain's age. A task that was stopped on doubt cannot be taken back.
func TestUnreadProtectionStopsNothing(t *testing.T) {
	a, d := guarded(0)
	assert.Equal(t, 81, stoppedAt(t, a, d, func(minute int) { a.deny["GetTaskProtection"] = minute <= 80 }), "as soon as it can be read")

	a, d = guarded(0)
	a.deny["GetTaskProtection"] = true
	ticks(t, a, 34, d)
	asked := a.count("GetTaskProtection")
	answer := tick(t, a, d)
	assert.Equal(t, 1, a.count("GetTaskProtection")-asked)
	assert.Equal(t, drain.ProtectedTask, answer.Instances[0].Reason)
	require.Len(t, answer.Failed, 1)
	assert.Contains(t, answer.Failed[0].Error, "the protection of tasks is not known")
	assert.Contains(t, answer.Failed[0].Error, "ecs:GetTaskProtection")
	assert.Positive(t, a.put["OldestDrainMinutes"])
	assert.Equal(t, 120-34, stoppedAt(t, a, d, nothing), "the standalone deadline")
}

// unprotectable is a task of which ECS answers a failure.
func unprotectable(reason string) faulty.Fate {
	return faulty.Rewrite(func(_ faulty.Call, out *ecs.GetTaskProtectionOutput) {
		for _, p := range out.ProtectedTasks {
			out.Failures = append(out.Failures, ecstypes.Failure{Arn: p.TaskArn, Reason: sdk.String(reason)})
		}
		out.ProtectedTasks = nil
	})
}

func TestUnprotectableTaskStopsAtDeadline(t *testing.T) {
	for _, failure := range []string{"MISSING", "TASK_NOT_VALID"} {
		a, d := guarded(0)
		a.spoil(unprotectable(failure))
		assert.Equal(t, 20, stoppedAt(t, a, d, nothing), failure)
	}
	a, d := guarded(0)
	a.spoil(unprotectable("SOMETHING_NEW"))
	assert.Equal(t, 120, stoppedAt(t, a, d, nothing), "any other failure is doubt")
}

// With no host and no group that may launch one, tasks are stopped at once: but none that is protected, whatever minute.
func TestStuckHostReadsProtectionFirst(t *testing.T) {
	a, d := guarded(50 * time.Minute)
	a.loseAllOthers()
	assert.Equal(t, 50, stoppedAt(t, a, d, nothing))
	a, d = guarded(0)
	a.loseAllOthers()
	assert.Less(t, stoppedAt(t, a, d, nothing), 3)
}

// loseAllOthers leaves no host but those that leave, and no room for another.
func (a *account) loseAllOthers() {
	hooks, shutDown := a.blue.Spec.Hooks, a.Knobs.EC2.ShutDown
	a.blue.Spec.Hooks, a.Knobs.EC2.ShutDown = nil, aws.Uniform{}
	a.blue.SetLimits(0, 0)
	a.pass(0)
	a.blue.Spec.Hooks, a.Knobs.EC2.ShutDown = hooks, shutDown
}

// One refusal of what only explains is no reason never to ask again.
func TestTaskProtectionIsAskedForAgain(t *testing.T) {
	a := newAccount().service("api", 1, 100, 100).host("i-1", wait, "api")
	d := a.process()
	a.task("i-1").Protect(2 * time.Hour)
	a.deny["GetTaskProtection"] = true
	ticks(t, a, 12, d)
	assert.Equal(t, 1, a.count("GetTaskProtection"))
	a.deny["GetTaskProtection"] = false
	a.hold(t, 15*time.Minute, ours, "i-1")
	assert.Equal(t, drain.ProtectedTask, tick(t, a, d).Instances[0].Reason)
}
