package evaluation

import (
	"slices"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/report"
)

// Found is what traces and scenarios came to, in their order.
type Found struct {
	Traces, Scenarios []report.TraceResult
	Sets              []report.Set
}

// gather reads the jobs' measures in the order in which [Plan.jobs] has them.
func (p Plan) gather(jobs []job, measures map[string]simulator.Measures) Found {
	var found Found
	sets := p.sets()
	for _, s := range sets {
		found.Sets = append(found.Sets, s.told())
	}
	for _, c := range p.Cases {
		t := report.TraceResult{Name: c.Name, Why: c.Why, Attribution: c.Attribution, Services: c.Services, Kind: c.Kind, LateBefore: c.LateBefore}
		var bounds []float64
		for len(jobs) > 0 && jobs[0].of.Name == c.Name {
			seeds, ofSet := p.seeds(c, jobs[0].setting)
			row := seeds + ofSet*len(sets)
			var all []simulator.Measures
			for _, j := range jobs[:row] {
				all = append(all, measures[j.key()])
			}
			for _, m := range all[:seeds] {
				bounds = append(bounds, m.LowerBoundHours)
				t.Days = m.Hours / 24
			}
			t.Runs = append(t.Runs, point(jobs[0].setting, all[:seeds], slices.Collect(slices.Chunk(all[seeds:], ofSet))))
			jobs = jobs[row:]
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

// point is a row: its seeds in the middle, and those of each set.
func point(s Setting, seeds []simulator.Measures, sets [][]simulator.Measures) report.Point {
	type m = simulator.Measures
	over := func(of func(m) float64) report.Spread { return report.SpreadOf(each(seeds, of)...) }
	p := report.Point{
		Family: s.Family, Policy: s.Name, Rival: s.Rival, Knob: s.Knob, Ours: s.Ours, Default: s.Default, Apart: s.Apart, Seeds: len(seeds),
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
	if seeds[0].Cost != nil {
		total, scaler := over(func(m m) float64 { return m.Cost.Total }), over(func(m m) float64 { return m.Cost.Scaler })
		p.Cost, p.ScalerCost = &total, &scaler
	}
	for _, runs := range sets {
		mean := func(of func(m) float64) float64 { return report.SpreadOf(each(runs, of)...).Mean }
		p.Sets = append(p.Sets, report.SetPoint{
			InstanceHours:      mean(func(m m) float64 { return m.InstanceHours }),
			OverLowerBound:     mean(func(m m) float64 { return m.OverLowerBound }),
			LateSeconds:        mean(func(m m) float64 { return m.UnplacedLateTaskSeconds }),
			UnplacedSeconds:    mean(func(m m) float64 { return m.UnplacedTaskSeconds }),
			ReversalsUnchanged: mean(func(m m) float64 { return float64(m.ReversalsUnchanged) }),
			TasksEndedByHost:   mean(func(m m) float64 { return float64(m.TasksEndedByScaleIn) }),
			BelowFloorSeconds:  mean(func(m m) float64 { return m.BelowFloorScaling }),
		})
	}
	return p
}

func each(all []simulator.Measures, of func(simulator.Measures) float64) []float64 {
	values := make([]float64, len(all))
	for i, m := range all {
		values[i] = of(m)
	}
	return values
}
