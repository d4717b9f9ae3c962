package publisher

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestEveryOrderHoldsEachClusterOnce(t *testing.T) {
	for n := range 60 {
		for m := range 5 {
			got := order(n, time.Unix(int64(m)*60, 0))
			slices.Sort(got)
			for i := range n {
				assert.Equal(t, i, got[i])
			}
			assert.Len(t, got, n)
		}
	}
}

func TestEveryMinuteAnotherTailIsLast(t *testing.T) {
	for _, n := range []int{2, 3, 7, 10, 50, 183, 200, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			tail := n / 4
			last := make([]int, n)
			lastAt := make([]int, n)
			for m := range n {
				for _, c := range order(n, time.Unix(int64(m)*60, 0))[n-tail:] {
					if last[c] > 0 && lastAt[c] == m-1 {
						t.Fatalf("cluster %d is left out in minutes %d and %d", c, m-1, m)
					}
					last[c]++
					lastAt[c] = m
				}
			}
			for c, times := range last {
				assert.Equal(t, tail, times, "cluster %d is last as often as any other", c)
			}
		})
	}
}
