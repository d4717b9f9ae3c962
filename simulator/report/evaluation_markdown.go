package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// EvaluationMarkdown writes an evaluation's tables as Markdown, without a title: the document around them says what they
// prove and what not.
func EvaluationMarkdown(out io.Writer, e Evaluation) error {
	var b bytes.Buffer
	if e.About != "" {
		fmt.Fprintf(&b, "%s\n\n", oneLine(e.About))
	}
	if e.Quick {
		fmt.Fprint(&b, "This is the quick subset.\n\n")
	}
	fmt.Fprint(&b, "## At equal instance-hours\n\n")
	fmt.Fprint(&b, "Each setting of another policy against the best of ours that took no more instance-hours: by how many ours had at most half the unplaced task-seconds, no more, or lost.\n\n")
	tableHead(&b, []string{"Trace", "others' settings", "at most half", "no more", "lost to"}, 1, 4)
	for _, t := range e.Traces {
		s := standingOf(t)
		tableLine(&b, []string{t.Name, fmt.Sprint(s.Points), fmt.Sprint(s.Halved), fmt.Sprint(s.Better), s.LostTo()})
	}
	for _, t := range e.Traces {
		fmt.Fprintf(&b, "\n## %s\n\n", oneLine(t.Name))
		if t.Why != "" {
			fmt.Fprintf(&b, "%s ", oneLine(t.Why))
		}
		fmt.Fprintf(&b, "Lower bound: %s instance-hours. Means over seeds, in brackets the least and the most.\n\n", tenth(t.LowerBoundHours))
		head := []string{"Policy", "knob", "seeds"}
		for _, c := range evaluatedColumns {
			head = append(head, c.Name)
		}
		tableHead(&b, head, 2, len(head))
		for _, family := range familiesOf(t) {
			for _, p := range family {
				tableLine(&b, append([]string{p.Policy, p.knob(), fmt.Sprint(p.Seeds)}, t.cells(p)...))
			}
		}
		if t.Attribution != "" {
			fmt.Fprintf(&b, "\nTrace: %s\n", oneLine(t.Attribution))
		}
	}
	_, err := b.WriteTo(out)
	return err
}

// tableHead aligns the columns from one to before another to the right: those of numbers.
func tableHead(b *bytes.Buffer, names []string, from, to int) {
	tableLine(b, names)
	for i := range names {
		if from <= i && i < to {
			b.WriteString("|---:")
		} else {
			b.WriteString("|---")
		}
	}
	b.WriteString("|\n")
}

func tableLine(b *bytes.Buffer, cells []string) {
	for _, c := range cells {
		fmt.Fprintf(b, "| %s ", oneLine(c))
	}
	b.WriteString("|\n")
}

var markdown = strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;")

func oneLine(s string) string { return markdown.Replace(s) }
