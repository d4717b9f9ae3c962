package report

import (
	"fmt"
	"slices"
	"strings"
)

// The targets of ours as they come, with nothing tuned to a trace. Figures are medians over seeds.
const (
	// calmHours and crowdHours are instance-hours as a multiple of the lower bound.
	calmHours, crowdHours = 1.33, 1.50
	// calmWait and crowdWait are seconds of placement wait p99.
	calmWait, crowdWait = 75, 280
	// mostLate is late waiting in task-minutes a day, or shareBefore of what ours left before, if that is more.
	mostLate, shareBefore = 25, 0.2
	// mostHours is instance-hours as a multiple of managed scaling's with as much late waiting.
	mostHours = 1.1
	// fewLate is late waiting, in task-minutes a day, under which nobody need compare.
	fewLate = 10
)

// goal is a target: how near ours as they come are to it on a trace. Everywhere says that it holds on traces of standalone
// tasks and on scenarios of no kind too.
type goal struct {
	Name       string
	Everywhere bool
	of         func(e Evaluation, t TraceResult, p Point) standing
}

// standing is how a target stands: its figure, and whether it is judged and missed.
type standing struct {
	Text            string
	Judged, Missed  bool
	Figure, Against float64
}

func met(text string, is bool) standing { return standing{Text: text, Judged: true, Missed: !is} }

func goals() []goal {
	return []goal{
		{"hours over the lower bound", false, Evaluation.boundGoal},
		{"late task-minutes a day", false, Evaluation.lateGoal},
		{"hours ÷ ECS managed scaling's, at equal late waiting", false, Evaluation.hoursGoal},
		{"late a day at equal hours: ours / ECS managed scaling's", false, func(e Evaluation, t TraceResult, p Point) standing {
			s := e.againstGoal(t, p, managedScaling)
			s.Judged, s.Missed = false, false // a target with ECS's queue alone
			return s
		}},
		{"ours / two alarm pairs'", false, func(e Evaluation, t TraceResult, p Point) standing { return e.againstGoal(t, p, "alarms") }},
		{"placement wait p99", false, Evaluation.waitGoal},
		{"reversals on unchanged demand", true, func(e Evaluation, _ TraceResult, p Point) standing {
			n := max(p.ReversalsUnchanged.Max, e.anywhere(p, func(s SetPoint) float64 { return s.ReversalsUnchanged }).Max)
			return met(tenth(n), n == 0)
		}},
		{"tasks ended: ours / two alarm pairs", true, Evaluation.endedGoal},
		{"below floor by scaling in", true, func(e Evaluation, _ TraceResult, p Point) standing {
			n := max(p.BelowFloorSeconds.Max, e.anywhere(p, func(s SetPoint) float64 { return s.BelowFloorSeconds }).Max)
			return met(span(n), n == 0)
		}},
	}
}

func (Evaluation) boundGoal(t TraceResult, p Point) standing {
	v := round(p.OverLowerBound.Median, 2)
	text := multiple(v)
	switch {
	case t.Kind == Crowd:
		return met(text, v <= crowdHours)
	case t.Kind == Calm || v <= calmHours:
		return met(text, v <= calmHours)
	default:
		return met(text+" (a crowd's)", v <= crowdHours)
	}
}

func (Evaluation) waitGoal(t TraceResult, p Point) standing {
	v := p.WaitP99.Median
	switch {
	case t.Kind == Crowd:
		return met(span(v), v <= crowdWait)
	case t.Kind == Calm || v <= calmWait:
		return met(span(v), v <= calmWait)
	default:
		return met(span(v)+" (a crowd's)", v <= crowdWait)
	}
}

// lateADay is late waiting in task-minutes a day.
func (t TraceResult) lateADay(seconds float64) float64 {
	if t.Days == 0 {
		return 0
	}
	return seconds / 60 / t.Days
}

func (Evaluation) lateGoal(t TraceResult, p Point) standing {
	v := round(t.lateADay(p.LateSeconds.Median), 1)
	limit := max(mostLate, shareBefore*t.LateBefore)
	switch {
	case v <= limit && t.LateBefore > 0:
		return met(fmt.Sprintf("%s (%s before)", tenth(v), tenth(t.LateBefore)), true)
	case v <= limit:
		return met(tenth(v), true)
	case t.LateBefore == 0:
		return standing{Text: tenth(v) + " (not known what it was before)"}
	default:
		return met(fmt.Sprintf("%s (%s before)", tenth(v), tenth(t.LateBefore)), false)
	}
}

// medianPlace is a point's cost and late waiting by their medians.
func medianPlace(p Point) place { return place{p.InstanceHours.Median, p.LateSeconds.Median} }

// rivals is the frontier of a rival's settings, in all its families.
func (t TraceResult) rivals(rival string) frontier {
	var points []place
	for _, q := range t.Runs {
		if q.Rival == rival && !q.Ours {
			points = append(points, medianPlace(q))
		}
	}
	return frontierOf(points)
}

func (Evaluation) hoursGoal(t TraceResult, p Point) standing {
	at := medianPlace(p)
	theirs, how := t.rivals(managedScaling).hoursAt(at.Waited)
	switch {
	case len(t.rivals(managedScaling)) == 0:
		return standing{Text: noValue}
	case how == beyond:
		return met("none leaves as little", true)
	}
	v := round(at.Hours/theirs, 2)
	s := met(fmt.Sprintf("%.2f", v), v <= mostHours)
	s.Figure = v
	if how == atMost {
		s.Text = "≥ " + s.Text
	}
	if v > mostHours && t.lateADay(at.Waited) < fewLate {
		return standing{Text: s.Text + " (both leave few)", Figure: v}
	}
	return s
}

func (Evaluation) againstGoal(t TraceResult, p Point, rival string) standing {
	at := medianPlace(p)
	edge := t.rivals(rival)
	theirs, how := edge.waitedAt(at.Hours)
	ours, his := round(t.lateADay(at.Waited), 1), round(t.lateADay(theirs), 1)
	text := fmt.Sprintf("%s / %s", tenth(ours), tenth(his))
	switch {
	case len(edge) == 0:
		return standing{Text: noValue}
	case how == beyond:
		return met(tenth(ours)+" / none is as cheap", true)
	case ours < fewLate && his < fewLate:
		return standing{Text: text, Figure: ours, Against: his}
	}
	s := met(text, ours <= his)
	s.Figure, s.Against = ours, his
	return s
}

func (e Evaluation) endedGoal(t TraceResult, p Point) standing {
	most := func(p Point) float64 {
		return max(p.TasksEndedByHost.Max, e.anywhere(p, func(s SetPoint) float64 { return s.TasksEndedByHost }).Max)
	}
	text := tenth(most(p))
	if i := slices.IndexFunc(t.Runs, func(q Point) bool { return q.Rival == "alarms" && q.Default }); i >= 0 {
		text += " / " + tenth(most(t.Runs[i]))
	}
	return met(text, most(p) == 0)
}

// judged are the goals that are judged on a trace.
func (t TraceResult) judged(g goal) bool { return g.Everywhere || t.Services || t.Kind != "" }

// targeted calls with every trace and scenario that has ours as they come.
func (e Evaluation) targeted(with func(t TraceResult, p Point)) {
	for _, t := range slices.Concat(e.Traces, e.Scenarios) {
		if p, found := t.asItComes(); found {
			with(t, p)
		}
	}
}

func targetSheet(e Evaluation) sheet {
	s := sheet{
		Name: "Targets",
		Note: fmt.Sprintf("Ours with the entry {}, median over the seeds, against what it is to reach. Hours: at most %.2f × the lower bound on calm clusters, %.2f × in crowds. Late waiting: at most %d task-minutes a day, or a fifth of what ours left before headroom fitted itself. At equal late waiting at most %.1f × the hours of ECS managed scaling, at its better placement. No more late waiting than two alarm pairs at equal hours. Placement wait p99: at most %d s on calm clusters, %d s in crowds. No reversal on unchanged demand, no task ended and no floor broken, in any run. Where both leave under %d late task-minutes a day, a comparison does not count. Traces of standalone tasks and other scenarios have only the last three targets. “At equal hours” against managed scaling has no target yet. A trace that nobody called calm or a crowd may meet either.",
			calmHours, crowdHours, mostLate, mostHours, calmWait, crowdWait, fewLate),
		Head: []string{"Trace or scenario", "missed"}, Words: 2, Long: []int{1},
	}
	for _, g := range goals() {
		s.Head = append(s.Head, g.Name)
	}
	e.targeted(func(t TraceResult, p Point) {
		var line, missed []string
		for _, g := range goals() {
			stands := g.of(e, t, p)
			if t.judged(g) && stands.Missed {
				missed = append(missed, g.Name)
				stands.Text += " ✗"
			}
			line = append(line, stands.Text)
		}
		if len(missed) == 0 {
			missed = []string{"none"}
		}
		s.Lines = append(s.Lines, append([]string{t.Name, strings.Join(missed, "; ")}, line...))
	})
	return s
}
