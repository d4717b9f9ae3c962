package calibration

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// Worked out by hand for looks a minute apart.
func TestWhatLooksSeeOfBlinks(t *testing.T) {
	second := time.Second
	for name, c := range map[string]struct {
		blink         aws.Uniform
		caught, again float64
	}{
		"shorter than a minute": {aws.Uniform{Max: 3 * second}, 1.5 / 60, 0},
		"half a minute":         {aws.Uniform{Min: 30 * second, Max: 30 * second}, 0.5, 0},
		"two minutes":           {aws.Uniform{Min: 120 * second, Max: 120 * second}, 1, 0.5},
		"up to two minutes":     {aws.Uniform{Max: 120 * second}, 0.75, 0.25},
	} {
		assert.InDelta(t, c.caught, caught(c.blink, 60), 1e-9, name)
		assert.InDelta(t, c.again, again(c.blink, 60), 1e-9, name)
	}
	assert.Zero(t, again(aws.Uniform{}, 60))
}

// away is a host that was watched for three hours and whose agent was away at these looks.
func away(spans ...recording.Span) recording.Recording {
	r := lasting(3)
	r.Hosts = []recording.Host{{Registered: began, Disconnected: spans}}
	return r
}

func lookedAway(from, looks float64) recording.Span {
	return recording.Span{From: minutes(from), To: minutes(from + looks)}
}

func TestBlinksAreCountedInLooks(t *testing.T) {
	r := away(lookedAway(5, 1), lookedAway(20, 3), lookedAway(60, 1))
	b := gather(r, aws.Defaults()).blinks()
	assert.Equal(t, []int{3, 5, 2}, []int{b.seen, b.looks, b.again})
	assert.InDelta(t, 3, b.hours, 0)

	r.Hosts[0].Leaving = minutes(61)
	r.Gaps = []recording.Span{lookedAway(4, 2)}
	b = gather(r, aws.Defaults()).blinks()
	assert.Equal(t, []int{1, 3, 2}, []int{b.seen, b.looks, b.again}, "not at the host's end, nor in a gap")
	assert.InDelta(t, 61./60-2./60, b.hours, 1e-9)
}

// An agent that goes for good is no blink, and counts once, with the time until it went.
func TestAgentsThatStayAwayAreDead(t *testing.T) {
	for name, c := range map[string]struct {
		span recording.Span
		dead int
	}{
		"to the end":                     {recording.Span{From: minutes(60)}, 1},
		"to the end, for ten minutes":    {recording.Span{From: minutes(170)}, 0},
		"for an hour, and back":          {lookedAway(60, 60), 0},
		"for an hour, to the host's end": {recording.Span{From: minutes(60), To: minutes(150)}, 1},
	} {
		r := away(c.span)
		if !c.span.To.IsZero() && c.dead > 0 {
			r.Hosts[0].Leaving = c.span.To
		}
		f := of(t, "ecs.agent_deaths_per_month", Judge(r, aws.Defaults()))
		assert.Equal(t, c.dead, f.Seen, "%s: %s", name, f.Why)
		if c.dead > 0 {
			assert.Equal(t, "720", string(f.Suggested), "one in an hour that it lived, of a month of thirty days")
		}
	}
}

// Of 600 looks 60 saw an agent away, a tenth. So a tenth of the looks after them see it away by another blink, and of 24
// that did, (24/60 - 1/10) / (9/10) = 1/3 of 60 saw it away still.
func TestAnotherBlinkIsNotALongerOne(t *testing.T) {
	b := blinks{looks: 60, again: 24, hours: 10, apart: 60}
	assert.InDelta(t, 0.1, b.away(), 1e-12)
	assert.InDelta(t, 20, b.longer(), 1e-9)
	assert.Zero(t, blinks{looks: 60, again: 5, hours: 10, apart: 60}.longer(), "fewer than by chance")
	assert.Zero(t, blinks{}.longer())
}
