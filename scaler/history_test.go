package scaler_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

var p98 = thresholds.Fitted{On: true, Percentile: 98, MostPercent: 50}

// noted is a history of CPU in the minutes before now, the last of them the newest; -1 was not seen.
func noted(cpu ...int64) *scaler.History {
	h := &scaler.History{}
	for n, amount := range cpu {
		if amount >= 0 {
			h.Note(now.Add(time.Duration(n-len(cpu))*time.Minute), size(amount, 0))
		}
	}
	return h
}

// steady is so many minutes of one demand.
func steady(minutes int, cpu int64) []int64 { return slices.Repeat([]int64{cpu}, minutes) }

func TestARiseIsWhatComesWhileAHostDoes(t *testing.T) {
	for name, tt := range map[string]struct {
		demand []int64
		lead   time.Duration
		rise   int64
	}{
		"none":                      {steady(1440, 700), 4 * time.Minute, 0},
		"only falls":                {slices.Concat(steady(700, 900), steady(740, 100)), 4 * time.Minute, 0},
		"once a day is exceeded":    {slices.Concat(steady(700, 100), steady(740, 900)), 4 * time.Minute, 0},
		"each half hour is not":     {slices.Repeat(slices.Concat(steady(15, 100), steady(15, 900)), 48), 4 * time.Minute, 800},
		"within the time only":      {slices.Repeat(slices.Concat(steady(15, 100), []int64{200, 300, 400, 500}, steady(11, 500)), 48), 2 * time.Minute, 200},
		"a longer time, more":       {slices.Repeat(slices.Concat(steady(15, 100), []int64{200, 300, 400, 500}, steady(11, 500)), 48), 4 * time.Minute, 400},
		"up and down counts the up": {slices.Repeat(append(steady(9, 100), 600), 144), 4 * time.Minute, 500},
	} {
		t.Run(name, func(t *testing.T) {
			p := noted(tt.demand...).Past(now, tt.lead, p98)
			assert.Equal(t, cluster.Resources{CPU: tt.rise}, p.Rise)
			assert.Equal(t, tt.lead, p.Lead)
			assert.Equal(t, len(tt.demand), p.Minutes)
		})
	}
}

// One event of a process's first hours is exceeded two minutes in a hundred of these hours, but not of a day.
func TestUnknownMinutesCountAsNoRise(t *testing.T) {
	event := slices.Concat(steady(100, 100), steady(260, 900))
	p := noted(event...).Past(now, 4*time.Minute, p98)
	assert.Equal(t, 360, p.Minutes)
	assert.Zero(t, p.Rise)
	hourly := slices.Repeat(slices.Concat(steady(50, 100), steady(10, 900)), 8)
	assert.EqualValues(t, 800, noted(hourly...).Past(now, 4*time.Minute, p98).Rise.CPU, "what comes each hour is seen after eight")
}

func TestGapsAreNoRises(t *testing.T) {
	p := noted(slices.Repeat(slices.Concat(steady(5, 100), steady(5, -1), steady(5, 900)), 96)...).Past(now, 4*time.Minute, p98)
	assert.Equal(t, 960, p.Minutes)
	assert.Zero(t, p.Rise, "what happened in a gap longer than a host takes is not known")
	p = noted(slices.Repeat(slices.Concat(steady(5, 100), steady(2, -1), steady(5, 900)), 120)...).Past(now, 4*time.Minute, p98)
	assert.EqualValues(t, 800, p.Rise.CPU, "over a shorter one it is")
}

func TestADayIsRemembered(t *testing.T) {
	h := noted(slices.Repeat(slices.Concat(steady(15, 100), steady(15, 900)), 48)...)
	later := now.Add(25 * time.Hour)
	for m := now; m.Before(later); m = m.Add(time.Minute) {
		h.Note(m, size(100, 0))
	}
	p := h.Past(later, 4*time.Minute, p98)
	assert.Equal(t, 1440, p.Minutes)
	assert.Zero(t, p.Rise)
	h.Note(now.Add(-time.Hour), size(100_000, 0))
	assert.Zero(t, h.Past(later, 4*time.Minute, thresholds.Fitted{Percentile: 100}).Rise, "what is over for more than a day is not noted")
}

func TestHoursWithoutDemandAreSeen(t *testing.T) {
	for name, tt := range map[string]struct {
		demand []int64
		zero   bool
	}{
		"never":         {steady(1440, 100), false},
		"for two hours": {slices.Concat(steady(600, 100), steady(120, 0), steady(720, 100)), true},
		"for less":      {slices.Concat(steady(600, 100), steady(119, 0), steady(721, 100)), false},
		"not known":     {slices.Concat(steady(600, 100), steady(240, -1), steady(600, 100)), false},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.zero, noted(tt.demand...).Past(now, 4*time.Minute, p98).AtZero)
		})
	}
}

func TestTheLargestNeedOfHalfAnHourCounts(t *testing.T) {
	h := noted(steady(10, 100)...)
	h.NoteNeed(now.Add(-31*time.Minute), size(9000, 0))
	h.NoteNeed(now.Add(-29*time.Minute), size(300, 10))
	h.NoteNeed(now.Add(-time.Minute), size(200, 20))
	assert.Equal(t, size(300, 20), h.Past(now, 4*time.Minute, p98).Needed)
	assert.Equal(t, size(200, 20), h.Past(now.Add(2*time.Minute), 4*time.Minute, p98).Needed)
	assert.Zero(t, h.Past(now.Add(time.Hour), 4*time.Minute, p98).Needed)
}

// A new process does not know what the one before needed. Half an hour ago the demand, and so the cap, was higher.
func TestNeedsBeforeAProcessAreWorkedOut(t *testing.T) {
	h := noted(slices.Concat(slices.Repeat(slices.Concat(steady(15, 1000), steady(15, 3000)), 47), steady(10, 2000), steady(20, 400))...)
	assert.Zero(t, h.Past(now, 4*time.Minute, p98).Needed)
	h.Recall(now, 4*time.Minute, p98)
	assert.Equal(t, size(1000, 0), h.Past(now, 4*time.Minute, p98).Needed, "half of 2000")
	new(scaler.History).Recall(now, 4*time.Minute, p98)
}

// The rise is the smallest value that at most the rest of the day's minutes exceed.
func TestTheRiseIsThePercentile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minutes := rapid.IntRange(1, 1440).Draw(t, "minutes")
		level, demand := int64(1000), make([]int64, minutes)
		seed := rapid.SliceOfN(rapid.Int64Range(-50, 60), 40, 40).Draw(t, "steps")
		for n := range demand {
			level = max(0, level+seed[(n*7+n/40)%40])
			demand[n] = level
			if rapid.IntRange(0, 200).Draw(t, "unseen") == 0 {
				demand[n] = -1
			}
		}
		lead := rapid.IntRange(1, 15).Draw(t, "lead")
		percentile := rapid.SampledFrom([]float64{50, 90, 98, 99.5, 100}).Draw(t, "percentile")
		got := noted(demand...).Past(now, time.Duration(lead)*time.Minute, thresholds.Fitted{Percentile: percentile}).Rise.CPU
		above, atLeast := 0, 0
		for n := range max(0, minutes-lead) {
			risen := int64(0)
			for s := n + 1; s <= n+lead; s++ {
				if demand[n] >= 0 && demand[s] >= 0 {
					risen = max(risen, demand[s]-demand[n])
				}
			}
			if risen > got {
				above++
			}
			if risen >= got {
				atLeast++
			}
		}
		rest := (100 - percentile) / 100 * 1440
		if float64(above) > rest {
			t.Fatalf("%d of a day's minutes rose by more than %d, more than %v", above, got, rest)
		}
		if got > 0 && float64(atLeast) <= rest-1 {
			t.Fatalf("less than %d would do: %d minutes rose by as much, of %v", got, atLeast, rest)
		}
	})
}
