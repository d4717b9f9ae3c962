package drain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

func TestBlocked(t *testing.T) {
	blocked := func(minute int, tasks ...drain.Task) bool {
		return drain.Next(clusterOf(host(tasks...), service("api", 2, 50, 200)), defaults(), at(minute))[0].Blocked(at(minute))
	}
	assert.False(t, blocked(15, task("api")))
	assert.True(t, blocked(16, task("api")))
	assert.False(t, blocked(16, stopping("api", 1)))
	assert.False(t, blocked(16, task("")))
	assert.False(t, blocked(16), "it is released")

	// An empty host ends with its hook, which may end before 15 minutes have passed.
	shut := host()
	shut.Hook.Refused = true
	refused := clusterOf(shut)
	for _, minute := range []int{3, 9, 16} {
		assert.True(t, drain.Next(refused, defaults(), at(minute))[0].Blocked(at(minute)), "minute %d", minute)
	}
	assert.False(t, drain.Next(refused, defaults(), at(2))[0].Blocked(at(2)), "it is not ready")
}

func TestFirstStepSetsDraining(t *testing.T) {
	for name, c := range map[string]struct {
		status cluster.HostStatus // empty: it is not registered
		spot   bool
		step   string
		drain  bool
		detail string
	}{
		"an ACTIVE host":           {cluster.Active, false, "drain tasks_running", true, ""},
		"a DRAINING one has it":    {cluster.Draining, false, "none tasks_running", false, ""},
		"one that never was there": {"", false, "none not_registered", false, ""},
		"a Spot warning says so":   {cluster.Active, true, "drain tasks_running", true, "EC2 takes this Spot instance back within two minutes"},
	} {
		t.Run(name, func(t *testing.T) {
			h := drain.Host{Instance: "i-1", Group: "web-blue", Began: began}
			if c.status != "" {
				h.Registration = &cluster.Host{ARN: "ci-1", Status: c.status}
			}
			s := drain.FirstStep("web", h, c.spot)
			assert.Equal(t, c.step, shown(s))
			assert.Equal(t, c.drain, s.Drain)
			assert.Equal(t, c.detail, s.Detail)
			assert.Equal(t, []string{"web", "web-blue", "i-1"}, []string{s.Cluster, s.Group, s.Instance})
			assert.Equal(t, began, s.Since)
			assert.False(t, s.Heartbeat)
		})
	}
}
