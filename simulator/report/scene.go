package report

import (
	"fmt"
	"strings"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator"
)

// brief is what a comparison comes to: for each policy who waited, what it cost and what was harmed.
type brief struct {
	Head  []string
	Lines [][]string
}

func briefOf(runs []simulator.Result) brief {
	b := brief{Head: []string{"", "late task-minutes", "placement wait p99", "instance-hours", "× the fewest"}}
	if runs[0].Measures.Cost != nil {
		b.Head = append(b.Head, "cost")
	}
	b.Head = append(b.Head, "tasks ended by scaling in", "below floor by scaling")
	for _, r := range runs {
		m := r.Measures
		line := []string{
			simulator.Title(r.Policy), minutesOf(m.UnplacedLateTaskSeconds), waitOf(m.PlacementWait, m.PlacementWait.P99),
			tenth(m.InstanceHours), multiple(m.OverLowerBound),
		}
		if m.Cost != nil {
			line = append(line, dollars(m.Cost.Total))
		}
		b.Lines = append(b.Lines, append(line, fmt.Sprint(m.TasksEndedByScaleIn), span(m.BelowFloorScaling)))
	}
	return b
}

// headline is the verdict over all scenes in a sentence, of the first policy against the others.
func headline(scenes []Comparison) string {
	first := scenes[0].Runs
	if len(first) == 1 {
		return fmt.Sprintf("%s under %s", scenes[0].Workload, simulator.Title(first[0].Policy))
	}
	paid, late := make([]float64, len(first)), make([]float64, len(first))
	priced := first[0].Measures.Cost != nil
	for _, c := range scenes {
		for i, r := range c.Runs {
			late[i] += r.Measures.UnplacedLateTaskSeconds
			if priced {
				paid[i] += r.Measures.Cost.Total
			} else {
				paid[i] += r.Measures.InstanceHours
			}
		}
	}
	verb := "takes"
	if priced {
		verb = "costs"
	}
	var than, lates []string
	for i := 1; i < len(first); i++ {
		than = append(than, paidAgainst(paid[i], paid[0], priced)+" "+quoted([]string{simulator.Title(first[i].Policy)}))
		lates = append(lates, minutesOf(late[i]))
	}
	return fmt.Sprintf("%s %s %s, with %s late task-minutes against %s", subject(first[0].Policy), verb, series(than), minutesOf(late[0]), series(lates))
}

// subject is a policy at the beginning of a sentence: ours by the product's name.
func subject(policy string) string {
	title, ours := strings.CutPrefix(simulator.Title(policy), "ours")
	switch {
	case ours:
		return "ecs-cluster-scaler" + title
	default:
		return strings.ToUpper(title[:1]) + title[1:]
	}
}

// paidAgainst says how much more or less is paid than a base.
func paidAgainst(base, paid float64, money bool) string {
	more, less, same := "more hours than", "fewer hours than", "as many hours as"
	if money {
		more, less, same = "more than", "less than", "as much as"
	}
	change := 100 * (paid - base) / max(base, 1e-9)
	switch {
	case change > -0.5 && change < 0.5:
		return same
	case change > 0:
		return fmt.Sprintf("%.0f %% %s", change, more)
	default:
		return fmt.Sprintf("%.0f %% %s", -change, less)
	}
}

// shownPolicy is a policy that a page shows, and what it is.
type shownPolicy struct{ Title, About string }

func policiesOf(runs []simulator.Result) []shownPolicy {
	var all []shownPolicy
	for _, r := range runs {
		all = append(all, shownPolicy{simulator.Title(r.Policy), simulator.About(r.Policy)})
	}
	return all
}

// harms are sentences of what must not happen, with who did it.
func harms(runs []simulator.Result) []string {
	var all []string
	for _, r := range runs {
		if wrong := alarming(r); len(wrong) > 0 {
			all = append(all, simulator.Title(r.Policy)+": "+strings.Join(wrong, " "))
		}
	}
	return all
}

// over says over how many scenes a headline is.
func over(scenes []Comparison) string {
	if len(scenes) == 1 {
		return ""
	}
	return "Over " + plural.Count(len(scenes), "scene") + " together."
}
