package calibration

import (
	"math"
	"slices"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// span is what a recording tells of one length of time, in seconds: it was no shorter than least and no longer than most.
// What AWS tells to the second is narrow, what two looks enclose is as wide as they are apart. Where one number is wanted,
// likely stands for it.
type span struct{ least, most, likely float64 }

// exactly is a length whose both ends AWS tells.
func exactly(d time.Duration) span { return span{d.Seconds(), d.Seconds(), d.Seconds()} }

// between is a length that is known to lie between two.
func between(least, most time.Duration) span {
	s := span{least: max(0, least.Seconds()), most: max(0, most.Seconds())}
	s.likely = (s.least + s.most) / 2
	return s
}

// atMost is a length that is known to be no longer.
func atMost(d time.Duration) span {
	return span{most: max(0, d.Seconds()), likely: max(0, d.Seconds())}
}

// longerThan is a length that had not ended when it was seen last.
func longerThan(d time.Duration) span {
	return span{max(0, d.Seconds()), math.Inf(1), max(0, d.Seconds())}
}

// A knob that is within a tenth of what is seen, or within a second, is right.
const (
	nearShare = 0.1
	nearTime  = 1.0
)

// nearly is the span with all that a tenth and a second make no difference to.
func (s span) nearly() span {
	s.least, s.most = s.least*(1-nearShare)-nearTime, s.most*(1+nearShare)+nearTime
	return s
}

// law is how a knob has lengths of time fall: the share of them that is below x seconds, and the share that is not above.
type law func(x float64) (below, upTo float64)

// always is the law of a knob that is one length of time.
func always(d time.Duration) law {
	return func(x float64) (below, upTo float64) {
		if x > d.Seconds() {
			below = 1
		}
		if x >= d.Seconds() {
			upTo = 1
		}
		return below, upTo
	}
}

// evenly is the law of a length that is drawn between two bounds.
func evenly(u aws.Uniform) law {
	if u.Max <= u.Min {
		return always(u.Min)
	}
	return func(x float64) (below, upTo float64) {
		share := (x - u.Min.Seconds()) / (u.Max - u.Min).Seconds()
		share = min(max(share, 0), 1)
		return share, share
	}
}

// skewed is the law of a length whose logarithm is normally distributed.
func skewed(l aws.LogNormal) law {
	if l.Median <= 0 || l.P95 <= l.Median {
		return always(l.Median)
	}
	const z95 = 1.6448536269514722
	sigma := math.Log(l.P95.Seconds()/l.Median.Seconds()) / z95
	return func(x float64) (below, upTo float64) {
		if x <= 0 {
			return 0, 0
		}
		share := 0.5 * math.Erfc(-math.Log(x/l.Median.Seconds())/sigma/math.Sqrt2)
		return share, share
	}
}

// never is the law of what does not end.
func never(x float64) (below, upTo float64) {
	if math.IsInf(x, 1) {
		upTo = 1
	}
	return 0, upTo
}

// times is the law of lengths that are f times as long.
func (l law) times(f float64) law { return func(x float64) (below, upTo float64) { return l(x / f) } }

// departure is how far the shares of what was seen are from the law's, at the length at which they are furthest apart
// (Kolmogorov's distance). Where a span leaves a choice, what is nearer to the law counts.
func (l law) departure(seen []span) float64 {
	n := float64(len(seen))
	least, most := make([]float64, len(seen)), make([]float64, len(seen))
	for i, s := range seen {
		least[i], most[i] = s.least, s.most
	}
	slices.Sort(least)
	slices.Sort(most)
	furthest := 0.0
	for i := range seen {
		// So many have surely ended at most[i]; at least[i] so many can have ended before.
		_, upTo := l(most[i])
		below, _ := l(least[i])
		furthest = max(furthest, float64(i+1)/n-upTo, below-float64(i)/n)
	}
	return furthest
}

// wrongly is how often a knob that is right may be contradicted by one recording: once in ten thousand.
const wrongly = 1e-4

// chance is the distance from its law that n lengths exceed by chance once in ten thousand times: the inequality of
// Dvoretzky, Kiefer and Wolfowitz with Massart's constant (https://doi.org/10.1214/aop/1176990746).
func chance(n int) float64 { return math.Sqrt(math.Log(2/wrongly) / 2 / float64(n)) }

// fewest lengths can contradict a knob; of fewer the chance is above every distance.
const fewest = 5

// follow says whether lengths follow a law. They confirm it where half and twice as long ones would contradict it.
func (l law) follow(seen []span) Verdict {
	wide := make([]span, len(seen))
	for i, s := range seen {
		wide[i] = s.nearly()
	}
	against := func(l law) bool { return l.departure(wide) > chance(len(seen)) }
	switch {
	case against(l):
		return Contradicted
	case against(l.times(2)) && against(l.times(0.5)):
		return Confirmed
	default:
		return NotSeen
	}
}

// quantile is a part of sorted lengths, by nearest rank.
func quantile(sorted []float64, share float64) float64 {
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
}
