package evaluation

import (
	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/report"
)

// Found is what traces and scenarios came to, in their order.
type Found struct {
	Traces, Scenarios []report.TraceResult
}

func gather(cases []Case, jobs []job, measures []simulator.Measures) Found {
	var found Found
	next := 0
	for _, c := range cases {
		t := report.TraceResult{Name: c.Name, Why: c.Why, Attribution: c.Attribution, Services: c.Services}
		var bounds []float64
		for next < len(jobs) && jobs[next].of.Name == c.Name {
			last := next
			for last < len(jobs) && jobs[last].of.Name == c.Name && jobs[last].setting == jobs[next].setting {
				bounds = append(bounds, measures[last].LowerBoundHours)
				last++
			}
			t.Runs = append(t.Runs, point(jobs[next].setting, measures[next:last]))
			next = last
		}
		t.LowerBoundHours = report.SpreadOf(bounds...).Mean
		if c.Scenario {
			found.Scenarios = append(found.Scenarios, t)
		} else {
			found.Traces = append(found.Traces, t)
		}
	}
	return found
}

func point(s Setting, seeds []simulator.Measures) report.Point {
	over := func(of func(simulator.Measures) float64) report.Spread {
		values := make([]float64, len(seeds))
		for i, m := range seeds {
			values[i] = of(m)
		}
		return report.SpreadOf(values...)
	}
	type m = simulator.Measures
	return report.Point{
		Family: s.Family, Policy: s.Name, Knob: s.Knob, Ours: s.Ours, Default: s.Default, Apart: s.Apart, Seeds: len(seeds),
		InstanceHours:      over(func(m m) float64 { return m.InstanceHours }),
		BootingHours:       over(func(m m) float64 { return m.InstanceHoursBooting }),
		DrainingHours:      over(func(m m) float64 { return m.InstanceHoursDraining }),
		OverLowerBound:     over(func(m m) float64 { return m.OverLowerBound }),
		UnplacedSeconds:    over(func(m m) float64 { return m.UnplacedTaskSeconds }),
		LateSeconds:        over(func(m m) float64 { return m.UnplacedLateTaskSeconds }),
		WaitP99:            over(func(m m) float64 { return m.PlacementWait.P99 }),
		ScalingActions:     over(func(m m) float64 { return float64(m.ScaledOut + m.ScaledIn) }),
		Reversals:          over(func(m m) float64 { return float64(m.Reversals) }),
		ReversalsUnchanged: over(func(m m) float64 { return float64(m.ReversalsUnchanged) }),
		TasksMoved:         over(func(m m) float64 { return float64(m.TasksMoved) }),
		TasksEndedByHost:   over(func(m m) float64 { return float64(m.TasksEndedByScaleIn) }),
		BelowFloorSeconds:  over(func(m m) float64 { return m.BelowFloorScaling }),
		LongestDrain:       over(func(m m) float64 { return m.LongestDrain }),
	}
}
