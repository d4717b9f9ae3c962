package report

import (
	"cmp"
	"slices"
)

// frontier is the lower left edge of points: what is waited for least at each cost, the cheapest first. Along the
// straight line between two neighbours one could have what lies between by turning the knob, it is taken.
type frontier []place

// place is a cost in instance-hours and what waited at it.
type place struct{ Hours, Waited float64 }

// frontierOf leaves out what another is no worse than in both.
func frontierOf(points []place) frontier {
	sorted := slices.SortedFunc(slices.Values(points), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.Hours, b.Hours), cmp.Compare(a.Waited, b.Waited))
	})
	var edge frontier
	for _, p := range sorted {
		if len(edge) == 0 || p.Waited < edge[len(edge)-1].Waited {
			edge = append(edge, p)
		}
	}
	return edge
}

// standard is how far a figure read off a frontier goes.
type standard int

const (
	// beyond: nothing on the frontier is as good in the other measure.
	beyond standard = iota
	// exact: between two of its points, or on one.
	exact
	// atMost: the frontier ends before; its last point is better in the other measure too.
	atMost
)

// waitedAt is what waits at a cost.
func (f frontier) waitedAt(hours float64) (float64, standard) {
	return f.read(hours, func(p place) float64 { return p.Hours }, func(p place) float64 { return p.Waited })
}

// hoursAt is what it costs that no more waits.
func (f frontier) hoursAt(waited float64) (float64, standard) {
	turned := slices.Clone(f)
	slices.Reverse(turned)
	return turned.read(waited, func(p place) float64 { return p.Waited }, func(p place) float64 { return p.Hours })
}

// read finds the second measure at a value of the first, by which the places are sorted.
func (f frontier) read(at float64, first, second func(place) float64) (float64, standard) {
	for i, p := range f {
		switch {
		case first(p) == at:
			return second(p), exact
		case first(p) < at:
		case i == 0:
			return 0, beyond
		default:
			before := f[i-1]
			part := (at - first(before)) / (first(p) - first(before))
			return second(before) + part*(second(p)-second(before)), exact
		}
	}
	if len(f) == 0 {
		return 0, beyond
	}
	return second(f[len(f)-1]), atMost
}
