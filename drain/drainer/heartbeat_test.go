package drainer_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/simulator/faulty"
)

// third is how long a hook of 900 s may go without a heartbeat, so that two may be lost.
const third = 5 * time.Minute

// noAction is AWS's answer where no lifecycle action is active.
var noAction = faulty.Answers("ValidationError", "No active Lifecycle Action found with instance ID i-1")

// nth gives the calls of an action a fate for which the test says so, by how often the action was called, from 1.
func nth(action string, fate faulty.Fate, hits func(n int) bool) faulty.Fate {
	var asked atomic.Int64
	return faulty.On(func(ctx context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
		if hits(int(asked.Add(1))) {
			return fate(ctx, c, carryOut)
		}
		return carryOut()
	}, action)
}

// stubborn is a host whose service's task moves nowhere and, once told, takes a day to stop.
func stubborn() *account {
	a := newAccount()
	a.takes = 24 * time.Hour
	return a.service("api", 1, 100, 100).host("i-1", wait, "api")
}

func TestAnyUnreadThingHoldsHost(t *testing.T) {
	for _, action := range []string{
		"GetParametersByPath", "GetParameterHistory", "DescribeLifecycleHooks", "ListContainerInstances", "DescribeContainerInstances",
		"DescribeScalingActivities", "ListTasks", "DescribeTasks", "DescribeServices", "DescribeTaskDefinition", "GetTaskProtection",
		"UpdateContainerInstancesState", "StopTask", "DeregisterContainerInstance", "PutMetricData",
	} {
		for name, entry := range map[string]string{"held by its entry": `{"drain": {"deadline_minutes": 2000, "at_deadline": "hold"}}`, "by a faulty one": `{"drain": 1}`} {
			for _, cold := range []bool{false, true} {
				a := stubborn()
				a.faulty("web", entry)
				a.deny[action] = true
				d := a.process()
				for range 90 {
					if cold {
						d = a.process()
					}
					ticks(t, a, 1, d)
					if len(a.left()) == 0 {
						break
					}
				}
				assert.LessOrEqual(t, a.silence(ours), third, "%s denied, %s, cold %v", action, name, cold)
				assert.Empty(t, a.expired, "%s denied, %s, cold %v", action, name, cold)
			}
		}
	}
}

// Two things at a time, of which no task may lose its time: its entry gives it 400 minutes.
func TestTwoUnreadThingsHoldHost(t *testing.T) {
	reads := []string{
		"GetParametersByPath", "GetParameterHistory", "DescribeLifecycleHooks", "ListContainerInstances", "DescribeContainerInstances",
		"DescribeScalingActivities", "ListTasks", "DescribeTasks", "DescribeServices", "DescribeTaskDefinition", "GetTaskProtection",
	}
	for i, one := range reads {
		for _, other := range reads[i+1:] {
			a := newAccount()
			a.takes = 24 * time.Hour
			a.service("api", 1, 100, 100).host("i-1", wait, "api", "")
			a.enter("web", `{"drain": {"deadline_minutes": 400}}`)
			a.deny[one], a.deny[other] = true, true
			for range 3 {
				ticks(t, a, 25, a.process())
			}
			assert.LessOrEqual(t, a.silence(ours), third, "%s and %s denied", one, other)
			assert.Zero(t, a.count("StopTask"), "%s and %s denied", one, other)
			assert.NotEmpty(t, a.left(), "%s and %s denied", one, other)
			assert.Empty(t, a.broken, "%s and %s denied", one, other)
		}
	}
}

func TestUnreadHookBeatsEveryTick(t *testing.T) {
	a := newAccount().host("i-1", wait, "")
	a.deny["DescribeLifecycleHooks"] = true
	ticks(t, a, 61, a.process())
	assert.Len(t, a.beats[ours], 61)
}

func TestHostIsHeldWithoutItsEntry(t *testing.T) {
	a := stubborn()
	a.enter("web", `{"drain": {"deadline_minutes": 2000, "at_deadline": "hold"}}`)
	d := a.process()
	a.stop(t, a.task("i-1")) // a person does
	a.deny["GetParametersByPath"] = true
	ticks(t, a, 150, d)
	assert.LessOrEqual(t, a.silence(ours), third, "past the built-in deadline and its ten minutes")
	assert.NotEmpty(t, a.left())
	assert.Zero(t, a.count("StopTask"))
}

func TestHookDoneIsNotBelievedForLong(t *testing.T) {
	for name, c := range map[string]struct {
		action string
		lies   func(n int) bool
	}{
		"the first heartbeat":  {"RecordLifecycleActionHeartbeat", func(n int) bool { return n == 1 }},
		"every third":          {"RecordLifecycleActionHeartbeat", func(n int) bool { return n%3 == 0 }},
		"the first nine":       {"RecordLifecycleActionHeartbeat", func(n int) bool { return n <= 9 }},
		"the first completion": {"CompleteLifecycleAction", func(n int) bool { return n == 1 }},
		"three completions":    {"CompleteLifecycleAction", func(n int) bool { return n <= 3 }},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount()
			a.takes = 50 * time.Minute
			a.brokenService("api", 1, 100, 200).host("i-1", wait, "api")
			a.spoil(nth(c.action, noAction, c.lies))
			d := a.process()
			ticks(t, a, 1, d)
			a.stop(t, a.task("i-1")) // a person does
			ticks(t, a, 74, d)
			assert.Empty(t, a.left(), "the drain ends")
			assert.Empty(t, a.expired, "before the hook does")
			assert.Less(t, a.silence(ours), 15*time.Minute)
			assert.Empty(t, a.broken)
		})
	}
}

// Ours is done and another's hook holds the instance: a completion is tried again now and then, as AWS may have been wrong.
func TestDoneHookIsTriedAgainAfter2Minutes(t *testing.T) {
	a := newAccount()
	a.hooks(ours, "another")
	a.host("i-1", wait)
	d := a.process()
	a.complete(t, "i-1", ours)
	ticks(t, a, 4, d)
	var told []drain.Action
	for range 6 {
		told = append(told, ticks(t, a, 1, d).Instances[0].Action)
	}
	assert.Equal(t, []drain.Action{drain.None, drain.None, drain.Complete, drain.None, drain.None, drain.Complete}, told)
}

func TestGroupsHookIsReadOnce(t *testing.T) {
	for name, hook := range map[string]string{"there": ours, "not there": "somebody-else"} {
		a := newAccount()
		a.hooks(hook)
		a.host("i-1", wait, "").host("i-2", wait, "").host("i-3", wait, "")
		tick(t, a, a.process())
		assert.Equal(t, 1, a.count("DescribeLifecycleHooks"), name)
	}
}

func TestHookReadOnceServesAllHosts(t *testing.T) {
	for failures, want := range map[int]string{0: "", 1: "", 2: "Rate exceeded"} {
		a := newAccount().host("i-1", wait, "").host("i-2", wait, "")
		a.spoil(nth("DescribeLifecycleHooks", faulty.Throttled, func(n int) bool { return n <= failures }))
		d := a.process()
		a.pass(third)
		answer := tick(t, a, d)
		require.Len(t, answer.Instances, 2)
		for _, s := range answer.Instances {
			assert.True(t, s.Heartbeat, "%d failures: %s", failures, s.Instance)
		}
		said := ""
		for _, failure := range answer.Failed {
			said += failure.Error
		}
		assert.Equal(t, want != "", strings.Contains(said, want) && said != "", "%d failures: %s", failures, said)
		assert.LessOrEqual(t, a.count("DescribeLifecycleHooks"), 2)
	}
}

// blindTick is one while groups cannot be read.
func blindTick(t *testing.T, a *account, d *drainer.Drainer) {
	t.Helper()
	_, err := d.Run(t.Context(), a.Now())
	require.Error(t, err)
	a.pass(0)
}

func TestUnreadGroupsHoldWaitingHosts(t *testing.T) {
	a := newAccount()
	a.takes = 24 * time.Hour
	a.service("api", 2, 100, 100).host("i-1", wait, "api").host("i-2", "Terminating", "api").host("i-3", "InService")
	a.enter("web", `{"drain": {"deadline_minutes": 2000, "at_deadline": "hold"}}`)
	d := a.process()
	ticks(t, a, 2, d)
	a.deny["DescribeAutoScalingGroups"] = true
	for range 60 {
		blindTick(t, a, d)
		a.pass(time.Minute)
	}
	assert.LessOrEqual(t, a.silence(ours), third)
	assert.Empty(t, a.broken, "only those that leave")

	delete(a.deny, "DescribeAutoScalingGroups")
	a.complete(t, "i-1", ours)
	a.pass(2 * time.Minute)
	tick(t, a, d)
	a.deny["DescribeAutoScalingGroups"] = true
	before := len(a.beats[ours])
	blindTick(t, a, d)
	assert.Empty(t, a.broken)
	assert.Len(t, a.beats[ours], before, "what has gone is forgotten")
}

// A load balancer deregisters it first, and the groups cannot be read from just before it waits.
func TestSeenLeavingHostIsHeldOnceWaiting(t *testing.T) {
	for name, hook := range map[string]string{"the entry's own hook": shipper, "the built-in one": ours} {
		a := newAccount()
		a.hooks(hook)
		a.blue.Spec.Deregistration = 4 * time.Minute
		a.host("i-1", wait, "")
		a.enter("web", `{"drain": {"hook": "`+hook+`"}}`)
		d := a.process()
		ticks(t, a, 2, d)
		a.deny["DescribeAutoScalingGroups"] = true
		for range 40 {
			blindTick(t, a, d)
			a.pass(time.Minute)
		}
		assert.LessOrEqual(t, a.silence(hook), third, name)
		assert.Empty(t, a.broken, name)
		assert.Empty(t, a.expired, name)
	}
}

// Each hook has an event of its own, in any order; the last one must not be the only one that is held.
func TestUnreadGroupsHoldEventsHooks(t *testing.T) {
	for name, ticked := range map[string]bool{"a tick saw it before": true, "nobody did": false} {
		for _, hooks := range [][]string{{ours, shipper}, {shipper, ours}, {shipper}} {
			a := newAccount()
			a.hooks(ours, shipper)
			a.host("i-1", wait, "")
			d := a.process()
			if ticked {
				tick(t, a, d)
			}
			for _, hook := range hooks {
				_, err := d.First(t.Context(), a.Now(), lambdaevent.Event{Instance: a.id("i-1"), Group: "web-blue", Hook: hook})
				require.NoError(t, err)
			}
			a.deny["DescribeAutoScalingGroups"] = true
			for range 30 {
				blindTick(t, a, d)
				a.pass(time.Minute)
			}
			assert.LessOrEqual(t, a.silence(shipper), third, "%s, %v", name, hooks)
			if ticked || len(hooks) > 1 {
				assert.LessOrEqual(t, a.silence(ours), third, "%s, %v", name, hooks)
			}
		}
	}
}

func TestReleasedHostIsHeldNoMore(t *testing.T) {
	for name, fate := range map[string]faulty.Fate{
		"answered": faulty.Where(func(faulty.Call) bool { return false }, nil), "the answer was lost": faulty.AnswerLost,
	} {
		a := newAccount().host("i-1", wait)
		d := a.process()
		ticks(t, a, 3, d)
		a.spoil(faulty.On(fate, "CompleteLifecycleAction"))
		tick(t, a, d)
		require.Empty(t, a.left(), name)
		a.pass(time.Minute)
		a.deny["DescribeAutoScalingGroups"] = true
		before := a.count("RecordLifecycleActionHeartbeat")
		blindTick(t, a, d)
		assert.Equal(t, before, a.count("RecordLifecycleActionHeartbeat"), name)
		assert.Empty(t, a.broken, name)
	}
}

func TestUnreadGroupHoldsEventsHost(t *testing.T) {
	for name, c := range map[string]struct {
		denied bool // from the first
		event  lambdaevent.Event
		held   int
	}{
		"the group is unread at the event":       {true, lambdaevent.Event{Group: "web-blue", Hook: ours}, 1 + 10},
		"and after it":                           {false, lambdaevent.Event{Group: "web-blue", Hook: ours}, 10},
		"a hook that we may not complete":        {true, lambdaevent.Event{Group: "web-blue", Hook: "shipper"}, 0},
		"a Spot warning says nothing of a hook":  {true, lambdaevent.Event{Kind: lambdaevent.Spot}, 0},
		"an event that does not name its hook":   {true, lambdaevent.Event{Group: "web-blue"}, 0},
		"an event that does not name its group":  {true, lambdaevent.Event{Hook: ours}, 0},
		"a Spot warning for a host that is held": {false, lambdaevent.Event{Kind: lambdaevent.Spot}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount().host("i-1", wait, "")
			d := a.stack("/p", ours)
			a.deny["DescribeAutoScalingGroups"] = c.denied
			c.event.Instance = a.id("i-1")
			_, err := d.First(t.Context(), a.Now(), c.event)
			assert.Equal(t, c.denied, err != nil, "%v", err)
			a.deny["DescribeAutoScalingGroups"] = true
			for range 10 {
				a.pass(time.Minute)
				blindTick(t, a, d)
			}
			assert.Len(t, a.beats[ours], c.held)
			assert.Empty(t, a.broken)
		})
	}
}

func TestHookComesFromTheEvent(t *testing.T) {
	a := newAccount().host("i-1", wait, "")
	d := a.process()
	a.deny["DescribeAutoScalingGroups"] = true
	event := strings.Replace(a.hookEvent(a.Now()), `"EC2InstanceId"`, `"LifecycleHookName": "`+ours+`", "EC2InstanceId"`, 1)
	_, err := d.Event(t.Context(), []byte(event), a.Now())
	require.Error(t, err, "Lambda sends it again")
	assert.Len(t, a.beats[ours], 1)
}

// panics is an error of this program in a call.
func panics(context.Context, faulty.Call, func() (any, error)) (any, error) { panic("out of range") }

// An instance that is not registered is looked for in other clusters, which must not end the tick of those that are.
func TestErrorInSearchHoldsAllHosts(t *testing.T) {
	for _, every := range []int{2, 3} {
		a := newAccount().host("i-1", wait, "").neverJoins("i-2", wait)
		a.knows("other")
		a.spoil(nth("ListContainerInstances", panics, func(n int) bool { return n%every == 0 }))
		ticks(t, a, 40, a.process())
		assert.LessOrEqual(t, a.silence(ours), third, "every %d", every)
	}
}

func TestPanicStillHoldsTheHost(t *testing.T) {
	for _, action := range []string{"ListContainerInstances", "DescribeScalingActivities", "ListTasks"} {
		a := newAccount().host("i-1", wait, "")
		ticks(t, a, 1, a.process()) // it is DRAINING
		a.spoil(faulty.On(panics, action))
		ticks(t, a, 30, a.process())
		assert.LessOrEqual(t, a.silence(ours), third, action)
	}
}
