package aws

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// draw is the source of chance for one thing: its name is what is drawn for which entity, as "boot i-0000001". Two
// worlds of one seed draw the same for the same name, whatever else differs, so that policies can be compared on the
// same luck, and the order of calls changes nothing.
func (w *World) draw(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(w.Knobs.Seed, h.Sum64()))
}

// LogNormal is a distribution of durations by its median and 95th percentile.
type LogNormal struct{ Median, P95 time.Duration }

// of draws a duration, no longer than three times the 95th percentile.
func (d LogNormal) of(r *rand.Rand) time.Duration {
	if d.Median <= 0 {
		return 0
	}
	const z95 = 1.6448536269514722
	sigma := 0.0
	if d.P95 > d.Median {
		sigma = math.Log(float64(d.P95)/float64(d.Median)) / z95
	}
	drawn := time.Duration(float64(d.Median) * math.Exp(sigma*r.NormFloat64()))
	return min(drawn, 3*max(d.P95, d.Median)).Round(time.Second)
}

// Uniform is a distribution of durations between two bounds.
type Uniform struct{ Min, Max time.Duration }

// of draws a duration, to the second, or to the millisecond where the bounds are finer than that.
func (d Uniform) of(r *rand.Rand) time.Duration {
	if d.Max <= d.Min {
		return d.Min
	}
	unit := time.Second
	if d.Min%unit != 0 || d.Max%unit != 0 {
		unit = time.Millisecond
	}
	return d.Min + time.Duration(r.Int64N(int64(d.Max-d.Min))).Round(unit)
}

// exponential draws the time to the next of events that come perHour times an hour.
func exponential(r *rand.Rand, perHour float64) time.Duration {
	return time.Duration(r.ExpFloat64() / perHour * float64(time.Hour))
}
