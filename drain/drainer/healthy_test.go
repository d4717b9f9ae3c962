package drainer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
)

// checked is a container with a health check.
var checked = ecstypes.ContainerDefinition{Name: aws.String("app"), HealthCheck: &ecstypes.HealthCheck{Command: []string{"CMD", "true"}}}

// replaced is a host whose service's task has stopped and runs elsewhere, at minute 5.
func replaced() *fakeAWS {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 200)
	f.hosts["ci/i-1"].status = "DRAINING"
	old, next := f.tasks["task/0"], f.task("i-0", "api")
	old.wanted, old.last, old.stopped = false, "STOPPED", start.Add(4*time.Minute)
	next.health = "UNKNOWN"
	f.pass(5 * time.Minute)
	return f
}

// Its tasks say UNKNOWN until their first check.
func TestOfAServiceWithAHealthCheckTasksThatAreNotYetHealthyKeepNoFloor(t *testing.T) {
	f := replaced()
	f.containers["api"] = checked
	d := f.process()
	s := tick(t, f, d).Instances[0]
	assert.Equal(t, drain.ServiceBelowFloor, s.Reason)
	assert.Equal(t, "service api: 0 running on ACTIVE hosts (floor 1)", s.Detail)
	f.pass(time.Minute)
	f.tasks["task/1"].health = "HEALTHY"
	assert.Equal(t, drain.Complete, tick(t, f, d).Instances[0].Action)
	assert.Equal(t, 1, f.count("DescribeTaskDefinition"))
}

func TestOfAServiceWithoutAHealthCheckRunningTasksKeepTheFloor(t *testing.T) {
	f := replaced()
	assert.Equal(t, drain.Complete, tick(t, f, f.process()).Instances[0].Action)
}

func TestHealthThatNeverComesHoldsAHostForTenMinutes(t *testing.T) {
	f := replaced()
	f.containers["api"] = checked
	told := until(t, f, f.process(), 20)
	assert.Equal(t, []string{"wait service_below_floor", "complete below_floor_not_ours"}, told)
	assert.Equal(t, start.Add(14*time.Minute), f.instances["i-1"].ended)
}

// Which revisions have a health check is asked for each: a roll-out may bring it.
func TestEachRevisionsTasksCountByItsOwnHealthCheck(t *testing.T) {
	f := replaced()
	f.services["api"].desired = 3
	f.containers["api-2"] = checked
	f.task("i-0", "api")
	f.task("i-0", "api").definition = "api-2"
	assert.Equal(t, drain.ServiceBelowFloor, tick(t, f, f.process()).Instances[0].Reason, "two of the old revision, none healthy of the new one")
	f.task("i-0", "api")
	assert.Equal(t, drain.Complete, tick(t, f, f.process()).Instances[0].Action)
}

// Doubt holds a host no longer than a service that is broken for its own reasons.
func TestWhereNobodyKnowsWhetherTasksReportHealthOnlyHealthyOnesCount(t *testing.T) {
	f := replaced()
	f.deny["DescribeTaskDefinition"] = true
	answer := tick(t, f, f.process())
	assert.Equal(t, drain.ServiceBelowFloor, answer.Instances[0].Reason)
	require.Len(t, answer.Failed, 1)
	assert.Contains(t, answer.Failed[0].Error, "whether tasks of service api report health")
	f.tasks["task/1"].health = "HEALTHY"
	assert.Equal(t, drain.Complete, tick(t, f, f.process()).Instances[0].Action)

	f = replaced()
	f.deny["DescribeTaskDefinition"] = true
	f.pass(9 * time.Minute)
	assert.Equal(t, drain.BelowFloorNotOurs, tick(t, f, f.process()).Instances[0].Reason)
}

// What tells is asked only where it decides.
func TestHealthChecksAreNotAskedForWhereTasksSayEnough(t *testing.T) {
	for name, health := range map[string]string{"healthy": "HEALTHY", "unhealthy": "UNHEALTHY"} {
		f := replaced()
		f.tasks["task/1"].health = health
		tick(t, f, f.process())
		assert.Zero(t, f.count("DescribeTaskDefinition"), name)
	}
	f := replaced()
	delete(f.tasks, "task/1")
	tick(t, f, f.process())
	assert.Zero(t, f.count("DescribeTaskDefinition"), "there are too few, whatever they say")
}

func TestAFloorOfHundredsIsCountedPageByPage(t *testing.T) {
	f := replaced()
	f.services["api"].desired = 250
	f.containers["api"] = checked
	for n := range 300 {
		f.task("i-0", "api").health = map[bool]string{true: "HEALTHY", false: "UNKNOWN"}[n < 249]
	}
	s := tick(t, f, f.process()).Instances[0]
	assert.Equal(t, fmt.Sprint(drain.ServiceBelowFloor, ": service api: 249 running on ACTIVE hosts (floor 250)"), fmt.Sprint(s.Reason, ": ", s.Detail))
	f.tasks["task/1"].health = "HEALTHY"
	assert.Equal(t, drain.Complete, tick(t, f, f.process()).Instances[0].Action)
}
