package campaign

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// Tally sums up runs.
type Tally struct {
	Schedules int
	Minutes   int
	// Broken are violations by promise, in how many schedules they were, Exempt and Counts what was counted beside them.
	Broken, Schedule, Exempt, Counts map[string]int
	// Heartbeats are schedules by the hook's timeout in seconds, and how many of them broke a promise.
	Heartbeats, Unkept map[int]int
}

// NewTally begins at nothing.
func NewTally() *Tally {
	return &Tally{
		Broken: map[string]int{}, Schedule: map[string]int{}, Exempt: map[string]int{}, Counts: map[string]int{},
		Heartbeats: map[int]int{}, Unkept: map[int]int{},
	}
}

// Add counts a run.
func (t *Tally) Add(o Outcome) {
	t.Schedules++
	t.Minutes += o.Plan.Minutes
	t.Heartbeats[o.Plan.Heartbeat]++
	seen := map[Promise]bool{}
	for _, v := range o.Violations {
		t.Broken[string(v.Promise)]++
		if !seen[v.Promise] {
			seen[v.Promise] = true
			t.Schedule[string(v.Promise)]++
		}
	}
	if len(o.Violations) > 0 {
		t.Unkept[o.Plan.Heartbeat]++
	}
	for what, n := range o.Exempt {
		t.Exempt[what] += n
	}
	for what, n := range o.Counts {
		t.Counts[what] += n
	}
}

// Lines are a run's violations, one line each kind: the first of it, with its seed and how many more there are.
func Lines(o Outcome) []string {
	var lines []string
	more := map[Promise]int{}
	for _, v := range o.Violations {
		more[v.Promise]++
	}
	for _, v := range o.Violations {
		if more[v.Promise] == 0 {
			continue
		}
		line := fmt.Sprintf("seed %d, heartbeat %d s", o.Plan.Seed, o.Plan.Heartbeat)
		if o.Plan.Faults.Denied != "" {
			line += ", denied " + o.Plan.Faults.Denied
		}
		line += fmt.Sprintf(", %s: %s: %s", clock(v.At), v.Promise, v.Detail)
		if n := more[v.Promise] - 1; n > 0 {
			line += fmt.Sprintf(" (and %d more)", n)
		}
		more[v.Promise] = 0
		lines = append(lines, line)
	}
	return lines
}

// Write writes the sums. took is how long it all was by the clock on the wall.
func (t *Tally) Write(out io.Writer, took time.Duration) {
	fmt.Fprintf(out, "%d schedules, %d simulated hours, in %s\n", t.Schedules, t.Minutes/60, took.Round(time.Second))
	for _, what := range sorted(t.Counts) {
		fmt.Fprintf(out, "  %-40s %8d\n", what, t.Counts[what])
	}
	fmt.Fprintln(out, "by heartbeat")
	for _, seconds := range slices.Sorted(maps.Keys(t.Heartbeats)) {
		fmt.Fprintf(out, "  %4d s: %d schedules, %d with a broken promise\n", seconds, t.Heartbeats[seconds], t.Unkept[seconds])
	}
	fmt.Fprintln(out, "broken promises")
	for _, what := range sorted(t.Broken) {
		fmt.Fprintf(out, "  %-40s %8d in %d schedules\n", what, t.Broken[what], t.Schedule[what])
	}
	if len(t.Broken) == 0 {
		fmt.Fprintln(out, "  none")
	}
	fmt.Fprintln(out, "exempt, counted apart")
	for _, what := range sorted(t.Exempt) {
		fmt.Fprintf(out, "  %-100s %8d\n", what, t.Exempt[what])
	}
	if len(t.Exempt) == 0 {
		fmt.Fprintln(out, "  none")
	}
}
