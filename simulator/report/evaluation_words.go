package report

import (
	"fmt"
	"strings"
)

// standingSheet counts, for each family of others, at how many of its settings ours leave less late waiting in every set.
func standingSheet(e Evaluation) sheet {
	s := sheet{
		Name: "Every setting of the others",
		Note: "How many settings of each family have each outcome in late waiting, at their instance-hours, in the middle and in every set. “Depends” counts those of which some set says otherwise than the middle.",
		Head: []string{"Trace", "family", "settings", "ours leave less", "as little, ours for fewer hours", "as little", "as little, it for fewer hours", "it leaves less", "none of ours as cheap", "none of ours takes as many", "depends"}, Words: 2,
	}
	for _, t := range e.Traces {
		for _, family := range familiesOf(t) {
			if family[0].Ours {
				continue
			}
			counts := map[outcome]int{}
			depends := 0
			for _, p := range family {
				switch h := e.against(t, p); {
				case !h.Holds:
					depends++
				case len(h.All) > 1: // less or as much: what the middle says
					counts[t.compare(p, e.views()[0]).Outcome]++
				default:
					counts[h.All[0]]++
				}
			}
			line := []string{t.Name, family[0].Family, fmt.Sprint(len(family))}
			for _, o := range []outcome{earlier, cheaper, alike, costlier, later, dearer, unknown} {
				line = append(line, fmt.Sprint(counts[o]))
			}
			s.Lines = append(s.Lines, append(line, fmt.Sprint(depends)))
		}
	}
	return s
}

// minutesOf are task-seconds in task-minutes.
func minutesOf(seconds float64) string { return figure(round(seconds/60, 1)) }

// spread writes a mean and, where seeds differ, from what to what.
func spread(s Spread, text func(float64) string) string {
	mean, least, most := text(s.Mean), text(s.Min), text(s.Max)
	if least == most {
		return mean
	}
	return fmt.Sprintf("%s (%s–%s)", mean, least, most)
}

func tenth(v float64) string { return figure(round(v, 1)) }

// evaluated is a column of an evaluation's table.
type evaluated struct {
	Name string
	text func(TraceResult, Point) string
}

// columns are the same on the page and in the Markdown.
func (e Evaluation) columns() []evaluated {
	all := []evaluated{
		{"late task-minutes", func(_ TraceResult, p Point) string { return spread(p.LateSeconds, minutesOf) }},
		{"instance-hours", func(_ TraceResult, p Point) string { return spread(p.InstanceHours, tenth) }},
		{"over the lower bound", func(t TraceResult, p Point) string {
			if t.LowerBoundHours == 0 {
				return "–"
			}
			return multiple(p.InstanceHours.Mean / t.LowerBoundHours)
		}},
	}
	if len(e.Sets) > 1 {
		all = append(all,
			evaluated{"late, a day", func(_ TraceResult, p Point) string {
				return lowHigh(p.over(func(s SetPoint) float64 { return s.LateSeconds }), minutesOf)
			}},
			evaluated{"hours, a day", func(_ TraceResult, p Point) string {
				return lowHigh(p.over(func(s SetPoint) float64 { return s.InstanceHours }), tenth)
			}})
	}
	if e.Prices != "" {
		all = append(all,
			evaluated{"cost", func(_ TraceResult, p Point) string { return money(p.Cost) }},
			evaluated{"of it the scaler", func(_ TraceResult, p Point) string { return money(p.ScalerCost) }})
	}
	return append(all, evaluatedColumns...)
}

func money(s *Spread) string {
	if s == nil {
		return "–"
	}
	return spread(*s, dollars)
}

var evaluatedColumns = []evaluated{
	{"unplaced task-minutes", func(_ TraceResult, p Point) string { return spread(p.UnplacedSeconds, minutesOf) }},
	{"placement wait p99", func(_ TraceResult, p Point) string { return spread(p.WaitP99, span) }},
	{"scaling actions", func(_ TraceResult, p Point) string { return spread(p.ScalingActions, tenth) }},
	{"reversals", func(_ TraceResult, p Point) string { return spread(p.Reversals, tenth) }},
	{"on unchanged demand", func(_ TraceResult, p Point) string { return spread(p.ReversalsUnchanged, tenth) }},
	{"tasks moved", func(_ TraceResult, p Point) string { return spread(p.TasksMoved, tenth) }},
	{"tasks ended by scaling in", func(_ TraceResult, p Point) string { return spread(p.TasksEndedByHost, tenth) }},
	{"below floor by scaling", func(_ TraceResult, p Point) string { return spread(p.BelowFloorSeconds, span) }},
	{"longest drain", func(_ TraceResult, p Point) string { return spread(p.LongestDrain, span) }},
}

func (p Point) knob() string {
	if p.Default {
		return strings.TrimSpace(p.Knob + " (default)")
	}
	return p.Knob
}

func (e Evaluation) cells(t TraceResult, p Point) []string {
	var out []string
	for _, c := range e.columns() {
		out = append(out, c.text(t, p))
	}
	return out
}

// pictureNote says how the first frontier is read.
func pictureNote(t TraceResult) string {
	note := fmt.Sprintf("%s, with each setting of a policy a point: towards the lower left is better. Filled: what a policy comes with; the large one is ours with the entry {}. Settings that cost far more are in the tables alone.", t.Name)
	if t.Attribution == "" {
		note += " Hours and late waiting are added up over the traces, so that the one with most waiting weighs most; each has a plot of its own on the page."
	}
	return note
}

func frontierAlt(t TraceResult) string {
	var parts []string
	for _, family := range familiesOf(t) {
		least, most := family[0], family[0]
		for _, p := range family {
			if p.InstanceHours.Mean < least.InstanceHours.Mean {
				least = p
			}
			if p.InstanceHours.Mean > most.InstanceHours.Mean {
				most = p
			}
		}
		text := fmt.Sprintf("%s: %s late task-minutes at %s instance-hours", family[0].Family, minutesOf(least.LateSeconds.Mean), tenth(least.InstanceHours.Mean))
		if len(family) > 1 {
			text += fmt.Sprintf(" to %s at %s", minutesOf(most.LateSeconds.Mean), tenth(most.InstanceHours.Mean))
		}
		parts = append(parts, text)
	}
	return fmt.Sprintf("Frontier on %s. %s. Lower bound %s instance-hours.", t.Name, strings.Join(parts, ". "), tenth(t.LowerBoundHours))
}

// familiesOf are the points by family, in the order in which each comes first.
func familiesOf(t TraceResult) [][]Point {
	at := map[string]int{}
	var out [][]Point
	for _, p := range t.Runs {
		i, known := at[p.Family]
		if !known {
			i = len(out)
			at[p.Family] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], p)
	}
	return out
}

const claimsTitle = "What holds"

// told says what does not stand at its default in any run, and what money is.
func (e Evaluation) told() []string {
	var told []string
	for _, t := range []string{e.Turned, e.Prices} {
		if t != "" {
			told = append(told, t)
		}
	}
	return told
}

// apartNote warns of comparing a range of a trace with the figure beside it.
const apartNote = "So it need not hold the figure beside it."

// rangesNote says what figures in brackets and ranges are.
func (e Evaluation) rangesNote() string {
	note := "Figures are means over the seeds"
	if e.Extent != "" {
		note += ", of " + e.Extent
	}
	note += ". In brackets stand the least and the most seed."
	if len(e.Sets) > 1 {
		note += " A range under “a day” is of the first day alone, with one seed: the least and the most over the sets. " + apartNote
	}
	return note
}
