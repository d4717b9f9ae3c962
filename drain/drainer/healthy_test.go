package drainer_test

import (
	"context"
	"fmt"
	"strings"
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

// checked shows a health check in the containers of the revisions of a family.
func checked(family string) faulty.Fate {
	return faulty.Rewrite(func(c faulty.Call, out *ecs.DescribeTaskDefinitionOutput) {
		if !strings.Contains(c.Resource, "/"+family+":") {
			return
		}
		d := *out.TaskDefinition
		d.ContainerDefinitions = []ecstypes.ContainerDefinition{{Name: sdk.String("app"), HealthCheck: &ecstypes.HealthCheck{Command: []string{"CMD", "true"}}}}
		out.TaskDefinition = &d
	})
}

// replaced is a host whose service's task has stopped, at minute 4, and which has so many tasks elsewhere, at minute 5.
// Their health is unknown.
func replaced(tasks int) (*account, *drainer.Drainer) {
	a := newAccount()
	a.takes = time.Hour
	a.service("api", 1, 100, 200).host("i-1", wait, "api")
	d := a.process()
	a.drain("i-1")
	a.services["api"].SetDesired(tasks)
	a.pass(4 * time.Minute)
	a.task("i-1").Exit()
	a.pass(time.Minute)
	return a, d
}

// drain has a person set a host DRAINING.
func (a *account) drain(name string) {
	_, err := a.ECS().UpdateContainerInstancesState(context.Background(), &ecs.UpdateContainerInstancesStateInput{
		Cluster: sdk.String("web"), ContainerInstances: []string{a.hostNamed(name).ARN}, Status: ecstypes.ContainerInstanceStatusDraining,
	})
	if err != nil {
		panic(err)
	}
	a.pass(0)
}

// report is what the tasks of api that run report, in their order; nothing said: unknown.
func (a *account) report(is ...ecstypes.HealthStatus) {
	tasks := a.services["api"].Tasks()
	a.spoil(faulty.Rewrite(func(_ faulty.Call, out *ecs.DescribeTasksOutput) {
		for n, t := range out.Tasks {
			for i, of := range tasks {
				if i < len(is) && of.ARN == sdk.ToString(t.TaskArn) {
					out.Tasks[n].HealthStatus = is[i]
				}
			}
		}
	}))
}

const (
	healthy   = ecstypes.HealthStatusHealthy
	unhealthy = ecstypes.HealthStatusUnhealthy
	unknown   = ecstypes.HealthStatusUnknown
)

// Its tasks say UNKNOWN until their first check.
func TestOnlyHealthyTasksKeepFloor(t *testing.T) {
	a, d := replaced(1)
	a.spoil(checked("api"))
	s := tick(t, a, d).Instances[0]
	assert.Equal(t, drain.ServiceBelowFloor, s.Reason)
	assert.Equal(t, "service api: 0 running on ACTIVE hosts (floor 1)", s.Detail)
	a.pass(time.Minute)
	a.report(healthy)
	assert.Equal(t, drain.Complete, tick(t, a, d).Instances[0].Action)
	assert.Equal(t, 1, a.count("DescribeTaskDefinition"))
}

func TestRunningTasksKeepFloor(t *testing.T) {
	a, d := replaced(1)
	assert.Equal(t, drain.Complete, tick(t, a, d).Instances[0].Action)
}

func TestUnhealthyServiceHolds10Minutes(t *testing.T) {
	a, d := replaced(1)
	a.spoil(checked("api"))
	told := until(t, a, d, 20)
	assert.Equal(t, []string{"wait service_below_floor", "complete below_floor_not_ours"}, told)
	assert.Equal(t, start.Add(14*time.Minute), a.ended["i-1"])
}

// Which revisions have a health check is asked for each: a roll-out may bring it.
func TestEachRevisionHasItsHealthCheck(t *testing.T) {
	a, d := replaced(3)
	newer := a.services["api"].Tasks()[2]
	arn := strings.Replace(newer.Definition.ARN(), "/api:", "/api-2:", 1)
	a.spoil(faulty.Rewrite(func(_ faulty.Call, out *ecs.DescribeTasksOutput) {
		for n, t := range out.Tasks {
			if sdk.ToString(t.TaskArn) == newer.ARN {
				out.Tasks[n].TaskDefinitionArn = sdk.String(arn)
			}
		}
	}), checked("api-2"), faulty.On(func(_ context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
		if c.Resource != arn {
			return carryOut()
		}
		return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: &ecstypes.TaskDefinition{TaskDefinitionArn: sdk.String(arn)}}, nil
	}, "DescribeTaskDefinition"))
	s := tick(t, a, d).Instances[0]
	assert.Equal(t, drain.ServiceBelowFloor, s.Reason)
	assert.Equal(t, "service api: 2 running on ACTIVE hosts (floor 3)", s.Detail, "two of the old revision, none healthy of the new one")
	a.report(unknown, unknown, healthy)
	assert.Equal(t, drain.Complete, tick(t, a, d).Instances[0].Action)
}

// Doubt holds a host no longer than a service that is broken for its own reasons.
func TestUnreadHealthCheckIsAssumed(t *testing.T) {
	a, d := replaced(1)
	a.deny["DescribeTaskDefinition"] = true
	answer := tick(t, a, d)
	assert.Equal(t, drain.ServiceBelowFloor, answer.Instances[0].Reason)
	require.Len(t, answer.Failed, 1)
	assert.Contains(t, answer.Failed[0].Error, "whether tasks of service api report health")
	a.report(healthy)
	assert.Equal(t, drain.Complete, tick(t, a, d).Instances[0].Action)

	a, d = replaced(1)
	a.deny["DescribeTaskDefinition"] = true
	a.pass(9 * time.Minute)
	assert.Equal(t, drain.BelowFloorNotOurs, tick(t, a, d).Instances[0].Reason)
}

// A definition is read only where its health check decides.
func TestHealthCheckIsReadOnlyIfNeeded(t *testing.T) {
	for _, is := range []ecstypes.HealthStatus{healthy, unhealthy} {
		a, d := replaced(1)
		a.report(is)
		tick(t, a, d)
		assert.Zero(t, a.count("DescribeTaskDefinition"), is)
	}
	a, d := replaced(1)
	a.services["api"].Spec.MemberOf = map[string]string{pinned: "nowhere"}
	for _, task := range append([]*aws.Task{}, a.services["api"].Tasks()...) {
		task.Exit()
	}
	tick(t, a, d)
	assert.Zero(t, a.count("DescribeTaskDefinition"), "there are too few, whatever they say")
}

func TestLargeFloorIsCountedByPages(t *testing.T) {
	a, d := replaced(250)
	a.spoil(checked("api"))
	all := make([]ecstypes.HealthStatus, 250)
	for n := range all {
		all[n] = healthy
	}
	all[249] = unknown
	a.report(all...)
	s := tick(t, a, d).Instances[0]
	assert.Equal(t, fmt.Sprint(drain.ServiceBelowFloor, ": service api: 249 running on ACTIVE hosts (floor 250)"), fmt.Sprint(s.Reason, ": ", s.Detail))
	a.fates = []faulty.Fate{checked("api")}
	all[249] = healthy
	a.report(all...)
	assert.Equal(t, drain.Complete, tick(t, a, d).Instances[0].Action)
}
