package report

import (
	"fmt"
	"math"
	"slices"
)

// view is one reading of an evaluation's points: the middle, over all seeds, or the run under one set.
type view struct {
	// Name is the set's; empty for the middle.
	Name string
	of   func(Point) SetPoint
}

// place is a point's cost and what waited late in the view.
func (v view) place(p Point) place {
	at := v.of(p)
	return place{at.InstanceHours, at.LateSeconds}
}

// views are the middle and every set.
func (e Evaluation) views() []view {
	all := []view{{of: Point.middle}}
	for i, s := range e.Sets {
		all = append(all, view{Name: s.Name, of: func(p Point) SetPoint { return p.Sets[i] }})
	}
	return all
}

// middle are the means over seeds.
func (p Point) middle() SetPoint {
	return SetPoint{
		InstanceHours: p.InstanceHours.Mean, OverLowerBound: p.OverLowerBound.Mean, LateSeconds: p.LateSeconds.Mean, UnplacedSeconds: p.UnplacedSeconds.Mean,
		ReversalsUnchanged: p.ReversalsUnchanged.Mean, TasksEndedByHost: p.TasksEndedByHost.Mean, BelowFloorSeconds: p.BelowFloorSeconds.Mean,
	}
}

// outcome is how ours compare with a setting of others at its instance-hours.
type outcome int

const (
	// unknown: no setting of ours that was run takes as many hours, and the dearest leaves more.
	unknown outcome = iota
	// earlier: ours leave less late waiting.
	earlier
	// cheaper: as much, mostly none, and one of ours leaves no more for fewer hours than any of theirs.
	cheaper
	// alike: as much, for as many hours.
	alike
	// costlier: as much, and one of theirs for fewer hours than any of ours.
	costlier
	// later: ours leave more.
	later
	// dearer: none of ours that was run is as cheap.
	dearer
)

// compared is an outcome in one view, and ours as a multiple of theirs: NaN where there is none.
type compared struct {
	Outcome outcome
	Ratio   float64
}

// compare holds ours against a setting of others at its instance-hours: the line through ours against the best of that
// rival's settings, in all its families, that took no more.
func (t TraceResult) compare(p Point, v view) compared {
	hours := v.place(p).Hours
	theirs := t.bestOf(p, v.place)
	ours, how := t.ours(v.place).waitedAt(hours)
	c := compared{Ratio: math.NaN()}
	if how != beyond && theirs > 0 {
		c.Ratio = ours / theirs
	}
	switch {
	case how == beyond:
		c.Outcome = dearer
	case ours < theirs:
		c.Outcome = earlier
	case how == atMost && ours > theirs:
		c.Outcome, c.Ratio = unknown, math.NaN()
	case ours > theirs:
		c.Outcome = later
	default:
		c.Outcome = t.dearest(p.Rival, theirs, v)
	}
	return c
}

// dearest says who leaves no more than so much for fewer hours.
func (t TraceResult) dearest(rival string, waited float64, v view) outcome {
	cheapest := math.Inf(1)
	for _, q := range t.Runs {
		if other := v.place(q); q.Rival == rival && !q.Ours && other.Waited <= waited {
			cheapest = min(cheapest, other.Hours)
		}
	}
	switch ours, _ := t.ours(v.place).hoursAt(waited); {
	case ours < cheapest:
		return cheaper
	case ours > cheapest:
		return costlier
	default:
		return alike
	}
}

// held is what all views say together.
type held struct {
	// All is what the views say; without Holds it is what the middle says, and BrokenBy names the sets that say otherwise.
	All      []outcome
	Holds    bool
	BrokenBy []string
}

// holds says whether a claim holds in the middle and in every set. A claim may allow several outcomes: less or as much is
// no more.
func holds(views []view, of func(view) outcome) held {
	seen := make([]outcome, len(views))
	for i, v := range views {
		seen[i] = of(v)
	}
	all := slices.Clone(seen)
	slices.Sort(all)
	all = slices.Compact(all)
	for _, allowed := range [][]outcome{{earlier, cheaper, alike}, {alike, costlier, later}} {
		if !slices.ContainsFunc(all, func(o outcome) bool { return !slices.Contains(allowed, o) }) {
			return held{All: all, Holds: true}
		}
	}
	if len(all) == 1 {
		return held{All: all, Holds: true}
	}
	return held{All: seen[:1], BrokenBy: brokenBy(views, func(i int) bool { return seen[i] != seen[0] })}
}

// oneDay is what all sets have in common and the middle has not.
const oneDay = "one day and one seed"

// brokenBy names the sets that say otherwise than the middle. If the one that changes nothing does, it is the day.
func brokenBy(views []view, otherwise func(i int) bool) []string {
	var names []string
	for i, v := range views[1:] {
		switch {
		case !otherwise(i + 1):
		case i == 0:
			return []string{oneDay}
		default:
			names = append(names, v.Name)
		}
	}
	return names
}

// against is what is claimed of ours and a setting of others.
func (e Evaluation) against(t TraceResult, p Point) held {
	return holds(e.views(), func(v view) outcome { return t.compare(p, v).Outcome })
}

// ratios are the least and the most of ours as a multiple of theirs over the sets; false where a set has none.
func (e Evaluation) ratios(t TraceResult, p Point) (low, high float64, whole bool) {
	low, high, whole = math.Inf(1), math.Inf(-1), true
	for _, v := range e.views()[1:] {
		r := t.compare(p, v).Ratio
		if math.IsNaN(r) {
			whole = false
			continue
		}
		low, high = min(low, r), max(high, r)
	}
	return low, high, whole
}

// over is a figure's least and most over the sets.
func (p Point) over(of func(SetPoint) float64) Spread {
	values := make([]float64, len(p.Sets))
	for i, s := range p.Sets {
		values[i] = of(s)
	}
	return SpreadOf(values...)
}

// lowHigh writes from what to what.
func lowHigh(s Spread, text func(float64) string) string {
	if text(s.Min) == text(s.Max) {
		return text(s.Min)
	}
	return fmt.Sprintf("%s–%s", text(s.Min), text(s.Max))
}
