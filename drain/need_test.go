package drain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/thresholds"
)

// read is a cluster whose hooks and tasks were asked for.
func read(h drain.Host, services ...cluster.Service) drain.Cluster {
	c := clusterOf(h, services...)
	c.Asked = drain.Needed{Hooks: []string{"web-blue"}, Tasks: []string{"i-1"}}
	c.Definitions = nil
	return c
}

// servicesRead is read with its services.
func servicesRead(h drain.Host, services ...cluster.Service) drain.Cluster {
	c := read(h, services...)
	for _, s := range services {
		c.Asked.Services = append(c.Asked.Services, s.Name)
	}
	return c
}

func changed(h drain.Host, do func(*drain.Host)) drain.Host {
	if h.Registration != nil {
		own := *h.Registration
		h.Registration = &own
	}
	do(&h)
	return h
}

func TestNeed(t *testing.T) {
	api, small := service("api", 2, 50, 200), service("api", 2, 100, 200)
	small.Running = 1
	elsewhere := api
	elsewhere.Home = cluster.Elsewhere
	active := changed(host(), func(h *drain.Host) { h.Registration.Status = cluster.Active })
	leaving := changed(host(), func(h *drain.Host) { h.State = cluster.JustTerminating })
	refused := servicesRead(host(task("api")), api)
	refused.ProtectionRefused = true
	deserted := servicesRead(host(task("api")), api)
	deserted.Groups = []cluster.Group{{Max: 0}}
	known := servicesRead(host(stopping("api", 50)), api)
	known.Definitions = map[string]cluster.Definition{"api:1": {}}
	mixed := stopped("api", 3)
	mixed.ARN = "task/gone"
	fresh := func(h drain.Host) drain.Cluster {
		c := clusterOf(h)
		c.Asked = drain.Needed{Hooks: []string{"web-blue"}}
		return c
	}
	for _, c := range []struct {
		name   string
		state  drain.Cluster
		minute int
		want   drain.Needed
	}{
		{"first the hook that a host waits for", clusterOf(host()), 1, drain.Needed{Hooks: []string{"web-blue"}}},
		{"none waits: the tasks", clusterOf(leaving), 1, drain.Needed{Tasks: []string{"i-1"}}},
		{"a DRAINING host's tasks", fresh(host()), 1, drain.Needed{Tasks: []string{"i-1"}}},
		{"an ACTIVE one is first set DRAINING", fresh(active), 59, drain.Needed{}},
		{"past its deadline its tasks may be stopped", fresh(active), 60, drain.Needed{Tasks: []string{"i-1"}}},
		{"no registration, no tasks", fresh(changed(host(), func(h *drain.Host) { h.Registration = nil })), 9, drain.Needed{}},
		{"nor has one that still registers", fresh(changed(host(), func(h *drain.Host) { h.Registration.Status = cluster.Registering })), 9, drain.Needed{}},
		{"nor is anything left to do in Terminating:Proceed", fresh(changed(host(), func(h *drain.Host) { h.State = cluster.TerminatingProceed })), 9, drain.Needed{}},

		{"the services of tasks that are to move", read(host(task("api"), stopping("agent", 1))), 1, drain.Needed{Services: []string{"agent", "api"}}},
		{"not of tasks that only stop", read(host(stopping("api", 1))), 1, drain.Needed{}},
		{"but past the deadline, for daemons", read(host(stopping("api", 1))), 60, drain.Needed{Services: []string{"api"}}},
		{"once all have stopped, of the lost", read(host(stopped("api", 3))), 4, drain.Needed{Services: []string{"api"}}},
		{"not while others stop", read(host(mixed, stopping("web", 3))), 4, drain.Needed{}},
		{"a standalone task has none", read(host(task(""))), 90, drain.Needed{}},

		{"a floor that may be met is counted", servicesRead(host(stopped("api", 3)), api), 4, drain.Needed{Healthy: []string{"api"}}},
		{"one that ECS itself counts too few for is not", servicesRead(host(stopped("api", 3)), small), 4, drain.Needed{}},
		{"nor that of a service elsewhere", servicesRead(host(stopped("api", 3)), elsewhere), 4, drain.Needed{}},

		{"for two minutes ECS may move a task", servicesRead(host(task("api")), api), 1, drain.Needed{}},
		{"then its size explains", servicesRead(host(task("api")), api), 2, drain.Needed{Sizes: []string{"api:1"}}},
		{"after five its protection does", servicesRead(host(task("api")), api), 5, drain.Needed{Sizes: []string{"api:1"}, Explaining: []string{"task/api"}}},
		{"unless that was just refused", refused, 5, drain.Needed{Sizes: []string{"api:1"}}},
		{"past the deadline it decides", servicesRead(host(task("api")), api), 60, drain.Needed{Sizes: []string{"api:1"}, Protection: []string{"task/api"}}},
		{"where nothing can move, at once", deserted, 1, drain.Needed{Protection: []string{"task/api"}}},
		{"a standalone task has no protection", servicesRead(host(task(""))), 90, drain.Needed{}},

		{"a task that stops for long has its stopTimeout", servicesRead(host(stopping("api", 55)), api), 60, drain.Needed{StopTimeouts: []string{"api:1"}}},
		{"not at once", servicesRead(host(stopping("api", 56)), api), 60, drain.Needed{}},
		{"nor before the deadline", servicesRead(host(stopping("api", 1)), api), 59, drain.Needed{}},
		{"nor where it is known", known, 60, drain.Needed{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, filled(c.want), filled(drain.Need(c.state, defaults(), at(c.minute))))
			assert.Equal(t, c.want.Nothing(), drain.Need(c.state, defaults(), at(c.minute)).Nothing())
		})
	}
}

// filled is what is needed with no list nil.
func filled(n drain.Needed) drain.Needed {
	return drain.Needed{
		Hooks: append([]string{}, n.Hooks...), Tasks: append([]string{}, n.Tasks...), Services: append([]string{}, n.Services...), Healthy: append([]string{}, n.Healthy...),
		Sizes: append([]string{}, n.Sizes...), Protection: append([]string{}, n.Protection...), Explaining: append([]string{}, n.Explaining...), StopTimeouts: append([]string{}, n.StopTimeouts...),
	}
}

// AWS ends a hook after 100 heartbeat timeouts, whatever the entry says. Next stops tasks before that.
func TestNeedGoesByCappedDeadline(t *testing.T) {
	h := host(task("api"))
	h.Hook.Timeout = time.Minute // 100 minutes, of which 15 are kept
	want := defaults()
	want.DeadlineMinutes = 2000
	c := servicesRead(h, service("api", 2, 50, 200))
	assert.Empty(t, drain.Need(c, want, at(84)).Protection)
	assert.Equal(t, []string{"task/api"}, drain.Need(c, want, at(85)).Protection)
	assert.Equal(t, drain.StopTasks, drain.Next(c, want, at(85))[0].Action)
}

// Reading ends whatever could be read, because nothing is asked for twice.
func TestNeedEndsWithinItsRounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, want, now := anyCluster(t), anyDrain(t), at(rapid.IntRange(0, 3000).Draw(t, "now"))
		c.Definitions = nil
		for range drain.Rounds {
			c.Asked = c.Asked.And(drain.Need(c, want, now))
		}
		assert.True(t, drain.Need(c, want, now).Nothing())
	})
}

// A task is stopped only when its protection was asked for.
func TestNoTaskStopsBeforeProtectionIsNeeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, want, now := anyCluster(t), anyDrain(t), at(rapid.IntRange(0, 3000).Draw(t, "now"))
		var needed drain.Needed
		for range drain.Rounds {
			needed = needed.And(drain.Need(c, want, now))
			c.Asked = needed
		}
		services := map[string]string{}
		for _, h := range c.Terminating {
			for _, one := range h.Tasks {
				services[one.ARN] = one.Service
			}
		}
		for _, s := range drain.Next(c, want, now) {
			for _, arn := range s.Tasks {
				assert.True(t, services[arn] == "" || assert.Contains(t, needed.Protection, arn))
			}
		}
	})
}

func TestReadingEndsForEmptyCluster(t *testing.T) {
	assert.True(t, drain.Need(drain.Cluster{}, thresholds.Builtin().Drain, began).Nothing())
}

func TestHealthReportsOfStoppedHosts(t *testing.T) {
	says := stopped("api", 3)
	says.ReportsHealth = true
	c := clusterOf(host(says, stopped("web", 3)))
	assert.Equal(t, map[string]bool{"api:1": true, "web:1": false}, c.HealthReports())
	c = clusterOf(host(says, stopping("web", 3)))
	assert.Empty(t, c.HealthReports(), "its floors do not decide yet")
}

func TestStayingHostsKeepFloors(t *testing.T) {
	c := clusterOf(host())
	assert.Equal(t, map[string]bool{"ci-9": true}, c.Staying())
	c.Groups = append(c.Groups, cluster.Group{Instances: []cluster.Instance{{ID: "i-9", Phase: cluster.Terminating}}})
	assert.Empty(t, c.Staying(), "another stack's leaves too")
}
