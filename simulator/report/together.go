package report

import "slices"

// together adds up all traces of services, setting by setting: one frontier of all of them. False where there are not
// several.
func (e Evaluation) together() (TraceResult, bool) {
	sum := TraceResult{Name: "All traces of services", Services: true}
	traces := 0
	for _, t := range e.Traces {
		if !t.Services {
			continue
		}
		traces++
		sum.LowerBoundHours += t.LowerBoundHours
		sum.Days += t.Days
		if traces == 1 {
			for _, p := range t.Runs {
				sum.Runs = append(sum.Runs, Point{Family: p.Family, Policy: p.Policy, Rival: p.Rival, Knob: p.Knob, Ours: p.Ours, Default: p.Default, Apart: p.Apart, Seeds: p.Seeds})
			}
		}
		sum.Runs = slices.DeleteFunc(sum.Runs, func(p Point) bool {
			return !slices.ContainsFunc(t.Runs, func(q Point) bool { return q.Policy == p.Policy })
		})
		for i := range sum.Runs {
			p := &sum.Runs[i]
			q := t.Runs[slices.IndexFunc(t.Runs, func(q Point) bool { return q.Policy == p.Policy })]
			p.InstanceHours = p.InstanceHours.plus(q.InstanceHours)
			p.LateSeconds = p.LateSeconds.plus(q.LateSeconds)
			p.UnplacedSeconds = p.UnplacedSeconds.plus(q.UnplacedSeconds)
			p.Reversals = p.Reversals.plus(q.Reversals)
			p.WaitP99.Max = max(p.WaitP99.Max, q.WaitP99.Max)
			p.WaitP99.Mean, p.WaitP99.Median, p.WaitP99.Min = p.WaitP99.Max, p.WaitP99.Max, p.WaitP99.Max
		}
	}
	return sum, traces > 1
}

// plus adds measures of different traces. Its least and most are those of all traces' least and most together.
func (s Spread) plus(o Spread) Spread {
	return Spread{Mean: s.Mean + o.Mean, Median: s.Median + o.Median, Min: s.Min + o.Min, Max: s.Max + o.Max}
}

// lead is the trace whose frontier an evaluation shows first: all traces of services together, or the only one.
func (e Evaluation) lead() (TraceResult, bool) {
	if sum, several := e.together(); several {
		return sum, true
	}
	if len(e.Traces) == 0 {
		return TraceResult{}, false
	}
	if i := slices.IndexFunc(e.Traces, func(t TraceResult) bool { return t.Services }); i >= 0 {
		return e.Traces[i], true
	}
	return e.Traces[0], true
}
