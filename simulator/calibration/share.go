package calibration

import "math"

// atLeast is the probability that of n things, each so with probability p, k or more are so.
func atLeast(k, n int, p float64) float64 {
	switch {
	case k <= 0:
		return 1
	case p <= 0:
		return 0
	case p >= 1:
		return 1
	}
	sum := 0.0
	for i := k; i <= n; i++ {
		sum += math.Exp(logChoose(n, i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return min(sum, 1)
}

func logChoose(n, k int) float64 {
	of := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return of(n) - of(k) - of(n-k)
}

// shares says whether k of n things fit a share, by the binomial distribution, two-sided. They confirm it where they would
// contradict half and twice the share. They confirm that none is so where they would contradict one in ten.
func shares(k, n int, p float64) Verdict {
	return fits(p, 0.1, func(p float64) bool {
		return atLeast(k, n, min(p*(1+nearShare), 1)) < wrongly/2 || 1-atLeast(k+1, n, min(p*(1-nearShare), 1)) < wrongly/2
	})
}

// atLeastRare is the probability of k or more things that come by themselves, of which some number is expected (Poisson).
func atLeastRare(k int, expected float64) float64 {
	if k <= 0 {
		return 1
	}
	if expected <= 0 {
		return 0
	}
	fewer := 0.0
	for i := range k {
		v, _ := math.Lgamma(float64(i) + 1)
		fewer += math.Exp(float64(i)*math.Log(expected) - expected - v)
	}
	return max(0, 1-fewer)
}

// rates says whether k things in a time fit how often they come, by the Poisson distribution, two-sided. They confirm it
// where they would contradict half and twice as often. Nothing confirms that none ever come.
func rates(k int, exposure, rate float64) Verdict {
	return fits(rate, 0, func(rate float64) bool {
		return atLeastRare(k, exposure*rate*(1+nearShare)) < wrongly/2 || 1-atLeastRare(k+1, exposure*rate*(1-nearShare)) < wrongly/2
	})
}

// fits is the verdict on a value by a test that speaks against values. Beside 0, little is the value that must be
// contradicted; 0: there is none.
func fits(value, little float64, against func(float64) bool) Verdict {
	switch {
	case against(value):
		return Contradicted
	case value > 0 && against(2*value) && against(value/2), value == 0 && little > 0 && against(little):
		return Confirmed
	default:
		return NotSeen
	}
}
