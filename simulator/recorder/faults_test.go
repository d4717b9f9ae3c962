package recorder_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/recorder"
	"ecs-cluster-scaler/simulator/recording"
	"ecs-cluster-scaler/simulator/workload"
)

// scene is a scenario that somebody looks at each minute after settling.
type scene struct {
	t     *testing.T
	world *aws.World
	from  time.Time
	aws   *faulty.AWS
	r     *recorder.Recorder
	errs  map[int]error // by minute
}

func newScene(t *testing.T, name, scaling string) *scene {
	t.Helper()
	w, err := workload.Named(name)
	require.NoError(t, err)
	return newSceneOf(t, w, scaling)
}

func newSceneOf(t *testing.T, w workload.Workload, scaling string) *scene {
	t.Helper()
	p, err := policy.New(scaling, policy.Options{})
	require.NoError(t, err)
	s := &scene{t: t, world: aws.New(aws.Defaults()), errs: map[int]error{}}
	s.from = s.world.Now().Add(w.Settle)
	w.Build(workload.Site{World: s.world, Policy: p})
	s.world.Run(s.from)
	s.aws = faulty.Wrap(faulty.Clients{SSM: s.world.SSM(), ECS: s.world.ECS(), AutoScaling: s.world.AutoScaling(), CloudWatch: s.world.CloudWatch()})
	s.r = recorder.New("town", s.clients(), time.Minute, recording.Watched)
	return s
}

func (s *scene) clients() recorder.Clients {
	return recorder.Clients{ECS: s.aws.ECS, AutoScaling: s.aws.AutoScaling}
}

// looks looks once in each of these minutes, the last one not included.
func (s *scene) looks(from, to int) {
	for n := from; n < to; n++ {
		at := s.from.Add(time.Duration(n) * time.Minute)
		s.world.Run(at)
		if err := s.r.Look(context.Background(), at); err != nil {
			s.errs[n] = err
		}
	}
}

func (s *scene) recording() recording.Recording {
	s.t.Helper()
	r := s.r.Recording()
	require.NoError(s.t, r.Check())
	return r
}

// exact leaves of a recording what AWS tells the times of, whenever one looks.
func exact(r recording.Recording) recording.Recording {
	r.Gaps = nil
	for i := range r.Hosts {
		r.Hosts[i].Draining, r.Hosts[i].Disconnected = time.Time{}, nil
	}
	for i := range r.Services {
		r.Services[i].Desired, r.Services[i].Running = nil, nil
	}
	for i := range r.Groups {
		var told []recording.Capacity
		for _, c := range r.Groups[i].Desired {
			if c.Told {
				told = append(told, c)
			}
		}
		r.Groups[i].Desired = told
	}
	return r
}

// alike compares two recordings by their JSON, and shows where they differ first.
func alike(t *testing.T, want, got recording.Recording) {
	t.Helper()
	a, err := json.MarshalIndent(want, "", " ")
	require.NoError(t, err)
	b, err := json.MarshalIndent(got, "", " ")
	require.NoError(t, err)
	of, lines := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range min(len(of), len(lines)) {
		if of[i] != lines[i] {
			shown := func(lines []string) string { return strings.Join(lines[max(0, i-14):min(len(lines), i+8)], "\n") }
			assert.Equal(t, shown(of), shown(lines), "line %d", i)
			return
		}
	}
	assert.Len(t, lines, len(of))
}

const faultyFrom, faultyTo, lastMinute = 62, 67, 105

func TestWhatFailsForMinutesIsAGapAndNoLoss(t *testing.T) {
	whole := newScene(t, "batch-storm", policy.Gap)
	whole.looks(0, lastMinute)
	want := exact(whole.recording())
	require.NotEmpty(t, want.StandaloneTasks)
	fates := map[string]faulty.Fate{"all throttled": faulty.Throttled, "all timed out": faulty.TimedOut}
	for _, action := range []string{
		"DescribeContainerInstances", "DescribeServices", "ListTasks", "DescribeTasks", "DescribeAutoScalingGroups", "DescribeScalingActivities",
	} {
		fates[action+" denied"] = faulty.On(faulty.Denied, action)
	}
	for what, fate := range fates {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, "batch-storm", policy.Gap)
			s.looks(0, faultyFrom)
			s.aws.Set(fate)
			s.looks(faultyFrom, faultyTo)
			s.aws.Set()
			s.looks(faultyTo, lastMinute)
			got := s.recording()
			minute := func(n int) time.Time { return s.from.Add(time.Duration(n) * time.Minute) }
			require.NotEmpty(t, s.errs)
			first := slices.Min(slices.Collect(maps.Keys(s.errs))) // a call that is not needed does not fail
			assert.Equal(t, []recording.Span{{From: minute(first - 1), To: minute(faultyTo)}}, got.Gaps)
			for _, service := range got.Services {
				for _, d := range service.Desired {
					assert.Positive(t, d.Desired, "what is not read of %s is not gone", service.Name)
				}
			}
			alike(t, want, exact(got))
		})
	}
}

// A termination may be open for hours, and its activity is then pages down the list.
func TestActivitiesAreReadToTheOldestOpenOne(t *testing.T) {
	whole := newScene(t, "batch-storm", policy.Gap)
	whole.looks(0, lastMinute)
	s := newScene(t, "batch-storm", policy.Gap)
	s.aws.Set(func(_ context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
		if in, ok := c.Input.(*autoscaling.DescribeScalingActivitiesInput); ok {
			one := int32(1)
			in.MaxRecords = &one
		}
		return carryOut()
	})
	s.looks(0, lastMinute)
	alike(t, whole.recording(), s.recording())
}

// A change of colour deletes a group. Calls about it are refused from then on.
func TestADeletedGroupIsNoGap(t *testing.T) {
	s := newScene(t, "quiet-night", policy.Signal)
	s.looks(0, 10)
	name := s.recording().Groups[0].Name
	deleted := func(_ context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
		answer, err := carryOut()
		if groups, ok := answer.(*autoscaling.DescribeAutoScalingGroupsOutput); ok && err == nil {
			return &autoscaling.DescribeAutoScalingGroupsOutput{NextToken: groups.NextToken}, nil
		}
		if c.Resource == name {
			return nil, c.Answers("ValidationError", "AutoScalingGroup name not found - AutoScalingGroup '"+name+"' not found")
		}
		return answer, err
	}
	s.aws.Set(deleted)
	s.looks(10, 50) // and hooks are read again
	assert.Empty(t, s.errs)
	r := s.recording()
	assert.Empty(t, r.Gaps)
	gone := s.from.Add(10 * time.Minute)
	limits, desired := r.Groups[0].Limits, r.Groups[0].Desired
	assert.Equal(t, recording.Limits{At: gone}, limits[len(limits)-1])
	assert.Equal(t, recording.Capacity{At: gone}, desired[len(desired)-1])

	s.r = recorder.With(written(t, r), s.clients(), time.Minute)
	s.looks(50, 52)
	assert.Empty(t, s.errs, "a recording goes on without it")
}

func TestAClockThatIsSetBackBreaksNoRecording(t *testing.T) {
	s := newScene(t, "batch-storm", policy.Gap)
	s.looks(0, 10)
	at := s.from.Add(9 * time.Minute)
	s.world.Run(at.Add(30 * time.Second))
	require.NoError(t, s.r.Look(t.Context(), at), "a little is a moment later")
	s.world.Run(at.Add(50 * time.Second))
	require.ErrorContains(t, s.r.Look(t.Context(), at.Add(-time.Hour)), "so set the clock, wait, or begin another file with --out")
	s.looks(10, 20)
	assert.Empty(t, s.errs)
	assert.Empty(t, s.recording().Gaps)
	assert.Equal(t, 19*time.Minute, s.recording().Length().Truncate(time.Minute))
}

func TestAFailedLookIsAnErrorAndAGap(t *testing.T) {
	s := newScene(t, "quiet-night", policy.Signal)
	s.looks(0, 3)
	s.aws.Set(faulty.Throttled)
	s.looks(3, 5)
	minute := func(n int) time.Time { return s.from.Add(time.Duration(n) * time.Minute) }
	assert.Equal(t, []recording.Span{{From: minute(2), To: minute(4)}}, s.recording().Gaps, "an open one ends with the recording")
	s.aws.Set()
	s.looks(5, 7)
	assert.Len(t, s.errs, 2)
	assert.Equal(t, []recording.Span{{From: minute(2), To: minute(5)}}, s.recording().Gaps)
}

func TestTheFirstLookMustBeWhole(t *testing.T) {
	for _, action := range []string{"ListContainerInstances", "DescribeTaskDefinition", "ListTasks", "DescribeLifecycleHooks", "DescribeScalingActivities"} {
		s := newScene(t, "quiet-night", policy.Signal)
		s.aws.Set(faulty.On(faulty.Denied, action))
		s.looks(0, 1)
		require.ErrorContains(t, s.errs[0], action)
		require.Error(t, s.r.Recording().Check(), "there is none")
		s.aws.Set()
		s.looks(1, 4)
		r := s.recording()
		assert.Equal(t, s.from.Add(time.Minute), r.From)
		assert.Empty(t, r.Gaps)
	}
}

func written(t *testing.T, r recording.Recording) recording.Recording {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, recording.Write(&text, r))
	again, err := recording.Read("web.json", &text)
	require.NoError(t, err)
	return again
}

func TestARecordingGoesOnAsIfNothingWere(t *testing.T) {
	for name, at := range map[string]int{"batch-storm": 66, "rolling-deploy": 66, "az-outage": 66, "no-capacity": 200} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := newScene(t, name, policy.Gap)
			whole.looks(0, at+40)
			s := newScene(t, name, policy.Gap)
			s.looks(0, at)
			s.r = recorder.With(written(t, s.recording()), s.clients(), time.Minute)
			s.looks(at, at+40)
			assert.Empty(t, s.errs)
			assert.True(t, s.r.Same())
			alike(t, whole.recording(), s.recording())
		})
	}
}

// forgotten takes out what ECS knows no more of hosts that left in a gap: which instance it was that tasks ran on, and when one
// registered that came in the gap, too.
func forgotten(r *recording.Recording, gap recording.Span) {
	within := func(t time.Time) bool { return t.After(gap.From) && t.Before(gap.To) }
	left := map[string]bool{"": true}
	for i := range r.Hosts {
		h := &r.Hosts[i]
		if left[h.Instance] = within(h.Leaving); left[h.Instance] && within(h.Registered) {
			h.Registered = time.Time{}
		}
	}
	for i := range r.StandaloneTasks {
		if t := &r.StandaloneTasks[i]; left[t.Host] {
			t.Host = ""
		}
	}
	for i := range r.ServiceTasks {
		if t := &r.ServiceTasks[i]; left[t.Host] {
			t.Host = ""
		}
	}
	slices.SortFunc(r.StandaloneTasks, func(a, b recording.StandaloneTask) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	slices.SortFunc(r.ServiceTasks, func(a, b recording.ServiceTask) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
}

func TestAnInterruptionIsAGapAndNoLoss(t *testing.T) {
	whole := newScene(t, "batch-storm", policy.Gap)
	whole.looks(0, lastMinute)
	s := newScene(t, "batch-storm", policy.Gap)
	s.looks(0, 60)
	s.r = recorder.With(written(t, s.recording()), s.clients(), time.Minute)
	s.looks(100, lastMinute)
	r := s.recording()
	assert.Equal(t, []recording.Span{{From: s.from.Add(59 * time.Minute), To: s.from.Add(100 * time.Minute)}}, r.Gaps)
	want := whole.recording()
	for _, made := range []*recording.Recording{&want, &r} {
		forgotten(made, r.Gaps[0])
	}
	alike(t, exact(want), exact(r))
}

func TestAnotherClusterOfTheSameNameIsNoticed(t *testing.T) {
	s := newScene(t, "quiet-night", policy.Signal)
	s.looks(0, 3)
	before := written(t, s.recording())
	for i := range before.Hosts {
		before.Hosts[i].Instance = "i-0123456789abcde" + string(rune('a'+i))
	}
	s.r = recorder.With(before, s.clients(), time.Minute)
	s.looks(3, 4)
	assert.False(t, s.r.Same())
}
