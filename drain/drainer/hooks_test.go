package drainer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/simulator/faulty"
)

// misnamed is a host under an entry that names a log shipper's hook. Its group has the given ones.
func misnamed(hooks ...string) *account {
	a := newAccount()
	a.hooks(hooks...)
	a.takes = 40 * time.Minute
	a.service("api", 1, 100, 200).host("i-1", wait, "api")
	a.enter("web", `{"drain": {"hook": "log-shipper"}}`)
	return a
}

func TestHookOutsideEnvironmentIsKept(t *testing.T) {
	a := misnamed(ours, shipper)
	d := a.stack("/p", ours)
	ticks(t, a, 42, d)
	assert.Less(t, a.silence(ours), 6*time.Minute, "ours is held: it would end the tasks")
	assert.Less(t, a.silence(shipper), 6*time.Minute, "and so is the other, which may be what holds the host")
	answer := ticks(t, a, 11, d)
	assert.NotEmpty(t, a.left())
	assert.Equal(t, drain.Wait, answer.Instances[0].Action)
	assert.Equal(t, drain.HookNotAllowed, answer.Instances[0].Reason)
	assert.Equal(t, "the entry names hook log-shipper, which is not in DRAIN_HOOKS", answer.Instances[0].Detail)
	assert.Contains(t, answer.Failed[0].Error, "drain.hook of its entry is log-shipper, which this function may not complete (DRAIN_HOOKS is ecs-cluster-scaler-drain)")
	assert.InDelta(t, 1, a.put["DrainBlocked"], 0)
	assert.Empty(t, a.expired)
	ticks(t, a, 10, d)
	assert.ElementsMatch(t, []string{"i-1 " + ours, "i-1 " + shipper}, a.expired, "an empty host is not held")
	assert.Zero(t, a.count("CompleteLifecycleAction"))
	assert.Empty(t, a.broken)
}

func TestRefusalEndsNoTaskEarly(t *testing.T) {
	for name, c := range map[string]struct {
		hooks  []string
		unread bool
	}{
		"only the entry's hook is there": {[]string{shipper}, false},
		"only ours":                      {[]string{ours}, false},
		"the hooks are unread":           {[]string{ours, shipper}, true},
	} {
		t.Run(name, func(t *testing.T) {
			a := misnamed(c.hooks...)
			a.deny["DescribeLifecycleHooks"] = c.unread
			ticks(t, a, 40, a.stack("/p", ours, "spare"))
			assert.LessOrEqual(t, a.silence(c.hooks[0]), third)
			assert.NotEmpty(t, a.left())
		})
	}
}

func TestEnvironmentsHookIsCompleted(t *testing.T) {
	for name, hooks := range map[string][]string{"alone": {shipper}, "among others": {ours, shipper}, "nothing is named": nil} {
		a := misnamed(shipper)
		ticks(t, a, 45, a.stack("/p", hooks...))
		assert.Empty(t, a.left(), name)
		assert.Empty(t, a.expired, name)
		assert.LessOrEqual(t, a.silence(shipper), third, name)
	}
}

// The entry's own word is unknown then; what the environment names is as likely.
func TestEnvironmentNamesHookWithoutEntry(t *testing.T) {
	for name, hide := range map[string]func(*account){
		"unread":                   func(a *account) { a.deny["GetParametersByPath"] = true },
		"unread, and so are hooks": func(a *account) { a.deny["GetParametersByPath"], a.deny["DescribeLifecycleHooks"] = true, true },
		"deleted":                  func(a *account) { a.forget("web") },
		"faulty":                   func(a *account) { a.faulty("web", `{"drain": {"hook": 1}}`) },
	} {
		t.Run(name, func(t *testing.T) {
			a := misnamed(shipper, "spare", "second")
			hide(a)
			ticks(t, a, 40, a.stack("/p", "second", shipper))
			assert.LessOrEqual(t, a.silence(shipper), third)
			assert.Empty(t, a.beats["spare"], "nobody says that it is ours")
			assert.Empty(t, a.broken)
		})
	}
	a := misnamed(shipper)
	a.forget("web")
	ticks(t, a, 45, a.stack("/p", shipper))
	assert.Empty(t, a.left(), "the host is released when it is empty")
}

// Nobody names the hook: the group's own is the only one that can hold its host.
func TestUnnamedHookIsHeldWhileTasksAreLeft(t *testing.T) {
	for name, hide := range map[string]func(*account, *drainer.Drainer){
		"unread":  func(a *account, _ *drainer.Drainer) { a.deny["GetParametersByPath"] = true },
		"deleted": func(a *account, _ *drainer.Drainer) { a.forget("web") },
		"faulty":  func(a *account, _ *drainer.Drainer) { a.faulty("web", `{"drain": {"hook": 1}}`) },
		"unread, and so are hooks, but an event named it": func(a *account, d *drainer.Drainer) {
			_, err := d.First(t.Context(), a.Now(), lambdaevent.Event{Instance: a.id("i-1"), Group: "web-blue", Hook: shipper})
			require.NoError(t, err)
			a.deny["GetParametersByPath"], a.deny["DescribeLifecycleHooks"] = true, true
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := misnamed(shipper)
			d := a.process()
			hide(a, d)
			ticks(t, a, 40, d)
			assert.LessOrEqual(t, a.silence(shipper), third)
			ticks(t, a, 30, d)
			assert.Zero(t, a.count("CompleteLifecycleAction"), "it may be another's")
		})
	}
	a := misnamed(ours, shipper)
	a.forget("web")
	ticks(t, a, 40, a.process())
	assert.Empty(t, a.beats[shipper], "the built-in one is there")
	assert.LessOrEqual(t, a.silence(ours), third)
}

// Without this a lost right would keep every host for two days. The entry says whose hook it is.
func TestUnreadHookIsCompletedByName(t *testing.T) {
	for name, c := range map[string]struct {
		has    []string // its group
		change func(*account)
		hooks  []string
		gone   bool
	}{
		"there":                        {[]string{ours}, func(*account) {}, []string{ours, shipper}, true},
		"any is allowed":               {[]string{ours}, func(*account) {}, nil, true},
		"not there: AWS refuses":       {[]string{"somebody-else"}, func(*account) {}, []string{ours}, false},
		"the entry is faulty":          {[]string{ours}, func(a *account) { a.faulty("web", `{"drain": {"hook": 1}}`) }, []string{ours}, true},
		"there is no entry":            {[]string{ours}, func(a *account) { a.forget("web") }, nil, true},
		"it may be one of two":         {[]string{ours, shipper}, func(a *account) { a.forget("web") }, []string{shipper, ours}, false},
		"the entry is unread":          {[]string{ours}, func(a *account) { a.deny["GetParametersByPath"] = true }, []string{ours}, false},
		"the environment forbids that": {[]string{ours, shipper}, func(a *account) { a.enter("web", `{"drain": {"hook": "log-shipper"}}`) }, []string{ours}, false},
	} {
		for _, cold := range []bool{false, true} {
			a := newAccount()
			a.hooks(c.has...)
			a.host("i-1", wait)
			c.change(a)
			a.deny["DescribeLifecycleHooks"] = true
			d := a.stack("/p", c.hooks...)
			for range 10 {
				if cold {
					d = a.stack("/p", c.hooks...)
				}
				ticks(t, a, 1, d)
			}
			assert.Equal(t, c.gone, len(a.left()) == 0, "%s, cold %v", name, cold)
			if c.gone {
				assert.Equal(t, start.Add(3*time.Minute), a.ended["i-1"], "%s, cold %v", name, cold)
			}
			assert.Empty(t, a.broken, "%s, cold %v", name, cold)
		}
	}
}

// One of two that may be ours takes each heartbeat, and the other is throttled now and then.
func TestFailedHeartbeatIsSentAgain(t *testing.T) {
	a := misnamed(ours, shipper)
	a.spoil(nth("RecordLifecycleActionHeartbeat", faulty.Throttled, func(n int) bool { return n == 1 }))
	ticks(t, a, 8, a.stack("/p", ours))
	assert.Equal(t, []time.Time{start.Add(third + time.Minute)}, a.beats[shipper], "it was the first to be sent, and failed")
	assert.Len(t, a.beats[ours], 2)
}

func TestHookTimeoutIsReadAgain(t *testing.T) {
	a := newAccount()
	a.blue.Spec.Hooks[0].Heartbeat = time.Hour
	a.host("i-1", wait, "")
	d := a.process()
	ticks(t, a, 20, d)
	assert.Equal(t, 2, a.count("DescribeLifecycleHooks"))
	a.hooks(ours) // a person shortens it
	ticks(t, a, 30, d)
	last := a.beats[ours][len(a.beats[ours])-4:]
	assert.Equal(t, third, last[3].Sub(last[2]))
	assert.Equal(t, third, last[2].Sub(last[1]))
}

// An older environment does not name hooks yet.
func TestHooksAreHeldWithoutEntry(t *testing.T) {
	for name, hooks := range map[string][]string{"only": {shipper}, "one of two": {shipper, "another"}} {
		a := misnamed(hooks...)
		a.deny["GetParametersByPath"] = true
		ticks(t, a, 60, a.process())
		assert.LessOrEqual(t, a.silence(shipper), third, name)
		assert.NotEmpty(t, a.left(), name)
		assert.Zero(t, a.count("CompleteLifecycleAction"), name)
	}
}
