package publisher_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// watched is a cluster of eight hosts that may shrink, and its process.
type watched struct {
	account
	t     *testing.T
	group *aws.Group
	p     *publisher.Publisher
	after time.Duration
}

func newWatched(t *testing.T, hooks ...aws.HookSpec) *watched {
	t.Helper()
	a := newAccount()
	a.enter("web", `{"headroom": {"fitted": false}}`)
	c := a.NewCluster("web")
	w := &watched{account: a, t: t}
	w.group = a.NewGroup(aws.GroupSpec{
		Name: "web", Cluster: "web", Type: aws.InstanceType{Name: "m5.large", Resources: aws.Resources{CPU: 1000, Memory: 1000}},
		Zones: []string{"a"}, Max: 9, Desired: 8, Tags: map[string]string{clusterTag: "web"}, Hooks: hooks,
	})
	c.CreateService(aws.ServiceSpec{
		Name: "app", Definition: &aws.TaskDefinition{Family: "app", Revision: 1, Resources: aws.Resources{CPU: 100, Memory: 10}},
		Desired: 2, MinPercent: 100, MaxPercent: 200,
	})
	w.p = a.publisher()
	return w
}

// next is the pass of the next minute.
func (w *watched) next() scaler.Verdict {
	w.t.Helper()
	w.after += time.Minute
	w.Run(minute.Add(w.after))
	return verdict(w.t, pass(w.t, w.p, w.after), "web")
}

func (w *watched) takes(n int) {
	w.group.SetDesired(w.group.Desired - n)
	w.Run(minute.Add(w.after + 30*time.Second))
}

var holding = aws.HookSpec{Name: "drain", Heartbeat: time.Hour, Default: "CONTINUE"}

func TestAFirstPassRemovesNothing(t *testing.T) {
	w := newWatched(t)
	v := w.next()
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesDraining}, v.Reasons, v.Why)
	assert.Equal(t, -4, w.next().CapacityChange)

	w.p = w.publisher()
	assert.Zero(t, w.next().CapacityChange, "nor does another process")
	assert.Equal(t, -4, w.next().CapacityChange)
	w.after += 5 * time.Minute
	assert.Zero(t, w.next().CapacityChange, "nor one that was not called for minutes")
	assert.Equal(t, -4, verdict(t, w.judge(t), "web").CapacityChange, "who only asks is told what is proved")
}

func TestOnePassIsSpentOnThoseThatLeave(t *testing.T) {
	for name, hooks := range map[string][]aws.HookSpec{"a hook holds them": {holding}, "they are gone within a minute": nil} {
		t.Run(name, func(t *testing.T) {
			w := newWatched(t, hooks...)
			w.next()
			require.Equal(t, -4, w.next().CapacityChange)
			w.takes(2)
			if hooks == nil {
				w.after += 2 * time.Minute
			}
			v := w.next()
			assert.Zero(t, v.CapacityChange, v.Why)
			assert.Contains(t, v.Reasons, scaler.InstancesDraining)
			assert.Equal(t, -3, w.next().CapacityChange, "the others may follow while these drain")
			assert.Equal(t, -3, w.next().CapacityChange)
			w.takes(1)
			assert.Zero(t, w.next().CapacityChange, "once for each that begins to leave")
		})
	}
}

func TestWhatIsNotPublishedSpendsNothing(t *testing.T) {
	w := newWatched(t, holding)
	w.next()
	w.next()
	w.takes(2)
	w.calls.Set(faulty.On(faulty.Denied, "PutMetricData"))
	w.after += time.Minute
	w.Run(minute.Add(w.after))
	_, err := w.p.Run(t.Context(), minute.Add(w.after))
	require.Error(t, err)
	w.calls.Set()
	assert.Zero(t, w.next().CapacityChange)
	assert.Equal(t, -3, w.next().CapacityChange)
}

func TestAnotherActiveGroupIsWatchedAnew(t *testing.T) {
	w := newWatched(t)
	w.group.SetTag("ecs-cluster-scaler:active", "true")
	other := w.group
	other = w.NewGroup(aws.GroupSpec{
		Name: "green", Cluster: "web", Type: other.Spec.Type, Zones: []string{"a"}, Max: 9, Desired: 4, Tags: map[string]string{clusterTag: "web"},
	})
	w.after += 20 * time.Minute
	w.next()
	require.Equal(t, scaler.ScaleIn, w.next().Signal)
	w.group.SetTag("ecs-cluster-scaler:active", "")
	other.SetTag("ecs-cluster-scaler:active", "true")
	assert.Contains(t, w.next().Reasons, scaler.InstancesDraining)
	assert.Equal(t, scaler.ScaleIn, w.next().Signal)
}
