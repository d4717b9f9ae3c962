package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// managedScaling is the rival that ours are held against by their defaults.
const managedScaling = "managed"

// defaultsOf are ours as they come.
func defaultsOf(on []TraceResult) []string {
	var names []string
	for _, t := range on {
		for _, p := range t.Runs {
			if p.Ours && p.Default && !slices.Contains(names, p.Policy) {
				names = append(names, p.Policy)
			}
		}
	}
	return names
}

// asItComes asks whether any setting of managed scaling beats one of ours.
func (e Evaluation) asItComes(name, where string, on []TraceResult) claim {
	var t told
	for _, trace := range on {
		i := slices.IndexFunc(trace.Runs, func(p Point) bool { return p.Policy == name && p.Ours && p.Default })
		if i < 0 {
			continue
		}
		switch b := e.beatenIn(trace, trace.Runs[i]); {
		case len(b.BrokenBy) > 0:
			t.add("Nothing is claimed on %s: the sets disagree.", trace.Name)
		case b.Beaten:
			t.add("A setting of managed scaling beats it on %s.", trace.Name)
		default:
			t.add("No setting of managed scaling that was run beats it on %s.", trace.Name)
		}
	}
	return claim{fmt.Sprintf("%s as it comes, %s", name, where), t.sentences()}
}

// beaten names the settings of a rival that beat a point in a view: fewer instance-hours and no more late waiting, or less
// waiting for no more hours.
func (t TraceResult) beaten(p Point, rival string, v view) []string {
	var by []string
	at := v.place(p)
	for _, q := range t.Runs {
		other := v.place(q)
		if q.Rival == rival && other.Hours <= at.Hours && other.Waited <= at.Waited && other != at {
			by = append(by, q.Policy)
		}
	}
	return by
}

// beatenIn is whether some setting of managed scaling beats a point: what the middle says, which sets say otherwise, and
// the cheapest one that does in all of them, if one does.
type beatenIn struct {
	Beaten   bool
	By       string
	BrokenBy []string
}

func (e Evaluation) beatenIn(t TraceResult, p Point) beatenIn {
	views := e.views()
	by := make([][]string, len(views))
	for i, v := range views {
		by[i] = t.beaten(p, managedScaling, v)
	}
	always := by[0]
	for _, names := range by[1:] {
		always = slices.DeleteFunc(slices.Clone(always), func(name string) bool { return !slices.Contains(names, name) })
	}
	return beatenIn{
		Beaten: len(by[0]) > 0, By: t.cheapestNamed(always),
		BrokenBy: brokenBy(views, func(i int) bool { return (len(by[i]) > 0) != (len(by[0]) > 0) }),
	}
}

// words are for a cell.
func (b beatenIn) words() string {
	switch {
	case len(b.BrokenBy) > 0 && b.Beaten:
		return "beaten, but not with " + strings.Join(b.BrokenBy, ", ")
	case len(b.BrokenBy) > 0:
		return "not beaten, but with " + strings.Join(b.BrokenBy, ", ")
	case !b.Beaten:
		return "not beaten"
	case b.By == "":
		return "beaten"
	default:
		return "by " + b.By
	}
}

// beatenSheet says of each trace and scenario whether managed scaling beats ours as they come.
func beatenSheet(e Evaluation) sheet {
	all := slices.Concat(e.Traces, e.Scenarios)
	names := defaultsOf(all)
	s := sheet{
		Name: "Ours as they come against managed scaling",
		Note: "Whether a setting of managed scaling beats ours with the entry {}. It does if it takes no more instance-hours and leaves no more late waiting, and less of one of them. “By” names the cheapest that does in the middle and in every set. “Beaten” alone says that it is not always the same one. In scenarios managed scaling has three targets, on traces eleven, each with two placement strategies. “Not beaten” is no praise: who lets more tasks wait for fewer hours is not beaten either.",
		Head: append([]string{"Trace or scenario"}, names...), Words: len(names) + 1,
	}
	for i := range names {
		s.Long = append(s.Long, i+1)
	}
	for _, t := range all {
		line := []string{t.Name}
		for _, name := range names {
			i := slices.IndexFunc(t.Runs, func(p Point) bool { return p.Policy == name && p.Ours && p.Default })
			if i < 0 {
				line = append(line, "–")
				continue
			}
			line = append(line, e.beatenIn(t, t.Runs[i]).words())
		}
		s.Lines = append(s.Lines, line)
	}
	return s
}

// cheapestNamed is the one of some policies that takes the fewest hours.
func (t TraceResult) cheapestNamed(names []string) string {
	best := Point{InstanceHours: Spread{Mean: math.Inf(1)}}
	for _, p := range t.Runs {
		if slices.Contains(names, p.Policy) && p.InstanceHours.Mean < best.InstanceHours.Mean {
			best = p
		}
	}
	return best.Policy
}
