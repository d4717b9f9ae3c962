package policy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
)

// way is how a host left: how long it took, what ended with it, and whether its hook ended by its time.
type way struct {
	took           time.Duration
	ended, expired int
	waited         time.Duration // in invocations
}

// leaves has the only host of a stage leave, and looks for half an hour.
func (s *stage) leaves(t *testing.T) way {
	t.Helper()
	s.group.SetLimits(0, 0) // so that no policy brings another
	s.run(30 * time.Minute)
	var from, to time.Time
	for _, h := range s.told {
		switch h.Kind {
		case aws.HostLeaving:
			from = h.At
		case aws.HostGone:
			to = h.At
		default:
		}
	}
	require.False(t, to.IsZero())
	return way{to.Sub(from), s.count(aws.TaskEndedByHost), s.count(aws.HookExpired), s.world.Usage().Waited}
}

// withTask is the way of a host with a task that nobody moves.
func withTask(t *testing.T, policy string, lasts time.Duration) way {
	t.Helper()
	s := newStage(t, policy, 1)
	s.run(5 * time.Minute)
	task, failure := s.c.RunTask(aws.TaskRequest{Definition: definition(100, 100), Lasts: lasts})
	require.Empty(t, failure)
	require.NotNil(t, task)
	s.run(time.Minute)
	return s.leaves(t)
}

func TestAPeersDrainWaitsAsLongAsItCan(t *testing.T) {
	for policy, want := range map[string]struct{ short, long, bound time.Duration }{
		// Looks every ten seconds, for Lambda's 15 minutes.
		"alarms-75":     {30 * time.Second, 4 * time.Minute, 15 * time.Minute},
		"schedulable-2": {30 * time.Second, 4 * time.Minute, 15 * time.Minute},
		// Looks every minute, for ten.
		"alarms-75-drain-ends-early": {time.Minute, 4 * time.Minute, 10 * time.Minute},
	} {
		for lasts, took := range map[time.Duration]time.Duration{90 * time.Second: want.short, 5 * time.Minute: want.long} {
			got := withTask(t, policy, lasts)
			assert.InDelta(t, took.Seconds(), got.took.Seconds(), 70, "%s, a task of %s", policy, lasts)
			assert.Zero(t, got.ended+got.expired, policy)
		}
		got := withTask(t, policy, 2*time.Hour)
		assert.InDelta(t, want.bound.Seconds(), got.took.Seconds(), 30, policy)
		assert.Equal(t, []int{1, 0}, []int{got.ended, got.expired}, "%s completes the hook at its bound", policy)
	}
}

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html: 16 invocations five seconds apart are 80 seconds.
func TestADrainThatStopsAfter16WaitsForTheHook(t *testing.T) {
	for _, policy := range []string{"alarms-75-drain-stops-after-16", "schedulable-2-drain-stops-after-16"} {
		within := withTask(t, policy, 100*time.Second)
		assert.Less(t, within.took, 75*time.Second, policy)
		assert.Zero(t, within.ended+within.expired)
		for lasts, ended := range map[time.Duration]int{5 * time.Minute: 0, 2 * time.Hour: 1} {
			got := withTask(t, policy, lasts)
			assert.InDelta(t, 15, got.took.Minutes(), 0.2, "%s, a task of %s: the hook's timeout", policy, lasts)
			assert.Equal(t, []int{ended, 1}, []int{got.ended, got.expired}, "%s, a task of %s: the hook's default result", policy, lasts)
			assert.Equal(t, 16*5*time.Second, got.waited, policy)
		}
	}
}

// A task that stops has no desiredStatus RUNNING: its load balancer lets it go for five minutes yet.
func TestADrainThatEndsEarlyEndsTasksThatStop(t *testing.T) {
	for policy, early := range map[string]bool{
		"alarms-75": false, "alarms-75-drain-ends-early": true, "schedulable-2-drain-ends-early": true, "alarms-75-drain-stops-after-16": true,
	} {
		s := newStage(t, policy, 1)
		s.site.CreateService(s.c, aws.ServiceSpec{Name: "app", Desired: 2, MaxPercent: 200, LoadBalanced: true, Definition: definition(100, 100)})
		s.run(10 * time.Minute)
		require.Equal(t, 2, s.c.Services()[0].Running())
		got := s.leaves(t)
		assert.Zero(t, got.expired, policy)
		if early {
			assert.Less(t, got.took, 2*time.Minute, policy)
			assert.Equal(t, 2, got.ended, policy)
		} else {
			assert.InDelta(t, 5.5, got.took.Minutes(), 0.7, policy)
			assert.Zero(t, got.ended, policy)
		}
	}
}

// ECS stops daemons last (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html), so that a list which
// is empty means that all is STOPPED but the daemon.
func TestADaemonHidesThatADrainEndsEarly(t *testing.T) {
	s := newStage(t, "alarms-75-drain-ends-early", 1)
	s.site.CreateService(s.c, aws.ServiceSpec{Name: "app", Desired: 2, MaxPercent: 200, LoadBalanced: true, Definition: definition(100, 100)})
	d := definition(100, 100)
	d.Family, d.Stops = "logs", 0
	s.site.CreateService(s.c, aws.ServiceSpec{Name: "logs", Daemon: true, MaxPercent: 100, Definition: d})
	s.run(10 * time.Minute)
	got := s.leaves(t)
	assert.InDelta(t, 5.5, got.took.Minutes(), 0.7)
	assert.Zero(t, got.ended)
}

func TestADrainThatCountsRunningTasksOverlooksPending(t *testing.T) {
	for policy, want := range map[string]int{"alarms-75": 0, "alarms-75-drain-ends-early": 0, "alarms-75-drain-stops-after-16": 1} {
		s := newStage(t, policy, 1)
		s.run(5 * time.Minute)
		d := definition(100, 100)
		d.Starts = 40 * time.Second
		_, failure := s.c.RunTask(aws.TaskRequest{Definition: d, Lasts: time.Minute})
		require.Empty(t, failure)
		assert.Equal(t, want, s.leaves(t).ended, policy)
	}
}

func TestAnIdleHostGoesAtAFunctionsFirstLook(t *testing.T) {
	for policy, want := range map[string]time.Duration{"alarms-75": 0, "alarms-75-drain-ends-early": time.Minute, "alarms-75-drain-stops-after-16": 0} {
		s := newStage(t, policy, 1)
		s.run(5 * time.Minute)
		assert.InDelta(t, want.Seconds(), s.leaves(t).took.Seconds(), 5, policy)
	}
}
