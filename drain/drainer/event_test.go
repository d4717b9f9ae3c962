package drainer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/simulator/aws"
)

func scheduled(at time.Time) string {
	return fmt.Sprintf(`{"time": %q}`, at.Format(time.RFC3339))
}

func (a *account) hookEvent(at time.Time) string {
	return fmt.Sprintf(`{"source": "aws.autoscaling", "time": %q, "detail": {"EC2InstanceId": %q, "AutoScalingGroupName": "web-blue", "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}}`, at.Format(time.RFC3339), a.id("i-1"))
}

func (a *account) spotEvent(at time.Time) string {
	return fmt.Sprintf(`{"source": "aws.ec2", "time": %q, "detail-type": "EC2 Spot Instance Interruption Warning", "detail": {"instance-id": %q}}`, at.Format(time.RFC3339), a.id("i-1"))
}

// handle is what the function does with an event that comes at a time.
func (a *account) handle(t *testing.T, d *drainer.Drainer, event string, at time.Time) drainer.Answer {
	t.Helper()
	answer, err := d.Event(t.Context(), []byte(event), at)
	require.NoError(t, err)
	return a.after(answer)
}

// first is the first step on an event of the named instance, by a process that remembers nothing.
func (a *account) first(t *testing.T, instance string, e lambdaevent.Event) drainer.Answer {
	t.Helper()
	d := a.process()
	e.Instance = instance
	if i := a.instances[instance]; i != nil {
		e.Instance = i.ID
	}
	answer, err := d.First(t.Context(), a.Now(), e)
	require.NoError(t, err)
	return a.after(answer)
}

// A tick reads what is there now, whenever it was scheduled.
func TestLateTickIsOfThePresentMinute(t *testing.T) {
	for name, off := range map[string]time.Duration{
		"on time": 0, "91 s late": -2 * time.Minute, "an hour late": -time.Hour, "six hours late": -6 * time.Hour, "from the future": time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount().host("i-1", wait)
			d := a.process()
			ticks(t, a, 1, d) // it is DRAINING
			a.hold(t, 19*time.Minute, ours, "i-1")
			minute := a.Now()
			now := minute.Add(31 * time.Second)
			answer := a.handle(t, a.process(), scheduled(now.Add(off)), now)
			require.Len(t, answer.Instances, 1)
			assert.Equal(t, drain.Complete, answer.Instances[0].Action)
			assert.Empty(t, answer.Dropped)
			assert.Equal(t, minute, answer.Minute)
			assert.Equal(t, minute, a.stamped, "its metrics are of this minute")
			assert.Empty(t, a.broken)
		})
	}
}

func TestTickWithin90SecondsKeepsMinute(t *testing.T) {
	a := newAccount().host("i-1", wait)
	d := a.process()
	a.pass(10 * time.Minute)
	answer := a.handle(t, d, scheduled(a.Now()), a.Now().Add(90*time.Second))
	assert.Equal(t, a.Now(), answer.Minute)
	assert.Equal(t, a.Now(), a.stamped)
}

// The deadline is 60 minutes after the termination began, not after the minute for which a late tick was meant, nor before
// that of one from the future.
func TestALateTicksClockIsThePresent(t *testing.T) {
	for _, c := range []struct {
		minute int
		off    time.Duration
		action drain.Action
	}{
		{59, time.Hour, drain.Wait}, {61, -time.Hour, drain.StopTasks},
	} {
		a := newAccount().service("api", 1, 100, 100).host("i-1", wait, "api")
		ticks(t, a, 1, a.process())
		a.hold(t, time.Duration(c.minute-1)*time.Minute, ours, "i-1")
		answer := a.handle(t, a.process(), scheduled(a.Now().Add(c.off)), a.Now())
		assert.Equal(t, c.action, answer.Instances[0].Action)
	}
}

// Late ticks come beside those of their own minute, doubled too, and by processes that remember and that do not.
func TestLateTicksTogetherActOnce(t *testing.T) {
	a := newAccount().service("api", 1, 100, 200).host("i-1", wait, "api")
	d := a.process()
	for range 12 {
		for _, late := range []time.Duration{0, 0, time.Minute, 5 * time.Minute, time.Hour} {
			a.handle(t, d, scheduled(a.Now().Add(-late)), a.Now())
			a.handle(t, a.process(), scheduled(a.Now().Add(-late)), a.Now())
		}
		a.pass(time.Minute)
	}
	assert.Empty(t, a.left())
	assert.Empty(t, a.broken)
}

// Lambda keeps what it could not deliver for hours. A hook's host is looked up; a Spot warning is true for two minutes.
func TestLateSpotWarningIsDropped(t *testing.T) {
	hook := func(state string) (*account, drainer.Answer) {
		a := newAccount().host("i-1", state)
		d := a.process()
		answer := a.handle(t, d, a.hookEvent(start.Add(-time.Hour)), a.Now())
		return a, answer
	}
	a, answer := hook(wait)
	assert.Equal(t, drain.SetDraining, answer.Instances[0].Action)
	assert.Equal(t, start, answer.Minute)
	assert.Equal(t, "DRAINING", a.status("i-1"))

	a, answer = hook("InService")
	assert.Empty(t, answer.Instances, "it does not leave any more")
	assert.Equal(t, "ACTIVE", a.status("i-1"))

	spot := func(late time.Duration) (*account, drainer.Answer) {
		a := newAccount().host("i-1", "InService")
		d := a.process()
		answer := a.handle(t, d, a.spotEvent(start.Add(-late)), a.Now())
		return a, answer
	}
	a, answer = spot(2 * time.Minute)
	assert.Equal(t, "stale", answer.Dropped)
	assert.Empty(t, a.actions())
	assert.Equal(t, "ACTIVE", a.status("i-1"))

	a, answer = spot(time.Minute)
	assert.Empty(t, answer.Dropped)
	assert.Equal(t, "DRAINING", a.status("i-1"))
}

func TestNoEventIsRefusedInASentence(t *testing.T) {
	_, err := newAccount().process().Event(t.Context(), []byte(`{"time": "soon"}`), start)
	assert.ErrorContains(t, err, "is not RFC 3339")
}

func TestEventsMakeOnlyTheFirstStep(t *testing.T) {
	a := newAccount().host("i-1", wait).host("i-2", "InService")
	assert.Empty(t, a.first(t, "i-999", lambdaevent.Event{Kind: lambdaevent.Spot}).Instances, "of no tagged group")
	assert.Empty(t, a.first(t, "i-1", lambdaevent.Event{Group: "somebody's"}).Instances, "of another group")
	assert.Empty(t, a.first(t, "i-2", lambdaevent.Event{}).Instances, "it does not leave")
	assert.Equal(t, "ACTIVE", a.status("i-2"))
	assert.Equal(t, drain.SetDraining, a.first(t, "i-1", lambdaevent.Event{}).Instances[0].Action)
	assert.Equal(t, drain.None, a.first(t, "i-1", lambdaevent.Event{}).Instances[0].Action, "a doubled event")
	assert.Equal(t, drain.SetDraining, a.first(t, "i-2", lambdaevent.Event{Kind: lambdaevent.Spot}).Instances[0].Action)
	assert.Equal(t, "DRAINING", a.status("i-2"))
	assert.NotContains(t, a.actions(), "CompleteLifecycleAction")
}

// Spot warnings come for every instance of the account.
func TestForeignSpotWarningTakesOneCall(t *testing.T) {
	a := newAccount()
	assert.Empty(t, a.first(t, "i-999", lambdaevent.Event{Kind: lambdaevent.Spot}).Instances)
	assert.Equal(t, []string{"DescribeAutoScalingInstances"}, a.actions())
}

// asked is how many groups and how many hosts the latest calls asked for by name.
func (a *account) asked() (groups []string, hosts int) {
	for _, c := range a.calls.Calls() {
		switch in := c.Input.(type) {
		case *autoscaling.DescribeAutoScalingGroupsInput:
			groups = in.AutoScalingGroupNames
		case *ecs.DescribeContainerInstancesInput:
			hosts = len(in.ContainerInstances)
		default:
		}
	}
	return groups, hosts
}

func TestSpotWarningReadsOneGroup(t *testing.T) {
	a := newAccount().host("i-2", "InService")
	somebodys := a.NewGroup(aws.GroupSpec{Name: "somebody's", Cluster: "web", Zones: []string{"eu-west-1a"}, Max: 1})
	a.hostOf(somebodys, "i-3", "InService")
	a.first(t, "i-2", lambdaevent.Event{Kind: lambdaevent.Spot})
	assert.Equal(t, "DRAINING", a.status("i-2"))
	assert.Equal(t, []string{"DescribeAutoScalingInstances", "DescribeAutoScalingGroups", "ListContainerInstances", "DescribeContainerInstances", "UpdateContainerInstancesState"}, a.actions())
	groups, hosts := a.asked()
	assert.Equal(t, []string{"web-blue"}, groups)
	assert.Equal(t, 1, hosts)

	a.calls.Forget()
	assert.Empty(t, a.first(t, "i-3", lambdaevent.Event{Kind: lambdaevent.Spot}).Instances, "of a group that is not tagged")
	assert.Len(t, a.actions(), 2)
}

// A function that was upgraded before its role.
func TestDeniedGroupOfListsAllGroups(t *testing.T) {
	a := newAccount().host("i-2", "InService")
	a.deny["DescribeAutoScalingInstances"] = true
	answer := a.first(t, "i-2", lambdaevent.Event{Kind: lambdaevent.Spot})
	assert.Equal(t, drain.SetDraining, answer.Instances[0].Action)
	assert.Equal(t, "DRAINING", a.status("i-2"))
}

// A hundred hosts that leave together send a hundred events, and each is a process with limits of its own.
func TestEventTakesFourCalls(t *testing.T) {
	a := newAccount()
	for n := range 300 {
		a.host(fmt.Sprintf("i-%d", 1000+n), wait)
	}
	a.first(t, "i-1007", lambdaevent.Event{Group: "web-blue"})
	assert.Equal(t, []string{"DescribeAutoScalingGroups", "ListContainerInstances", "DescribeContainerInstances", "UpdateContainerInstancesState"}, a.actions())
	groups, hosts := a.asked()
	assert.Equal(t, []string{"web-blue"}, groups, "its own group")
	assert.Equal(t, 1, hosts, "its own registration")
	assert.Equal(t, "DRAINING", a.status("i-1007"))
}

func TestUndoneEventFails(t *testing.T) {
	for _, action := range []string{"ListContainerInstances", "DescribeContainerInstances", "UpdateContainerInstancesState", "DescribeAutoScalingGroups"} {
		a := newAccount().host("i-1", wait)
		a.deny[action] = true
		d := a.process()
		_, err := d.First(t.Context(), a.Now(), lambdaevent.Event{Instance: a.id("i-1")})
		assert.Error(t, err, action)
	}
}

// A third of 300 s passes between two ticks: the one before it must not be the last for minutes.
func TestShortHookBeatsEveryTick(t *testing.T) {
	for timeout, beats := range map[int]int{90: 30, 300: 30, 539: 30, 540: 10, 900: 6} {
		a := newAccount()
		a.blue.Spec.Hooks[0].Heartbeat = time.Duration(timeout) * time.Second
		a.host("i-1", wait, "")
		a.enter("web", `{"drain": {"deadline_minutes": 60}}`)
		ticks(t, a, 30, a.process())
		assert.InDelta(t, beats, a.count("RecordLifecycleActionHeartbeat"), 1, "%d s", timeout)
		assert.NotEmpty(t, a.left(), "%d s", timeout)
	}
}
