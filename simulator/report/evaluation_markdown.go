package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// EvaluationMarkdown writes an evaluation as Markdown, without a title: the verdict, the picture of [EvaluationPicture], what
// holds, the sections that the document adds to it, and every table.
func EvaluationMarkdown(out io.Writer, e Evaluation, sections string) error {
	var b bytes.Buffer
	for _, line := range e.verdict() {
		fmt.Fprintf(&b, "- %s\n", oneLine(line))
	}
	if t, found := e.lead(); found {
		fmt.Fprintf(&b, "\n![%s](evaluation.svg)\n\n%s\n\n", strings.NewReplacer("[", "(", "]", ")").Replace(oneLine(frontierAlt(t))), oneLine(pictureNote(t)))
	}
	if e.Quick {
		fmt.Fprint(&b, "This is the quick subset.\n\n")
	}
	if s := targetSheet(e); len(s.Lines) > 0 {
		s.markdown(&b)
		b.WriteString("\n")
	}
	if e.About != "" {
		fmt.Fprintf(&b, "## What was run\n\n%s\n\n", oneLine(e.About))
	}
	for _, told := range e.told() {
		fmt.Fprintf(&b, "%s\n\n", oneLine(told))
	}
	e.claimsMarkdown(&b)
	b.WriteString(sections)
	for _, s := range sheetsOf(e) {
		s.markdown(&b)
		b.WriteString("\n")
	}
	for _, t := range e.Traces {
		fmt.Fprintf(&b, "\n## %s\n\n", oneLine(t.Name))
		if t.Why != "" {
			fmt.Fprintf(&b, "%s ", oneLine(t.Why))
		}
		fmt.Fprintf(&b, "Lower bound: %s instance-hours. %s\n\n", tenth(t.LowerBoundHours), e.rangesNote())
		head := []string{"Policy", "knob", "seeds"}
		for _, c := range e.columns() {
			head = append(head, c.Name)
		}
		tableHead(&b, head, 2, len(head))
		for _, family := range familiesOf(t) {
			for _, p := range family {
				tableLine(&b, append([]string{p.Policy, p.knob(), fmt.Sprint(p.Seeds)}, e.cells(t, p)...))
			}
		}
		if t.Attribution != "" {
			fmt.Fprintf(&b, "\nTrace: %s\n", oneLine(t.Attribution))
		}
	}
	for _, s := range scenarioSheets(e) {
		b.WriteString("\n")
		s.markdown(&b)
	}
	_, err := b.WriteTo(out)
	return err
}

func (e Evaluation) claimsMarkdown(b *bytes.Buffer) {
	claims := e.claims()
	if len(claims) == 0 {
		return
	}
	fmt.Fprintf(b, "## %s\n\n%s\n\n", claimsTitle, claimsNote)
	for _, c := range claims {
		fmt.Fprintf(b, "- **%s**\n", oneLine(c.Subject))
		for _, said := range c.Sentences {
			fmt.Fprintf(b, "  - %s\n", oneLine(said))
		}
	}
	b.WriteString("\n")
}

func (s sheet) markdown(b *bytes.Buffer) {
	fmt.Fprintf(b, "## %s\n\n", oneLine(s.Name))
	if s.Note != "" {
		fmt.Fprintf(b, "%s\n\n", oneLine(s.Note))
	}
	tableHead(b, s.Head, s.Words, len(s.Head))
	for _, l := range s.Lines {
		tableLine(b, l)
	}
}

// EvaluationText is what a terminal shows of an evaluation: the verdict, what holds, and late waiting at equal cost.
func EvaluationText(e Evaluation) string {
	held := e.verdict()
	for _, c := range e.claims() {
		held = append(held, c.Subject+": "+strings.Join(c.Sentences, " "))
	}
	if len(e.Against) == 0 || len(e.Traces) == 0 {
		return wrapped(held)
	}
	const late = 8 // columns; those of all waiting would not fit beside them
	s := equalSheet(e)
	s.Head = s.Head[:late]
	for i := range s.Lines {
		s.Lines[i] = s.Lines[i][:late]
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	var columns []table.ColumnConfig
	for i := range s.Head {
		c := table.ColumnConfig{Number: i + 1, WidthMax: 24, WidthMaxEnforcer: text.WrapSoft}
		if i >= s.Words {
			c.Align, c.AlignHeader = text.AlignRight, text.AlignRight
		}
		columns = append(columns, c)
	}
	t.SetColumnConfigs(columns)
	row := func(cells []string) table.Row {
		var r table.Row
		for _, c := range cells {
			r = append(r, c)
		}
		return r
	}
	t.AppendHeader(row(s.Head))
	for _, l := range s.Lines {
		t.AppendRow(row(l))
	}
	return wrapped(held) + "\n" + t.Render() + "\nLate waiting at equal instance-hours, in task-minutes. The files have all, and say how it is read."
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
