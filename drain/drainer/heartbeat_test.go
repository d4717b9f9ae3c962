package drainer_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/internal/lambdaevent"
)

// third is how long a hook of 900 s may go without a heartbeat, so that two may be lost.
const third = 5 * time.Minute

func refuse(message string) error {
	return &smithy.OperationError{ServiceID: "Auto Scaling", OperationName: "x", Err: &smithy.GenericAPIError{Code: "ValidationError", Message: message}}
}

var noAction = refuse("No active Lifecycle Action found with instance ID i-1")

func TestWhateverCannotBeReadAHostIsHeld(t *testing.T) {
	for _, action := range []string{
		"GetParametersByPath", "GetParameterHistory", "DescribeLifecycleHooks", "ListContainerInstances", "DescribeContainerInstances",
		"DescribeScalingActivities", "ListTasks", "DescribeTasks", "DescribeServices", "DescribeTaskDefinition", "GetTaskProtection",
		"UpdateContainerInstancesState", "StopTask", "DeregisterContainerInstance", "PutMetricData",
	} {
		for name, entry := range map[string]string{"held by its entry": `{"drain": {"deadline_minutes": 2000, "at_deadline": "hold"}}`, "by a faulty one": `{"drain": 1}`} {
			for _, cold := range []bool{false, true} {
				f := stubborn()
				f.entries["web"] = entry
				f.deny[action] = true
				d := f.process()
				for range 90 {
					if cold {
						d = f.process()
					}
					tick(t, f, d)
					f.pass(time.Minute)
					if len(f.left()) == 0 {
						break
					}
				}
				assert.LessOrEqual(t, f.silence(ours), third, "%s denied, %s, cold %v", action, name, cold)
			}
		}
	}
}

// Two things at a time, of which no task may lose its time: its entry gives it 400 minutes.
func TestWhateverTwoThingsCannotBeReadAHostIsHeld(t *testing.T) {
	reads := []string{
		"GetParametersByPath", "GetParameterHistory", "DescribeLifecycleHooks", "ListContainerInstances", "DescribeContainerInstances",
		"DescribeScalingActivities", "ListTasks", "DescribeTasks", "DescribeServices", "DescribeTaskDefinition", "GetTaskProtection",
	}
	for i, one := range reads {
		for _, other := range reads[i+1:] {
			f := stubborn()
			f.task("i-1", "")
			f.entries["web"] = `{"drain": {"deadline_minutes": 400}}`
			f.deny[one], f.deny[other] = true, true
			d := f.process()
			for minute := range 75 {
				if minute%25 == 0 {
					d = f.process()
				}
				tick(t, f, d)
				f.pass(time.Minute)
			}
			assert.LessOrEqual(t, f.silence(ours), third, "%s and %s denied", one, other)
			assert.Zero(t, f.count("StopTask"), "%s and %s denied", one, other)
			assert.NotEmpty(t, f.left(), "%s and %s denied", one, other)
			assert.Empty(t, f.broken, "%s and %s denied", one, other)
		}
	}
}

func TestAHookThatCannotBeReadGetsAHeartbeatAtEveryTick(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "")
	f.deny["DescribeLifecycleHooks"] = true
	ticks(t, f, 61, f.process())
	assert.Len(t, f.beats[ours], 61)
}

func TestAHostIsHeldWithoutItsEntry(t *testing.T) {
	f := stubborn()
	f.entries["web"] = `{"drain": {"deadline_minutes": 2000, "at_deadline": "hold"}}`
	f.tasks["task/0"].wanted, f.tasks["task/0"].last, f.tasks["task/0"].stopping = false, "STOPPING", start
	f.deny["GetParametersByPath"] = true
	ticks(t, f, 150, f.process())
	assert.LessOrEqual(t, f.silence(ours), third, "past the built-in deadline and its ten minutes")
	assert.NotEmpty(t, f.left())
	assert.False(t, f.tasks["task/0"].byUs)
}

func TestAnAnswerThatAHookIsDoneIsNotBelievedForLong(t *testing.T) {
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
			f := newFakeAWS().host("i-1", wait, "api")
			f.service("api", 1, 100, 200).replaces = false
			f.tasks["task/0"].takes = 50 * time.Minute
			asked := 0
			f.quirk = func(action string) error {
				if action != c.action {
					return nil
				}
				asked++
				if c.lies(asked) {
					return noAction
				}
				return nil
			}
			ticks(t, f, 75, f.process())
			assert.Empty(t, f.left(), "the drain ends")
			assert.Less(t, f.silence(ours), 15*time.Minute, "before the hook does")
			assert.Empty(t, f.broken)
		})
	}
}

// Ours is done and another's hook holds the instance: a completion is tried again now and then, as AWS may have been wrong.
func TestAHookThatIsDoneIsAskedForAgainAfterTwoMinutes(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	f.instances["i-1"].ended = start // AWS has no active action of ours
	d := f.process()
	ticks(t, f, 4, d)
	var told []drain.Action
	for range 6 {
		told = append(told, tick(t, f, d).Instances[0].Action)
		f.pass(time.Minute)
	}
	assert.Equal(t, []drain.Action{drain.None, drain.None, drain.Complete, drain.None, drain.None, drain.Complete}, told)
}

func TestHostsOfOneGroupAskForItsHookOnce(t *testing.T) {
	for name, hook := range map[string]string{"there": ours, "not there": "somebody-else"} {
		f := newFakeAWS().host("i-1", wait, "").host("i-2", wait, "").host("i-3", wait, "")
		f.hook = hook
		tick(t, f, f.process())
		assert.Equal(t, 1, f.count("DescribeLifecycleHooks"), name)
	}
}

func TestAHookThatCouldNotBeReadForOneHostIsReadForTheNextAndServesBoth(t *testing.T) {
	for failures, want := range map[int]string{0: "", 1: "", 2: "Rate exceeded"} {
		f := newFakeAWS().host("i-1", wait, "").host("i-2", wait, "")
		f.pass(third)
		asked := 0
		f.quirk = func(action string) error {
			if action != "DescribeLifecycleHooks" {
				return nil
			}
			asked++
			if asked <= failures {
				return refuse("Rate exceeded")
			}
			return nil
		}
		answer := tick(t, f, f.process())
		require.Len(t, answer.Instances, 2)
		for _, s := range answer.Instances {
			assert.True(t, s.Heartbeat, "%d failures: %s", failures, s.Instance)
		}
		said := ""
		for _, failure := range answer.Failed {
			said += failure.Error
		}
		assert.Equal(t, want != "", strings.Contains(said, want) && said != "", "%d failures: %s", failures, said)
		assert.LessOrEqual(t, asked, 2)
	}
}

func TestWhileGroupsCannotBeReadHostsThatWereSeenWaitingAreHeld(t *testing.T) {
	f := stubborn()
	f.entries["web"] = `{"drain": {"deadline_minutes": 2000, "at_deadline": "hold"}}`
	f.host("i-2", "Terminating", "api").host("i-3", "InService")
	d := f.process()
	ticks(t, f, 2, d)
	f.deny["DescribeAutoScalingGroups"] = true
	for range 60 {
		_, err := d.Run(t.Context(), f.now)
		require.Error(t, err)
		f.pass(time.Minute)
	}
	assert.LessOrEqual(t, f.silence(ours), third)
	assert.Empty(t, f.broken, "only those that leave")

	delete(f.deny, "DescribeAutoScalingGroups")
	f.instances["i-1"].state = "gone"
	tick(t, f, d)
	f.deny["DescribeAutoScalingGroups"] = true
	_, err := d.Run(t.Context(), f.now)
	require.Error(t, err)
	assert.Empty(t, f.broken, "what has gone is forgotten")
}

// A load balancer deregisters it first, and the groups cannot be read from just before it waits.
func TestAHostThatWasSeenToLeaveIsHeldOnceItWaits(t *testing.T) {
	for name, hook := range map[string]string{"the entry's own hook": shipper, "the built-in one": ours} {
		f := newFakeAWS().host("i-1", "Terminating", "")
		f.entries["web"] = `{"drain": {"hook": "` + hook + `"}}`
		f.hook, f.also = "gone", []string{hook}
		d := f.process()
		ticks(t, f, 2, d)
		f.deny["DescribeAutoScalingGroups"] = true
		for minute := range 40 {
			if minute == 2 {
				f.instances["i-1"].state = wait
			}
			_, err := d.Run(t.Context(), f.now)
			require.Error(t, err)
			f.pass(time.Minute)
		}
		assert.LessOrEqual(t, f.silence(hook), third, name)
		assert.Empty(t, f.broken, name)
	}
}

// Each hook has an event of its own, in any order; the last one must not be the only one that is held.
func TestEachHookThatAnEventNamesIsHeldWhileGroupsCannotBeRead(t *testing.T) {
	for name, ticked := range map[string]bool{"a tick saw it before": true, "nobody did": false} {
		for _, hooks := range [][]string{{ours, shipper}, {shipper, ours}, {shipper}} {
			f := newFakeAWS().host("i-1", wait, "")
			f.also = []string{shipper}
			d := f.process()
			if ticked {
				tick(t, f, d)
			}
			for _, hook := range hooks {
				_, err := d.First(t.Context(), f.now, lambdaevent.Event{Instance: "i-1", Group: "web-blue", Hook: hook})
				require.NoError(t, err)
			}
			f.deny["DescribeAutoScalingGroups"] = true
			for range 30 {
				_, err := d.Run(t.Context(), f.now)
				require.Error(t, err)
				f.pass(time.Minute)
			}
			assert.LessOrEqual(t, f.silence(shipper), third, "%s, %v", name, hooks)
			if ticked || len(hooks) > 1 {
				assert.LessOrEqual(t, f.silence(ours), third, "%s, %v", name, hooks)
			}
		}
	}
}

func TestAHostThatIsLetGoIsHeldNoMore(t *testing.T) {
	for name, err := range map[string]error{"answered": nil, "the answer was lost": errors.New("connection reset")} {
		f := newFakeAWS().host("i-1", wait)
		d := f.process()
		ticks(t, f, 3, d)
		f.quirk = func(action string) error {
			if action == "CompleteLifecycleAction" && err != nil {
				_ = f.completed("i-1", ours, "CONTINUE")
				return err
			}
			return nil
		}
		tick(t, f, d)
		require.Empty(t, f.left(), name)
		f.pass(time.Minute)
		f.deny["DescribeAutoScalingGroups"] = true
		_, failed := d.Run(t.Context(), f.now)
		require.Error(t, failed)
		assert.Empty(t, f.broken, name)
	}
}

func TestAHostThatAnEventNamesIsHeldWhileItsGroupCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		denied bool // from the first
		event  lambdaevent.Event
		held   int
	}{
		"the group is unread at the event":       {true, lambdaevent.Event{Instance: "i-1", Group: "web-blue", Hook: ours}, 1 + 10},
		"and after it":                           {false, lambdaevent.Event{Instance: "i-1", Group: "web-blue", Hook: ours}, 10},
		"a hook that we may not complete":        {true, lambdaevent.Event{Instance: "i-1", Group: "web-blue", Hook: "shipper"}, 0},
		"a Spot warning says nothing of a hook":  {true, lambdaevent.Event{Instance: "i-1", Kind: lambdaevent.Spot}, 0},
		"an event that does not name its hook":   {true, lambdaevent.Event{Instance: "i-1", Group: "web-blue"}, 0},
		"an event that does not name its group":  {true, lambdaevent.Event{Instance: "i-1", Hook: ours}, 0},
		"a Spot warning for a host that is held": {false, lambdaevent.Event{Instance: "i-1", Kind: lambdaevent.Spot}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeAWS().host("i-1", wait, "")
			d := f.stack("/p", ours)
			f.deny["DescribeAutoScalingGroups"] = c.denied
			_, err := d.First(t.Context(), f.now, c.event)
			assert.Equal(t, c.denied, err != nil, "%v", err)
			f.deny["DescribeAutoScalingGroups"] = true
			for range 10 {
				f.pass(time.Minute)
				_, err := d.Run(t.Context(), f.now)
				require.Error(t, err)
			}
			assert.Len(t, f.beats[ours], c.held)
			assert.Empty(t, f.broken)
		})
	}
}

func TestTheFunctionTakesTheHookFromTheEvent(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "")
	f.deny["DescribeAutoScalingGroups"] = true
	event := strings.Replace(hookEvent(f.now), `"EC2InstanceId"`, `"LifecycleHookName": "`+ours+`", "EC2InstanceId"`, 1)
	_, err := f.process().Event(t.Context(), []byte(event), f.now)
	require.Error(t, err, "Lambda sends it again")
	assert.Len(t, f.beats[ours], 1)
}

// An instance that is not registered is looked for in other clusters, which must not end the tick of those that are.
func TestAnErrorInASearchHoldsAllHosts(t *testing.T) {
	for _, every := range []int{2, 3} {
		f := newFakeAWS().host("i-1", wait, "").host("i-2", wait, "")
		delete(f.hosts, "ci/i-2")
		f.entries["other"] = `{}`
		listed := 0
		f.quirk = func(action string) error {
			if action == "ListContainerInstances" {
				listed++
				if listed%every == 0 {
					panic("out of range")
				}
			}
			return nil
		}
		ticks(t, f, 40, f.process())
		assert.LessOrEqual(t, f.silence(ours), third, "every %d", every)
	}
}

func TestAnErrorInThisProgramStillHoldsTheHost(t *testing.T) {
	for _, action := range []string{"ListContainerInstances", "DescribeScalingActivities", "ListTasks"} {
		f := newFakeAWS().host("i-1", wait, "")
		f.hosts["ci/i-1"].status = "DRAINING"
		f.quirk = func(called string) error {
			if called == action {
				panic("out of range")
			}
			return nil
		}
		ticks(t, f, 30, f.process())
		assert.LessOrEqual(t, f.silence(ours), third, action)
	}
}
