package drainer_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/lambdaevent"
)

// misnamed is a host under an entry that names a log shipper's hook, which the group has beside ours.
func misnamed(hooks ...string) *fakeAWS {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 200)
	f.tasks["task/0"].takes = 40 * time.Minute
	f.entries["web"] = `{"drain": {"hook": "log-shipper"}}`
	f.also = hooks
	return f
}

func TestAHookThatTheEnvironmentDoesNotNameIsNotCompleted(t *testing.T) {
	f := misnamed(shipper)
	d := f.stack("/p", ours)
	ticks(t, f, 42, d)
	assert.Less(t, f.silence(ours), 6*time.Minute, "ours is held: it would end the tasks")
	assert.Less(t, f.silence(shipper), 6*time.Minute, "and so is the other, which may be what holds the host")
	answer := ticks(t, f, 30, d)
	assert.NotEmpty(t, f.left())
	assert.Zero(t, f.count("CompleteLifecycleAction"))
	assert.Equal(t, drain.Wait, answer.Instances[0].Action)
	assert.Equal(t, drain.HookNotAllowed, answer.Instances[0].Reason)
	assert.Equal(t, "the entry names hook log-shipper, which is not in DRAIN_HOOKS", answer.Instances[0].Detail)
	assert.Contains(t, answer.Failed[0].Error, "drain.hook of its entry is log-shipper, which this function may not complete (DRAIN_HOOKS is ecs-cluster-scaler-drain)")
	assert.InDelta(t, 1, f.put["DrainBlocked"], 0)
	assert.Greater(t, f.now.Sub(f.beats[ours][len(f.beats[ours])-1]), 25*time.Minute, "an empty host is not held")
	assert.Empty(t, f.broken)
}

func TestARefusalEndsNoTaskEarly(t *testing.T) {
	for name, f := range map[string]*fakeAWS{
		"only the entry's hook is there": func() *fakeAWS { f := misnamed(shipper); f.hook = "gone"; return f }(),
		"only ours":                      misnamed(),
		"the hooks are unread":           func() *fakeAWS { f := misnamed(shipper); f.deny["DescribeLifecycleHooks"] = true; return f }(),
	} {
		t.Run(name, func(t *testing.T) {
			ticks(t, f, 40, f.stack("/p", ours, "spare"))
			hook := ours
			if f.hook != ours {
				hook = shipper
			}
			assert.LessOrEqual(t, f.silence(hook), third)
			assert.NotEmpty(t, f.left())
		})
	}
}

func TestAHookThatTheEnvironmentNamesIsCompleted(t *testing.T) {
	for name, hooks := range map[string][]string{"alone": {shipper}, "among others": {ours, shipper}, "nothing is named": nil} {
		f := misnamed(shipper)
		f.hook = "gone"
		ticks(t, f, 45, f.stack("/p", hooks...))
		assert.Empty(t, f.left(), name)
		assert.LessOrEqual(t, f.silence(shipper), third, name)
	}
}

// The entry's own word is unknown then; what the environment names is as likely.
func TestWithoutItsEntryTheHookIsOneThatTheEnvironmentNames(t *testing.T) {
	for name, hide := range map[string]func(*fakeAWS){
		"unread":                   func(f *fakeAWS) { f.deny["GetParametersByPath"] = true },
		"unread, and so are hooks": func(f *fakeAWS) { f.deny["GetParametersByPath"], f.deny["DescribeLifecycleHooks"] = true, true },
		"deleted":                  func(f *fakeAWS) { f.entries = nil },
		"faulty":                   func(f *fakeAWS) { f.entries["web"] = `{"drain": {"hook": 1}}` },
	} {
		t.Run(name, func(t *testing.T) {
			f := misnamed(shipper, "spare")
			f.hook = "gone"
			hide(f)
			f.also = append(f.also, "second")
			ticks(t, f, 40, f.stack("/p", "second", shipper))
			assert.LessOrEqual(t, f.silence(shipper), third)
			assert.Empty(t, f.beats["spare"], "nobody says that it is ours")
			assert.Empty(t, f.broken)
		})
	}
	f := misnamed(shipper)
	f.hook, f.entries = "gone", nil
	ticks(t, f, 45, f.stack("/p", shipper))
	assert.Empty(t, f.left(), "the host goes when it is empty")
}

// Nobody names the hook: the group's own is the only one that can hold its host.
func TestAHookThatNobodyNamesIsHeldWhileTasksAreLeft(t *testing.T) {
	for name, hide := range map[string]func(*fakeAWS, *drainer.Drainer){
		"unread":  func(f *fakeAWS, _ *drainer.Drainer) { f.deny["GetParametersByPath"] = true },
		"deleted": func(f *fakeAWS, _ *drainer.Drainer) { f.entries = nil },
		"faulty":  func(f *fakeAWS, _ *drainer.Drainer) { f.entries["web"] = `{"drain": {"hook": 1}}` },
		"unread, and so are hooks, but an event named it": func(f *fakeAWS, d *drainer.Drainer) {
			_, err := d.First(t.Context(), f.now, lambdaevent.Event{Instance: "i-1", Group: "web-blue", Hook: shipper})
			require.NoError(t, err)
			f.deny["GetParametersByPath"], f.deny["DescribeLifecycleHooks"] = true, true
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := misnamed()
			f.hook = shipper
			f.also = []string{shipper}
			d := f.process()
			hide(f, d)
			ticks(t, f, 40, d)
			assert.LessOrEqual(t, f.silence(shipper), third)
			ticks(t, f, 30, d)
			assert.Zero(t, f.count("CompleteLifecycleAction"), "it may be another's")
		})
	}
	f := misnamed(shipper)
	f.entries = nil
	ticks(t, f, 40, f.process())
	assert.Empty(t, f.beats[shipper], "the built-in one is there")
	assert.LessOrEqual(t, f.silence(ours), third)
}

// A lost right would else keep every host for two days. Whose hook it is, its entry says.
func TestAHookThatCannotBeReadIsCompletedByItsName(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*fakeAWS)
		hooks  []string
		gone   bool
	}{
		"there":                        {func(*fakeAWS) {}, []string{ours, shipper}, true},
		"any is allowed":               {func(*fakeAWS) {}, nil, true},
		"not there: AWS refuses":       {func(f *fakeAWS) { f.hook = "somebody-else" }, []string{ours}, false},
		"the entry is faulty":          {func(f *fakeAWS) { f.entries["web"] = `{"drain": {"hook": 1}}` }, []string{ours}, true},
		"there is no entry":            {func(f *fakeAWS) { f.entries = nil }, nil, true},
		"it may be one of two":         {func(f *fakeAWS) { f.entries, f.also = nil, []string{shipper} }, []string{shipper, ours}, false},
		"the entry is unread":          {func(f *fakeAWS) { f.deny["GetParametersByPath"] = true }, []string{ours}, false},
		"the environment forbids that": {func(f *fakeAWS) { f.entries["web"], f.also = `{"drain": {"hook": "log-shipper"}}`, []string{shipper} }, []string{ours}, false},
	} {
		for _, cold := range []bool{false, true} {
			f := newFakeAWS().host("i-1", wait)
			c.change(f)
			f.deny["DescribeLifecycleHooks"] = true
			d := f.stack("/p", c.hooks...)
			for range 10 {
				if cold {
					d = f.stack("/p", c.hooks...)
				}
				tick(t, f, d)
				f.pass(time.Minute)
			}
			assert.Equal(t, c.gone, len(f.left()) == 0, "%s, cold %v", name, cold)
			if c.gone {
				assert.Equal(t, start.Add(3*time.Minute), f.instances["i-1"].ended, "%s, cold %v", name, cold)
			}
			assert.Empty(t, f.broken, "%s, cold %v", name, cold)
		}
	}
}

// One of two that may be ours takes each heartbeat, and the other is throttled now and then.
func TestAHeartbeatThatFailsForOneHookIsSentAgainAtTheNextTick(t *testing.T) {
	f := misnamed(shipper)
	sent := 0
	f.quirk = func(action string) error {
		if action == "RecordLifecycleActionHeartbeat" {
			sent++
			if sent == 1 {
				return errors.New("Rate exceeded")
			}
		}
		return nil
	}
	d := f.stack("/p", ours)
	ticks(t, f, 8, d)
	assert.Equal(t, []time.Time{start.Add(third + time.Minute)}, f.beats[shipper], "it was the first to be sent, and failed")
	assert.Len(t, f.beats[ours], 2)
}

func TestAHooksTimeoutIsAskedForAgainAfterAQuarterOfAnHour(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "")
	f.timeout = 3600
	d := f.process()
	ticks(t, f, 20, d)
	assert.Equal(t, 2, f.count("DescribeLifecycleHooks"))
	f.timeout = 900 // a person shortens it
	ticks(t, f, 30, d)
	last := f.beats[ours][len(f.beats[ours])-4:]
	assert.Equal(t, third, last[3].Sub(last[2]))
	assert.Equal(t, third, last[2].Sub(last[1]))
}

// An older environment does not name hooks yet.
func TestWithoutItsEntryTheHooksOfItsGroupAreHeldAndNotCompleted(t *testing.T) {
	for name, hooks := range map[string][]string{"only": {shipper}, "one of two": {shipper, "another"}} {
		f := misnamed(hooks...)
		f.hook = shipper
		f.deny["GetParametersByPath"] = true
		ticks(t, f, 60, f.process())
		assert.LessOrEqual(t, f.silence(shipper), third, name)
		assert.NotEmpty(t, f.left(), name)
		assert.Zero(t, f.count("CompleteLifecycleAction"), name)
	}
}
