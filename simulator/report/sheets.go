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
	// Words is how many columns come before those of numbers. Long are those whose words are more than a name.
	Words int
	Long  []int
}

// Class is how the page shows a column.
func (s sheet) Class(column int) string {
	switch {
	case column >= s.Words:
		return "n"
	case slices.Contains(s.Long, column):
		return "words"
	default:
		return ""
	}
}

// sheetsOf come before the traces, [scenarioSheets] after them.
func sheetsOf(e Evaluation) []sheet {
	var sheets []sheet
	if len(e.Sets) > 1 {
		sheets = append(sheets, setSheet(e))
	}
	if len(e.Against) > 0 && len(e.Traces) > 0 {
		sheets = append(sheets, equalSheet(e), dearSheet(e))
	}
	if len(defaultsOf(slices.Concat(e.Traces, e.Scenarios))) > 0 {
		sheets = append(sheets, beatenSheet(e))
	}
	if len(e.Traces) > 0 {
		sheets = append(sheets, calmSheet(e), costSheet(e), standingSheet(e))
	}
	return sheets
}

func setSheet(e Evaluation) sheet {
	s := sheet{
		Name: "Sets",
		Note: "The middle figures are AWS as simulated. Each set changes one guess. On traces a set has the first day alone and one seed; on scenarios it has the seeds of the middle. Ranges are over all sets. The first of them changes nothing. On traces of standalone tasks the sets of the back-off, of retries and of placement change nothing either.",
		Head: []string{"Set", "what is other", "knobs", "source"}, Words: 4, Long: []int{1, 2, 3},
	}
	for _, set := range e.Sets {
		turned := set.Turned
		if turned == "" {
			turned = "–"
		}
		s.Lines = append(s.Lines, []string{set.Name, set.Sentence, turned, set.Source})
	}
	return s
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
		Note: "What ours left, in task-minutes, at the same instance-hours as each of these. Late waiting comes first. It leaves out the 30 seconds of each wait that ECS takes under every policy. All waiting comes second. Ours is read off the frontier of all our settings on the trace, on straight lines between neighbours. Theirs is the best setting of that policy that took no more, with either placement strategy. “A day” is the same ratio on the first day alone, with one seed: the least and the most over the sets. " + apartNote + " “≤”: our frontier ends there, at a lower cost. “" + beyondSweep + "”: none of our settings that were run is as cheap.",
		Head: []string{"Trace", "against", "claim", "instance-hours", "its late", "ours", "ratio", "a day", "its waiting", "ours", "ratio"}, Words: 3, Long: []int{2},
	}
	e.eachAgainst(func(t TraceResult, p Point) {
		hours := p.InstanceHours.Mean
		line := []string{t.Name, p.Policy, e.against(t, p).short(), tenth(hours)}
		for _, measure := range []func(Point) place{latePlace, waitPlace} {
			theirs := t.bestOf(p, measure)
			line = append(line, minutesOf(theirs))
			line = append(line, heldTo(t.ours(measure).waitedAt, hours, theirs, minutesOf)...)
			if len(line) == 7 {
				line = append(line, e.dayRatio(t, p))
			}
		}
		s.Lines = append(s.Lines, line)
	})
	return s
}

// dayRatio is the ratio's range over the sets.
func (e Evaluation) dayRatio(t TraceResult, p Point) string {
	low, high, whole := e.ratios(t, p)
	switch {
	case low > high:
		return "–"
	case !whole:
		return lowHigh(Spread{Min: low, Max: high}, ratio) + ", not in every set"
	default:
		return lowHigh(Spread{Min: low, Max: high}, ratio)
	}
}

// ratio has three figures or more.
func ratio(v float64) string {
	if v >= 10 || v == 0 {
		return tenth(v)
	}
	return fmt.Sprintf("%.2f", v)
}

func latePlace(p Point) place { return place{p.InstanceHours.Mean, p.LateSeconds.Mean} }
func waitPlace(p Point) place { return place{p.InstanceHours.Mean, p.UnplacedSeconds.Mean} }

// bestOf is the least that any setting of a point's policy left for no more hours.
func (t TraceResult) bestOf(p Point, measure func(Point) place) float64 {
	least := measure(p).Waited
	for _, q := range t.Runs {
		if q.Rival == p.Rival && !q.Ours && measure(q).Hours <= measure(p).Hours {
			least = min(least, measure(q).Waited)
		}
	}
	return least
}

func dearSheet(e Evaluation) sheet {
	s := sheet{
		Name: "At equal waiting",
		Note: "What ours cost, in instance-hours, with as much waiting as each of these. It is read in the same way. “≤”: our frontier ends there, with less waiting. “" + beyondSweep + "”: none of our settings that were run leaves as little.",
		Head: []string{"Trace", "against", "instance-hours", "late", "ours' hours", "ratio", "waiting", "ours' hours", "ratio"}, Words: 2,
	}
	e.eachAgainst(func(t TraceResult, p Point) {
		line := []string{t.Name, p.Policy, tenth(p.InstanceHours.Mean)}
		for _, measure := range []func(Point) place{latePlace, waitPlace} {
			theirs := t.bestOf(p, measure)
			line = append(line, minutesOf(theirs))
			line = append(line, heldTo(t.ours(measure).hoursAt, theirs, p.InstanceHours.Mean, tenth)...)
		}
		s.Lines = append(s.Lines, line)
	})
	return s
}

// eachAgainst calls with each point that ours are held to.
func (e Evaluation) eachAgainst(with func(t TraceResult, p Point)) {
	for _, t := range e.Traces {
		for _, name := range e.Against {
			if i := slices.IndexFunc(t.Runs, func(p Point) bool { return p.Policy == name }); i >= 0 {
				with(t, t.Runs[i])
			}
		}
	}
}

// ours is the frontier of our settings.
func (t TraceResult) ours(at func(Point) place) frontier {
	var points []place
	for _, p := range t.Runs {
		if p.Ours {
			points = append(points, at(p))
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
	if ours == 0 {
		sign = "" // none is no less than none
	}
	if theirs == 0 {
		return []string{sign + text(ours), "–"}
	}
	return []string{sign + text(ours), sign + ratio(ours/theirs)}
}

// patient is the placement wait that nobody should exceed.
const patient = 180

func calmSheet(e Evaluation) sheet {
	s := sheet{
		Name: "Calm, and the cost of short waits",
		Note: "Instance-hours as a multiple of the lower bound, for three settings. The first two are the cheapest of ours and the cheapest of ECS managed scaling whose placement wait p99 is under 3 minutes with every seed. The third is ours with the defaults (entry {}). Reversals are scaling actions that undo the one before within 30 minutes although demand did not change. They are the most of any setting and any seed.",
		Head: []string{"Trace", "tasks of", "cheapest of ours", "over the bound", "wait p99", "cheapest managed", "over the bound", "wait p99", "ours with its defaults", "wait p99", "reversals of ours", "of the others"}, Words: 3,
	}
	for _, t := range e.Traces {
		kind := "standalone callers"
		if t.Services {
			kind = "services"
		}
		line := []string{t.Name, kind}
		line = append(line, t.cheapest(func(p Point) bool { return p.Ours })...)
		line = append(line, t.cheapest(func(p Point) bool { return p.Rival == managedScaling })...)
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
	i := slices.IndexFunc(t.Runs, func(p Point) bool { return p.Ours && p.Default })
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
		Note: "Instance-hours above the lower bound, in percent of it, and what they were spent on: hosts that booted, hosts that drained, and the rest. The rest is free room on registered hosts. It is there because of thresholds, alarms that take minutes, tasks spread over zones, and holes that no task fits. MinSize is inside the bound, so it is no part of the rest.",
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
	const overSets = "In brackets stand the least and the most of the same means over the sets, where they differ."
	// withRange is a mean over seeds with its range over sets, where they differ.
	withRange := func(text func(float64) string, of func(SetPoint) float64) func(Point) string {
		return func(p Point) string {
			mean := text(of(p.middle()))
			if r := p.over(of); len(p.Sets) > 0 && (text(r.Min) != mean || text(r.Max) != mean) {
				return fmt.Sprintf("%s (%s)", mean, lowHigh(r, text))
			}
			return mean
		}
	}
	return []sheet{
		by("Scenarios: late task-minutes", "Every policy with its defaults: means over the seeds. "+overSets+" docs/simulator.md says what each scenario shows.",
			withRange(minutesOf, func(s SetPoint) float64 { return s.LateSeconds })),
		by("Scenarios: instance-hours over the lower bound", overSets, withRange(multiple, func(s SetPoint) float64 { return s.OverLowerBound })),
		by("Scenarios: unplaced task-minutes", "All waiting, with the first 30 seconds.", func(p Point) string { return minutesOf(p.UnplacedSeconds.Mean) }),
		by("Scenarios: reversals within 30 minutes on unchanged demand", overSets, withRange(tenth, func(s SetPoint) float64 { return s.ReversalsUnchanged })),
		by("Scenarios: tasks ended by scaling in", overSets, withRange(tenth, func(s SetPoint) float64 { return s.TasksEndedByHost })),
	}
}
