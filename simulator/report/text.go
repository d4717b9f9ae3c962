package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/workload"
)

// Text writes what happened in a run, in sentences, and its measures as a table.
func Text(w io.Writer, why string, run simulator.Result) error {
	_, err := fmt.Fprintf(w, "%s\n%s\n", wrapped(append(Summary(why, run), turned(run)...)), Table(run))
	return err
}

// CompareText writes what workloads came to under each policy: the verdict, and for each workload who waited and what it
// cost. One workload alone has its measures side by side too.
func CompareText(w io.Writer, scenes ...Comparison) error {
	if len(scenes) == 0 || len(scenes[0].Runs) == 0 {
		return errors.New("a comparison needs a run")
	}
	var said strings.Builder
	said.WriteString(wrapped([]string{headline(scenes) + ". " + over(scenes)}))
	for _, c := range scenes {
		said.WriteString("\n" + c.text(len(scenes) == 1))
	}
	_, err := io.WriteString(w, said.String())
	return err
}

// text is a comparison for a terminal, with every measure if it is the only one.
func (c Comparison) text(only bool) string {
	first := c.Runs[0]
	said := wrapped([]string{fmt.Sprintf("%s, seed %d, under %s: %s measured. %s",
		first.Workload, first.Seed, plural.Count(len(c.Runs), "policy", "policies"), span(first.Measures.Hours*3600), c.Why)}) + briefOf(c.Runs).text() + "\n"
	if !only {
		return said + wrapped(append(harms(c.Runs), turned(first)...))
	}
	var paragraphs []string
	for _, s := range storiesOf(c.Runs) {
		paragraphs = append(paragraphs, strings.Join(strings.Fields(fmt.Sprintf("%s: %s %s %s", s.Title, s.Says, s.Against, s.Harm)), " "))
	}
	return said + "\n" + wrapped(append(paragraphs, turned(first)...)) + "\n" + Table(c.Runs...) + "\n"
}

// text is the table for a terminal.
func (b brief) text() string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	columns := []table.ColumnConfig{{Number: 1, WidthMax: 32, WidthMaxEnforcer: text.WrapSoft}}
	for i := range b.Head[1:] {
		columns = append(columns, table.ColumnConfig{Number: i + 2, WidthMax: 14, WidthMaxEnforcer: text.WrapSoft, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	row := func(cells []string) (r table.Row) {
		for _, c := range cells {
			r = append(r, c)
		}
		return r
	}
	t.AppendHeader(row(b.Head))
	for _, l := range b.Lines {
		t.AppendRow(row(l))
	}
	return t.Render()
}

// turned says what did not stand at its default, if anything.
func turned(run simulator.Result) []string {
	if told := Turned(run.Strategy, run.Knobs); told != "" {
		return []string{told}
	}
	return nil
}

// Turned says in words how tasks were placed and which knobs did not stand at their default; empty: as everywhere.
func Turned(strategy workload.Strategy, knobs map[string]json.RawMessage) string {
	var sentences []string
	if strategy != "" {
		sentences = append(sentences, fmt.Sprintf("Placement strategy: %s.", strategy))
	}
	if told := knobWords(knobs); told != "" {
		sentences = append(sentences, "Knobs turned: "+told+".")
	}
	return strings.Join(sentences, " ")
}

func knobWords(knobs map[string]json.RawMessage) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(knobs)) {
		value := strings.ReplaceAll(string(knobs[name]), `"`, "")
		if number, err := strconv.ParseFloat(value, 64); err == nil {
			value = fmt.Sprintf("%.3g", number) // --faults is divided by three
		}
		parts = append(parts, name+" "+value)
	}
	return strings.Join(parts, ", ")
}

func wrapped(paragraphs []string) string {
	var lines strings.Builder
	for _, paragraph := range paragraphs {
		for line := range strings.SplitSeq(text.WrapSoft(paragraph, width), "\n") {
			lines.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	return lines.String()
}

// width keeps sentences within a terminal.
const width = 100

// Table has the measures of runs side by side, a column for each policy.
func Table(runs ...simulator.Result) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	header := table.Row{"measure"}
	columns := []table.ColumnConfig{{Number: 1}}
	for i, run := range runs {
		header = append(header, wrappedTitle(run.Policy))
		columns = append(columns, table.ColumnConfig{Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(columns)
	for _, part := range [][]Row{waiting(), paying(), priced(runs), acting(), harming(), leaving()} {
		if len(part) == 0 {
			continue
		}
		for _, r := range part {
			row := table.Row{r.Name}
			for _, run := range runs {
				row = append(row, r.Value(run.Measures))
			}
			t.AppendRow(row)
		}
		t.AppendSeparator()
	}
	return t.Render()
}

// wrappedTitle is a policy's title with a line for each of its parts.
func wrappedTitle(policy string) string {
	return strings.ReplaceAll(simulator.Title(policy), ", ", ",\n")
}

// priced are the rows of money, if there is any.
func priced(runs []simulator.Result) []Row {
	if !slices.ContainsFunc(runs, func(r simulator.Result) bool { return r.Measures.Cost != nil }) {
		return nil
	}
	return spending()
}

// Summary says what happened, the worst first, a paragraph for each matter.
func Summary(why string, run simulator.Result) []string {
	head := fmt.Sprintf("%s under %s, seed %d: %s measured.", run.Workload, simulator.Title(run.Policy), run.Seed, span(run.Measures.Hours*3600))
	paragraphs := []string{head + " " + why}
	if wrong := alarming(run); len(wrong) > 0 {
		paragraphs = append(paragraphs, "Look at this first: "+strings.Join(wrong, " "))
	}
	paragraphs = append(paragraphs, waited(run), cost(run), acted(run.Measures))
	if len(run.Verdicts) > 0 {
		paragraphs = append(paragraphs, said(verdicts(run)))
	}
	return paragraphs
}

// alarming is what nobody should sleep over.
func alarming(run simulator.Result) []string {
	m := run.Measures
	var wrong []string
	add := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	add(m.TasksEndedByScaleIn > 0, "%s ended with a host that scaling in removed.", plural.Count(m.TasksEndedByScaleIn, "task"))
	add(m.BelowFloorScaling > 0, "Services were below their floor for %s because hosts left by scaling in.", span(m.BelowFloorScaling))
	add(m.ReversalsUnchanged > 0, "%s within 30 minutes although demand had not changed.", plural.Count(m.ReversalsUnchanged, "scaling action was undone", "scaling actions were undone"))
	add(m.PlacementWait.Count == 0 && m.UnplacedTaskSeconds > 0, "%s and no task got a host.", unplaced(m.UnplacedTaskSeconds))
	add(m.UnplacedAtEnd > 0, "%s still had no host at the end.", plural.Count(m.UnplacedAtEnd, "task"))
	add(m.HooksExpired > 0, "%s by timeout, not because the host was empty.", plural.Count(m.HooksExpired, "lifecycle hook ended", "lifecycle hooks ended"))
	add(m.NeverRegistered > 0, "%s never registered.", plural.Count(m.NeverRegistered, "host"))
	return wrong
}

func waited(run simulator.Result) string {
	m := run.Measures
	switch {
	case m.PlacementWait.Count == 0 && m.UnplacedTaskSeconds > 0:
		return "No task got a host."
	case m.PlacementWait.Count == 0:
		return "No task was started."
	}
	sentence := fmt.Sprintf("%s wanted a host; half waited at most %s, 99 in 100 at most %s, the longest %s.",
		plural.Count(m.PlacementWait.Count, "task"), span(m.PlacementWait.P50), span(m.PlacementWait.P99), span(m.PlacementWait.Max))
	if worst, ok := most(measured(run), func(s simulator.Sample) int { return s.Unplaced }); ok && worst.Unplaced > 0 {
		sentence += fmt.Sprintf(" At worst %d had none, at %s.", worst.Unplaced, worst.At.Format("Mon 2 Jan 15:04"))
	}
	return sentence
}

func cost(run simulator.Result) string {
	m := run.Measures
	sentence := fmt.Sprintf("It took %.1f instance-hours", m.InstanceHours)
	if m.LowerBoundHours > 0 {
		sentence += fmt.Sprintf(", %.2f times the %.1f that no policy can go below", m.OverLowerBound, m.LowerBoundHours)
	}
	sentence += fmt.Sprintf(". Boots took %.1f of them and drains %.1f.", m.InstanceHoursBooting, m.InstanceHoursDraining)
	if c := m.Cost; c != nil {
		sentence += fmt.Sprintf(" The hosts cost %s and the scaler itself %s, together %s a month.", dollars(c.Hosts), dollars(c.Scaler), dollars(c.PerMonth))
	}
	samples := measured(run)
	if high, ok := most(samples, func(s simulator.Sample) int { return s.Active }); ok {
		low, _ := most(samples, func(s simulator.Sample) int { return -s.Active })
		sentence += fmt.Sprintf(" Between %d and %d hosts could take tasks, %.0f %% of their CPU and %.0f %% of their memory reserved.",
			low.Active, high.Active, m.UtilisationCPU, m.UtilisationMemory)
	}
	return sentence
}

func acted(m simulator.Measures) string {
	if m.ScaledOut+m.ScaledIn == 0 {
		return "Nothing was scaled."
	}
	sentence := fmt.Sprintf("It scaled out %s and in %s; %s.",
		plural.Count(m.ScaledOut, "time"), plural.Count(m.ScaledIn, "time"), plural.Count(m.Reversals, "action undid the one before within 30 minutes", "actions undid the one before within 30 minutes"))
	if m.Drains > 0 {
		sentence += fmt.Sprintf(" %s, the longest %s, and %s moved.", plural.Count(m.Drains, "host left", "hosts left"), span(m.LongestDrain), plural.Count(m.TasksMoved, "task was", "tasks were"))
	}
	return sentence
}

// said is what the publisher answered, by signal and the reasons that came most.
func said(verdicts []simulator.Verdict) string {
	minutes, reasons := map[int]int{}, map[int]map[string]int{}
	for _, v := range verdicts {
		signal := int(v.Signal)
		minutes[signal]++
		if reasons[signal] == nil {
			reasons[signal] = map[string]int{}
		}
		for _, r := range v.Reasons {
			reasons[signal][string(r)]++
		}
	}
	var parts []string
	for _, signal := range slices.Backward(slices.Sorted(maps.Keys(minutes))) {
		parts = append(parts, fmt.Sprintf("%s in %s (%s)", signed(signal), plural.Count(minutes[signal], "minute"), strings.Join(commonest(reasons[signal]), ", ")))
	}
	if len(parts) == 0 {
		return "The publisher had no pass in the time that was measured."
	}
	return "The publisher said " + strings.Join(parts, ", ") + "."
}

// commonest are the three reasons that came most, with how often.
func commonest(n map[string]int) []string {
	names := slices.SortedFunc(maps.Keys(n), func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	var parts []string
	for _, name := range names[:min(3, len(names))] {
		parts = append(parts, fmt.Sprintf("%s %d", name, n[name]))
	}
	return parts
}

func signed(n int) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%+d", n)
}

// measured are the samples after settling.
func measured(run simulator.Result) []simulator.Sample {
	n := min(len(run.Series), int(run.Measures.Hours*60+0.5))
	return run.Series[len(run.Series)-n:]
}

// verdicts are those after settling.
func verdicts(run simulator.Result) []simulator.Verdict {
	samples := measured(run)
	if len(samples) == 0 {
		return run.Verdicts
	}
	return slices.DeleteFunc(slices.Clone(run.Verdicts), func(v simulator.Verdict) bool { return v.At.Before(samples[0].At) })
}

// most is the first sample that has the most of something.
func most(samples []simulator.Sample, of func(simulator.Sample) int) (simulator.Sample, bool) {
	if len(samples) == 0 {
		return simulator.Sample{}, false
	}
	return slices.MaxFunc(samples, func(a, b simulator.Sample) int { return cmp.Compare(of(a), of(b)) }), true
}
