package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// sheet is a table of an evaluation over all traces, the same on the page and in the Markdown.
type sheet struct {
	Name, Note string
	Head       []string
	Lines      [][]string
	// Words is how many columns come before those of numbers.
	Words int
}

// sheetsOf come before the traces, [scenarioSheets] after them.
func sheetsOf(e Evaluation) []sheet {
	var sheets []sheet
	if len(e.Against) > 0 && len(e.Traces) > 0 {
		sheets = append(sheets, equalSheet(e), dearSheet(e))
	}
	if len(e.Traces) > 0 {
		sheets = append(sheets, calmSheet(e), costSheet(e))
	}
	return sheets
}

// ID names it on the page.
func (s sheet) ID() string { return strings.Map(letter, s.Name) }

func letter(r rune) rune {
	if unicode.IsLetter(r) {
		return unicode.ToLower(r)
	}
	return '-'
}

// beyondSweep is what cannot be compared.
const beyondSweep = "beyond the sweep"

func equalSheet(e Evaluation) sheet {
	s := sheet{
		Name: "At equal instance-hours",
		Note: "What ours left unplaced, in task-minutes, at the same instance-hours as each of these. It is read off the frontier of all our settings on the trace, on straight lines between neighbours. “After 30 s” leaves out the first half minute of each wait, which ECS takes under every policy. “≤”: our frontier ends there, at a lower cost. “" + beyondSweep + "”: none of our settings that were run is as cheap.",
		Head: []string{"Trace", "against", "instance-hours", "its unplaced", "ours", "ratio", "its after 30 s", "ours", "ratio"}, Words: 2,
	}
	e.eachAgainst(func(t TraceResult, p Point, all, late frontier) {
		line := []string{t.Name, p.Policy, tenth(p.InstanceHours.Mean), minutesOf(p.UnplacedSeconds.Mean)}
		line = append(line, heldTo(all.waitedAt, p.InstanceHours.Mean, p.UnplacedSeconds.Mean, minutesOf)...)
		line = append(line, minutesOf(p.LateSeconds.Mean))
		s.Lines = append(s.Lines, append(line, heldTo(late.waitedAt, p.InstanceHours.Mean, p.LateSeconds.Mean, minutesOf)...))
	})
	return s
}

func dearSheet(e Evaluation) sheet {
	s := sheet{
		Name: "At equal waiting",
		Note: "What ours cost, in instance-hours, with as much unplaced as each of these. It is read in the same way. “≤”: our frontier ends there, with less unplaced. “" + beyondSweep + "”: none of our settings that were run leaves as little.",
		Head: []string{"Trace", "against", "instance-hours", "unplaced", "ours' hours", "ratio", "after 30 s", "ours' hours", "ratio"}, Words: 2,
	}
	e.eachAgainst(func(t TraceResult, p Point, all, late frontier) {
		line := []string{t.Name, p.Policy, tenth(p.InstanceHours.Mean), minutesOf(p.UnplacedSeconds.Mean)}
		line = append(line, heldTo(all.hoursAt, p.UnplacedSeconds.Mean, p.InstanceHours.Mean, tenth)...)
		line = append(line, minutesOf(p.LateSeconds.Mean))
		s.Lines = append(s.Lines, append(line, heldTo(late.hoursAt, p.LateSeconds.Mean, p.InstanceHours.Mean, tenth)...))
	})
	return s
}

// eachAgainst calls with each point that ours are held to, and the frontiers of ours on its trace.
func (e Evaluation) eachAgainst(with func(t TraceResult, p Point, all, late frontier)) {
	for _, t := range e.Traces {
		all := t.ours(func(p Point) float64 { return p.UnplacedSeconds.Mean })
		late := t.ours(func(p Point) float64 { return p.LateSeconds.Mean })
		for _, name := range e.Against {
			if i := slices.IndexFunc(t.Runs, func(p Point) bool { return p.Policy == name }); i >= 0 {
				with(t, t.Runs[i], all, late)
			}
		}
	}
}

// ours is the frontier of our settings.
func (t TraceResult) ours(waited func(Point) float64) frontier {
	var points []place
	for _, p := range t.Runs {
		if p.Ours {
			points = append(points, place{p.InstanceHours.Mean, waited(p)})
		}
	}
	return frontierOf(points)
}

// heldTo reads ours at a place and says it, and as a multiple of theirs.
func heldTo(read func(float64) (float64, standard), at, theirs float64, text func(float64) string) []string {
	ours, how := read(at)
	sign := ""
	switch how {
	case beyond:
		return []string{beyondSweep, "–"}
	case atMost:
		sign = "≤ "
	case exact:
	}
	if theirs == 0 {
		return []string{sign + text(ours), "–"}
	}
	return []string{sign + text(ours), sign + fmt.Sprintf("%.2f", ours/theirs)}
}

// patient is the placement wait that nobody should exceed.
const patient = 180

func calmSheet(e Evaluation) sheet {
	s := sheet{
		Name: "Calm, and the cost of short waits",
		Note: "Instance-hours as a multiple of the lower bound, for three settings: the cheapest of ours and of ECS managed scaling whose placement wait p99 is under 3 minutes with every seed, and ours with the defaults (gap, entry {}). Reversals are scaling actions that undo the one before within 30 minutes although demand did not change: the most of any of our settings and any seed.",
		Head: []string{"Trace", "tasks of", "cheapest of ours", "over the bound", "wait p99", "cheapest managed", "over the bound", "wait p99", "ours with its defaults", "wait p99", "reversals of ours", "of the others"}, Words: 3,
	}
	for _, t := range e.Traces {
		kind := "standalone callers"
		if t.Services {
			kind = "services"
		}
		line := []string{t.Name, kind}
		line = append(line, t.cheapest(func(p Point) bool { return p.Ours })...)
		line = append(line, t.cheapest(func(p Point) bool { return p.Family == "managed" })...)
		asItComes := []string{"–", "–"}
		if p, found := t.asItComes(); found {
			asItComes = []string{multiple(p.OverLowerBound.Mean), spread(p.WaitP99, span)}
		}
		line = append(line, asItComes...)
		ours, others := 0.0, 0.0
		for _, p := range t.Runs {
			if p.Ours {
				ours = max(ours, p.ReversalsUnchanged.Max)
			} else {
				others = max(others, p.ReversalsUnchanged.Max)
			}
		}
		s.Lines = append(s.Lines, append(line, tenth(ours), tenth(others)))
	}
	return s
}

// asItComes is ours by its default.
func (t TraceResult) asItComes() (Point, bool) {
	i := slices.IndexFunc(t.Runs, func(p Point) bool { return p.Policy == "gap" && p.Default })
	if i < 0 {
		return Point{}, false
	}
	return t.Runs[i], true
}

// cheapest names the cheapest patient setting of some, with its cost and wait.
func (t TraceResult) cheapest(of func(Point) bool) []string {
	p, found := t.cheapestOf(of)
	if !found {
		return []string{"none", "–", "–"}
	}
	return []string{p.Policy, multiple(p.OverLowerBound.Mean), spread(p.WaitP99, span)}
}

func (t TraceResult) cheapestOf(of func(Point) bool) (best Point, found bool) {
	for _, p := range t.Runs {
		if of(p) && p.WaitP99.Max < patient && (!found || p.InstanceHours.Mean < best.InstanceHours.Mean) {
			best, found = p, true
		}
	}
	return best, found
}

func costSheet(e Evaluation) sheet {
	s := sheet{
		Name: "What the hours over the lower bound are",
		Note: "Instance-hours above the lower bound, in percent of it, and what they were spent on: hosts that booted, hosts that drained, and the rest. The rest is free room on registered hosts, because of thresholds, alarms that take minutes, tasks spread over zones, and holes that no task fits. MinSize is inside the bound, so it is no part of the rest.",
		Head: []string{"Trace", "policy", "instance-hours", "lower bound", "over it", "booting", "draining", "the rest"}, Words: 2,
	}
	for _, t := range e.Traces {
		var chosen []Point
		if p, found := t.asItComes(); found {
			chosen = append(chosen, p)
		}
		if p, found := t.cheapestOf(func(p Point) bool { return p.Ours }); found {
			chosen = append(chosen, p)
		}
		for _, p := range t.Runs {
			if slices.Contains(e.Against, p.Policy) {
				chosen = append(chosen, p)
			}
		}
		for _, p := range chosen {
			bound := t.LowerBoundHours
			over := p.InstanceHours.Mean - bound
			part := func(hours float64) string {
				if bound == 0 {
					return tenth(hours)
				}
				return fmt.Sprintf("%s (%s)", tenth(hours), percent(100*hours/bound))
			}
			s.Lines = append(s.Lines, []string{t.Name, p.Policy, tenth(p.InstanceHours.Mean), tenth(bound), part(over),
				part(p.BootingHours.Mean), part(p.DrainingHours.Mean), part(over - p.BootingHours.Mean - p.DrainingHours.Mean)})
		}
	}
	return s
}

func scenarioSheets(e Evaluation) []sheet {
	if len(e.Scenarios) == 0 {
		return nil
	}
	head := []string{"Scenario"}
	for _, p := range e.Scenarios[0].Runs {
		head = append(head, p.Policy)
	}
	by := func(name, note string, text func(Point) string) sheet {
		s := sheet{Name: name, Note: note, Head: head, Words: 1}
		for _, t := range e.Scenarios {
			line := []string{t.Name}
			for _, p := range t.Runs {
				line = append(line, text(p))
			}
			s.Lines = append(s.Lines, line)
		}
		return s
	}
	return []sheet{
		by("Scenarios: unplaced task-minutes, and after 30 s", "Every policy with its defaults; means over seeds. docs/simulator.md says what each scenario shows.",
			func(p Point) string { return minutesOf(p.UnplacedSeconds.Mean) + " / " + minutesOf(p.LateSeconds.Mean) }),
		by("Scenarios: instance-hours over the lower bound", "", func(p Point) string { return multiple(p.OverLowerBound.Mean) }),
		by("Scenarios: reversals within 30 minutes on unchanged demand", "", func(p Point) string { return tenth(p.ReversalsUnchanged.Mean) }),
		by("Scenarios: tasks ended by scaling in", "", func(p Point) string { return tenth(p.TasksEndedByHost.Mean) }),
	}
}
