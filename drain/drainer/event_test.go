package drainer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
)

func scheduled(at time.Time) string {
	return fmt.Sprintf(`{"time": %q}`, at.Format(time.RFC3339))
}

func hookEvent(at time.Time) string {
	return fmt.Sprintf(`{"source": "aws.autoscaling", "time": %q, "detail": {"EC2InstanceId": "i-1", "AutoScalingGroupName": "web-blue", "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}}`, at.Format(time.RFC3339))
}

func spotEvent(at time.Time) string {
	return fmt.Sprintf(`{"source": "aws.ec2", "time": %q, "detail-type": "EC2 Spot Instance Interruption Warning", "detail": {"instance-id": "i-1"}}`, at.Format(time.RFC3339))
}

// What a tick sees is there now, whenever it was meant to look.
func TestATickThatComesLateOrFromTheFutureIsOneOfThePresentMinute(t *testing.T) {
	for name, off := range map[string]time.Duration{
		"on time": 0, "91 s late": -2 * time.Minute, "an hour late": -time.Hour, "six hours late": -6 * time.Hour, "from the future": time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeAWS().host("i-1", wait)
			f.hosts["ci/i-1"].status = "DRAINING"
			f.pass(20 * time.Minute)
			now := f.now.Add(31 * time.Second)
			answer, err := f.process().Event(t.Context(), []byte(scheduled(now.Add(off))), now)
			require.NoError(t, err)
			require.Len(t, answer.Instances, 1)
			assert.Equal(t, drain.Complete, answer.Instances[0].Action)
			assert.Empty(t, answer.Dropped)
			assert.Equal(t, f.now, answer.Minute)
			assert.Equal(t, f.now, f.stamped, "its metrics are of this minute")
			assert.Empty(t, f.broken)
		})
	}
}

func TestATickWithin90SecondsKeepsItsScheduledMinute(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	f.pass(20 * time.Minute)
	answer, err := f.process().Event(t.Context(), []byte(scheduled(f.now)), f.now.Add(90*time.Second))
	require.NoError(t, err)
	assert.Equal(t, f.now, answer.Minute)
	assert.Equal(t, f.now, f.stamped)
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
		f := newFakeAWS().host("i-1", wait, "api")
		f.service("api", 1, 100, 100)
		f.hosts["ci/i-1"].status = "DRAINING"
		f.pass(time.Duration(c.minute) * time.Minute)
		answer, err := f.process().Event(t.Context(), []byte(scheduled(f.now.Add(c.off))), f.now)
		require.NoError(t, err)
		assert.Equal(t, c.action, answer.Instances[0].Action)
	}
}

// Late ticks come beside those of their own minute, doubled too, and by processes that remember and that do not.
func TestTicksThatComeLateTogetherDoNoMoreThanOne(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 200)
	d := f.process()
	for range 12 {
		for _, late := range []time.Duration{0, 0, time.Minute, 5 * time.Minute, time.Hour} {
			_, err := d.Event(t.Context(), []byte(scheduled(f.now.Add(-late))), f.now)
			require.NoError(t, err)
			_, err = f.process().Event(t.Context(), []byte(scheduled(f.now.Add(-late))), f.now)
			require.NoError(t, err)
		}
		f.pass(time.Minute)
	}
	assert.Empty(t, f.left())
	assert.Empty(t, f.broken)
}

// Lambda keeps what it could not deliver for hours. A hook's host is looked up; a Spot warning is true for two minutes.
func TestALateHookEventIsActedOnAndALateSpotWarningIsNot(t *testing.T) {
	event := func(state, event string) (*fakeAWS, drainer.Answer) {
		f := newFakeAWS().host("i-1", state)
		answer, err := f.process().Event(t.Context(), []byte(event), f.now)
		require.NoError(t, err)
		return f, answer
	}
	f, answer := event(wait, hookEvent(start.Add(-time.Hour)))
	assert.Equal(t, drain.SetDraining, answer.Instances[0].Action)
	assert.Equal(t, start, answer.Minute)
	assert.Equal(t, "DRAINING", f.hosts["ci/i-1"].status)

	f, answer = event("InService", hookEvent(start.Add(-time.Hour)))
	assert.Empty(t, answer.Instances, "it does not leave any more")
	assert.Equal(t, "ACTIVE", f.hosts["ci/i-1"].status)

	f, answer = event("InService", spotEvent(start.Add(-2*time.Minute)))
	assert.Equal(t, "stale", answer.Dropped)
	assert.Empty(t, f.calls)
	assert.Equal(t, "ACTIVE", f.hosts["ci/i-1"].status)

	f, answer = event("InService", spotEvent(start.Add(-time.Minute)))
	assert.Empty(t, answer.Dropped)
	assert.Equal(t, "DRAINING", f.hosts["ci/i-1"].status)
}

func TestAnEventThatIsNoneIsRefusedInASentence(t *testing.T) {
	_, err := newFakeAWS().process().Event(t.Context(), []byte(`{"time": "soon"}`), start)
	assert.ErrorContains(t, err, "is not RFC 3339")
}

// A third of 300 s passes between two ticks: the one before it must not be the last for minutes.
func TestAShortHookGetsAHeartbeatAtEveryTick(t *testing.T) {
	for timeout, beats := range map[int32]int{30: 30, 300: 30, 539: 30, 540: 10, 900: 6} {
		f := newFakeAWS().host("i-1", wait, "")
		f.timeout = timeout
		f.entries["web"] = `{"drain": {"deadline_minutes": 60}}`
		d := f.process()
		for range 30 {
			tick(t, f, d)
			f.pass(time.Minute)
		}
		assert.InDelta(t, beats, f.count("RecordLifecycleActionHeartbeat"), 1, "%d s", timeout)
	}
}
