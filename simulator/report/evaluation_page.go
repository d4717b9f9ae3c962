package report

import (
	"io"
	"strconv"
)

// EvaluationPage writes an evaluation as one HTML page, with a frontier for each trace: who had how much unplaced at which
// cost as its knob is turned.
func EvaluationPage(out io.Writer, e Evaluation) error {
	view := evaluationView{
		files: files{Script: "evaluation.js"}, Title: "Evaluation", About: e.About, Quick: e.Quick, Verdict: e.verdict(),
		Told: e.told(), ClaimsTitle: claimsTitle, ClaimsNote: claimsNote, Claims: e.claims(),
		Columns: e.columns(), Sheets: sheetsOf(e), Scenarios: scenarioSheets(e), Ranges: e.rangesNote(), Data: evaluationData{Evaluation: e},
	}
	view.Data.Scenarios = nil // no plot has them
	if sum, several := e.together(); several {
		view.Data.Together = &sum
		first := frontierOfTrace(sum, "together")
		view.First, view.FirstNote = &first, pictureNote(sum)
	}
	if s := targetSheet(e); len(s.Lines) > 0 {
		view.Targets = &s
	}
	for i, t := range e.Traces {
		v := traceView{TraceResult: t, Nth: i, Frontier: frontierOfTrace(t, strconv.Itoa(i))}
		for _, family := range familiesOf(t) {
			for _, p := range family {
				v.Lines = append(v.Lines, pointView{Point: p, Setting: p.knob(), Cells: e.cells(t, p)})
			}
		}
		view.Traces = append(view.Traces, v)
	}
	return write(out, "evaluation.html", view)
}

func frontierOfTrace(t TraceResult, of string) frontierView {
	v := frontierView{Of: of, Alt: frontierAlt(t)}
	for i, family := range familiesOf(t) {
		v.Families = append(v.Families, familyView{Name: family[0].Family, Nth: i % families, Ours: family[0].Ours})
	}
	return v
}

// families is how many marks and colours there are.
const families = 9

type evaluationView struct {
	files
	Title, About string
	Quick        bool
	Verdict      []string
	// First is the frontier of all traces of services together, if there are several.
	First     *frontierView
	FirstNote string
	Targets   *sheet
	// Told says what does not stand at its default.
	Told                    []string
	ClaimsTitle, ClaimsNote string
	Claims                  []claim
	Columns                 []evaluated
	// Ranges says what brackets are.
	Ranges string
	// Sheets are of traces, Scenarios of scenarios.
	Sheets, Scenarios []sheet
	Traces            []traceView
	Data              evaluationData
}

// evaluationData is what the plots are drawn from.
type evaluationData struct {
	Evaluation
	Together *TraceResult `json:"together,omitempty"`
}

type traceView struct {
	TraceResult
	Nth      int
	Frontier frontierView
	Lines    []pointView
}

// frontierView is a plot: Of says of which trace.
type frontierView struct {
	Of, Alt  string
	Families []familyView
}

type familyView struct {
	Name string
	Nth  int
	Ours bool
}

type pointView struct {
	Point
	Setting string
	Cells   []string
}
