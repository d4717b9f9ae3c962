package drain_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

func may(r drain.Right, h drain.Host) drain.Host {
	h.Right = r
	return h
}

func with(p drain.Cluster, r drain.Right) drain.Cluster {
	p.Terminating = slices.Clone(p.Terminating)
	for i := range p.Terminating {
		p.Terminating[i].Right = r
	}
	return p
}

func dead(h *drain.Host) {
	h.Unhealthy = true
	gone := *h.Registration
	gone.Connected = false
	h.Registration = &gone
}

func refused(h drain.Host) drain.Host {
	h.Hook.Refused = true
	return h
}

func TestWithoutAnEntryNoTaskEverEndsByUs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want, now := anyPicture(t), anyDrain(t), at(rapid.IntRange(0, 3000).Draw(t, "now"))
		for i, s := range drain.Next(with(p, drain.OnlyEmpty), want, now) {
			h := p.Terminating[i]
			assert.NotEqual(t, drain.StopTasks, s.Action)
			assert.Empty(t, s.Tasks)
			registering := h.Registration != nil && h.Registration.Status == cluster.Registering // no task was placed on it
			left := !registering && slices.ContainsFunc(h.Tasks, func(t drain.Task) bool { return !t.Stopped() })
			if s.Action == drain.Complete && h.Registration != nil && !registering {
				assert.True(t, h.TasksRead && !left)
			}
			assert.False(t, s.Deregister && left, "a forced one would end its tasks for ECS")
		}
	})
}

func TestWithAnUnreadEntryNothingEndsAndEveryHookIsHeld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want, now := anyPicture(t), anyDrain(t), at(rapid.IntRange(0, 3000).Draw(t, "now"))
		for i, s := range drain.Next(with(p, drain.OnlyHold), want, now) {
			h := p.Terminating[i]
			assert.NotContains(t, []drain.Action{drain.StopTasks, drain.Complete}, s.Action)
			assert.Empty(t, s.Tasks)
			if h.State == cluster.TerminatingWait && h.Hook.Found && !h.Hook.Gone && now.Sub(h.Began) >= h.Hook.Timeout/3 {
				assert.True(t, s.Heartbeat, "%s %s", s.Action, s.Reason)
			}
		}
	})
}

func TestAHookThatMayNotBeCompletedNeverIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want, now := anyPicture(t), anyDrain(t), at(rapid.IntRange(0, 3000).Draw(t, "now"))
		for i := range p.Terminating {
			p.Terminating[i].Hook.Refused = true
		}
		for _, s := range drain.Next(p, want, now) {
			assert.NotEqual(t, drain.Complete, s.Action)
		}
	})
}

func TestHeartbeatsAreForEveryHookThatMayBeOurs(t *testing.T) {
	for name, c := range map[string]struct {
		hook drain.Hook
		want []string
	}{
		"the entry's":                     {drain.Hook{Found: true}, []string{defaults().Hook}},
		"by another name":                 {drain.Hook{Name: "mine", Found: true}, []string{"mine"}},
		"unread":                          {drain.Hook{Unread: true, Others: []string{"a", "b"}}, []string{defaults().Hook, "a", "b"}},
		"others, where that is not there": {drain.Hook{Others: []string{"a"}}, []string{"a"}},
	} {
		h := host(task("api"))
		h.Hook = c.hook
		s := drain.Next(picture(h, service("api", 2, 50, 200)), defaults(), at(30))[0]
		assert.True(t, s.Heartbeat, name)
		assert.Equal(t, c.want, s.Beats, name)
		h.Hook = drain.Hook{}
		assert.False(t, drain.Next(picture(h), defaults(), at(30))[0].Heartbeat, "no hook of ours")
	}
}

// Its tasks count no more as running elsewhere, whoever drains it.
func TestAHostThatAnotherStackDrainsIsNoRoom(t *testing.T) {
	p := picture(host(task("api")), service("api", 1, 50, 200))
	p.Groups = append(p.Groups, cluster.Group{Name: "theirs", Max: 10, Instances: []cluster.Instance{{ID: "i-9", Phase: cluster.Terminating}}})
	assert.Equal(t, drain.NoRoom, drain.Next(p, defaults(), began.Add(10*time.Minute))[0].Reason)
}

func TestAnotherCapacityProvidersHostIsNoRoom(t *testing.T) {
	for name, tt := range map[string]struct {
		strategy []string
		provider string // of the other host
		want     drain.Reason
	}{
		"its own provider's is room":           {[]string{"od"}, "od", drain.TasksRunning},
		"another's is none":                    {[]string{"od"}, "spot", drain.NoRoom},
		"nor is one of no provider":            {[]string{"od"}, "", drain.NoRoom},
		"of several, each one's is":            {[]string{"od", "spot"}, "spot", drain.TasksRunning},
		"launch type EC2 has room on any host": {nil, "spot", drain.TasksRunning},
	} {
		t.Run(name, func(t *testing.T) {
			api := service("api", 2, 100, 200)
			api.Providers = tt.strategy
			p := picture(host(task("api")), api)
			for i := range p.Hosts {
				p.Hosts[i].Provider = tt.provider
			}
			assert.Equal(t, tt.want, drain.Next(p, defaults(), began.Add(5*time.Minute))[0].Reason)
		})
	}
}
