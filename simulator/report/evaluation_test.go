package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// madeUpEvaluation sweeps knobs: what costs more leaves less unplaced.
func madeUpEvaluation() Evaluation {
	e := Evaluation{About: "Every policy on every trace, three seeds each.", Against: []string{"managed-95", "managed-75"}, Sets: []Set{
		{Name: "as simulated", Sentence: "Nothing is other.", Source: "AWS"}, {Name: "slow queue", Sentence: "The queue is slow.", Source: "not published", Turned: "ecs.queue_loop 1m"},
	}}
	for i, name := range []string{"nyc_taxi", "azure_vm2017", "flash-crowd"} {
		t := TraceResult{Name: name, Why: "A demand with a daily and a weekly cycle.", LowerBoundHours: 1000 + 400*float64(i), Days: 4, Services: i != 1}
		if i < 2 {
			t.Attribution = "Numenta Anomaly Benchmark, MIT"
		}
		for f, family := range []string{"gap", "signal", "managed", "alarms", "schedulable"} {
			for k := range 5 {
				hours := t.LowerBoundHours * (1.08 + 0.07*float64(k) + 0.03*float64(f))
				unplaced := 60 * float64((4-k)*(4-k)*(4-k)) * float64(1+3*f) * 4
				t.Runs = append(t.Runs, Point{
					Family: family, Policy: fmt.Sprintf("%s-%d", family, 95-5*k), Knob: fmt.Sprintf("scale_out_at %d %%", 95-5*k),
					Ours: f < 2, Default: k == 3, Seeds: 3, Rival: map[bool]string{false: family}[f < 2],
					InstanceHours:   SpreadOf(hours, hours*1.01, hours*0.98),
					UnplacedSeconds: SpreadOf(unplaced, unplaced*1.4, unplaced*0.7),
					LateSeconds:     SpreadOf(unplaced/2, unplaced*0.8, unplaced*0.3),
					Sets:            []SetPoint{{InstanceHours: hours / 4, LateSeconds: unplaced / 8}, {InstanceHours: hours / 4, LateSeconds: unplaced / 16}},
					WaitP99:         SpreadOf(60, 65, 200), Reversals: SpreadOf(float64(f), float64(f)),
				})
			}
		}
		e.Traces = append(e.Traces, t)
	}
	quiet := TraceResult{Name: "quiet-night", LowerBoundHours: 72}
	for _, policy := range []string{"gap", "managed-100"} {
		quiet.Runs = append(quiet.Runs, Point{Family: policy, Policy: policy, Ours: policy == "gap", Default: true, Seeds: 1, OverLowerBound: SpreadOf(1.5), Sets: make([]SetPoint, 2)})
	}
	e.Scenarios = append(e.Scenarios, quiet)
	return e
}

func TestTheEvaluationsPageHasItsFiguresAndNeedsNothingElse(t *testing.T) {
	e := madeUpEvaluation()
	e.Traces[0].Name = "</script><script>"
	var page bytes.Buffer
	require.NoError(t, EvaluationPage(&page, e))
	balanced(t, page.String())
	root := parsed(t, page.String())
	scripts := elements(root, "script")
	require.Len(t, scripts, 2)
	var back Evaluation
	require.NoError(t, json.Unmarshal([]byte(scripts[0].FirstChild.Data), &back))
	e.Scenarios = nil // tables alone have them
	assert.Equal(t, e, back)
	assert.Contains(t, scripts[0].FirstChild.Data, `"together":{"name":"All traces of services"`)
	frontiers := 0
	walk(root, func(n *html.Node) {
		if attr(n, "data-frontier") != "" {
			frontiers++
			assert.Contains(t, attr(n, "aria-label"), "managed: ")
		}
		for _, a := range n.Attr {
			assert.NotEqual(t, "src", a.Key, n.Data)
			assert.True(t, a.Key != "href" || strings.HasPrefix(a.Val, "#"), "%s leads elsewhere", a.Val)
		}
	})
	assert.Equal(t, len(e.Traces)+1, frontiers, "one of all together comes first")
	assert.Contains(t, page.String(), e.Traces[0].Attribution)
}

func TestMarkdownHasEveryPointAndEveryAttribution(t *testing.T) {
	e := madeUpEvaluation()
	e.Traces[1].Runs[0].Knob = "a | b"
	var out bytes.Buffer
	require.NoError(t, EvaluationMarkdown(&out, e, "## More\n\nIt is so.\n\n"))
	widths := []int{3 + len(e.columns())}
	for _, s := range append(append(sheetsOf(e), scenarioSheets(e)...), targetSheet(e)) {
		widths = append(widths, len(s.Head))
		for _, l := range s.Lines {
			assert.Len(t, l, len(s.Head), s.Name)
		}
	}
	for line := range strings.SplitSeq(out.String(), "\n") {
		if columns := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") - 1; columns > 0 {
			assert.Contains(t, widths, columns, line)
		}
	}
	for _, trace := range e.Traces {
		assert.Contains(t, out.String(), "\n## "+trace.Name+"\n")
		assert.Contains(t, out.String(), trace.Attribution)
	}
	assert.Contains(t, out.String(), "| gap-95 | scale_out_at 95 % | 3 | 136 (76.8–205) | 1,076 (1,058–1,091) | 1.08 × | 16–32 | 270 |")
}

func TestASpreadHoldsItsMean(t *testing.T) {
	assert.Equal(t, Spread{Mean: 3, Median: 2, Min: 1, Max: 6}, SpreadOf(6, 1, 2))
	assert.InDelta(t, 1.5, SpreadOf(2, 1).Median, 0)
	assert.Equal(t, Spread{Mean: 0.1, Median: 0.1, Min: 0.1, Max: 0.1}, SpreadOf(0.1, 0.1, 0.1))
	assert.Equal(t, Spread{}, SpreadOf())
}
