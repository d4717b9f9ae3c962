package calibration

import (
	"fmt"
	"math"
	"time"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// An agent that loses its connection for seconds is seen by the few looks that fall into them. How many looks see an agent
// away tells how much of the time agents are away; how often the next look sees it away again tells how long they are.

// blinks are what looks saw of agents that went and came back.
type blinks struct {
	// seen are times away, each of one look or more in a row; looks are how many looks saw an agent away, and again after
	// how many of them the next one did too.
	seen, looks, again int
	// hours are those of registered hosts that were watched; apart is how far apart looks were, in seconds.
	hours, apart float64
}

func (e *evidence) blinks() blinks {
	b := blinks{apart: e.look.Seconds()}
	b.hours = e.exposed(registered).Hours()
	for _, gap := range e.Gaps {
		b.hours -= float64(len(e.Hosts)) * within(gap, e.From, e.To).Hours() // at most so much was not seen
	}
	for _, h := range e.Hosts {
		for _, away := range h.Disconnected {
			if away.To.IsZero() || !e.within(away.From) || e.ends(h, away) || e.unread(away.From, away.To) {
				continue // it did not come back, or the host was leaving
			}
			looks := max(1, int(math.Round(away.To.Sub(away.From).Seconds()/e.look.Seconds())))
			b.seen++
			b.looks += looks
			b.again += looks - 1
		}
	}
	return b
}

func within(s recording.Span, from, to time.Time) time.Duration {
	if s.To.IsZero() || s.To.After(to) {
		s.To = to
	}
	return max(0, s.To.Sub(later(s.From, from)))
}

// ends says whether a host left while its agent was away.
func (e *evidence) ends(h recording.Host, away recording.Span) bool {
	for _, end := range []time.Time{h.Leaving, h.Ended} {
		if !end.IsZero() && !end.After(away.To.Add(e.look)) {
			return true
		}
	}
	return false
}

// Blinks are evenly distributed between two bounds, and looks see them so far apart. beyond is the mean of what is longer
// than that, mean the mean of all, and caught the share of blinks that a look falls into.
func beyond(u aws.Uniform, apart float64) float64 {
	low, high := u.Min.Seconds(), u.Max.Seconds()
	switch {
	case high <= apart:
		return 0
	case low >= apart:
		return (low+high)/2 - apart
	default:
		return (high - apart) * (high - apart) / 2 / (high - low)
	}
}

func mean(u aws.Uniform) float64 { return (u.Min + u.Max).Seconds() / 2 }

func caught(u aws.Uniform, apart float64) float64 { return (mean(u) - beyond(u, apart)) / apart }

// again is how often an agent that a look sees away is away at the next one too.
func again(u aws.Uniform, apart float64) float64 {
	if mean(u) == 0 {
		return 0
	}
	return beyond(u, apart) / mean(u)
}

// longer is how many of the looks that saw an agent away did so because it was still away since the look before. Now and
// then it is away again by another blink.
func (b blinks) longer() float64 {
	if b.looks == 0 {
		return 0
	}
	again, other := float64(b.again)/float64(b.looks), b.away()
	return max(0, (again-other)/(1-other)) * float64(b.looks)
}

// away is the share of looks at hosts that saw an agent away.
func (b blinks) away() float64 {
	return min(0.99, float64(b.looks)*b.apart/(b.hours*time.Hour.Seconds()))
}

// blink is ecs.blink. Looks tell of it where blinks are about as long as looks are apart, or longer.
func blink(e *evidence) said {
	b := e.blinks()
	s := said{
		verdict: e.blinkVerdict(b), seen: b.seen, turn: func(k *aws.Knobs) { k.ECS.Blink = e.blinkSeen(b) },
		why: fmt.Sprintf("Times an agent was seen away: %d, and again at the next look: %d. Looks were %s apart.", b.seen, b.again, seconds(b.apart)),
	}
	if s.verdict == NotSeen {
		s.why += " That does not tell how long it was away."
	}
	return s
}

// mostBlinks is how many blinks an hour the knob takes at most.
const mostBlinks = 60

func (e *evidence) blinkVerdict(b blinks) Verdict {
	if b.looks == 0 {
		return NotSeen
	}
	// p is how often the next look sees an agent away again if blinks are f times as long.
	p := func(f float64) float64 {
		u := e.knobs.ECS.Blink
		u.Min, u.Max = time.Duration(f*float64(u.Min)), time.Duration(f*float64(u.Max))
		still := again(u, b.apart)
		return still + (1-still)*min(b.away(), mostBlinks*mean(u)/time.Hour.Seconds()) // by another blink
	}
	against := func(f float64) bool {
		return atLeast(b.again, b.looks, p(f*(1+nearShare))) < wrongly/2 || 1-atLeast(b.again+1, b.looks, p(f*(1-nearShare))) < wrongly/2
	}
	switch {
	case against(1):
		return Contradicted
	case against(2) && against(0.5):
		return Confirmed
	default:
		return NotSeen
	}
}

// blinkSeen is a blink whose longest fits how often the next look saw an agent away still. Its shortest cannot be seen.
func (e *evidence) blinkSeen(b blinks) aws.Uniform {
	low, least, high := e.knobs.ECS.Blink.Min, time.Millisecond, 24*time.Hour
	for high-least > 100*time.Millisecond {
		mid := (least + high) / 2
		if again(aws.Uniform{Min: min(low, mid), Max: mid}, b.apart) < b.longer()/float64(b.looks) {
			least = mid
		} else {
			high = mid
		}
	}
	return aws.Uniform{Min: min(low, high), Max: length(high.Seconds())}
}

// agentBlinks is ecs.agent_blinks_per_hour, with blinks as long as the knob has them, or as the recording shows.
func agentBlinks(e *evidence) said {
	b, u := e.blinks(), e.knobs.ECS.Blink
	if e.blinkVerdict(b) == Contradicted {
		u = e.blinkSeen(b)
	}
	if u.Max == 0 {
		return nothing("Blinks that take no time are never seen.")
	}
	k, share := int(math.Round(float64(b.looks)-b.longer())), caught(u, b.apart)
	s := rate("times an agent was away for a moment", "host-hours", k, b.hours, share, e.knobs.ECS.AgentBlinksPerHour, func(k *aws.Knobs, r float64) { k.ECS.AgentBlinksPerHour = min(r, mostBlinks) })
	s.why += fmt.Sprintf(" Looks %s apart see %.2g of all that last %s to %s.", seconds(b.apart), share, seconds(u.Min.Seconds()), seconds(u.Max.Seconds()))
	return s
}

// agentDeaths is ecs.agent_deaths_per_month: agents that went and stayed away for longer than any blink while their host
// ran on. An agent dies once.
func agentDeaths(e *evidence) said {
	const dead = 15 * time.Minute
	died := 0
	lived := e.exposed(registered)
	for _, h := range e.Hosts {
		if len(h.Disconnected) == 0 || h.Cause == recording.Health {
			continue
		}
		last := h.Disconnected[len(h.Disconnected)-1]
		until := e.To
		for _, end := range []time.Time{h.Leaving, h.Ended, last.To} {
			if !end.IsZero() && end.Before(until) {
				until = end
			}
		}
		if stayed := last.To.IsZero() || e.ends(h, last); stayed && until.Sub(last.From) >= dead {
			died++
			lived -= until.Sub(last.From)
		}
	}
	return rate("agents that went and stayed away", "host-months", died, lived.Hours()/(30*day).Hours(), 1, e.knobs.ECS.AgentDeathsPerMonth, func(k *aws.Knobs, r float64) { k.ECS.AgentDeathsPerMonth = r })
}
