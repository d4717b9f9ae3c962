package evaluation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/report"
)

// Report is what was found, ready to be shown. command is how to find it again, extent what the plan's cases are cut to.
func (p Plan) Report(f Found, command string, extent Extent) report.Evaluation {
	seeds := "one seed"
	if p.Seeds > 1 {
		seeds = fmt.Sprintf("%d seeds where targets compare, else one", p.Seeds)
	}
	after := ""
	if p.History > 0 {
		after = fmt.Sprintf(" Each run was measured after %s of history, which the cluster lived through first.", plural.Duration(p.History))
	}
	lasts := map[Extent]string{Usual: "at most four days", Quick: "one day", Full: "its whole window"}[extent]
	e := report.Evaluation{
		About: fmt.Sprintf("Every family of policies was swept over its main knob on each trace: %s, %s. Every policy ran with its defaults on each scenario.%s Each row ran again under %d sets of knobs that change one guess each, and under one that changes none. For that a trace has its first day and one seed, a scenario the same seeds. Made by %s, where traces stands for the folder.",
			lasts, seeds, after, len(f.Sets)-1, command), Extent: lasts,
		Quick: extent == Quick, Traces: f.Traces, Scenarios: f.Scenarios, Against: Against(), Sets: f.Sets,
	}
	knobs := map[string]json.RawMessage{}
	if p.Knobs != nil {
		knobs = aws.Turned(*p.Knobs)
	}
	e.Turned = report.Turned(p.Strategy, knobs)
	if p.Prices != nil {
		e.Prices = p.Prices.String() + "."
	}
	return e
}

// limits are what an evaluation does not prove.
var limits = []string{
	"It is only a simulation: AWS by its documents, with guesses where AWS publishes no number ([simulator.md](simulator.md#what-a-simulation-does-not-prove)). Nothing here ran on AWS, and no peer's code ran: their rules are our reading of their documents.",
	"No policy reaches the lower bound: it knows the future, and ignores boots, drains and zones.",
	"A few traces, each scaled down to a small cluster of one instance type. One series of a demand trace drives five services at different hours. It does not show what users of a real cluster do together.",
	"Managed scaling is tried with two placement strategies. Ours and the others run as workloads are written, also where another strategy would suit them better.",
	"A range is over six guesses, one at a time, on traces of one day. It is no bound: two guesses may be wrong together, and others were not varied.",
	"Seeds vary boot times and the clocks of AWS's loops, not the demand. A spread over seeds is not a spread over workloads.",
	"Between two settings that were run, a straight line is assumed. Nothing on that line was run.",
	"The only price is hours and the only harm is waiting. You must say what a minute without a task costs.",
}

// Document writes an evaluation as Markdown, with what it does not prove.
func Document(out io.Writer, e report.Evaluation) error {
	var sections bytes.Buffer
	fmt.Fprint(&sections, "## Ours\n\nOne set of entries for all traces, nothing tuned to any of them:\n\n| Setting | policy | entry |\n|---|---|---|\n")
	for _, s := range ours() {
		entry := s.Entry
		if entry == "" {
			entry = "{}"
		}
		fmt.Fprintf(&sections, "| %s | `%s` | `%s` |\n", s.Name, s.Policy, entry)
	}
	fmt.Fprint(&sections, "\n## What it does not prove\n\n")
	for _, l := range limits {
		fmt.Fprintf(&sections, "- %s\n", l)
	}
	fmt.Fprint(&sections, "\n## Traces\n\n| Trace | lower bound | source and licence |\n|---|---:|---|\n")
	for _, t := range e.Traces {
		fmt.Fprintf(&sections, "| %s | %.0f instance-hours | %s |\n", t.Name, t.LowerBoundHours, t.Attribution)
	}
	sections.WriteString("\n")

	var b bytes.Buffer
	fmt.Fprint(&b, "# Evaluation\n\n")
	if err := report.EvaluationMarkdown(&b, e, sections.String()); err != nil {
		return err
	}
	fmt.Fprint(&b, "\nThe page with every frontier is [evaluation.html](evaluation.html). Measures are defined in [simulator.md](simulator.md#measures). What was tried and what is left is in [remedies.md](remedies.md).\n")
	_, err := b.WriteTo(out)
	return err
}
