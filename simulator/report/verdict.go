package report

import (
	"fmt"
	"slices"
	"strings"

	"ecs-cluster-scaler/internal/plural"
)

// verdict is what an evaluation comes to, in at most five lines. They are made of the figures of its targets alone.
func (e Evaluation) verdict() []string {
	var lines []string
	for _, say := range []func() string{e.sayTargets, e.sayHours, e.sayBound, e.sayWaiting, e.sayHarm} {
		if line := say(); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// services calls with every trace of services that has ours as they come.
func (e Evaluation) services(with func(t TraceResult, p Point)) {
	e.targeted(func(t TraceResult, p Point) {
		if t.Services {
			with(t, p)
		}
	})
}

func (e Evaluation) sayTargets() string {
	judged := 0
	misses := map[string][]string{}
	var order []string
	e.targeted(func(t TraceResult, p Point) {
		for _, g := range goals() {
			stands := g.of(e, t, p)
			if !t.judged(g) || !stands.Judged {
				continue
			}
			judged++
			if !stands.Missed {
				continue
			}
			if misses[g.Name] == nil {
				order = append(order, g.Name)
			}
			misses[g.Name] = append(misses[g.Name], t.Name)
		}
	})
	if judged == 0 {
		return ""
	}
	missed := 0
	var told []string
	for _, name := range order {
		missed += len(misses[name])
		told = append(told, fmt.Sprintf(" Missed: %s, on %s.", name, series(misses[name])))
	}
	if missed == 0 {
		return fmt.Sprintf("Targets: ours with the entry {} meet all %d.", judged)
	}
	return fmt.Sprintf("Targets: ours with the entry {} meet %d of %d.", judged-missed, judged) + strings.Join(told, "")
}

func (e Evaluation) sayHours() string {
	var told []string
	e.services(func(t TraceResult, p Point) {
		told = append(told, fmt.Sprintf("%s on %s", e.hoursGoal(t, p).Text, t.Name))
	})
	return listed("Hours at equal late waiting, as a multiple of ECS managed scaling's", told)
}

func (e Evaluation) sayBound() string {
	var told []string
	e.services(func(t TraceResult, p Point) {
		theirs := noValue
		if i := slices.IndexFunc(t.Runs, func(q Point) bool { return q.Rival == managedScaling && q.Default }); i >= 0 {
			theirs = multiple(round(t.Runs[i].OverLowerBound.Median, 2))
		}
		told = append(told, fmt.Sprintf("%s / %s on %s", multiple(round(p.OverLowerBound.Median, 2)), theirs, t.Name))
	})
	return listed("Hours over the lower bound, which knows the future, ours / ECS managed scaling's as it comes", told)
}

func (e Evaluation) sayWaiting() string {
	var told []string
	e.services(func(t TraceResult, p Point) {
		told = append(told, fmt.Sprintf("%s on %s", e.againstGoal(t, p, managedScaling).Text, t.Name))
	})
	return listed("Late task-minutes a day at equal hours, ours / ECS managed scaling's", told)
}

// listed is a line of figures by trace. Many of them are a sentence each.
func listed(what string, told []string) string {
	const few = 3
	switch {
	case len(told) == 0:
		return ""
	case len(told) > few:
		return what + ". It is " + strings.Join(told, ". It is ") + "."
	default:
		return what + ": " + series(told) + "."
	}
}

func (e Evaluation) sayHarm() string {
	rows, harmed := 0, []string{}
	e.targeted(func(t TraceResult, p Point) {
		rows++
		for _, g := range goals() {
			if g.Everywhere && g.of(e, t, p).Missed {
				harmed = append(harmed, t.Name)
				return
			}
		}
	})
	switch {
	case rows == 0:
		return ""
	case len(harmed) == 0:
		return fmt.Sprintf("Harm: on %s and under every set ours end no task, break no floor, and undo no action on unchanged demand.", plural.Count(rows, "trace or scenario", "traces and scenarios"))
	default:
		return fmt.Sprintf("Harm: ours end no task, break no floor, and undo no action on unchanged demand, but on %s.", series(harmed))
	}
}
