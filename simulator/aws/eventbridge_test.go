package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html: within its minute, stamped with it.
func TestAScheduleFiresOnceAMinuteSomewhereWithinIt(t *testing.T) {
	l := newLab(known(), GroupSpec{})
	var late []time.Duration
	next := l.Now().Add(time.Minute)
	l.Schedule("publisher", func(tick Tick) {
		assert.Equal(t, next, tick.Scheduled)
		next = next.Add(time.Minute)
		late = append(late, l.Now().Sub(tick.Scheduled))
	})
	l.pass(24 * time.Hour)
	assert.Len(t, late, 24*60-1, "the last is still to come")
	var sum time.Duration
	for _, d := range late {
		assert.GreaterOrEqual(t, d, time.Duration(0))
		assert.Less(t, d, time.Minute)
		sum += d
	}
	assert.InDelta(t, 30, (sum / time.Duration(len(late))).Seconds(), 3)
}

func TestTicksAreLostDoubledAndLateAtTheirRates(t *testing.T) {
	k := known()
	k.Faults.TicksLost, k.Faults.TicksDoubled, k.Faults.TicksLate = 0.05, 0.05, 0.05
	l := newLab(k, GroupSpec{})
	seen, late := map[time.Time]int{}, 0
	other := map[time.Time]int{}
	l.Schedule("publisher", func(tick Tick) {
		seen[tick.Scheduled]++
		if l.Now().Sub(tick.Scheduled) >= time.Minute {
			late++
		}
	})
	l.Schedule("drainer", func(tick Tick) { other[tick.Scheduled]++ })
	const minutes = 7 * 24 * 60
	l.pass(minutes*time.Minute + 10*time.Minute)
	doubled, apart := 0, 0
	for m, n := range seen {
		doubled += n - 1
		if other[m] != n {
			apart++
		}
	}
	assert.InDelta(t, 0.05*minutes, minutes+10-len(seen), 80)
	assert.InDelta(t, 0.05*minutes, doubled, 80)
	assert.InDelta(t, 0.05*minutes, late, 80)
	assert.Positive(t, apart, "two schedules have luck of their own")
}

func TestEventsAreLostAndDoubledAtTheirRates(t *testing.T) {
	k := exact()
	k.Faults.EventsLost, k.Faults.EventsDoubled = 0.1, 0.2
	l := newLab(k, GroupSpec{Desired: 1000, Max: 1000, Hooks: []HookSpec{{"drain", time.Minute, ""}}})
	seen := map[string]int{}
	l.Subscribe("drainer", func(n Notice) { seen[n.Instance]++ })
	l.pass(time.Minute)
	l.group.SetDesired(0)
	l.pass(5 * time.Minute)
	doubled := 0
	for _, n := range seen {
		doubled += n - 1
	}
	assert.InDelta(t, 900, len(seen), 40)
	assert.InDelta(t, 180, doubled, 40)
}

// A tick may call the clients: it happens outside of the world's lock.
func TestAScheduleAndANoticeMayCallTheWorld(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 1, Hooks: []HookSpec{{"drain", time.Hour, ""}}})
	l.Schedule("publisher", func(Tick) { l.put(t, "Signal", l.Now(), 1) })
	var err error
	l.Subscribe("drainer", func(Notice) { err = l.heartbeat(t, l.group.Instances()[0], "drain") })
	l.pass(2 * time.Minute)
	l.group.SetDesired(0)
	l.pass(time.Minute)
	require.NoError(t, err)
	_, ok := l.Latest("Test", "Signal", "Maximum", map[string]string{"ClusterName": "web"})
	assert.True(t, ok)
}
