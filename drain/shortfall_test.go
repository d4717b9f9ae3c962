package drain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

func TestFloorsCountAllLeavingHosts(t *testing.T) {
	// Both hosts held one copy of a service of two; neither may count the other.
	api := service("api", 2, 50, 200)
	p := clusterOf(host(stopped("api", 2)), api)
	second := host(stopped("api", 2))
	second.Instance, second.Registration = "i-2", &cluster.Host{ARN: "ci-2", InstanceID: "i-2", Status: cluster.Draining, Connected: true}
	p.Terminating = append(p.Terminating, second)
	p.Healthy["api"] = 0
	for _, s := range drain.Next(p, defaults(), at(5)) {
		assert.Equal(t, "wait service_below_floor", shown(s))
		assert.Equal(t, "service api: 0 running on ACTIVE hosts (floor 1)", s.Detail)
	}
	p.Healthy["api"] = 1
	for _, s := range drain.Next(p, defaults(), at(5)) {
		assert.Equal(t, "complete ready", shown(s))
	}
}

// Only a task that stopped since the termination began is a loss of this drain.
func TestWhichServicesLostATask(t *testing.T) {
	early := stopped("api", 3)
	early.StoppedAt = at(-1)
	unknown := early
	unknown.StoppedAt = time.Time{}
	for name, c := range map[string]struct {
		task       drain.Task
		beganKnown bool
		step       string
	}{
		"it stopped since":                        {stopped("api", 2), true, "wait service_below_floor"},
		"it had stopped before":                   {early, true, "complete ready"},
		"nobody knows when the termination began": {early, false, "complete below_floor_not_ours"},
		"nobody knows when it stopped":            {unknown, true, "wait service_below_floor"},
		"a standalone task is no loss":            {stopped("", 2), true, "complete ready"},
	} {
		t.Run(name, func(t *testing.T) {
			h := host(c.task)
			h.BeganKnown = c.beganKnown
			p := clusterOf(h, service("api", 2, 100, 200))
			p.Healthy["api"] = 1
			assert.Equal(t, c.step, shown(drain.Next(p, defaults(), at(9))[0]))
		})
	}
}

func TestOwnCountBelowFloorNeedsNoCounting(t *testing.T) {
	api := service("api", 2, 100, 200)
	api.Running = 1
	p := clusterOf(host(stopped("api", 3)), api)
	p.Healthy = nil
	assert.Equal(t, "service api: 1 running on ACTIVE hosts (floor 2)", drain.Next(p, defaults(), at(5))[0].Detail)
}
