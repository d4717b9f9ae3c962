package publisher

import "time"

// order is the order in which n clusters are read in a minute: from another start each minute, so that the tail for
// which a pass may have no time is not always the same. The start moves by about 0.618 n, which keeps the tails of
// following minutes apart: a start that moved by one would leave the same cluster out for as many minutes as the tail
// is long.
func order(n int, minute time.Time) []int {
	if n == 0 {
		return nil
	}
	step := max(1, int(float64(n)*0.618))
	for gcd(step, n) != 1 {
		step++
	}
	start := int(minute.Unix()/60%int64(n)) * step % n
	indices := make([]int, n)
	for i := range indices {
		indices[i] = (start + i) % n
	}
	return indices
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
