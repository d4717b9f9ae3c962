package drainer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slow is a host at whose deadline, minute 20, a service's task and a standalone one are told to stop, which takes them
// 30 minutes.
func slow(tasks ...string) *account {
	a := newAccount()
	a.takes, a.stopTimeout = 30*time.Minute, 30*time.Minute
	a.service("api", 1, 100, 100).host("i-1", wait, tasks...)
	a.enter("web", `{"drain": {"deadline_minutes": 20, "standalone_deadline_minutes": 20}}`)
	return a
}

func TestTaskGetsItsStopTimeout(t *testing.T) {
	a := slow("api", "")
	until(t, a, a.process(), 80)
	assert.Equal(t, start.Add(50*time.Minute), a.ended["i-1"], "as soon as they have stopped")
	assert.Equal(t, 2, a.count("DescribeTaskDefinition"), "one a revision")
}

// Each tick has a process of its own, and one in three may not ask.
func TestLateReadStopTimeoutCutsNoTask(t *testing.T) {
	a := slow("api", "")
	for minute := range 60 {
		a.deny["DescribeTaskDefinition"] = minute%3 == 0
		ticks(t, a, 1, a.process())
	}
	assert.Empty(t, a.broken)
	assert.Empty(t, a.left())
}

func TestUnreadDefinitionHoldsAnHour(t *testing.T) {
	a := slow("api", "")
	a.deny["DescribeTaskDefinition"] = true
	until(t, a, a.process(), 80)
	assert.Equal(t, start.Add(50*time.Minute), a.ended["i-1"])

	a = slow("api", "")
	for _, task := range a.tasks["i-1"] {
		task.Definition.Stops, task.Definition.StopTimeout = 24*time.Hour, 0
	}
	a.deny["DescribeTaskDefinition"] = true
	d := a.process()
	ticks(t, a, 79, d)
	assert.NotEmpty(t, a.left())
	failed := tick(t, a, a.process()).Failed
	require.NotEmpty(t, failed)
	assert.Contains(t, failed[len(failed)-1].Error, "how long tasks may take to stop")
	a.pass(time.Minute)
	tick(t, a, d)
	assert.Empty(t, a.left())
}

// A hook of 900 s may be held for 25 hours, and nothing longer than 10 minutes fits into what is left at the end of them.
func TestHeldTaskIsToldInTimeToStop(t *testing.T) {
	a := slow("api")
	a.enter("web", `{"drain": {"deadline_minutes": 20, "at_deadline": "hold"}}`)
	d := a.process()
	for len(a.left()) > 0 && a.Now().Before(start.Add(25*time.Hour)) {
		ticks(t, a, 1, d)
	}
	assert.Equal(t, start.Add(25*time.Hour-42*time.Minute), a.task("i-1").Stopping, "30 minutes, 7.5 for load balancer and agent, 5 before the cap")
	assert.Equal(t, start.Add(25*time.Hour-12*time.Minute), a.ended["i-1"])
	assert.Empty(t, a.broken)
	assert.Empty(t, a.expired)
}

// ECS told it before the deadline; a tick is still three calls, with one more for its definition.
func TestMovedTaskGetsItsStopTimeout(t *testing.T) {
	a, _, next := stopping(t, 2*time.Hour, 2*time.Hour)
	whole := 0
	for a.Now().Before(start.Add(120 * time.Minute)) {
		before := a.count("DescribeContainerInstances")
		next()
		whole += a.count("DescribeContainerInstances") - before
	}
	assert.NotEmpty(t, a.left())
	assert.LessOrEqual(t, whole, 120/5)
	assert.LessOrEqual(t, a.count("DescribeTaskDefinition"), 2, "one a revision")
	for range 8 {
		next()
	}
	assert.Empty(t, a.left())
	assert.Empty(t, a.broken)
}
