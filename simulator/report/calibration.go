package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/calibration"
	"ecs-cluster-scaler/simulator/recording"
)

// Calibration is what a recording says of the knobs.
type Calibration struct {
	Cluster string         `json:"cluster"`
	Made    recording.Made `json:"made"`
	From    time.Time      `json:"from"`
	To      time.Time      `json:"to"`
	// Resolution is how far apart two looks were, in seconds.
	Resolution int                   `json:"resolution_s"`
	Findings   []calibration.Finding `json:"findings"`
	// Knobs are a file of knobs, with what the recording shows.
	Knobs map[string]json.RawMessage `json:"knobs"`
}

// CalibrationText writes it for people: what was seen as a table, what a recording cannot show below it, and a file of
// knobs where one is contradicted.
func CalibrationText(w io.Writer, c Calibration) error {
	times := map[calibration.Verdict]int{}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateRows = true
	t.AppendHeader(table.Row{"knob", "value", "verdict", "seen", "what was seen, and what to do"})
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 2, WidthMax: 19, WidthMaxEnforcer: text.WrapSoft}, {Number: 4, Align: text.AlignRight},
		{Number: 5, WidthMax: 50, WidthMaxEnforcer: text.WrapSoft},
	})
	var whys []string // in the order of their first knob
	silent := map[string][]string{}
	for _, f := range c.Findings {
		if f.Verdict == calibration.NotSeen && f.Seen == 0 {
			if silent[f.Why] == nil {
				whys = append(whys, f.Why)
			}
			silent[f.Why] = append(silent[f.Why], f.Knob)
			continue
		}
		times[f.Verdict]++
		t.AppendRow(table.Row{f.Knob, plain(f.Value), strings.ReplaceAll(string(f.Verdict), "_", " "), f.Seen, strings.TrimSpace(f.Why + " " + f.Do)})
	}
	paragraphs := []string{fmt.Sprintf("%s, %s to %s UTC, %s. Of the knobs of the simulated AWS the recording contradicts %d and confirms %d; %s in it, but not enough. A knob that is right is contradicted by one recording in ten thousand.",
		c.Cluster, c.From.Format("2006-01-02 15:04"), c.To.Format("2006-01-02 15:04"), made(c), times[calibration.Contradicted], times[calibration.Confirmed], plural.Count(times[calibration.NotSeen], "other shows", "others show"))}
	var out strings.Builder
	out.WriteString(wrapped(paragraphs))
	if t.Length() > 0 {
		out.WriteString(t.Render() + "\n")
	}
	out.WriteString("\nNot seen in this recording:\n")
	for _, why := range whys {
		out.WriteString(indented("  ", why) + indented("    ", strings.Join(silent[why], ", ")))
	}
	if times[calibration.Contradicted] > 0 {
		file, err := json.MarshalIndent(c.Knobs, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(&out, "\nA file of knobs as the recording shows them, which --output knobs writes alone, for simulate --knobs:\n%s\n", file)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func indented(by, sentence string) string {
	var lines strings.Builder
	for line := range strings.SplitSeq(text.WrapSoft(sentence, width-len(by)), "\n") {
		lines.WriteString(by + strings.TrimRight(line, " ") + "\n")
	}
	return lines.String()
}

// plain is a knob's value without the marks of JSON.
func plain(value json.RawMessage) string {
	return strings.NewReplacer(`"`, "", "{", "", "}", "").Replace(string(value))
}

func made(c Calibration) string {
	looks := span(float64(c.Resolution))
	switch c.Made {
	case recording.CloudWatch:
		return "read afterwards from what AWS keeps"
	case recording.Simulated:
		return "a simulated day, looks " + looks + " apart"
	default:
		return "looks " + looks + " apart"
	}
}
