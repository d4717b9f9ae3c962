package report

import "io"

// EvaluationPage writes an evaluation as one HTML page, with a frontier for each trace: who had how much unplaced at which
// cost as its knob is turned.
func EvaluationPage(out io.Writer, e Evaluation) error {
	view := evaluationView{
		files: files{Script: "evaluation.js"}, Title: "Evaluation", About: e.About, Quick: e.Quick,
		Told: e.told(), ClaimsTitle: claimsTitle, ClaimsNote: claimsNote, Claims: e.claims(),
		Columns: e.columns(), Sheets: sheetsOf(e), Scenarios: scenarioSheets(e), Ranges: e.rangesNote(), Data: e,
	}
	view.Data.Scenarios = nil // no plot has them
	for i, t := range e.Traces {
		v := traceView{TraceResult: t, Nth: i, Alt: frontierAlt(t)}
		for j, family := range familiesOf(t) {
			v.Families = append(v.Families, familyView{Name: family[0].Family, Nth: j % families})
			for _, p := range family {
				v.Lines = append(v.Lines, pointView{Point: p, Setting: p.knob(), Cells: e.cells(t, p)})
			}
		}
		view.Traces = append(view.Traces, v)
	}
	return write(out, "evaluation.html", view)
}

// families is how many marks and colours there are.
const families = 8

type evaluationView struct {
	files
	Title, About string
	Quick        bool
	// Told says what does not stand at its default.
	Told                    []string
	ClaimsTitle, ClaimsNote string
	Claims                  []claim
	Columns                 []evaluated
	// Ranges says what brackets are.
	Ranges string
	// Sheets come before the traces, Scenarios after them.
	Sheets, Scenarios []sheet
	Traces            []traceView
	Data              Evaluation
}

type traceView struct {
	TraceResult
	Nth      int
	Alt      string
	Families []familyView
	Lines    []pointView
}

type familyView struct {
	Name string
	Nth  int
}

type pointView struct {
	Point
	Setting string
	Cells   []string
}
