package drainer_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/lambdaevent"
)

// crowded is a world in which every call is made: services, daemons, a standalone task and a service's that have to be
// stopped, a dead host, an instance that never registered.
func crowded() *fakeAWS {
	f := newFakeAWS().host("i-1", wait, "api", "agent").host("i-2", wait, "api", "fixed").host("i-3", wait, "").host("i-4", wait, "api").host("i-5", wait)
	f.entries["other"] = `{}`
	f.entries["web"] = `{"drain": {"deadline_minutes": 12, "standalone_deadline_minutes": 20}}`
	f.service("api", 3, 50, 200)
	f.service("fixed", 1, 100, 100)
	f.service("agent", 2, 0, 100).daemon = true
	f.instances["i-4"].healthy, f.hosts["ci/i-4"].connected = false, false
	delete(f.hosts, "ci/i-5")
	for _, t := range f.tasks {
		t.takes = 2 * time.Minute
	}
	return f
}

const longEnough = 45

// outcome is what became of the world: which hosts went, which tasks we stopped, which registrations are left.
func (f *fakeAWS) outcome() string {
	text := fmt.Sprint("left ", f.left(), " registered ", sorted(f.hosts), " stopped by us")
	for _, arn := range sorted(f.tasks) {
		if t := f.tasks[arn]; t.byUs {
			text += fmt.Sprintf(" %s/%s", t.host, t.service)
		}
	}
	return text
}

// Wherever a process dies, before AWS carries a call out or after, the next one goes on from there.
func TestDyingBetweenAnyTwoCallsChangesNothing(t *testing.T) {
	whole := crowded()
	d := whole.process()
	for range longEnough {
		tick(t, whole, d)
		whole.pass(time.Minute)
	}
	require.Empty(t, whole.broken)
	require.Empty(t, whole.left())
	for _, action := range []string{"StopTask", "DeregisterContainerInstance", "CompleteLifecycleAction", "RecordLifecycleActionHeartbeat", "UpdateContainerInstancesState"} {
		require.Contains(t, whole.calls, action, "the world has every call in it")
	}
	for at := range whole.calls {
		for _, carried := range []bool{false, true} {
			f := crowded()
			f.diesAt, f.carried = at, carried
			d := f.process()
			for range longEnough {
				_, err := d.Run(t.Context(), f.now)
				if f.dead {
					f.dead, f.diesAt = false, -1
					d = f.process()
				} else {
					require.NoError(t, err)
				}
				f.pass(time.Minute)
			}
			name := fmt.Sprintf("died at call %d, %s, carried out: %v", at, whole.calls[at], carried)
			require.Empty(t, f.broken, name)
			require.Equal(t, whole.outcome(), f.outcome(), name)
		}
	}
}

// Whatever calls AWS refuses, carried out or not, no rule is broken, and when it refuses no more every host goes.
func TestNoRefusalBreaksARule(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := crowded()
		f.luck = rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		f.refused = rapid.SampledFrom([]float64{0.02, 0.1, 0.4}).Draw(rt, "refused")
		d := f.process()
		for minute := range 90 {
			if minute == 60 {
				f.luck = nil
			}
			if rapid.IntRange(0, 9).Draw(rt, "anew") == 0 {
				d = f.process()
			}
			_, _ = d.First(t.Context(), f.now, lambdaevent.Event{Instance: "i-1", Group: "web-blue"})
			_, err := d.Run(t.Context(), f.now)
			require.True(rt, err == nil || f.luck != nil, "only AWS refuses")
			f.pass(time.Minute)
		}
		assert.Empty(rt, f.broken)
		assert.Empty(rt, f.left())
	})
}

// Ticks doubled, lost, by processes that remember and that do not, and events in between, doubled and lost.
func TestTheOutcomeDoesNotDependOnHowTicksCome(t *testing.T) {
	whole := crowded()
	until(t, whole, whole.process(), longEnough)
	rapid.Check(t, func(rt *rapid.T) {
		f := crowded()
		processes := []*drainer.Drainer{f.process(), f.process()}
		for range 90 {
			for range rapid.IntRange(0, 2).Draw(rt, "ticks") {
				i := rapid.IntRange(0, 2).Draw(rt, "process")
				d := f.process()
				if i < len(processes) {
					d = processes[i]
				}
				if rapid.IntRange(0, 4).Draw(rt, "event") == 0 {
					id := fmt.Sprintf("i-%d", rapid.IntRange(1, 6).Draw(rt, "instance"))
					_, err := d.First(t.Context(), f.now, lambdaevent.Event{Instance: id})
					require.NoError(rt, err)
				}
				_, err := d.Run(t.Context(), f.now)
				require.NoError(rt, err)
			}
			f.pass(time.Minute)
		}
		assert.Empty(rt, f.broken)
		assert.Empty(rt, f.left())
	})
}
