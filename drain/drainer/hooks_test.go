package drainer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/drain"
)

const shipper = "log-shipper"

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
	assert.Equal(t, "the entry names hook log-shipper, and DRAIN_HOOKS does not", answer.Instances[0].Detail)
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
func TestWithoutItsEntryTheOnlyHookOfItsGroupIsHeldAndNotCompleted(t *testing.T) {
	for name, hooks := range map[string][]string{"only": {shipper}, "one of two": {shipper, "another"}} {
		f := misnamed(hooks...)
		f.hook = shipper
		f.deny["GetParametersByPath"] = true
		ticks(t, f, 60, f.process())
		assert.Equal(t, name == "only", f.silence(shipper) <= third, name)
		assert.Empty(t, f.beats["another"], name)
		assert.NotEmpty(t, f.left(), name)
		assert.Zero(t, f.count("CompleteLifecycleAction"), name)
	}
}
