package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ecs-cluster-scaler/internal/plural"
)

// claim is what an evaluation says of a subject, in short sentences. It is made of the figures alone: nobody writes down
// what the comparison is to say.
type claim struct {
	Subject   string
	Sentences []string
}

// claimsNote says how claims are made.
const claimsNote = "The middle is AWS as simulated, over all days and seeds that were run. Each sentence holds in the middle and in every set. Where a set says otherwise, nothing is claimed, and the set is named here or in the tables. Late waiting is the time that tasks wait beyond their first 30 seconds. Ours are compared with a setting of others at its instance-hours. What ours leave there is read off the straight lines between our settings. What the others leave is that of their best setting of that policy that took no more, with either placement strategy. Counts are means over seeds."

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
		e.happens("Tasks ended by scaling in", func(s SetPoint) float64 { return s.TasksEndedByHost }, tenth),
		e.happens("Services’ time below their floor, by scaling in", func(s SetPoint) float64 { return s.BelowFloorSeconds }, span),
		e.happens("Reversals within 30 minutes on unchanged demand", func(s SetPoint) float64 { return s.ReversalsUnchanged }, tenth),
		e.price())
	return slices.DeleteFunc(all, func(c claim) bool { return len(c.Sentences) == 0 })
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

// sentences are what is said, with the names in the place of its %s. What holds comes before what is not claimed.
func (t *told) sentences() []string {
	slices.SortStableFunc(t.order, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	var all []string
	for _, said := range t.order {
		all = append(all, fmt.Sprintf(said, series(t.names[said])))
	}
	return all
}

func rank(sentence string) int {
	if strings.HasPrefix(sentence, "Nothing") {
		return 1
	}
	return 0
}

// series is a list in words.
func series(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// atItsHours holds ours against a setting of others on every trace.
func (e Evaluation) atItsHours(name string) claim {
	var t told
	for _, trace := range e.Traces {
		if i := slices.IndexFunc(trace.Runs, func(p Point) bool { return p.Policy == name }); i >= 0 {
			t.add(e.against(trace, trace.Runs[i]).sentence(), trace.Name)
		}
	}
	return claim{"At the instance-hours of " + name, t.sentences()}
}

// sentence says what is claimed of ours and a setting of others, %s being where.
func (h held) sentence() string {
	words := h.words()
	words = strings.ToUpper(words[:1]) + words[1:]
	switch {
	case h.Holds && h.All[0] == unknown:
		return "Nothing is claimed on %s. " + words + "."
	case h.Holds:
		return words + " on %s."
	default:
		return "Nothing is claimed on %s. " + words + " in the middle. " + otherwise(h.BrokenBy)
	}
}

// otherwise names the sets that break a claim.
func otherwise(sets []string) string {
	switch {
	case slices.Contains(sets, oneDay):
		return "The first day alone, with one seed, says otherwise."
	case len(sets) == 1:
		return "The set " + quoted(sets) + " says otherwise."
	default:
		return "The sets " + quoted(sets) + " say otherwise."
	}
}

// words are half a sentence: what all views say, or the middle.
func (h held) words() string {
	if len(h.All) > 1 {
		if h.All[0] < alike {
			return "ours leave no more late waiting"
		}
		return "it leaves no more late waiting"
	}
	return outcomeWords[h.All[0]]
}

// short is the same for a cell of a table.
func (h held) short() string {
	if !h.Holds {
		return "depends on " + strings.Join(h.BrokenBy, ", ")
	}
	return strings.Replace(h.words(), " late waiting", "", 1)
}

var outcomeWords = map[outcome]string{
	unknown:  "no setting of ours that was run takes as many hours",
	earlier:  "ours leave less late waiting",
	cheaper:  "ours leave as little late waiting for fewer hours",
	alike:    "both leave as little late waiting for as many hours",
	costlier: "it leaves as little late waiting for fewer hours",
	later:    "it leaves less late waiting",
	dearer:   "none of ours that was run is as cheap",
}

func quoted(names []string) string {
	marked := make([]string, len(names))
	for i, n := range names {
		marked[i] = "“" + n + "”"
	}
	return series(marked)
}

// happens says under which of ours something happens in any set, and under which of others in every set.
func (e Evaluation) happens(what string, of func(SetPoint) float64, text func(float64) string) claim {
	all := slices.Concat(e.Traces, e.Scenarios)
	c := claim{Subject: what, Sentences: e.happensToOurs(all, of, text)}
	for _, name := range e.Against {
		var everywhere []string
		for _, t := range all {
			i := slices.IndexFunc(t.Runs, func(p Point) bool { return p.Policy == name })
			if i >= 0 && e.anywhere(t.Runs[i], of).Min > 0 {
				everywhere = append(everywhere, t.Name)
			}
		}
		if len(everywhere) > 0 {
			c.Sentences = append(c.Sentences, fmt.Sprintf("%s: some on %s.", name, series(everywhere)))
		}
	}
	return c
}

// happensToOurs names ours as they come, and counts the other rows.
func (e Evaluation) happensToOurs(all []TraceResult, of func(SetPoint) float64, text func(float64) string) []string {
	var sentences []string
	others, most := 0, 0.0
	for _, t := range all {
		for _, p := range t.Runs {
			switch n := e.anywhere(p, of).Max; {
			case !p.Ours || n == 0:
			case p.Default:
				sentences = append(sentences, fmt.Sprintf("%s: at most %s on %s.", p.Policy, text(n), t.Name))
			default:
				others++
				most = max(most, n)
			}
		}
	}
	switch {
	case len(sentences) == 0 && others == 0:
		return []string{"No setting of ours has any."}
	case len(sentences) == 0:
		sentences = append(sentences, "None of ours as they come has any.")
	}
	if others > 0 {
		sentences = append(sentences, fmt.Sprintf("Ours have at most %s in %s.", text(most), plural.Count(others, "other row")))
	}
	return sentences
}

// anywhere is a figure's least and most over the middle and every set.
func (e Evaluation) anywhere(p Point, of func(SetPoint) float64) Spread {
	var values []float64
	for _, v := range e.views() {
		values = append(values, of(v.of(p)))
	}
	return SpreadOf(values...)
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
			c.Sentences = append(c.Sentences, fmt.Sprintf("%s: at most %s, on %s.", name, percent(100*most), on))
		}
	}
	return c
}
