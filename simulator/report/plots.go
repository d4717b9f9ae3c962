package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator"
)

// plot is a place that the page's script draws in, with its words for those who do not see it.
type plot struct {
	// Kind and Run tell the script what to draw.
	Kind string
	Run  int
	// Title and Hint stand over it, Alt says what it shows; Missing stands in its place where there is nothing to draw.
	Title, Hint, Alt, Missing string
	Keys                      []key
}

// key is an entry of a plot's legend; Mark is the class that draws it.
type key struct {
	ID, Mark, Label string
}

// strips are the plots that set all runs one under the other.
func strips(c Comparison, kind string) []plot {
	var out []plot
	for i, r := range c.Runs {
		p := plot{Kind: "strip-" + kind, Run: i, Title: simulator.Title(r.Policy)}
		switch kind {
		case "unplaced":
			p.Alt = fmt.Sprintf("Unplaced tasks under %s: %s.", simulator.Title(r.Policy), rangeOf(r, func(s simulator.Sample) int { return s.Unplaced }))
			p.Keys = []key{{"unplaced", "area bad", "unplaced"}}
		default:
			p.Alt = fmt.Sprintf("Billed hosts under %s: %s.", simulator.Title(r.Policy), rangeOf(r, billed))
			p.Keys = []key{{"billed", "area c1", "billed"}, {"fewest", "line ink", "fewest"}}
		}
		out = append(out, p)
	}
	return out
}

// details are the plots of one run.
func details(r simulator.Result, i int) []plot {
	plots := []plot{
		{
			Kind: "hosts", Title: "Hosts", Hint: "billed, by what they do",
			Alt: fmt.Sprintf("Active hosts: %s. Fewest possible: %s.",
				rangeOf(r, func(s simulator.Sample) int { return s.Active }), rangeOf(r, func(s simulator.Sample) int { return s.Fewest })),
			Keys: []key{
				{"active", "area c1", "active"}, {"launching", "area c2", "launching"}, {"draining", "area c3", "draining"},
				{"desired", "line dash ink2", "desired"}, {"fewest", "line ink", "fewest possible"},
			},
		},
		resource(r, "cpu", "CPU", "vCPU"),
		resource(r, "memory", "Memory", "GiB"),
		{
			Kind: "reservation", Title: "Reservation", Hint: reservationHint(r), Alt: reservationAlt(r),
			Keys: []key{{"cpu_percent", "line thick c1", "CPU %"}, {"memory_percent", "line thin c2", "memory %"}},
		},
		{
			Kind: "unplaced", Title: "Unplaced tasks", Hint: "wanted and without a host",
			Alt:  fmt.Sprintf("Unplaced tasks: %s.", rangeOf(r, func(s simulator.Sample) int { return s.Unplaced })),
			Keys: []key{{"unplaced", "area bad", "unplaced"}},
		},
	}
	if slices.ContainsFunc(r.Series, func(s simulator.Sample) bool { return s.Capacity.GPU > 0 || s.Demand.GPU > 0 }) {
		plots = slices.Insert(plots, 3, resource(r, "gpu", "GPU", "GPUs"))
	}
	gap := plot{
		Kind: "signal", Title: "Signal and gap", Hint: "up: hosts wanted; down: hosts that can be removed; the sign is the signal",
		Alt: signalAlt(r), Keys: []key{{"signal", "none", "signal"}, {"gap", "bars", "gap"}},
	}
	reasons := plot{Kind: "reasons", Title: "Reasons", Hint: "when each applied", Alt: reasonsAlt(r)}
	if len(r.Verdicts) == 0 {
		gap.Missing = simulator.Title(r.Policy) + " publishes no signal and gives no reasons."
		plots = append(plots, gap)
	} else {
		plots = append(plots, gap, reasons)
	}
	drains := plot{Kind: "drains", Title: "Drains", Hint: "one bar per host, from Terminating to its end; over 30 minutes marked", Alt: drainsAlt(r)}
	if len(r.Drains) == 0 {
		drains.Missing = "No host left."
	}
	plots = append(plots, drains)
	for j := range plots {
		plots[j].Run = i
	}
	return plots
}

func resource(r simulator.Result, kind, title, unit string) plot {
	of := func(s simulator.Size) float64 { return float64(s.CPU) / 1024 }
	switch kind {
	case "memory":
		of = func(s simulator.Size) float64 { return float64(s.Memory) / 1024 }
	case "gpu":
		of = func(s simulator.Size) float64 { return float64(s.GPU) }
	}
	least, most := math.Inf(1), 0.0
	var short time.Duration
	for i, s := range r.Series {
		least, most = min(least, of(s.Demand)), max(most, of(s.Demand))
		if i > 0 && of(s.Demand) > of(s.Capacity) {
			short += s.At.Sub(r.Series[i-1].At)
		}
	}
	return plot{
		Kind: kind, Title: title, Hint: unit + " that active hosts have, and that tasks want",
		Alt: fmt.Sprintf("%s demand: %s to %s %s; above capacity for %s.", title, figure(round(least, 1)), figure(round(most, 1)), unit, span(short.Seconds())),
		Keys: []key{
			{"capacity", "area soft", "capacity"}, {"reserved", "area c1", "reserved"}, {"demand", "line ink", "demand"},
		},
	}
}

func rangeOf(r simulator.Result, of func(simulator.Sample) int) string {
	least, most := of(r.Series[0]), of(r.Series[0])
	at := r.Series[0].At
	for _, s := range r.Series {
		least = min(least, of(s))
		if of(s) > most {
			most, at = of(s), s.At
		}
	}
	if least == most {
		return fmt.Sprintf("%d throughout", most)
	}
	return fmt.Sprintf("%d to %d, most first at %s", least, most, clock(at))
}

func reservationHint(r simulator.Result) string {
	l := limitsOf(r)
	if l.CPU[0] == nil && l.Memory[0] == nil {
		return "reserved share of capacity"
	}
	return "reserved share of capacity; ruled lines are the thresholds"
}

func reservationAlt(r simulator.Result) string {
	var parts []string
	for _, of := range []struct {
		name           string
		reserved, have func(simulator.Sample) int
		limits         [2]*float64
	}{
		{"CPU", func(s simulator.Sample) int { return s.Reserved.CPU }, func(s simulator.Sample) int { return s.Capacity.CPU }, limitsOf(r).CPU},
		{"Memory", func(s simulator.Sample) int { return s.Reserved.Memory }, func(s simulator.Sample) int { return s.Capacity.Memory }, limitsOf(r).Memory},
	} {
		least, most := math.Inf(1), 0.0
		for _, s := range r.Series {
			if of.have(s) > 0 {
				p := 100 * float64(of.reserved(s)) / float64(of.have(s))
				least, most = min(least, p), max(most, p)
			}
		}
		if math.IsInf(least, 1) {
			continue
		}
		text := fmt.Sprintf("%s reservation: %s to %s", of.name, percent(least), percent(most))
		if of.limits[0] != nil {
			text += ", scales out at " + percent(*of.limits[0])
		}
		if of.limits[1] != nil {
			text += ", in below " + percent(*of.limits[1])
		}
		parts = append(parts, text+".")
	}
	return strings.Join(parts, " ")
}

func signalAlt(r simulator.Result) string {
	minutes := map[int]int{}
	most, least := 0, 0
	for _, v := range r.Verdicts {
		minutes[int(v.Signal)]++
		most, least = max(most, v.Gap), min(least, v.Gap)
	}
	return fmt.Sprintf("Signal: 1 in %s, −1 in %s, 0 in %s; gap from %s to %d.",
		plural.Count(minutes[1], "minute"), plural.Count(minutes[-1], "minute"), plural.Count(minutes[0], "minute"),
		typeset(signed(least)), most)
}

// tally is how many minutes a reason applied.
type tally struct {
	Reason, Meaning string
	Minutes         int
	// First is the first minute in which it did.
	First time.Time
}

func talliesOf(r simulator.Result) []tally {
	at := map[string]int{}
	var out []tally
	for _, v := range r.Verdicts {
		for _, reason := range v.Reasons {
			i, known := at[string(reason)]
			if !known {
				i = len(out)
				at[string(reason)] = i
				out = append(out, tally{Reason: string(reason), Meaning: meaning(reason), First: v.At})
			}
			out[i].Minutes++
		}
	}
	slices.SortStableFunc(out, func(a, b tally) int { return b.Minutes - a.Minutes })
	return out
}

func reasonsAlt(r simulator.Result) string {
	var parts []string
	for _, t := range talliesOf(r) {
		parts = append(parts, fmt.Sprintf("%s in %s", t.Reason, plural.Count(t.Minutes, "minute")))
	}
	return "Reasons: " + strings.Join(parts, ", ") + "."
}

func drainsAlt(r simulator.Result) string {
	longest, open := 0.0, 0
	var which simulator.Drain
	for _, d := range r.Drains {
		if d.Open {
			open++
		}
		if took := d.To.Sub(d.From).Seconds(); took > longest {
			longest, which = took, d
		}
	}
	if len(r.Drains) == 0 {
		return "No host left."
	}
	text := fmt.Sprintf("%s; the longest took %s: %s from %s.", plural.Count(len(r.Drains), "drain"), span(longest), which.Instance, clock(which.From))
	if open > 0 {
		text += fmt.Sprintf(" %d not over at the end.", open)
	}
	return text
}
