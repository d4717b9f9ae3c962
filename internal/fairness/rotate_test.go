package fairness_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/internal/fairness"
)

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func minute(m int) time.Time { return time.Unix(int64(m)*60, 0) }

func TestRotatedHoldsEachOnce(t *testing.T) {
	for n := range 60 {
		for m := range 5 {
			got := fairness.Rotate(numbers(n), minute(m))
			slices.Sort(got)
			assert.Equal(t, numbers(n), got)
		}
	}
}

func TestAMinuteHasOneStart(t *testing.T) {
	at := minute(29_000_000)
	assert.Equal(t, fairness.Rotate(numbers(9), at), fairness.Rotate(numbers(9), at.Add(59*time.Second)))
	assert.NotEqual(t, fairness.Rotate(numbers(9), at), fairness.Rotate(numbers(9), at.Add(time.Minute)))
}

func TestEveryMinuteHasAnotherTail(t *testing.T) {
	for _, n := range []int{2, 3, 7, 10, 50, 183, 200, 1000} {
		for _, first := range []int{0, 29_000_000} { // 2025
			t.Run(fmt.Sprintf("%d from %d", n, first), func(t *testing.T) {
				tail := n / 4
				last, lastAt := make([]int, n), make([]int, n)
				for m := range n {
					for _, c := range fairness.Rotate(numbers(n), minute(first+m))[n-tail:] {
						if last[c] > 0 && lastAt[c] == m-1 {
							t.Fatalf("%d is left out in minutes %d and %d", c, m-1, m)
						}
						last[c]++
						lastAt[c] = m
					}
				}
				for c, times := range last {
					assert.InDelta(t, tail, times, 2, "%d is last about as often as any other", c)
				}
			})
		}
	}
}

func TestTailsDifferWhileTheNumberGrows(t *testing.T) {
	var before []int
	for m := range 200 {
		all := fairness.Rotate(numbers(100+m), minute(m))
		tail := all[len(all)-len(all)/4:]
		for _, c := range tail {
			assert.NotContains(t, before, c, "minute %d", m)
		}
		before = tail
	}
}
