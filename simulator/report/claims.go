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
		if h.All[0] == earlier {
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
	return strings.TrimSuffix(words, " late waiting")
}

var outcomeWords = map[outcome]string{
	unknown: "ours were not run so dear",
	earlier: "ours leave less late waiting",
	alike:   "both leave as little late waiting",
	later:   "it leaves less late waiting",
	dearer:  "none of ours that was run is as cheap",
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
		t.add(e.beatenWords(trace, trace.Runs[i]), trace.Name)
	}
	return claim{fmt.Sprintf("%s as it comes, %s", name, where), t.parts()}
}

// beatenWords say whether some setting of managed scaling beats a point in every set, in none, or in some.
func (e Evaluation) beatenWords(t TraceResult, p Point) string {
	views := e.views()
	beaten := t.beaten(p, managedScaling, views[0])
	always := beaten
	var otherwise []string
	for _, v := range views[1:] {
		by := t.beaten(p, managedScaling, v)
		if (len(by) > 0) != (len(beaten) > 0) {
			otherwise = append(otherwise, v.Name)
		}
		always = slices.DeleteFunc(slices.Clone(always), func(name string) bool { return !slices.Contains(by, name) })
	}
	switch {
	case len(otherwise) > 0 && len(beaten) > 0:
		return fmt.Sprintf("nothing is claimed, because a setting of managed scaling beats it, but none with %s,", quotedList(otherwise))
	case len(otherwise) > 0:
		return fmt.Sprintf("nothing is claimed, because no setting of managed scaling beats it, but one does with %s,", quotedList(otherwise))
	case len(beaten) == 0:
		return "in every set no setting of managed scaling beats it"
	case len(always) == 0:
		return "in every set a setting of managed scaling beats it, not always the same one,"
	default:
		return fmt.Sprintf("in every set managed scaling beats it, with %s,", t.cheapestNamed(always))
	}
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

// happens says under which policies something happens that should not: in every set, in some, or never.
func (e Evaluation) happens(what string, of func(SetPoint) float64) claim {
	c := claim{Subject: what}
	all := slices.Concat(e.Traces, e.Scenarios)
	c.Parts = e.happensToOurs(all, of)
	for _, name := range e.Against {
		var everywhere, somewhere []string
		for _, t := range all {
			i := slices.IndexFunc(t.Runs, func(p Point) bool { return p.Policy == name })
			if i < 0 {
				continue
			}
			switch least, most := e.leastOf(t.Runs[i], of), e.mostOf(t.Runs[i], of); {
			case least > 0:
				everywhere = append(everywhere, t.Name)
			case most > 0:
				somewhere = append(somewhere, t.Name)
			}
		}
		if len(everywhere) > 0 {
			c.Parts = append(c.Parts, fmt.Sprintf("%s has them in every set on %s", name, strings.Join(everywhere, ", ")))
		}
		if len(somewhere) > 0 {
			c.Parts = append(c.Parts, fmt.Sprintf("%s in some sets on %s", name, strings.Join(somewhere, ", ")))
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
