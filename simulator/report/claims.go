package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// claim is what an evaluation says of a subject, each part a half sentence. It is made of the figures alone: nobody writes
// down what the comparison is to say.
type claim struct {
	Subject string
	Parts   []string
}

// claimsNote says how claims are made.
const claimsNote = "A sentence stands here only if the middle says it and each set does, on its one day. Where a set says otherwise it is named, and nothing is claimed. Late waiting is the time that tasks wait beyond their first 30 seconds. A setting of others is held, at its instance-hours, against the straight lines between ours. What others leave there is the best of all settings of that policy that took no more, with either placement strategy."

// claims are what holds, and what does not.
func (e Evaluation) claims() []claim {
	if len(e.Traces)+len(e.Scenarios) == 0 {
		return nil
	}
	var all []claim
	for _, name := range e.Against {
		all = append(all, e.atItsHours(name))
	}
	for _, of := range []struct {
		where string
		on    []TraceResult
	}{{"on traces", e.Traces}, {"in scenarios", e.Scenarios}} {
		for _, name := range defaultsOf(of.on) {
			all = append(all, e.asItComes(name, of.where, of.on))
		}
	}
	all = append(all,
		e.happens("Tasks ended by scaling in", func(s SetPoint) float64 { return s.TasksEndedByHost }),
		e.happens("Services below their floor by scaling in", func(s SetPoint) float64 { return s.BelowFloorSeconds }),
		e.happens("Reversals within 30 minutes on unchanged demand", func(s SetPoint) float64 { return s.ReversalsUnchanged }),
		e.price())
	return slices.DeleteFunc(all, func(c claim) bool { return len(c.Parts) == 0 })
}

// told groups names by what is said of them, in the order in which that first comes.
type told struct {
	order []string
	names map[string][]string
}

func (t *told) add(said, name string) {
	if t.names == nil {
		t.names = map[string][]string{}
	}
	if _, known := t.names[said]; !known {
		t.order = append(t.order, said)
	}
	t.names[said] = append(t.names[said], name)
}

// parts are half sentences: what is said, and of which.
func (t *told) parts() []string {
	var parts []string
	for _, said := range t.order {
		parts = append(parts, said+" on "+strings.Join(t.names[said], ", "))
	}
	slices.SortStableFunc(parts, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return parts
}

// rank puts what holds before what is not claimed.
func rank(part string) int {
	if strings.HasPrefix(part, "nothing") {
		return 1
	}
	return 0
}

// atItsHours holds ours against a setting of others on every trace.
func (e Evaluation) atItsHours(name string) claim {
	var t told
	for _, trace := range e.Traces {
		if i := slices.IndexFunc(trace.Runs, func(p Point) bool { return p.Policy == name }); i >= 0 {
			t.add(e.against(trace, trace.Runs[i]).words(), trace.Name)
		}
	}
	return claim{"At the instance-hours of " + name, t.parts()}
}

// words say what is claimed of ours.
func (h held) words() string {
	if !h.Holds {
		return fmt.Sprintf("nothing is claimed, because %s, but not with %s,", outcomeWords[h.All[0]], quotedList(h.BrokenBy))
	}
	if len(h.All) == 1 && h.All[0] == unknown {
		return "nothing is claimed, because " + outcomeWords[unknown]
	}
	if len(h.All) > 1 {
		if h.All[0] < alike {
			return "in every set ours leave no more late waiting"
		}
		return "in every set it leaves no more late waiting"
	}
	return "in every set " + outcomeWords[h.All[0]]
}

// short is the same for a cell of a table.
func (h held) short() string {
	if !h.Holds {
		return "depends on " + strings.Join(h.BrokenBy, ", ")
	}
	words := strings.TrimPrefix(h.words(), "in every set ")
	return strings.Replace(words, " late waiting", "", 1)
}

var outcomeWords = map[outcome]string{
	unknown:  "ours were not run so dear",
	earlier:  "ours leave less late waiting",
	cheaper:  "ours leave as little late waiting for fewer hours",
	alike:    "both leave as little late waiting for as many hours",
	costlier: "it leaves as little late waiting for fewer hours",
	later:    "it leaves less late waiting",
	dearer:   "none of ours that was run is as cheap",
}

func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "“" + n + "”"
	}
	return strings.Join(quoted, ", ")
}

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
			t.add("nothing is claimed", trace.Name)
		case b.Beaten:
			t.add("in every set a setting of managed scaling beats it", trace.Name)
		default:
			t.add("in every set none does", trace.Name)
		}
	}
	return claim{fmt.Sprintf("%s as it comes, %s", name, where), t.parts()}
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
		Note: "Whether a setting of managed scaling beats ours with the entry {}: it takes no more instance-hours and leaves no more late waiting, and less of one of them. “By” names the cheapest that does in the middle and in every set; “beaten” alone says that it is not always the same one. In scenarios managed scaling has three targets, on traces eleven, each with two placement strategies. “Not beaten” is no praise: who lets more tasks wait for fewer hours is not beaten either.",
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

// happens says under which of ours something happens in any set, and under which of others in every set.
func (e Evaluation) happens(what string, of func(SetPoint) float64) claim {
	c := claim{Subject: what}
	all := slices.Concat(e.Traces, e.Scenarios)
	c.Parts = e.happensToOurs(all, of)
	for _, name := range e.Against {
		var everywhere []string
		for _, t := range all {
			i := slices.IndexFunc(t.Runs, func(p Point) bool { return p.Policy == name })
			if i >= 0 && e.leastOf(t.Runs[i], of) > 0 {
				everywhere = append(everywhere, t.Name)
			}
		}
		if len(everywhere) > 0 {
			c.Parts = append(c.Parts, fmt.Sprintf("%s has them in every set on %s", name, strings.Join(everywhere, ", ")))
		}
	}
	return c
}

// happensToOurs names ours as they come, and counts the other rows.
func (e Evaluation) happensToOurs(all []TraceResult, of func(SetPoint) float64) []string {
	var parts, asTheyCome []string
	others, most := 0, 0.0
	for _, t := range all {
		for _, p := range t.Runs {
			switch n := e.mostOf(p, of); {
			case !p.Ours || n == 0:
			case p.Default:
				asTheyCome = append(asTheyCome, fmt.Sprintf("%s of %s at most %s", p.Policy, t.Name, tenth(n)))
			default:
				others++
				most = max(most, n)
			}
		}
	}
	switch {
	case len(asTheyCome) == 0 && others == 0:
		return []string{"none under any setting of ours, in any set"}
	case len(asTheyCome) == 0:
		parts = append(parts, "none under ours as they come, in any set")
	default:
		parts = append(parts, "under ours as they come: "+strings.Join(asTheyCome, ", "))
	}
	if others > 0 {
		parts = append(parts, fmt.Sprintf("under %s of ours, at most %s in a run", count(others, "other row"), tenth(most)))
	}
	return parts
}

func (e Evaluation) leastOf(p Point, of func(SetPoint) float64) float64 {
	least := of(p.middle())
	for _, v := range e.views() {
		least = min(least, of(v.of(p)))
	}
	return least
}

func (e Evaluation) mostOf(p Point, of func(SetPoint) float64) float64 {
	most := of(p.middle())
	for _, v := range e.views() {
		most = max(most, of(v.of(p)))
	}
	return most
}

// price says how far hours move from set to set: a bill that hangs on a guess is no bill.
func (e Evaluation) price() claim {
	if len(e.Sets) < 2 {
		return claim{}
	}
	c := claim{Subject: "Instance-hours of one day, from the cheapest set to the dearest"}
	for _, name := range append(defaultsOf(e.Traces), e.Against...) {
		most, on := 0.0, ""
		for _, t := range e.Traces {
			i := slices.IndexFunc(t.Runs, func(p Point) bool { return p.Policy == name })
			if i < 0 {
				continue
			}
			h := t.Runs[i].over(func(s SetPoint) float64 { return s.InstanceHours })
			if h.Min > 0 && h.Max/h.Min-1 >= most {
				most, on = h.Max/h.Min-1, t.Name
			}
		}
		if on != "" {
			c.Parts = append(c.Parts, fmt.Sprintf("%s at most %s apart (%s)", name, percent(100*most), on))
		}
	}
	return c
}
