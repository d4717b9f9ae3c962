package report

import (
	"fmt"
	"strings"
)

// standing is how our policies stand against the others' on a trace, at no more instance-hours.
type standing struct {
	Trace string
	// Points are those of other policies. Halved of them had at least twice the unplaced task-seconds of one of ours that
	// took no more instance-hours; Better more than it, or none either at as many hours or more.
	Points, Halved, Better int
	// Lost names those that had fewer than each of ours that took no more hours, or that none of ours was as cheap as.
	Lost []string
}

// standingOf compares means. It draws no line between two settings of ours: what was not run is not claimed.
func standingOf(t TraceResult) standing {
	s := standing{Trace: t.Name}
	for _, other := range t.Runs {
		if other.Ours {
			continue
		}
		s.Points++
		best, found := bestWithin(t.Runs, other.InstanceHours.Mean)
		switch theirs := other.UnplacedSeconds.Mean; {
		case !found:
			s.Lost = append(s.Lost, other.Policy+" (none of ours is as cheap)")
		case 2*best.UnplacedSeconds.Mean <= theirs:
			s.Halved++
			s.Better++
		case best.UnplacedSeconds.Mean <= theirs:
			s.Better++
		default:
			s.Lost = append(s.Lost, fmt.Sprintf("%s (%s against our %s)", other.Policy, minutesOf(theirs), minutesOf(best.UnplacedSeconds.Mean)))
		}
	}
	return s
}

// bestWithin is ours with the fewest unplaced task-seconds of those that took no more hours.
func bestWithin(points []Point, hours float64) (best Point, found bool) {
	for _, p := range points {
		if p.Ours && p.InstanceHours.Mean <= hours && (!found || p.UnplacedSeconds.Mean < best.UnplacedSeconds.Mean) {
			best, found = p, true
		}
	}
	return best, found
}

// LostTo says which points our policies lose to, in words.
func (s standing) LostTo() string {
	if len(s.Lost) == 0 {
		return "none"
	}
	return strings.Join(s.Lost, "; ")
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

// evaluatedColumns are the same on the page and in the Markdown.
var evaluatedColumns = []evaluated{
	{"instance-hours", func(_ TraceResult, p Point) string { return spread(p.InstanceHours, tenth) }},
	{"over the lower bound", func(t TraceResult, p Point) string {
		if t.LowerBoundHours == 0 {
			return "–"
		}
		return multiple(p.InstanceHours.Mean / t.LowerBoundHours)
	}},
	{"unplaced task-minutes", func(_ TraceResult, p Point) string { return spread(p.UnplacedSeconds, minutesOf) }},
	{"after 30 s", func(_ TraceResult, p Point) string { return spread(p.LateSeconds, minutesOf) }},
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

func (t TraceResult) cells(p Point) []string {
	out := make([]string, 0, len(evaluatedColumns))
	for _, c := range evaluatedColumns {
		out = append(out, c.text(t, p))
	}
	return out
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
		text := fmt.Sprintf("%s: %s unplaced task-minutes at %s instance-hours", family[0].Family, minutesOf(least.UnplacedSeconds.Mean), tenth(least.InstanceHours.Mean))
		if len(family) > 1 {
			text += fmt.Sprintf(" to %s at %s", minutesOf(most.UnplacedSeconds.Mean), tenth(most.InstanceHours.Mean))
		}
		parts = append(parts, text)
	}
	return fmt.Sprintf("Frontier on %s. %s. Lower bound %s instance-hours.", t.Name, strings.Join(parts, "; "), tenth(t.LowerBoundHours))
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
