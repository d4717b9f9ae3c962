package report

import (
	"fmt"
	"math"
	"strings"

	"ecs-cluster-scaler/simulator"
)

// story is what a run came to, in sentences.
type story struct {
	Title string
	// Says what waited at which cost; Against compares it with the first run; Harm is what must not happen, if it did.
	Says, Against, Harm string
}

func storiesOf(runs []simulator.Result) []story {
	out := make([]story, 0, len(runs))
	for i, r := range runs {
		s := story{Title: simulator.Title(r.Policy), Says: says(r.Measures), Harm: strings.Join(alarming(r), " ")}
		if i > 0 {
			s.Against = against(runs[0], r)
		}
		out = append(out, s)
	}
	return out
}

func says(m simulator.Measures) string {
	out := fmt.Sprintf("%s for %s instance-hours", unplaced(m.UnplacedTaskSeconds), figure(round(m.InstanceHours, 1)))
	if c := m.Cost; c != nil {
		out += fmt.Sprintf(" (%s, and %s for the scaler itself)", dollars(c.Hosts), dollars(c.Scaler))
	}
	if m.OverLowerBound > 0 {
		out += fmt.Sprintf(", %.2f times the fewest possible", m.OverLowerBound)
	}
	switch w := m.PlacementWait; {
	case w.Count == 0 && m.UnplacedTaskSeconds > 0:
		out += "; no task got a host"
	case w.Max == 0:
	case w.P99 == 0:
		out += "; 99 of 100 tasks did not wait, the longest waited " + span(w.Max)
	default:
		out += "; 99 of 100 tasks waited at most " + span(w.P99)
	}
	return out + "."
}

// unplaced says in words what the table says in figures.
func unplaced(s float64) string {
	switch {
	case s == 0:
		return "No unplaced task"
	case s < 60:
		return figure(round(s, 1)) + " unplaced task-seconds"
	default:
		minutes := figure(round(s/60, 1))
		if minutes == "1" {
			return "1 unplaced task-minute"
		}
		return minutes + " unplaced task-minutes"
	}
}

func against(base, r simulator.Result) string {
	return fmt.Sprintf("Against %s: %s, %s.", simulator.Title(base.Policy),
		unplacedAgainst(base.Measures.UnplacedTaskSeconds, r.Measures.UnplacedTaskSeconds),
		hoursAgainst(base.Measures.InstanceHours, r.Measures.InstanceHours))
}

func unplacedAgainst(base, v float64) string {
	switch {
	case base == v:
		return "as much unplaced"
	case base == 0:
		return "unplaced, where that had none"
	case v == 0:
		return "none unplaced, where that had " + strings.Replace(unplaced(base), " unplaced", "", 1)
	case v >= 2*base:
		return figure(round(v/base, 1)) + " times as much unplaced"
	default:
		return percentOff(base, v) + " unplaced"
	}
}

func hoursAgainst(base, v float64) string {
	if base == 0 || math.Abs(v-base)/base < 0.0005 {
		return "about the same instance-hours"
	}
	return strings.Replace(percentOff(base, v), "less", "fewer", 1) + " instance-hours"
}

func percentOff(base, v float64) string {
	word := "less"
	if v > base {
		word = "more"
	}
	return percent(math.Abs(v-base)/base*100) + " " + word
}
