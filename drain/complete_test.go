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

func TestWhatCompletionMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want, now := anyCluster(t), anyDrain(t), at(rapid.IntRange(0, 3000).Draw(t, "now"))
		for i, s := range drain.Next(p, want, now) {
			h := p.Terminating[i]
			if s.Action == drain.Complete {
				assert.Equal(t, cluster.TerminatingWait, h.State, "only in Terminating:Wait")
				assert.True(t, h.Hook.Found && !h.Hook.Gone, "a foreign hook is never completed")
				if s.Reason != drain.HostDead {
					assert.GreaterOrEqual(t, now.Sub(h.Began), 3*time.Minute)
					assert.True(t, h.BeganKnown || now.Sub(h.Began) >= 330*time.Second, "of its first minute nothing is known")
				}
				// See TestTaskThatNeverStopsEndsWithHost and TestUnreadTasksEndWithHost for the
				// exceptions beside host_dead: past their deadlines.
				if s.Reason != drain.HostDead && s.Reason != drain.Deadline && h.Registration != nil && h.Registration.Status != cluster.RegistrationFailed {
					assert.True(t, h.TasksRead)
					assert.False(t, slices.ContainsFunc(h.Tasks, func(t drain.Task) bool { return !t.Stopped() }))
				}
			}
			if s.Heartbeat {
				assert.True(t, h.State == cluster.TerminatingWait && h.Hook.Found && !h.Hook.Gone)
			}
			if s.Deregister {
				assert.False(t, h.Registration.Connected, "an agent that answers takes its registration along itself")
			}
			assert.Equal(t, h.Began, s.Since)
		}
	})
}
