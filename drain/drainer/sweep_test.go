package drainer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain/drainer"
)

// finish sets the one host that leaves DRAINING and completes its hook.
func finish(t *testing.T, f *fakeAWS, d *drainer.Drainer) {
	t.Helper()
	tick(t, f, d)
	f.pass(3 * time.Minute)
	tick(t, f, d)
	require.Equal(t, 1, f.count("CompleteLifecycleAction"))
}

// blinking is a world in which the agent of i-1 is away from the completion of its hook on, and so when its instance ends.
func blinking(t *testing.T) *fakeAWS {
	t.Helper()
	f := newFakeAWS().host("i-1", wait)
	d := f.process()
	finish(t, f, d)
	f.hosts["ci/i-1"].connected = false
	// The tick that would see it in Terminating:Proceed is lost.
	f.pass(time.Minute)
	f.pass(time.Minute)
	require.Equal(t, "gone", f.instances["i-1"].state)
	require.Contains(t, f.hosts, "ci/i-1", "ECS keeps it")
	f.calls = nil
	tick(t, f, d)
	return f
}

func TestARegistrationThatOutlivesItsInstanceIsRemoved(t *testing.T) {
	f := blinking(t)
	assert.NotContains(t, f.hosts, "ci/i-1")
	assert.Equal(t, []string{"DescribeAutoScalingGroups", "ListContainerInstances", "DescribeContainerInstances", "DeregisterContainerInstance"}, f.calls)
	assert.Empty(t, f.broken)
}

func TestAfterAHostHasGoneItIsAskedForOnce(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	d := f.process()
	finish(t, f, d)
	f.pass(time.Minute)
	f.calls = nil
	for range 5 {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.Equal(t, 1, f.count("ListContainerInstances"), "%v", f.calls)
	assert.Equal(t, 5, f.count("DescribeAutoScalingGroups"))
	assert.Len(t, f.calls, 6)
}

func TestAConnectedRegistrationIsECSsOwnToRemove(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	d := f.process()
	finish(t, f, d)
	gone := f.hosts["ci/i-1"]
	f.pass(time.Minute)
	f.hosts["ci/i-1"] = gone // ECS takes its time
	for range 12 {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.Contains(t, f.hosts, "ci/i-1")
	assert.Zero(t, f.count("DeregisterContainerInstance"))
	f.calls = nil
	tick(t, f, d)
	assert.Equal(t, []string{"DescribeAutoScalingGroups"}, f.calls, "it was forgotten after ten minutes")
}

// A process that dies knows nothing of it any more. The registration stays, DRAINING and disconnected; no verdict and no
// step goes by it.
func TestWhatAProcessThatDiedDidNotRemoveHoldsNothing(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	finish(t, f, f.process())
	f.hosts["ci/i-1"].connected = false
	f.pass(time.Minute)
	f.calls = nil
	answer, err := f.process().Run(t.Context(), f.now)
	require.NoError(t, err)
	assert.Empty(t, answer.Instances)
	assert.Empty(t, answer.Failed)
	assert.Equal(t, []string{"DescribeAutoScalingGroups"}, f.calls)
}

func TestWhatCouldNotBeRemovedIsTriedAgain(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	d := f.process()
	finish(t, f, d)
	f.hosts["ci/i-1"].connected = false
	f.pass(time.Minute)
	f.deny["DeregisterContainerInstance"] = true
	answer, err := d.Run(t.Context(), f.now)
	require.NoError(t, err)
	assert.Len(t, answer.Failed, 1)
	f.deny = nil
	f.pass(time.Minute)
	tick(t, f, d)
	assert.NotContains(t, f.hosts, "ci/i-1")
}

// orphaned is a host with a task that leaves under a process that sees it, and that AWS, or somebody else, ends while its
// agent is away.
func orphaned(t *testing.T) (*fakeAWS, *drainer.Drainer) {
	t.Helper()
	f := stubbornFake()
	d := f.process()
	ticks(t, f, 2, d)
	f.hosts["ci/i-1"].connected = false
	f.instances["i-1"].state, f.instances["i-1"].ended = "gone", f.now
	return f, d
}

// Its task would count as running, and want room, for as long as the registration is there.
func TestARegistrationIsRemovedWhoeverEndedItsInstance(t *testing.T) {
	f, d := orphaned(t)
	ticks(t, f, 2, d)
	require.Contains(t, f.hosts, "ci/i-1", "a list may lose an instance for a moment")
	ticks(t, f, 2, d)
	assert.NotContains(t, f.hosts, "ci/i-1")
	assert.Equal(t, 1, f.count("DeregisterContainerInstance"))
	assert.Empty(t, f.broken)
}

func TestARegistrationIsKeptWhileItsHostMayRunOn(t *testing.T) {
	for name, change := range map[string]func(f *fakeAWS){
		"it is listed again":            func(f *fakeAWS) { f.instances["i-1"].state, f.instances["i-1"].ended = wait, time.Time{} },
		"its agent is back":             func(f *fakeAWS) { f.hosts["ci/i-1"].connected = true },
		"its group has lost its tag":    func(f *fakeAWS) { f.untagged = true },
		"it stands in another's group":  func(f *fakeAWS) { f.instances["i-1"].state, f.instances["i-1"].group = "InService", "theirs" },
		"it was put back into service":  func(f *fakeAWS) { f.instances["i-1"].state, f.instances["i-1"].ended = "InService", time.Time{} },
		"it waits in a group of others": func(f *fakeAWS) { f.instances["i-1"].state, f.instances["i-1"].group = wait, "theirs" },
	} {
		f, d := orphaned(t)
		ticks(t, f, 1, d)
		change(f)
		ticks(t, f, 20, d)
		assert.Contains(t, f.hosts, "ci/i-1", name)
	}
	f, d := orphaned(t)
	f.instances["i-1"].state, f.instances["i-1"].ended = "InService", time.Time{}
	ticks(t, f, 2, d)
	f.instances["i-1"].state = "gone" // detached
	ticks(t, f, 20, d)
	assert.Contains(t, f.hosts, "ci/i-1", "it runs on outside its group")
}
