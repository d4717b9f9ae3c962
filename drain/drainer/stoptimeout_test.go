package drainer_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slow is a host at whose deadline, minute 20, a service's task and a standalone one are told to stop, which takes them
// 30 minutes.
func slow() *fakeAWS {
	f := newFakeAWS().host("i-1", wait, "api", "")
	f.service("api", 1, 100, 100)
	f.entries["web"] = `{"drain": {"deadline_minutes": 20, "standalone_deadline_minutes": 20}}`
	f.containers["api"] = ecstypes.ContainerDefinition{StopTimeout: aws.Int32(1800)}
	f.containers[""] = ecstypes.ContainerDefinition{StopTimeout: aws.Int32(1800)}
	for _, t := range f.tasks {
		t.takes = 30 * time.Minute
	}
	return f
}

func TestATaskIsGivenItsOwnStopTimeout(t *testing.T) {
	f := slow()
	until(t, f, f.process(), 80)
	assert.Equal(t, start.Add(50*time.Minute), f.instances["i-1"].ended, "as soon as they have stopped")
	assert.Equal(t, 2, f.count("DescribeTaskDefinition"), "one a revision")
}

// Each tick has a process of its own, and one in three may not ask.
func TestAStopTimeoutThatIsNotReadAtOnceCutsNoTask(t *testing.T) {
	f := slow()
	for minute := range 60 {
		f.deny["DescribeTaskDefinition"] = minute%3 == 0
		tick(t, f, f.process())
		f.pass(time.Minute)
	}
	assert.Empty(t, f.broken)
	assert.Empty(t, f.left())
}

func TestADefinitionThatCannotBeReadKeepsAHostForAnHourAtTheMost(t *testing.T) {
	f := slow()
	f.deny["DescribeTaskDefinition"] = true
	until(t, f, f.process(), 80)
	assert.Equal(t, start.Add(50*time.Minute), f.instances["i-1"].ended)

	f = slow()
	f.deny["DescribeTaskDefinition"] = true
	for _, task := range f.tasks {
		task.takes = 24 * time.Hour
	}
	d := f.process()
	for range 79 {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.NotEmpty(t, f.left())
	failed := tick(t, f, f.process()).Failed
	require.NotEmpty(t, failed)
	assert.Contains(t, failed[len(failed)-1].Error, "how long tasks may take to stop")
	f.pass(time.Minute)
	tick(t, f, d)
	assert.Empty(t, f.left())
}

// A hook of 900 s may be held for 25 hours, and nothing longer than 10 minutes fits into what is left at the end of them.
func TestAHeldTaskIsToldInTimeForItsStopTimeout(t *testing.T) {
	f := slow()
	f.entries["web"] = `{"drain": {"deadline_minutes": 20, "at_deadline": "hold"}}`
	delete(f.tasks, "task/1")
	d := f.process()
	for len(f.left()) > 0 && f.now.Before(start.Add(25*time.Hour)) {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.Equal(t, start.Add(25*time.Hour-42*time.Minute), f.tasks["task/0"].stopping, "30 minutes, 7.5 for load balancer and agent, 5 before the cap")
	assert.Equal(t, start.Add(25*time.Hour-12*time.Minute), f.instances["i-1"].ended)
	assert.Empty(t, f.broken)
}

// ECS told it before the deadline; a tick is still three calls, with one more for its definition.
func TestATaskThatECSMovesIsGivenItsStopTimeoutTooAndTicksStaySmall(t *testing.T) {
	f, _, next := stopping(t)
	f.containers["api"] = ecstypes.ContainerDefinition{StopTimeout: aws.Int32(7200)}
	f.tasks["task/0"].takes = 2 * time.Hour
	whole := 0
	for f.now.Before(start.Add(120 * time.Minute)) {
		before := f.count("DescribeContainerInstances")
		next()
		whole += f.count("DescribeContainerInstances") - before
	}
	assert.NotEmpty(t, f.left())
	assert.LessOrEqual(t, whole, 120/5)
	assert.LessOrEqual(t, f.count("DescribeTaskDefinition"), 2, "one a revision")
	for range 8 {
		next()
	}
	assert.Empty(t, f.left())
	assert.Empty(t, f.broken)
}
