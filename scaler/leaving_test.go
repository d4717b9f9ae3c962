package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// terminate has the group terminate a host that nobody has drained yet.
func (w *world) terminate(host int) {
	w.drain(host)
	w.s.Hosts[host].Status = cluster.Active
}

// spread is n hosts with so many tasks of half a host's tenth each.
func spread(n, tasks int) *world {
	w := onlyFit()
	w.host(n, size(2000, 4000))
	w.service("web", n*tasks, size(500, 10))
	for host := range n {
		w.put(host, tasks, "web")
	}
	return w
}

func TestTheNextLeaveBesideThoseThatDrain(t *testing.T) {
	for name, leaves := range map[string]func(*world, int){"DRAINING": (*world).drain, "not drained yet": (*world).terminate} {
		t.Run(name, func(t *testing.T) {
			w := spread(12, 1)
			leaves(w, 10)
			leaves(w, 11)
			v := w.decide()
			assert.Equal(t, -5, v.InstanceGap, v.Why)
			assert.Equal(t, -5, v.CapacityChange, "those that leave are not in it")
			assert.Contains(t, v.Why[0], "any 5 hosts can be removed together, beside 2 that leave already")

			// 12 tasks of 4 on a host: with two hosts less, those that stay hold what three can give.
			w = spread(6, 2)
			leaves(w, 4)
			leaves(w, 5)
			v = w.decide()
			assert.Equal(t, -1, v.InstanceGap, v.Why)
			leaves(w, 3)
			v = w.decide()
			assert.Equal(t, scaler.Stay, v.Signal, "12 tasks need three hosts: %v", v.Why)
			assert.Contains(t, v.Reasons, scaler.WouldNotFit)
		})
	}
}

// A service that may not start one more first has no demand for the tasks that are on a draining host, until they have stopped.
func TestTasksThatMayNotStartTwiceAreToMove(t *testing.T) {
	build := func(draining bool) *world {
		w := spread(4, 2)
		for i := range w.s.Services {
			w.s.Services[i].MinimumHealthyPercent, w.s.Services[i].MaximumPercent = 50, 100
		}
		if draining {
			w.drain(3)
			w.drain(2)
		}
		return w
	}
	assert.Equal(t, scaler.ScaleIn, build(false).decide().Signal)
	v := build(true).decide()
	assert.Zero(t, v.UnplacedTasks)
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit}, v.Reasons, v.Why)
}

// What must fit elsewhere counts towards thresholds, on the hosts that are left.
func TestThresholdsHoldWithoutThoseThatLeave(t *testing.T) {
	w := spread(6, 1)
	w.entry.CPU.ScaleOutAt = new(60.0)
	w.terminate(5)
	w.terminate(4)
	v := w.decide()
	assert.Equal(t, -1, v.InstanceGap, "6 × 500 of 3 × 2000 is 50 %%: %v", v.Why)
	w.terminate(3)
	v = w.decide()
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldBounce}, v.Reasons, v.Why)
}

// A host that only standalone tasks hold may drain for two days.
func TestStandaloneTasksHoldNoOtherHost(t *testing.T) {
	for name, leaves := range map[string]func(*world, int){"DRAINING": (*world).drain, "not drained yet": (*world).terminate} {
		t.Run(name, func(t *testing.T) {
			w := spread(8, 1)
			free := w.decide().InstanceGap
			w.job(size(1500, 100))
			w.host(1, size(2000, 4000))
			w.put(8, 1, "")
			leaves(w, 8)
			v := w.decide()
			assert.Equal(t, free, v.InstanceGap, v.Why)
		})
	}
}

func TestAProofIsSpentOnce(t *testing.T) {
	w := spread(12, 1)
	w.drain(11)
	w.s.Departed = 1
	v := w.decide()
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesDraining}, v.Reasons, v.Why)
	assert.Zero(t, v.CapacityChange)
	assert.Contains(t, v.Why[1], "1 host has begun to leave since the last pass")

	w.s.Departed, w.s.Unwatched = 0, true
	v = w.decide()
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesDraining}, v.Reasons, v.Why)
	assert.Equal(t, scaler.None, scaler.Need(w.entry, w.s, now).Tasks, "so that a cold start reads no tasks for it")
	w.s.Unwatched = false
	assert.Equal(t, scaler.ScaleIn, w.decide().Signal)
}

func TestThoseThatLeaveAreNotInTheMinimum(t *testing.T) {
	w := spread(6, 1)
	w.entry.MinInstances = 4
	w.terminate(5)
	assert.Equal(t, -1, w.decide().InstanceGap)
	w.terminate(4)
	assert.Contains(t, w.decide().Reasons, scaler.AtMinInstances)
}
