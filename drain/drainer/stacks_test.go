package drainer_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/lambdaevent"
)

// tag names the stack that the group belongs to; empty: it has no such tag.
func (a *account) tag(path string) { a.blue.SetTag("ecs-cluster-scaler:config-path", path) }

// second gives another stack, /q, an entry for a cluster of its own.
func (a *account) second() { a.PutParameter("/q/clusters/other", `{}`) }

func TestSecondStackStopsNoTaskOfFirst(t *testing.T) {
	for name, tag := range map[string]string{"untagged": "", "tagged": "/p", "tagged with a slash at its end": "/p/"} {
		t.Run(name, func(t *testing.T) {
			a := stubborn()
			a.tag(tag)
			a.enter("web", `{"drain": {"deadline_minutes": 2000, "at_deadline": "hold"}}`)
			a.second()
			second := ticks(t, a, 90, a.process(), a.stack("/q"))
			assert.False(t, byUs(a.task("i-1")), "its entry gives it 2000 minutes, and then holds")
			assert.NotEmpty(t, a.left())
			if tag == "" {
				assert.Equal(t, drain.NoEntry, second.Instances[0].Reason)
			} else {
				assert.Empty(t, second.Instances)
			}
		})
	}
}

// stopsAtItsDeadline is that the built-in deadline, 60 minutes, and the 10 after it were kept.
func (a *account) stopsAtItsDeadline(t *testing.T, of string) {
	t.Helper()
	assert.Equal(t, start.Add(60*time.Minute), a.task("i-1").Stopping, of)
	assert.Equal(t, start.Add(70*time.Minute), a.ended["i-1"], of)
}

func TestFirstStackDrainsBesideASecond(t *testing.T) {
	for _, tag := range []string{"", "/p", "/p/", "/p//", " /p "} {
		a := stubborn()
		a.tag(tag)
		a.second()
		ticks(t, a, 75, a.stack("/q"), a.process())
		a.stopsAtItsDeadline(t, "tag "+tag)
	}
}

func TestOtherStacksGroupIsLeftAlone(t *testing.T) {
	a := newAccount().host("i-1", wait).host("i-2", "Terminating").host("i-3", "Terminating:Proceed")
	a.tag("/q")
	answer := ticks(t, a, 10, a.process())
	assert.Empty(t, answer.Instances)
	assert.Equal(t, []drainer.OtherStack{{Cluster: "web", Group: "web-blue", ConfigPath: "/q", Leaving: 2}}, answer.OtherStacks, "the third has gone")
	assert.Equal(t, 10, a.count("DescribeAutoScalingGroups"))
	assert.Len(t, a.actions(), 10, "an entry of the same cluster makes it no more ours")
}

func TestGroupsTagIsEnoughToAct(t *testing.T) {
	a := stubborn()
	a.forget("web")
	a.tag("/p")
	ticks(t, a, 75, a.process())
	assert.Equal(t, start.Add(60*time.Minute), a.task("i-1").Stopping, "as the built-in defaults say")
	assert.Empty(t, a.left())
}

func TestUntaggedHostIsHeldUntilEmpty(t *testing.T) {
	a := stubborn()
	a.forget("web")
	d := a.process()
	answer := ticks(t, a, 100, d)
	assert.Equal(t, "DRAINING", a.status("i-1"))
	assert.Equal(t, drain.Wait, answer.Instances[0].Action)
	assert.Equal(t, drain.NoEntry, answer.Instances[0].Reason)
	assert.False(t, byUs(a.task("i-1")))
	assert.LessOrEqual(t, a.silence(ours), 5*time.Minute)
	assert.InDelta(t, 1, a.put["DrainBlocked"], 0, "somebody has to know")

	a.services["api"].SetDesired(0)
	a.task("i-1").Exit()
	ticks(t, a, 2, d)
	assert.Empty(t, a.left())
	assert.Empty(t, a.broken)
}

// A path that no stack has, or could have, leaves the group to nobody; what has no name in it is no tag.
func TestTagDecidesWhoseAGroupIs(t *testing.T) {
	for tag, mine := range map[string]bool{
		"": true, "/p": true, "/p/": true, "/": true, "//": true, " ": true, "\t/p//  ": true,
		"/nobody": false, "/P": false, "p": false, "/p/clusters": false, "/p,/q": false, "//p": false,
	} {
		a := stubborn()
		a.tag(tag)
		d := a.process()
		if !mine { // its own stack holds it
			a.blue.Spec.Hooks[0].Heartbeat = time.Hour
		}
		ticks(t, a, 75, d)
		assert.Equal(t, mine, byUs(a.task("i-1")), "tag %q", tag)
		assert.Equal(t, mine, a.count("CompleteLifecycleAction") > 0, "tag %q", tag)
		assert.Equal(t, mine, len(a.beats[ours]) > 0, "tag %q", tag)
	}
}

// Function first: the group has no tag yet, and the entry tells. Terraform first: the tag is there, and the new function
// finds it. Either way the tag may come while a host drains.
func TestUpgradeInEitherOrderIsSafe(t *testing.T) {
	for name, tagged := range map[string]int{"Terraform first": 0, "function first, Terraform in the middle of a drain": 30, "function alone": 1000} {
		t.Run(name, func(t *testing.T) {
			a := stubborn()
			a.second()
			mine, theirs := a.process(), a.stack("/q")
			for minute := range 75 {
				if minute == tagged {
					a.tag("/p")
				}
				ticks(t, a, 1, mine, theirs)
			}
			a.stopsAtItsDeadline(t, name)
		})
	}
}

func TestDeletedEntryGoesOnToHold(t *testing.T) {
	const entry = `{"drain": {"deadline_minutes": 30}}`
	for name, others := range map[string]bool{"the last one": false, "others are left": true} {
		a := stubborn()
		a.enter("web", entry)
		d := a.process()
		ticks(t, a, 10, d)
		a.forget("web")
		if others {
			a.knows("other")
		}
		ticks(t, a, 31, d)
		assert.Equal(t, start.Add(30*time.Minute), a.task("i-1").Stopping, name)
		assert.Empty(t, a.left(), name)
	}
	a := stubborn()
	a.enter("web", entry)
	ticks(t, a, 10, a.process())
	a.forget("web")
	ticks(t, a, 100, a.process())
	assert.False(t, byUs(a.task("i-1")), "a process that never read it stops no task")
	assert.LessOrEqual(t, a.silence(ours), 5*time.Minute)

	a.enter("web", entry)
	ticks(t, a, 12, a.process())
	assert.Empty(t, a.left(), "and it holds again when it is back")
}

// Disabled stops scaling, not drains, in a process that saw the entry before and in one that did not.
func TestDisabledEntryKeepsDeadline(t *testing.T) {
	for _, cold := range []bool{false, true} {
		a := stubborn()
		a.enter("web", `{"drain": {"deadline_minutes": 30}}`)
		d := a.process()
		ticks(t, a, 10, d)
		a.enter("web", `{"enabled": false, "drain": {"deadline_minutes": 30}}`)
		if cold {
			d = a.process()
		}
		ticks(t, a, 31, d)
		assert.Equal(t, start.Add(30*time.Minute), a.task("i-1").Stopping, "cold %v", cold)
		assert.Empty(t, a.left(), "cold %v", cold)
	}
}

func TestOtherStacksEventIsNotOurs(t *testing.T) {
	for name, c := range map[string]struct {
		instance string
		event    lambdaevent.Event
	}{
		"a hook":                {"i-1", lambdaevent.Event{Group: "web-blue", Hook: ours}},
		"a hook without group":  {"i-1", lambdaevent.Event{}},
		"a Spot warning":        {"i-2", lambdaevent.Event{Kind: lambdaevent.Spot}},
		"of a host that leaves": {"i-1", lambdaevent.Event{Kind: lambdaevent.Spot}},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount().host("i-1", wait).host("i-2", "InService")
			a.tag("/q")
			assert.Empty(t, a.first(t, c.instance, c.event).Instances)
			assert.Equal(t, "ACTIVE", a.status(c.instance))

			a.tag("")
			a.forget("web")
			a.first(t, c.instance, c.event)
			assert.Equal(t, "DRAINING", a.status(c.instance), "without the tag, who has no entry still saves its tasks")
			assert.NotContains(t, a.actions(), "GetParametersByPath")
		})
	}
}

// Its tasks go too, whoever drains it, and before it is set DRAINING as well.
func TestTaskOnOtherStacksDrainKeepsNoFloor(t *testing.T) {
	for _, state := range []string{"Terminating", wait, "InService"} {
		a := newAccount()
		theirs := a.group("theirs", "web")
		theirs.SetTag("ecs-cluster-scaler:config-path", "/theirs")
		a.brokenService("api", 1, 100, 200).host("i-1", wait, "api").hostOf(theirs, "i-2", state, "api")
		d := a.process()
		ticks(t, a, 1, d)
		require.Equal(t, []string{"i-1", "i-2"}, []string{a.on(a.task("i-1")), a.on(a.task("i-2"))})
		a.stop(t, a.task("i-1"))
		ticks(t, a, 5, d)
		assert.Equal(t, state != "InService", slices.Contains(a.left(), "i-1"), state)
		assert.Equal(t, "ACTIVE", a.status("i-2"), state)
	}
}
