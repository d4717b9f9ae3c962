package drainer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/lab/property"
	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/simulator/faulty"
)

func TestMain(m *testing.M) { property.Main(m, 100) }

// crowded is an account in which every call is made: services, daemons, a standalone task and a service's that have to be
// stopped, a dead host, an instance that never registered.
func crowded() *account {
	a := newAccount()
	a.takes = 2 * time.Minute
	a.service("api", 3, 50, 200).service("fixed", 1, 100, 100).daemon("agent")
	a.host("i-1", wait, "api", "agent").host("i-2", wait, "api", "fixed").host("i-3", wait, "").host("i-4", dead, "api").neverJoins("i-5", wait)
	a.knows("other")
	a.enter("web", `{"drain": {"deadline_minutes": 12, "standalone_deadline_minutes": 20}}`)
	a.begin()
	return a
}

const longEnough = 45

// outcome is what became of the account: which hosts went, which tasks we stopped, which registrations are left.
func (a *account) outcome() string {
	text := fmt.Sprint("left ", a.left(), " registered")
	for _, name := range sorted(a.instances) {
		if a.registered(name) {
			text += " " + name
		}
	}
	text += " stopped by us"
	for _, host := range sorted(a.tasks) {
		for _, t := range a.tasks[host] {
			if byUs(t) {
				text += " " + host + "/" + t.Definition.Family
			}
		}
	}
	return text
}

// Wherever a process dies, before AWS carries a call out or after, the next one goes on from there.
func TestDyingAtAnyCallChangesNothing(t *testing.T) {
	whole := crowded()
	ticks(t, whole, longEnough, whole.process())
	require.Empty(t, whole.broken)
	require.Empty(t, whole.left())
	calls := whole.actions()
	for _, action := range []string{"StopTask", "DeregisterContainerInstance", "CompleteLifecycleAction", "RecordLifecycleActionHeartbeat", "UpdateContainerInstancesState"} {
		require.Contains(t, calls, action, "the account has every call in it")
	}
	for at := range calls {
		for _, carried := range []bool{false, true} {
			a := crowded()
			death := faulty.DiesAt(at, carried)
			a.spoil(death.Fate)
			d := a.process()
			for range longEnough {
				_, err := d.Run(t.Context(), a.Now())
				if a.fates != nil && death.Dead() {
					a.fates = nil
					d = a.process()
				} else {
					require.NoError(t, err)
				}
				a.pass(time.Minute)
			}
			name := fmt.Sprintf("died at call %d, %s, carried out: %v", at, calls[at], carried)
			require.Empty(t, a.broken, name)
			require.Equal(t, whole.outcome(), a.outcome(), name)
		}
	}
}

// refusing refuses a share of calls by luck. AWS carries half of those out all the same.
func refusing(share float64, luck *rand.Rand) faulty.Fate {
	var mu sync.Mutex
	return func(ctx context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
		mu.Lock()
		refused, carried := luck.Float64() < share, luck.IntN(2) == 0
		mu.Unlock()
		if !refused {
			return carryOut()
		}
		if carried {
			_, _ = carryOut()
		}
		return faulty.Throttled(ctx, c, carryOut)
	}
}

// Whatever calls AWS refuses, carried out or not, no rule is broken, and when it refuses no more every host is released.
func TestNoRefusalBreaksARule(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := crowded()
		luck := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		a.spoil(refusing(rapid.SampledFrom([]float64{0.02, 0.1, 0.4}).Draw(rt, "refused"), luck))
		d := a.process()
		for minute := range 90 {
			if minute == 60 {
				a.fates = nil
			}
			if rapid.IntRange(0, 9).Draw(rt, "anew") == 0 {
				d = a.process()
			}
			_, _ = d.First(t.Context(), a.Now(), lambdaevent.Event{Instance: a.id("i-1"), Group: "web-blue"})
			_, err := d.Run(t.Context(), a.Now())
			require.True(rt, err == nil || a.fates != nil, "only AWS refuses")
			a.pass(time.Minute)
		}
		assert.Empty(rt, a.broken)
		assert.Empty(rt, a.left())
	})
}

// Ticks doubled, lost, by processes that remember and that do not, and events in between, doubled and lost.
func TestOutcomeIgnoresHowTicksCome(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := crowded()
		processes := []*drainer.Drainer{a.process(), a.process()}
		for range 90 {
			for range rapid.IntRange(0, 2).Draw(rt, "ticks") {
				i := rapid.IntRange(0, 2).Draw(rt, "process")
				d := a.process()
				if i < len(processes) {
					d = processes[i]
				}
				if rapid.IntRange(0, 4).Draw(rt, "event") == 0 {
					e := lambdaevent.Event{Instance: "i-6"}
					if n := rapid.IntRange(1, 6).Draw(rt, "instance"); n < 6 {
						e.Instance = a.id(fmt.Sprintf("i-%d", n))
					}
					_, err := d.First(t.Context(), a.Now(), e)
					require.NoError(rt, err)
				}
				_, err := d.Run(t.Context(), a.Now())
				require.NoError(rt, err)
				a.pass(0)
			}
			a.pass(time.Minute)
		}
		assert.Empty(rt, a.broken)
		assert.Empty(rt, a.left())
	})
}
