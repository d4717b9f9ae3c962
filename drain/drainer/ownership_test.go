package drainer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
)

// A caller of run-task may choose any group and any tag.
func TestATaskOfRunTaskInAServicesGroupHasTheStandaloneDeadline(t *testing.T) {
	for name, by := range map[string]string{"without a tag": "", "with a tag": "nightly"} {
		f := newFakeAWS().host("i-1", wait, "", "api")
		f.service("api", 1, 100, 100)
		f.entries["web"] = `{"drain": {"deadline_minutes": 20, "standalone_deadline_minutes": 40}}`
		f.tasks["task/0"].group, f.tasks["task/0"].startedBy = "service:api", by
		d := f.process()
		for range 45 {
			tick(t, f, d)
			f.pass(time.Minute)
		}
		assert.Equal(t, start.Add(40*time.Minute), f.tasks["task/0"].stopping, name)
		assert.Equal(t, start.Add(20*time.Minute), f.tasks["task/1"].stopping, name)
		assert.Empty(t, f.left(), name)
		assert.Empty(t, f.broken, name)
	}
}

func TestATaskOfRunTaskInAServicesGroupLosesTheServiceNothing(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "")
	f.service("api", 1, 100, 100)
	f.tasks["task/0"].group = "service:api"
	d := f.process()
	tick(t, f, d)
	f.pass(time.Minute)
	require.Equal(t, drain.StandaloneTask, tick(t, f, d).Instances[0].Reason)
	f.tasks["task/0"].wanted, f.tasks["task/0"].last, f.tasks["task/0"].stopped = false, "STOPPED", f.now
	f.pass(3 * time.Minute)
	assert.Equal(t, drain.Complete, tick(t, f, d).Instances[0].Action, "the service's floor is not this host's business")
}

func TestWhoseTaskItIsIsAskedOncePerProcess(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "", "")
	f.service("api", 1, 100, 100)
	f.tasks["task/0"].group, f.tasks["task/1"].group = "service:api", "service:api"
	d := f.process()
	tick(t, f, d)
	for range 5 {
		f.pass(time.Minute)
		tick(t, f, d)
	}
	assert.Equal(t, 2+2, f.count("ListTasks"), "what is on the host, running and stopped, and whose it is")
}

func TestATaskOfWhichNobodyCanTellWhoseItIsKeepsItsHost(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "")
	f.tasks["task/0"].group = "service:api"
	f.denyOwners = true
	d := f.process()
	tick(t, f, d)
	for range 90 {
		f.pass(time.Minute)
		tick(t, f, d)
	}
	assert.NotEmpty(t, f.left())
	assert.Zero(t, f.count("StopTask"))
}
