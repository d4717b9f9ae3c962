package drain_test

import (
	"slices"
	"testing"

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

func TestWithoutEntryNoTaskIsEnded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want, now := anyCluster(t), anyDrain(t), at(rapid.IntRange(0, 3000).Draw(t, "now"))
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

func TestUnreadEntryEndsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want, now := anyCluster(t), anyDrain(t), at(rapid.IntRange(0, 3000).Draw(t, "now"))
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

func TestRefusedHookIsNeverCompleted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want, now := anyCluster(t), anyDrain(t), at(rapid.IntRange(0, 3000).Draw(t, "now"))
		for i := range p.Terminating {
			p.Terminating[i].Hook.Refused = true
		}
		for _, s := range drain.Next(p, want, now) {
			assert.NotEqual(t, drain.Complete, s.Action)
		}
	})
}

func TestRightFollowsEntryAndTag(t *testing.T) {
	for name, c := range map[string]struct {
		entry  drain.Entry
		tagged bool
		want   drain.Right
	}{
		"an entry":                          {drain.Entry{There: true}, false, drain.Full},
		"no entry":                          {drain.Entry{}, false, drain.OnlyEmpty},
		"no entry, the tag names us":        {drain.Entry{}, true, drain.Full},
		"an entry that could not be read":   {drain.Entry{There: true, Unsure: true}, true, drain.OnlyHold},
		"nobody knows whether there is one": {drain.Entry{Unsure: true}, false, drain.OnlyHold},
	} {
		assert.Equal(t, c.want, c.entry.Right(c.tagged), name)
	}
}
