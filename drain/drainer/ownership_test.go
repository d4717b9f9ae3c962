package drainer_test

import (
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// grouped puts a standalone task on a host whose caller chose a service's group.
func (a *account) grouped(host string) *account {
	a.runsInGroup = "service:api"
	defer func() { a.runsInGroup = "" }()
	a.place(a.instances[host], host, "")
	return a
}

// A caller of run-task may choose any group and any tag.
func TestRunTaskInServicesGroupIsStandalone(t *testing.T) {
	for name, by := range map[string]*string{"without a tag": nil, "with a tag": sdk.String("nightly")} {
		a := newAccount().service("api", 1, 100, 100).only("i-1", wait).grouped("i-1")
		a.place(a.instances["i-1"], "i-1", "api")
		a.enter("web", `{"drain": {"deadline_minutes": 20, "standalone_deadline_minutes": 40}}`)
		alone, of := a.tasks["i-1"][0], a.tasks["i-1"][1]
		require.Equal(t, []*aws.Service{nil, a.services["api"].Service}, []*aws.Service{alone.Service, of.Service})
		a.spoil(faulty.Rewrite(func(_ faulty.Call, out *ecs.DescribeTasksOutput) {
			for n, task := range out.Tasks {
				if sdk.ToString(task.TaskArn) == alone.ARN {
					assert.Equal(t, "service:api", sdk.ToString(task.Group))
					out.Tasks[n].StartedBy = by
				}
			}
		}))
		ticks(t, a, 45, a.process())
		assert.Equal(t, start.Add(40*time.Minute), alone.Stopping, name)
		assert.Equal(t, start.Add(20*time.Minute), of.Stopping, name)
		assert.Empty(t, a.left(), name)
		assert.Empty(t, a.broken, name)
	}
}

func TestForeignTaskCostsServiceNothing(t *testing.T) {
	a := newAccount().brokenService("api", 1, 100, 100).only("i-1", wait).grouped("i-1")
	d := a.process()
	ticks(t, a, 1, d)
	require.Equal(t, drain.StandaloneTask, tick(t, a, d).Instances[0].Reason)
	a.task("i-1").Exit()
	a.pass(3 * time.Minute)
	assert.Equal(t, drain.Complete, tick(t, a, d).Instances[0].Action, "the service's floor is not this host's business")
}

func TestTasksServiceIsAskedOnce(t *testing.T) {
	a := newAccount().brokenService("api", 1, 100, 100).only("i-1", wait).grouped("i-1").grouped("i-1")
	ticks(t, a, 6, a.process())
	assert.Equal(t, 2+2, a.count("ListTasks"), "what is on the host, running and stopped, and whose it is")
}

func TestTaskOfUnknownServiceHoldsHost(t *testing.T) {
	a := newAccount().brokenService("api", 1, 100, 100).only("i-1", wait).grouped("i-1")
	a.spoil(faulty.Where(func(c faulty.Call) bool {
		in, ok := c.Input.(*ecs.ListTasksInput)
		return ok && in.ContainerInstance != nil && in.ServiceName != nil
	}, faulty.Denied))
	ticks(t, a, 91, a.process())
	assert.NotEmpty(t, a.left())
	assert.Zero(t, a.count("StopTask"))
}
