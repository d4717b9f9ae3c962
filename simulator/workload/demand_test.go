package workload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestServiceGrowsAtOnceAndShrinksOnlyAfterTheDamping(t *testing.T) {
	own := scaling{least: 2}
	var got []int
	for _, tasks := range []float64{3, 7.2, 3, 3, 3, 3, 3, 3, 0, 4} {
		got = append(got, own.desired(tasks))
	}
	assert.Equal(t, []int{3, 8, 8, 8, 8, 8, 8, 3, 3, 4}, got, "8 was wanted in minute 1: until minute 6 it stays")
}

func TestServiceNeverGoesBelowItsLeast(t *testing.T) {
	own := scaling{least: 2}
	for range 10 {
		assert.Equal(t, 2, own.desired(0))
	}
}

func TestDailyDemandPeaksAtItsHour(t *testing.T) {
	d := daily(4, 20, 14*time.Hour)
	assert.InDelta(t, 20, d(14*time.Hour), 1e-9)
	assert.InDelta(t, 4, d(2*time.Hour), 1e-9)
	assert.InDelta(t, 20, d(38*time.Hour), 1e-9)
}

func TestNoiseIsTheSameForTheSameSeedAndMinute(t *testing.T) {
	a, b, other := steady(100).noisy(1, "web", 0.1), steady(100).noisy(1, "web", 0.1), steady(100).noisy(2, "web", 0.1)
	differ := false
	for minute := range 100 {
		at := time.Duration(minute) * time.Minute
		assert.InDelta(t, a(at), b(at), 0)
		assert.InDelta(t, 100, a(at), 10)
		differ = differ || a(at) != other(at)
	}
	assert.True(t, differ)
}

func TestAddedDemandLastsFromItsBeginningToJustBeforeItsEnd(t *testing.T) {
	d := steady(1).between(time.Hour, 2*time.Hour, steady(5))
	for at, tasks := range map[time.Duration]int{time.Hour - 1: 1, time.Hour: 6, 2*time.Hour - 1: 6, 2 * time.Hour: 1} {
		assert.Equal(t, tasks, ceil(d(at)), "%s", at)
	}
}
