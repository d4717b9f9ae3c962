package campaign

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/faulty"
)

func TestAHookThatNobodyKeepsBreaksThreePromises(t *testing.T) {
	p := quiet(web(6, 1000))
	p.Heartbeat = 300
	s := play(t, p)
	s.leaves()
	s.ticks(20)
	assert.Equal(t, []Promise{HookExpired, TaskEndedEarly, BelowFloor}, s.broken())
	assert.Empty(t, s.exempt)
}

func TestATaskThatCameAfterTheCompletionIsNobodysToSave(t *testing.T) {
	for name, c := range map[string]struct {
		asked time.Duration // after the tasks came
		want  int
	}{"the tasks came after it": {-time.Hour, 2}, "they were there before": {time.Second, 0}} {
		t.Run(name, func(t *testing.T) {
			p := quiet(web(6, 1000))
			p.Heartbeat = 300
			s := play(t, p)
			l := s.leaves()
			tasks := l.standing()
			require.Len(t, tasks, 2)
			l.completed, l.asked = true, tasks[0].Created.Add(c.asked)
			s.ticks(20)
			assert.Equal(t, c.want, s.exempt["task ended with a host that joined after its hook was completed"])
			assert.Equal(t, c.want == 0, slices.Contains(s.broken(), TaskEndedEarly))
		})
	}
}

func TestProtectionHoldsNoTaskThatWasToldToStop(t *testing.T) {
	s := play(t, quiet(web(2, 1000)))
	l := s.leaves()
	task := l.standing()[0]
	services := s.mayEnd(l, "web", task)
	task.ProtectedUntil = services.Add(30 * time.Minute)
	protected := s.mayEnd(l, "web", task)
	assert.True(t, protected.After(services))
	task.Desired, task.Stopping = "STOPPED", l.from.Add(time.Minute)
	assert.Equal(t, services, s.mayEnd(l, "web", task))
}

func TestAnExpiredHookIsExcusedOnlyWhereNoTickCouldKeepIt(t *testing.T) {
	throttled := errors.New("throttled")
	for name, c := range map[string]struct {
		denied string
		tick   func(s *scene, l *leave) *invocation
		want   map[string]int
	}{
		"no tick ran": {want: map[string]int{"hook expired, no tick got through for a whole heartbeat": 1}},
		"listing failed each time": {
			tick: func(s *scene, _ *leave) *invocation {
				i := s.invocation("tick")
				_ = i.fails(call{listGroups, "", ""}, throttled)
				return i
			},
			want: map[string]int{"hook expired, no tick got through for a whole heartbeat": 1},
		},
		"its heartbeat failed each time": {
			tick: func(s *scene, l *leave) *invocation {
				i := s.invocation("tick")
				beats := call{beat, "town0", l.instance.ID}
				i.asked[beats] = true
				_ = i.fails(beats, throttled)
				return i
			},
			want: map[string]int{"hook expired, no tick got through for a whole heartbeat": 1},
		},
		"another's heartbeat failed": {
			tick: func(s *scene, _ *leave) *invocation {
				i := s.invocation("tick")
				beats := call{beat, "town0", "i-another"}
				i.asked[beats] = true
				_ = i.fails(beats, throttled)
				return i
			},
		},
		"something else failed": {
			tick: func(s *scene, _ *leave) *invocation {
				i := s.invocation("tick")
				_ = i.fails(call{"DescribeLifecycleHooks", "town0", ""}, throttled)
				return i
			},
		},
		"each process died before it": {
			tick: func(s *scene, _ *leave) *invocation {
				i := s.invocation("tick")
				i.dead = true
				return i
			},
			want: map[string]int{"hook expired, no tick got through for a whole heartbeat": 1},
		},
		"its completion was asked for": {
			tick: func(s *scene, l *leave) *invocation {
				l.asked = s.world.Now()
				return s.invocation("tick")
			},
			want: map[string]int{"hook expired after its completion was asked for": 1},
		},
		"listing is denied": {denied: listGroups, want: map[string]int{"hook expired, denied: DescribeAutoScalingGroups": 1}},
		"hooks are denied":  {denied: "DescribeLifecycleHooks", tick: func(s *scene, _ *leave) *invocation { return s.invocation("tick") }},
	} {
		t.Run(name, func(t *testing.T) {
			p := quiet()
			p.Faults.Denied = c.denied
			s := play(t, p)
			l := s.leaves()
			for range 20 {
				if c.tick != nil {
					s.drained(c.tick(s, l))
				}
				s.pass(time.Minute)
			}
			assert.Equal(t, len(c.want) == 0, len(s.violations) > 0)
			if len(c.want) > 0 {
				assert.Equal(t, c.want, s.exempt)
			}
		})
	}
}

func TestATaskIsStoppedBeforeItsDeadline(t *testing.T) {
	for name, c := range map[string]struct {
		after   time.Duration
		protect time.Duration
		want    []Promise
	}{
		"before":           {time.Minute, 0, []Promise{TaskStoppedEarly}},
		"after":            {6 * time.Minute, 0, nil},
		"protected, after": {6 * time.Minute, time.Hour, []Promise{TaskStoppedEarly}},
		"protected, after the standalone deadline":    {21 * time.Minute, time.Hour, nil},
		"protected until before, after":               {6 * time.Minute, 2 * time.Minute, nil},
		"protected until after it, after both":        {12 * time.Minute, 10 * time.Minute, nil},
		"protected until after it, before it is over": {7 * time.Minute, 10 * time.Minute, []Promise{TaskStoppedEarly}},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, quiet(web(6, 1000)))
			l := s.leaves()
			task := l.standing()[0]
			if c.protect > 0 {
				task.Protect(c.protect)
			}
			s.pass(c.after)
			s.decides("StopTask", task.ARN)
			assert.Equal(t, c.want, s.broken())
		})
	}
}

func TestACompletionIsHeldToWhatStands(t *testing.T) {
	for name, c := range map[string]struct {
		services []Service
		after    time.Duration
		hook     string
		want     []Promise
	}{
		"tasks run":                     {[]Service{web(6, 1000)}, 4 * time.Minute, hookName, []Promise{CompletedEarly}},
		"tasks run past their deadline": {[]Service{web(6, 1000)}, 16 * time.Minute, hookName, nil},
		"nothing runs":                  {nil, 4 * time.Minute, hookName, nil},
		"nothing runs, at once":         {nil, 0, hookName, []Promise{CompletedEarly}},
		"another's hook":                {nil, 4 * time.Minute, foreign, []Promise{ForeignHookTouched}},
	} {
		t.Run(name, func(t *testing.T) {
			p := quiet(c.services...)
			p.Heartbeat = 1800
			s := play(t, p)
			l := s.leaves()
			s.pass(c.after)
			s.decides(complete, l.instance.ID+" "+c.hook)
			assert.Equal(t, c.want, s.broken())
		})
	}
	t.Run("what does not leave", func(t *testing.T) {
		s := play(t, quiet())
		s.decides(complete, s.town.groups[0].Instances()[0].ID+" "+hookName)
		assert.Equal(t, []Promise{CompletedEarly}, s.broken())
	})
}

// Each host has one task of 3000 CPU: the one that leaves has nowhere to go.
func TestACompletionBelowAFloorIsSeen(t *testing.T) {
	s := play(t, quiet(web(3, 3000)))
	l := s.leaves()
	require.Len(t, l.standing(), 1)
	_, err := s.world.ECS().UpdateContainerInstancesState(t.Context(), &ecs.UpdateContainerInstancesStateInput{
		Cluster: sdk.String("town0"), ContainerInstances: []string{l.instance.Host.ARN}, Status: "DRAINING",
	})
	require.NoError(t, err)
	_, err = s.world.ECS().StopTask(t.Context(), &ecs.StopTaskInput{Cluster: sdk.String("town0"), Task: sdk.String(l.standing()[0].ARN)})
	require.NoError(t, err)
	s.pass(2 * time.Minute)
	require.Empty(t, l.standing())
	s.decides(complete, l.instance.ID+" "+hookName)
	assert.Equal(t, []Promise{CompletedBelowFloor}, s.broken())
}

// heartbeats has a host's hook kept, as a drainer does that never ends a drain.
func (s *scene) heartbeats(l *leave, minutes int, tick func() *invocation) {
	s.Helper()
	for range minutes {
		_, err := s.world.AutoScaling().RecordLifecycleActionHeartbeat(context.Background(), &autoscaling.RecordLifecycleActionHeartbeatInput{
			AutoScalingGroupName: sdk.String(l.instance.Group.Spec.Name), LifecycleHookName: sdk.String(hookName), InstanceId: sdk.String(l.instance.ID),
		})
		require.NoError(s, err)
		s.drained(tick())
		s.pass(time.Minute)
		s.late()
	}
}

func TestADrainThatNeverEndsIsSeenWhenFiveCleanTicksHaveNotEndedIt(t *testing.T) {
	for name, c := range map[string]struct {
		denied  string
		minutes int
		clean   bool
		each    int // ticks a minute
		want    []Promise
	}{
		"not yet":                     {"", 18, true, 1, nil},
		"not yet, with doubled ticks": {"", 18, true, 3, nil},
		"clean ticks":                 {"", 22, true, 1, []Promise{DrainTooLong}},
		"failing ticks":               {"", 34, false, 1, nil},
		"forever":                     {"", 60, false, 1, []Promise{DrainTooLong}},
		"denied StopTask":             {"StopTask", 22, true, 1, nil},
		"denied something":            {"PutMetricData", 22, true, 1, []Promise{DrainTooLong}},
	} {
		t.Run(name, func(t *testing.T) {
			p := quiet()
			p.Faults.Denied = c.denied
			s := play(t, p)
			l := s.leaves()
			n := 0
			s.heartbeats(l, c.minutes, func() *invocation {
				for range c.each - 1 {
					s.drained(s.invocation("tick"))
				}
				i := s.invocation("tick")
				n++
				if clean := c.clean || c.minutes == 60 && n%2 == 1; !clean {
					_ = i.fails(call{"ListTasks", "town0", ""}, faulty.ErrLost)
				}
				return i
			})
			assert.Equal(t, c.want, s.broken())
			assert.Equal(t, c.denied == "StopTask", len(s.exempt) > 0)
		})
	}
}
