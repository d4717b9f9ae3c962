package publisher_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

func TestOneClustersFailureTouchesNoOther(t *testing.T) {
	for name, tt := range map[string]struct {
		fate faulty.Fate
		says string
	}{
		"denied":        {of("b", "ListContainerInstances", faulty.Denied), "AWS denies ecs:ListContainerInstances"},
		"throttled":     {of("b", "DescribeContainerInstances", faulty.Throttled), "AWS throttles ecs:DescribeContainerInstances"},
		"a bug of ours": {of("b", "DescribeContainerInstances", panics), "an error in this program: index out of range"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount().with("a", 4, 900).with("b", 4, 900).with("c", 4, 100)
			a.calls.Set(tt.fate)
			answer := a.pass(t)
			assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "a").Signal)
			assert.Equal(t, scaler.ScaleIn, verdict(t, answer, "c").Signal)

			b := verdict(t, answer, "b")
			assert.Equal(t, []scaler.Reason{scaler.Unreadable}, b.Reasons)
			assert.Contains(t, b.Why[0], tt.says)
			require.Len(t, answer.Failed, 1)
			assert.Equal(t, "b", answer.Failed[0].Cluster)
			zero, found := a.published("ScalingSignal", "b")
			assert.True(t, found, "an explicit 0")
			assert.Zero(t, zero)
			_, found = a.published("CPUReservation", "b")
			assert.False(t, found, "nothing is made up")
			failed, _ := a.published("ClustersFailed", "")
			read, _ := a.published("ClustersRead", "")
			assert.InDelta(t, 1, failed, 0)
			assert.InDelta(t, 2, read, 0)
		})
	}
}

// doubted has a hot and an idle cluster. Each has a host that never joined, so that its launch is asked for.
func doubted(provided bool) account {
	a := newAccount()
	for _, c := range []struct {
		name     string
		reserved int
	}{{"hot", 900}, {"idle", 100}} {
		g := a.hosts(c.name, 4, clusterTag, c.name)
		a.load(c.name, "web", 4, c.reserved)
		if provided {
			a.cluster(c.name).Provide(g)
			a.load(c.name, "spot", 1, 10, aws.StrategyItem{Group: g, Weight: 1})
		}
	}
	a.Run(minute.Add(-45 * time.Minute))
	for _, g := range a.Groups() {
		g.SetBadImage(true)
		g.SetDesired(5)
	}
	a.Run(minute)
	return a
}

var firstUndescribed = faulty.Rewrite(func(_ faulty.Call, out *ecs.DescribeContainerInstancesOutput) {
	out.ContainerInstances = out.ContainerInstances[1:]
})

func TestDoubtForbidsScaleInHidesNoCause(t *testing.T) {
	const providers = "AWS denies ecs:DescribeCapacityProviders"
	for name, tt := range map[string]struct {
		fate faulty.Fate
		says string
	}{
		"services denied":      {faulty.On(faulty.Denied, "ListServices"), "AWS denies ecs:ListServices"},
		"services throttled":   {faulty.On(faulty.Throttled, "DescribeServices"), "AWS throttles ecs:DescribeServices"},
		"autoscaling denied":   {faulty.On(faulty.Denied, "DescribeAutoScalingGroups"), "AWS denies autoscaling:DescribeAutoScalingGroups"},
		"activities denied":    {faulty.On(faulty.Denied, "DescribeScalingActivities"), "AWS denies autoscaling:DescribeScalingActivities"},
		"providers denied":     {faulty.On(faulty.Denied, "DescribeCapacityProviders"), providers},
		"half a page of hosts": {firstUndescribed, "ECS described only 3 of 4 hosts"},
	} {
		t.Run(name, func(t *testing.T) {
			a := doubted(tt.says == providers)
			healthy := verdict(t, a.judge(t), "idle")
			require.Equal(t, scaler.ScaleIn, healthy.Signal, "without the fault a host may go: %v", healthy.Why)

			a.calls.Set(tt.fate)
			answer := a.judge(t)
			assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "hot").Signal)
			idle := verdict(t, answer, "idle")
			assert.Equal(t, scaler.Stay, idle.Signal)
			assert.Contains(t, idle.Reasons, scaler.Unreadable)
			require.NotEmpty(t, idle.Notes)
			assert.Contains(t, idle.Notes[0], tt.says)
			assert.Empty(t, answer.Failed, "the cluster was read, if not whole")
		})
	}
}

func TestAHotClusterWaitsForNoOthersTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount()
		for n := range 40 { // each might give a host up, for which its tasks must be read
			name := fmt.Sprintf("quiet%02d", n)
			a.hosts(name, 4)
			a.load(name, "web", 1, 100)
		}
		a.with("hot", 4, 900)
		p := a.publisher()
		a.calls.Set(
			faulty.Where(func(c faulty.Call) bool { return c.Action == "ListTasks" }, faulty.Slow(10*time.Second)),
			faulty.Where(func(c faulty.Call) bool { return c.Action != "ListTasks" }, faulty.Slow(100*time.Millisecond)))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		answer, err := p.Run(ctx, minute)
		require.NoError(t, err)
		assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "hot").Signal)
		assert.Empty(t, answer.Failed, "every cluster was read as far as any verdict needs")
		in, unread := 0, 0
		for _, v := range answer.Clusters {
			switch {
			case v.Signal == scaler.ScaleIn:
				in++
			case v.Has(scaler.TasksUnread) || v.Has(scaler.Unreadable): // three were cut off in the middle
				unread++
			}
		}
		assert.Equal(t, 12, in, "three at a time, four times")
		assert.Equal(t, 28, unread, "and the rest says why it is not")
	})
}

func TestFaultyEntriesAreCountedAndSaid(t *testing.T) {
	a := newAccount().with("good", 4, 900).with("broken", 4, 900)
	a.DeleteParameter("/s/clusters/broken") // with its history
	a.enter("broken", `{`)
	answer := a.pass(t)
	assert.Equal(t, []scaler.Reason{scaler.InvalidEntry}, verdict(t, answer, "broken").Reasons)
	assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "good").Signal)
	invalid, _ := a.published("InvalidEntries", "")
	assert.InDelta(t, 1, invalid, 0)
	assert.Empty(t, answer.Failed, "a faulty entry is not a cluster that failed")
}

func TestAnOlderEntryIsSaidAndCounted(t *testing.T) {
	a := newAccount().with("a", 4, 900)
	a.enter("a", `{`)
	answer := a.pass(t)
	v := verdict(t, answer, "a")
	assert.Equal(t, scaler.ScaleOut, v.Signal)
	require.Len(t, v.Notes, 1)
	assert.Contains(t, v.Notes[0], "version 1 of the entry is used")
	invalid, _ := a.published("InvalidEntries", "")
	assert.InDelta(t, 1, invalid, 0)
	assert.Empty(t, answer.Failed)
}

func TestOnlyDrainingHostsWithTasksAreListed(t *testing.T) {
	a := newAccount()
	a.hosts("a", 4)
	a.load("a", "web", 1, 100)
	a.Run(minute)
	c := a.cluster("a")
	_, err := a.ECS().UpdateContainerInstancesState(t.Context(), &ecs.UpdateContainerInstancesStateInput{
		Cluster: sdk.String("a"), ContainerInstances: []string{c.Tasks()[0].Host.ARN, a.empty("a")}, Status: types.ContainerInstanceStatusDraining,
	})
	require.NoError(t, err)
	answer := a.pass(t)
	assert.Equal(t, 1, verdict(t, answer, "a").UnplacedTasks, "web's only task has to leave")
	assert.Equal(t, 1, a.calls.Count("ListTasks"))
	unplaced, _ := a.published("UnplacedTasks", "a")
	assert.InDelta(t, 1, unplaced, 0)
}
