package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFrontierLeavesOutWhatAnotherIsNoWorseThan(t *testing.T) {
	assert.Equal(t, frontier{{90, 50}, {100, 20}, {120, 0}}, frontierOf([]place{
		{120, 0}, {100, 20}, {90, 50}, {100, 30}, {110, 20}, {130, 0}, {95, 60}, {90, 70},
	}))
	assert.Empty(t, frontierOf(nil))
}

func TestFrontierIsReadBetweenItsPointsAndNoFurther(t *testing.T) {
	f := frontier{{90, 50}, {100, 20}, {120, 10}}
	for _, c := range []struct {
		hours, waited float64
		how           standard
	}{
		{80, 0, beyond}, {90, 50, exact}, {95, 35, exact}, {100, 20, exact}, {110, 15, exact}, {120, 10, exact}, {200, 10, atMost},
	} {
		waited, how := f.waitedAt(c.hours)
		assert.InDelta(t, c.waited, waited, 1e-9, c.hours)
		assert.Equal(t, c.how, how, c.hours)
	}
	for _, c := range []struct {
		waited, hours float64
		how           standard
	}{
		{5, 0, beyond}, {10, 120, exact}, {15, 110, exact}, {35, 95, exact}, {50, 90, exact}, {60, 90, atMost},
	} {
		hours, how := f.hoursAt(c.waited)
		assert.InDelta(t, c.hours, hours, 1e-9, c.waited)
		assert.Equal(t, c.how, how, c.waited)
	}
	_, how := frontier(nil).waitedAt(1)
	assert.Equal(t, beyond, how)
}

func TestOursAreHeldToOthersAtEqualCostAndEqualWaiting(t *testing.T) {
	point := func(policy string, ours bool, hours, minutes, late float64) Point {
		rival := "managed"
		if ours {
			rival = ""
		}
		return Point{Policy: policy, Rival: rival, Ours: ours, InstanceHours: SpreadOf(hours), UnplacedSeconds: SpreadOf(60 * minutes), LateSeconds: SpreadOf(60 * late)}
	}
	e := Evaluation{Against: []string{"managed-100", "managed-90", "managed-80", "managed-70"}, Traces: []TraceResult{{Name: "t", Runs: []Point{
		point("gap at 90", true, 90, 50, 40), point("gap at 60", true, 110, 10, 0), point("worse", true, 111, 20, 5),
		point("managed-100", false, 80, 90, 80), point("managed-90", false, 100, 60, 10), point("managed-80", false, 220, 5, 0),
	}}}}
	lines := func(s sheet) (lines []string) {
		for _, l := range s.Lines {
			lines = append(lines, strings.Join(l, " | "))
		}
		return lines
	}
	assert.Equal(t, []string{
		"t | managed-100 | none of ours that was run is as cheap | 80 | 80 | beyond the sweep | – | – | 90 | beyond the sweep | –",
		"t | managed-90 | it leaves less | 100 | 10 | 20 | 2.00 | – | 60 | 30 | 0.50",
		"t | managed-80 | ours leave as little for fewer hours | 220 | 0 | 0 | – | – | 5 | ≤ 10 | ≤ 2.00",
	}, lines(equalSheet(e)))
	assert.Equal(t, []string{
		"t | managed-100 | 80 | 80 | ≤ 90 | ≤ 1.12 | 90 | ≤ 90 | ≤ 1.12",
		"t | managed-90 | 100 | 10 | 105 | 1.05 | 60 | ≤ 90 | ≤ 0.90",
		"t | managed-80 | 220 | 0 | 110 | 0.50 | 5 | beyond the sweep | –",
	}, lines(dearSheet(e)))
}

func TestCheapestIsNamedAmongThoseWithShortWaitsOnEverySeed(t *testing.T) {
	point := func(policy string, hours float64, waits ...float64) Point {
		return Point{Family: "gap", Policy: policy, Ours: true, InstanceHours: SpreadOf(hours), OverLowerBound: SpreadOf(hours / 100), WaitP99: SpreadOf(waits...)}
	}
	trace := TraceResult{Runs: []Point{point("patient", 130, 20, 179), point("once late", 110, 20, 180), point("dear", 150, 5)}}
	assert.Equal(t, []string{"patient", "1.30 ×", "1 min 40 s (20 s–2 min 59 s)"}, trace.cheapest(func(p Point) bool { return p.Ours }))
	assert.Equal(t, []string{"none", "–", "–"}, trace.cheapest(func(p Point) bool { return !p.Ours }))
}
