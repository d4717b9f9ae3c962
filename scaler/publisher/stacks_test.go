package publisher_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/scaler"
)

// groupOf is one of cluster a, with further tags, that holds the first of its hosts.
func groupOf(name string, hosts int, tags ...string) astypes.AutoScalingGroup {
	return groupFrom(0, name, hosts, tags...)
}

// groupFrom is one that holds some of them.
func groupFrom(first int, name string, hosts int, tags ...string) astypes.AutoScalingGroup {
	g := astypes.AutoScalingGroup{AutoScalingGroupName: aws.String(name), MinSize: aws.Int32(0), MaxSize: aws.Int32(9), DesiredCapacity: aws.Int32(int32(hosts))}
	for i := range hosts {
		g.Instances = append(g.Instances, astypes.Instance{InstanceId: aws.String(fmt.Sprintf("i-a-%d", first+i)), LifecycleState: astypes.LifecycleStateInService})
	}
	tags = append(tags, "ecs-cluster-scaler:cluster", "a")
	for i := 0; i < len(tags); i += 2 {
		g.Tags = append(g.Tags, astypes.TagDescription{Key: aws.String(tags[i]), Value: aws.String(tags[i+1])})
	}
	return g
}

const (
	stackTag  = "ecs-cluster-scaler:config-path"
	activeTag = "ecs-cluster-scaler:active"
)

func TestAClusterWhoseGroupsAreAllAnotherStacksGetsNoSignalHere(t *testing.T) {
	f := newFakeAWS().with("a", 2, 900).with("b", 2, 900)
	f.groups = []astypes.AutoScalingGroup{groupOf("blue", 2, stackTag, "/other"), groupOf("green", 0, stackTag, "/other/", activeTag, "true")}
	answer := run(t, f)
	v := verdict(t, answer, "a")
	assert.Equal(t, scaler.Stay, v.Signal)
	assert.Zero(t, v.InstanceGap)
	assert.Equal(t, []scaler.Reason{scaler.OtherStack}, v.Reasons)
	assert.Equal(t, []string{"group blue belongs to the stack with configuration path /other; group green belongs to the stack with configuration path /other"}, v.Why)
	assert.NotContains(t, f.order, "a", "nothing of it is read")
	assert.Empty(t, answer.Failed)
	assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "b").Signal, "others are not touched")
	value, published := f.published("ScalingSignal", "a")
	assert.True(t, published, "a missing datapoint would let an alarm go on with an older one")
	assert.Zero(t, value)
}

func TestAClusterOfThisStackIsJudgedWithTheTagAndWithout(t *testing.T) {
	for name, tags := range map[string][]string{
		"without": {}, "its own": {stackTag, "/s"}, "with a slash at its end": {stackTag, "/s/"}, "an empty one names nobody": {stackTag, ""},
	} {
		f := newFakeAWS().with("a", 2, 900)
		f.groups = []astypes.AutoScalingGroup{groupOf("blue", 2, tags...)}
		v := verdict(t, run(t, f), "a")
		assert.Equal(t, scaler.ScaleOut, v.Signal, name)
		assert.True(t, v.Groups[0].Active, name)
	}
}

func TestAnotherStacksGroupFollowsNoSignalOfOurs(t *testing.T) {
	for name, theirs := range map[string][]string{"unmarked": {stackTag, "/other"}, "marked active": {stackTag, "/other", activeTag, "true"}} {
		t.Run(name, func(t *testing.T) {
			f := newFakeAWS().with("a", 5, 900)
			f.entries["a"] = `{"instance": {"cpu": 1000, "memory": 1000}}`
			full := groupFrom(2, "theirs", 3, theirs...)
			full.MaxSize = aws.Int32(3)
			f.groups = []astypes.AutoScalingGroup{groupOf("ours", 2, stackTag, "/s"), full}
			v := verdict(t, run(t, f), "a")
			assert.Equal(t, 2, v.InstanceGap, "two followers would each get the gap, which would be 1")
			assert.False(t, v.ScaleOutBlocked, "the other's MaxSize is not ours")
			assert.Equal(t, []bool{true, false}, []bool{v.Groups[0].Active, v.Groups[1].Active})
		})
	}
}

// Neither of ours is marked, so that both may follow; the other's may not.
func TestRoomInAnotherStacksGroupIsNotOurs(t *testing.T) {
	f := newFakeAWS().with("a", 3, 900)
	blue, green := groupOf("blue", 1), groupFrom(1, "green", 1)
	blue.MaxSize, green.MaxSize = aws.Int32(1), aws.Int32(1)
	f.groups = []astypes.AutoScalingGroup{blue, green, groupFrom(2, "theirs", 1, stackTag, "/other")}
	v := verdict(t, run(t, f), "a")
	assert.Equal(t, scaler.ScaleOut, v.Signal)
	assert.True(t, v.ScaleOutBlocked)
}
