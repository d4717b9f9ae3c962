package publisher_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

const (
	clusterTag = "ecs-cluster-scaler:cluster"
	stackTag   = "ecs-cluster-scaler:config-path"
	activeTag  = "ecs-cluster-scaler:active"
)

func TestAnAutoScalingThatHangsStopsNoCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount().with("hot", 4, 900).with("idle", 4, 100)
		p := a.publisher()
		a.calls.Set(faulty.On(faulty.Hangs, "DescribeAutoScalingGroups"))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		answer, err := p.Run(ctx, minute)
		require.NoError(t, err)
		assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "hot").Signal)
		assert.Equal(t, scaler.Stay, verdict(t, answer, "idle").Signal)
	})
}

// Otherwise a pass would not know what was bought a minute before, and buy it again.
func TestUnreadableGroupsFallBackToLastRead(t *testing.T) {
	a := newAccount()
	g := a.hosts("a", 2, clusterTag, "a")
	a.load("a", "web", 2, 900)
	a.Run(minute.Add(-30 * time.Second))
	a.Knobs.EC2.Running = aws.Uniform{Min: time.Hour, Max: time.Hour}
	g.SetDesired(4)
	p := a.publisher()
	at := func(after time.Duration) scaler.Verdict { return verdict(t, pass(t, p, after), "a") }
	a.calls.Set(faulty.On(faulty.Throttled, "DescribeScalingActivities"))
	require.Equal(t, scaler.Stay, at(0).Signal)
	a.calls.Set(faulty.On(faulty.Throttled, "DescribeScalingActivities", "DescribeAutoScalingGroups"))
	v := at(5 * time.Minute)
	assert.True(t, v.Has(scaler.InstancesLaunching), v.Reasons)
	assert.Contains(t, strings.Join(v.Notes, " "), "DescribeAutoScalingGroups", "and it says so")
	v = at(6 * time.Minute)
	assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, "too long ago: ECS's facts alone")
}

// Another process may have bought what this one asks for.
func TestWithoutGroupsAPassAsksForOneHost(t *testing.T) {
	a := newAccount().with("a", 8, 1000)
	p := a.publisher()
	require.Greater(t, verdict(t, pass(t, p, 0), "a").InstanceGap, 1)
	a.calls.Set(faulty.On(faulty.Throttled, "DescribeAutoScalingGroups"))
	assert.Equal(t, 1, verdict(t, pass(t, p, 0), "a").InstanceGap)
}

func TestAnotherStacksClusterGetsNoSignal(t *testing.T) {
	a := newAccount().with("b", 2, 900)
	a.hosts("a", 2, clusterTag, "a", stackTag, "/other")
	a.group("a", "green", 0, clusterTag, "a", stackTag, "/other/", activeTag, "true")
	a.load("a", "web", 2, 900)
	answer := a.pass(t)
	v := verdict(t, answer, "a")
	assert.Equal(t, scaler.Stay, v.Signal)
	assert.Zero(t, v.InstanceGap)
	assert.Equal(t, []scaler.Reason{scaler.OtherStack}, v.Reasons)
	assert.Equal(t, []string{"group a belongs to the stack with configuration path /other; group green belongs to the stack with configuration path /other"}, v.Why)
	for _, c := range a.calls.Calls() {
		assert.NotEqual(t, "a", c.Resource, "nothing of it is read")
	}
	assert.Empty(t, answer.Failed)
	assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "b").Signal, "others are not touched")
	value, published := a.published("ScalingSignal", "a")
	assert.True(t, published, "a missing datapoint would let an alarm go on with an older one")
	assert.Zero(t, value)
}

func TestThisStacksClusterNeedsNoTag(t *testing.T) {
	for name, tags := range map[string][]string{
		"without": {}, "its own": {stackTag, "/s"}, "with a slash at its end": {stackTag, "/s/"}, "an empty one names nobody": {stackTag, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount()
			a.hosts("a", 2, append(tags, clusterTag, "a")...)
			a.load("a", "web", 2, 900)
			v := verdict(t, a.pass(t), "a")
			assert.Equal(t, scaler.ScaleOut, v.Signal)
			assert.True(t, v.Groups[0].Active)
		})
	}
}

func TestAnotherStacksGroupFollowsNoSignal(t *testing.T) {
	for name, theirs := range map[string][]string{"unmarked": {stackTag, "/other"}, "marked active": {stackTag, "/other", activeTag, "true"}} {
		t.Run(name, func(t *testing.T) {
			a := newAccount()
			a.hosts("a", 2, clusterTag, "a", stackTag, "/s")
			a.group("a", "theirs", 3, append(theirs, clusterTag, "a")...).SetLimits(0, 3)
			a.load("a", "web", 5, 900)
			a.enter("a", `{"instance": {"cpu": 1000, "memory": 1000}}`)
			v := verdict(t, a.pass(t), "a")
			assert.Equal(t, 2, v.InstanceGap, "two followers would each get the gap, which would be 1")
			assert.False(t, v.ScaleOutBlocked, "the other's MaxSize is not ours")
			assert.Equal(t, []bool{true, false}, []bool{v.Groups[0].Active, v.Groups[1].Active})
		})
	}
}

// Neither of ours is marked, so that both may follow; the other's may not.
func TestRoomInAnotherStacksGroupIsNotOurs(t *testing.T) {
	a := newAccount()
	a.hosts("a", 1, clusterTag, "a").SetLimits(0, 1)
	a.group("a", "green", 1, clusterTag, "a").SetLimits(0, 1)
	a.group("a", "theirs", 1, clusterTag, "a", stackTag, "/other")
	a.load("a", "web", 3, 900)
	v := verdict(t, a.pass(t), "a")
	assert.Equal(t, scaler.ScaleOut, v.Signal)
	assert.True(t, v.ScaleOutBlocked)
}
