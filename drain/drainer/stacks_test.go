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

func stubbornFake() *fakeAWS {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 100)
	for _, task := range f.tasks {
		task.takes = 24 * time.Hour
	}
	return f
}

func TestASecondStackStopsNothingOfTheFirst(t *testing.T) {
	for name, tag := range map[string]string{"untagged": "", "tagged": "/p", "tagged with a slash at its end": "/p/"} {
		t.Run(name, func(t *testing.T) {
			f := stubbornFake()
			f.configPath = tag
			f.entries["web"] = `{"drain": {"deadline_minutes": 2000, "at_deadline": "hold"}}`
			f.elsewhere = map[string]map[string]string{"/q": {"other": `{}`}}
			second := ticks(t, f, 90, f.process(), f.stack("/q"))
			assert.False(t, f.tasks["task/0"].byUs, "its entry gives it 2000 minutes, and then holds")
			assert.NotEmpty(t, f.left())
			if tag == "" {
				assert.Equal(t, drain.NoEntry, second.Instances[0].Reason)
			} else {
				assert.Empty(t, second.Instances)
			}
		})
	}
}

func TestTheFirstStackGoesOnBesideASecond(t *testing.T) {
	for _, tag := range []string{"", "/p", "/p/", "/p//", " /p "} {
		f := stubbornFake()
		f.configPath = tag
		f.elsewhere = map[string]map[string]string{"/q": {"other": `{}`}}
		ticks(t, f, 75, f.stack("/q"), f.process())
		assert.Equal(t, start.Add(60*time.Minute), f.tasks["task/0"].stopping, "tag %q", tag)
		assert.Equal(t, start.Add(70*time.Minute), f.instances["i-1"].ended, "tag %q", tag)
	}
}

func TestAGroupOfAnotherStackIsNeitherReadNorTouched(t *testing.T) {
	f := newFakeAWS().host("i-1", wait).host("i-2", "Terminating").host("i-3", "Terminating:Proceed")
	f.configPath = "/q"
	answer := ticks(t, f, 10, f.process())
	assert.Empty(t, answer.Instances)
	assert.Equal(t, []drainer.OtherStack{{Cluster: "web", Group: "web-blue", ConfigPath: "/q", Leaving: 2}}, answer.OtherStacks)
	assert.Equal(t, 10, f.count("DescribeAutoScalingGroups"))
	assert.Len(t, f.calls, 10, "an entry of the same cluster makes it no more ours")
}

func TestTheTagOfAGroupIsEnoughToActInFull(t *testing.T) {
	f := stubbornFake()
	f.entries, f.configPath = nil, "/p"
	ticks(t, f, 75, f.process())
	assert.Equal(t, start.Add(60*time.Minute), f.tasks["task/0"].stopping, "as the built-in defaults say")
	assert.Empty(t, f.left())
}

func TestWithoutTagAndEntryAHostIsHeldUntilItIsEmpty(t *testing.T) {
	f := stubbornFake()
	f.entries = nil
	d := f.process()
	answer := ticks(t, f, 100, d)
	assert.Equal(t, "DRAINING", f.hosts["ci/i-1"].status)
	assert.Equal(t, drain.Wait, answer.Instances[0].Action)
	assert.Equal(t, drain.NoEntry, answer.Instances[0].Reason)
	assert.False(t, f.tasks["task/0"].byUs)
	assert.LessOrEqual(t, f.silence(ours), 5*time.Minute)
	assert.InDelta(t, 1, f.put["DrainBlocked"], 0, "somebody has to know")

	f.tasks["task/0"].last, f.tasks["task/0"].wanted, f.tasks["task/0"].stopped = "STOPPED", false, f.now
	f.service("api", 0, 100, 100)
	ticks(t, f, 2, d)
	assert.Empty(t, f.left())
	assert.Empty(t, f.broken)
}

// A path that no stack has, or could have, leaves the group to nobody; what has no name in it is no tag.
func TestWhatATagSaysDecidesWhoseAGroupIs(t *testing.T) {
	for tag, mine := range map[string]bool{
		"": true, "/p": true, "/p/": true, "/": true, "//": true, " ": true, "\t/p//  ": true,
		"/nobody": false, "/P": false, "p": false, "/p/clusters": false, "/p,/q": false, "//p": false,
	} {
		f := stubbornFake()
		f.configPath = tag
		ticks(t, f, 75, f.process())
		assert.Equal(t, mine, f.tasks["task/0"].byUs, "tag %q", tag)
		assert.Equal(t, mine, len(f.left()) == 0, "tag %q", tag)
		assert.Equal(t, mine, len(f.beats[ours]) > 0, "tag %q", tag)
	}
}

// Function first: the group has no tag yet, and the entry tells. Terraform first: the tag is there, and the new function
// finds it. Either way the tag may come while a host drains.
func TestAnUpgradeInEitherOrderChangesNoDrain(t *testing.T) {
	for name, tagged := range map[string]int{"Terraform first": 0, "function first, Terraform in the middle of a drain": 30, "function alone": 1000} {
		t.Run(name, func(t *testing.T) {
			f := stubbornFake()
			f.elsewhere = map[string]map[string]string{"/q": {"other": `{}`}}
			mine, theirs := f.process(), f.stack("/q")
			for minute := range 75 {
				if minute == tagged {
					f.configPath = "/p"
				}
				ticks(t, f, 1, mine, theirs)
			}
			assert.Equal(t, start.Add(60*time.Minute), f.tasks["task/0"].stopping)
			assert.Equal(t, start.Add(70*time.Minute), f.instances["i-1"].ended)
		})
	}
}

func TestAnEntryThatIsDeletedWhileAHostDrainsGoesOnToHold(t *testing.T) {
	const entry = `{"drain": {"deadline_minutes": 30}}`
	for name, left := range map[string]map[string]string{"the last one": {}, "others are left": {"other": `{}`}} {
		f := stubbornFake()
		f.entries["web"] = entry
		d := f.process()
		ticks(t, f, 10, d)
		f.entries = left
		ticks(t, f, 31, d)
		assert.Equal(t, start.Add(30*time.Minute), f.tasks["task/0"].stopping, name)
		assert.Empty(t, f.left(), name)
	}
	f := stubbornFake()
	f.entries["web"] = entry
	ticks(t, f, 10, f.process())
	f.entries = nil
	ticks(t, f, 100, f.process())
	assert.False(t, f.tasks["task/0"].byUs, "a process that never read it stops no task")
	assert.LessOrEqual(t, f.silence(ours), 5*time.Minute)

	f.entries = map[string]string{"web": entry}
	ticks(t, f, 12, f.process())
	assert.Empty(t, f.left(), "and it holds again when it is back")
}

// Disabled stops scaling, not drains, in a process that saw the entry before and in one that did not.
func TestAnEntryThatIsDisabledWhileAHostDrainsKeepsItsDeadline(t *testing.T) {
	for _, cold := range []bool{false, true} {
		f := stubbornFake()
		f.entries["web"] = `{"drain": {"deadline_minutes": 30}}`
		d := f.process()
		ticks(t, f, 10, d)
		f.entries["web"] = `{"enabled": false, "drain": {"deadline_minutes": 30}}`
		if cold {
			d = f.process()
		}
		ticks(t, f, 31, d)
		assert.Equal(t, start.Add(30*time.Minute), f.tasks["task/0"].stopping, "cold %v", cold)
		assert.Empty(t, f.left(), "cold %v", cold)
	}
}

func TestAnEventAboutAnotherStacksHostIsNone(t *testing.T) {
	for name, warning := range map[string]lambdaevent.Event{
		"a hook":                {Instance: "i-1", Group: "web-blue", Hook: ours},
		"a hook without group":  {Instance: "i-1"},
		"a Spot warning":        {Instance: "i-2", Kind: lambdaevent.Spot},
		"of a host that leaves": {Instance: "i-1", Kind: lambdaevent.Spot},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeAWS().host("i-1", wait).host("i-2", "InService")
			f.configPath = "/q"
			answer, err := f.process().First(t.Context(), f.now, warning)
			require.NoError(t, err)
			assert.Empty(t, answer.Instances)
			assert.Equal(t, "ACTIVE", f.hosts["ci/"+warning.Instance].status)

			f.configPath, f.entries = "", nil
			_, err = f.process().First(t.Context(), f.now, warning)
			require.NoError(t, err)
			assert.Equal(t, "DRAINING", f.hosts["ci/"+warning.Instance].status, "without the tag, who has no entry still saves its tasks")
			assert.NotContains(t, f.calls, "GetParametersByPath")
		})
	}
}

// Its tasks go too, whoever drains it, and before it is set DRAINING as well.
func TestATaskOnAHostThatAnotherStackDrainsKeepsNoFloor(t *testing.T) {
	for _, state := range []string{"Terminating", wait, "InService"} {
		f := newFakeAWS().host("i-1", wait, "api").host("i-2", state, "api")
		f.instances["i-2"].group = "theirs"
		f.service("api", 1, 100, 200).replaces = false
		d := f.process()
		ticks(t, f, 3, d)
		f.tasks["task/0"].stopped = f.now
		ticks(t, f, 3, d)
		assert.Equal(t, state != "InService", slices.Contains(f.left(), "i-1"), state)
		assert.Equal(t, "ACTIVE", f.hosts["ci/i-2"].status, state)
	}
}
