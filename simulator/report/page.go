package report

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"time"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator"
)

// Comparison is one workload under one or several policies.
type Comparison struct {
	// Workload is its name, Why what it shows in a sentence.
	Workload, Why string
	// Hosts says in words on what it ran, as "m5.xlarge (4 vCPU, 15 GiB), 2 to 40".
	Hosts string
	// Settle is how much of the beginning is shown and not measured.
	Settle time.Duration
	// Entry is the entry of our policies, as JSON; empty is {}.
	Entry []byte
	// Prices says in words what an hour of a host costs; empty: there is no money.
	Prices string
	// Runs are the policies; the others are compared with the first.
	Runs []simulator.Result
}

// Settled is how long it settles, in words.
func (c Comparison) Settled() string { return span(c.Settle.Seconds()) }

// mostSettling is how much of what is not measured a page shows, if there is more than twice as much.
const mostSettling = time.Hour

// withoutHistory leaves out of a page what a long history has before the measured time.
func (c Comparison) withoutHistory() Comparison {
	if c.Settle <= 2*mostSettling || len(c.Runs) == 0 || len(c.Runs[0].Series) < 2 {
		return c
	}
	from := c.settled().Add(-mostSettling)
	c.Settle = mostSettling
	c.Runs = slices.Clone(c.Runs)
	for i := range c.Runs {
		r := &c.Runs[i]
		r.Series = slices.DeleteFunc(slices.Clone(r.Series), func(s simulator.Sample) bool { return !s.At.After(from) })
		r.Verdicts = slices.DeleteFunc(slices.Clone(r.Verdicts), func(v simulator.Verdict) bool { return v.At.Before(from) })
		r.Drains = slices.DeleteFunc(slices.Clone(r.Drains), func(d simulator.Drain) bool { return d.To.Before(from) })
	}
	return c
}

func (c Comparison) settled() time.Time {
	return c.begin().Add(c.Settle)
}

// begin is the beginning of the first sample's minute.
func (c Comparison) begin() time.Time {
	s := c.Runs[0].Series
	return s[0].At.Add(-s[1].At.Sub(s[0].At))
}

func (c Comparison) end() time.Time {
	s := c.Runs[0].Series
	return s[len(s)-1].At
}

//go:embed assets
var assets embed.FS

// asset is a file of ours or of the vendored library; a name that is not there is a fault of this package.
func asset(name string) string {
	content, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err)
	}
	return string(content)
}

// Page writes comparisons as one HTML page that needs nothing else: no network, no file beside it, and for the words and
// tables no script. Several are scenes of one comparison: each has the same policies.
func Page(out io.Writer, scenes ...Comparison) error {
	if len(scenes) == 0 || len(scenes[0].Runs) == 0 {
		return errors.New("a page needs a run with at least two samples")
	}
	view := pageView{
		files: files{Script: "comparison.js"}, Lines: policiesOf(scenes[0].Runs), Single: len(scenes) == 1,
		Policies: plural.Count(len(scenes[0].Runs), "policy", "policies"),
	}
	for i, c := range scenes {
		scene, data, err := sceneOf(c, i)
		if err != nil {
			return err
		}
		view.Scenes = append(view.Scenes, scene)
		view.Data.Scenes = append(view.Data.Scenes, data)
	}
	view.Title, view.Over = headline(scenes), over(scenes)
	return write(out, "comparison.html", view)
}

func sceneOf(c Comparison, nth int) (sceneView, pageData, error) {
	c = c.withoutHistory()
	data, err := dataOf(c)
	if err != nil {
		return sceneView{}, data, err
	}
	groups, err := tableOf(c.Runs)
	if err != nil {
		return sceneView{}, data, err
	}
	scene := sceneView{
		Comparison: c, Nth: nth, Entry: entryOf(c.Entry), Knobs: knobWords(c.Runs[0].Knobs), Begin: c.begin(), End: c.end(),
		Lasts: span(c.end().Sub(c.begin()).Seconds()), Brief: briefOf(c.Runs), Stories: storiesOf(c.Runs), Groups: groups,
		Unplaced: strips(c, "unplaced"), Billed: strips(c, "billed"), Harms: harms(c.Runs),
	}
	for i, r := range c.Runs {
		changes, left := changesOf(r)
		scene.Details = append(scene.Details, detail{
			ID: fmt.Sprintf("d%d-%d", nth, i), Policy: r.Policy, Run: i, Plots: details(r, i), Tallies: talliesOf(r), Hours: hourly(r), Changes: changes, Left: left,
		})
	}
	return scene, data, nil
}

// files are what a page carries with it.
type files struct {
	Script string
}

// CSS is the library's and ours.
func (files) CSS() template.CSS {
	return template.CSS(asset("uplot/uPlot.min.css") + asset("page.css"))
}

// JS is the library, what both pages share, and the page's own.
func (f files) JS() template.JS {
	return template.JS(asset("uplot/uPlot.iife.min.js") + "\n" + asset("common.js") + asset(f.Script))
}

type pageView struct {
	files
	Title, Over, Policies string
	// Single: there is one scene.
	Single bool
	Lines  []shownPolicy
	Scenes []sceneView
	Data   struct {
		Scenes []pageData `json:"scenes"`
	}
}

// sceneView is a comparison on a page, the Nth.
type sceneView struct {
	Comparison
	Nth                 int
	Lasts, Entry, Knobs string
	Begin, End          time.Time
	Brief               brief
	Harms               []string
	Stories             []story
	Groups              []tableGroup
	Unplaced, Billed    []plot
	Details             []detail
}

// detail is what is shown of one run.
type detail struct {
	ID      string
	Policy  string
	Run     int
	Plots   []plot
	Tallies []tally
	Hours   []hour
	Changes []change
	// Left is how many changes are not listed.
	Left int
}

func entryOf(entry []byte) string {
	var compact bytes.Buffer
	if len(entry) == 0 || json.Compact(&compact, entry) != nil {
		return "{}"
	}
	return compact.String()
}

func write(out io.Writer, name string, view any) error {
	t, err := template.New(name).Funcs(template.FuncMap{
		"clock":   clock,
		"percent": percent,
		"title":   simulator.Title,
		"signed":  func(n int) string { return typeset(signed(n)) },
		"mean":    func(v float64) string { return fmt.Sprintf("%.1f", v) },
		"minute":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"inc":     func(n int) int { return n + 1 },
	}).ParseFS(assets, "assets/*.html")
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := t.ExecuteTemplate(&page, name, view); err != nil {
		return err
	}
	_, err = page.WriteTo(out)
	return err
}

func meaning(reason scaler.Reason) string {
	for _, m := range scaler.Meanings {
		if m.Reason == reason {
			return m.Sentence
		}
	}
	return ""
}
