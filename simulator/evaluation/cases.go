package evaluation

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/report"
	"ecs-cluster-scaler/simulator/workload"
)

// Extent is how much of each trace is run.
type Extent int

// Extents.
const (
	// Usual is four days of each trace.
	Usual Extent = iota
	// Quick is a day of each, for daily use.
	Quick
	// Full is the whole of each window.
	Full
)

func (e Extent) most() int {
	switch e {
	case Quick:
		return 86400
	case Full:
		return 1 << 40
	default:
		return 4 * 86400
	}
}

// Case is a trace or a scenario.
type Case struct {
	Name, Why, Attribution string
	// Scenario is one of ours; Services is one whose tasks belong to services, not standalone ones.
	Scenario, Services bool
	Lasts              time.Duration
	// Kind is [report.Calm] or [report.Crowd], whose targets are known; empty: nobody said.
	Kind report.Kind
	// LateBefore is the late waiting, in task-minutes a day, that ours left before headroom fitted itself; 0: not known.
	LateBefore float64
	// Make makes the workload, anew for each run.
	Make func() (workload.Workload, error)
	// identity is what tells its runs from those of another.
	identity string
	// day is its first day alone, for ranges; nil: it is no longer than that, or a scenario.
	day *Case
}

// short is the part of it that is run under every set.
func (c Case) short() Case {
	if c.day != nil {
		return *c.day
	}
	return c
}

// known are traces whose source is known, with the window that is worth running. Of another trace it is the beginning.
// lateBefore was measured at commit dc7980e, of gap with the entry {}, seeds 1 to 3, over the four days that are measured here. 0: nobody waited late, or it is not known.
var known = map[string]struct {
	window      workload.Window
	attribution string
	lateBefore  float64
}{
	"tasks_azure_vm2017_a": {window: workload.Window{From: 86400, To: 259200}, attribution: "Azure Public Dataset V1 (Cortez et al., SOSP'17), CC BY 4.0; sampled 1 in 10 batches, cores and memory ÷ 4, lifetimes drawn inside their published bins"},
	"tasks_openb2023_div8": {window: workload.Window{From: 1209600, To: 1555200}, attribution: "Alibaba cluster-trace-gpu-v2023 (Weng et al., ATC'23), Apache-2.0; CPU and memory ÷ 8, GPUs dropped"},
	"demand_nyc_taxi":      {window: workload.Window{From: 1209600, To: 2419200}, attribution: "Numenta Anomaly Benchmark, MIT"},
	"demand_nasa1995":      {attribution: "NASA-HTTP, Internet Traffic Archive (\"may be freely redistributed\")", lateBefore: 18.0},
	"demand_elb_requests":  {attribution: "Numenta Anomaly Benchmark, MIT", lateBefore: 354.9},
}

// flashCrowdBefore is the same of flash-crowd.
const flashCrowdBefore = 947.9

// kinds are the scenarios that targets name.
var kinds = map[string]report.Kind{"diurnal": report.Calm, "quiet-night": report.Calm, "flash-crowd": report.Crowd}

// Cases are the traces of a folder, demand_*.csv, services_*.csv and tasks_*.csv, and every scenario. Each is measured after
// so much history, which is simulated first. A trace that begins with its window gives its beginning for that, at most half
// of it.
func Cases(folder string, extent Extent, history time.Duration) ([]Case, error) {
	if _, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("--traces: %w; name a folder with files named demand_*.csv, services_*.csv or tasks_*.csv", err)
	}
	var cases []Case
	for _, pattern := range []string{"demand_*.csv", "services_*.csv", "tasks_*.csv"} {
		paths, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return nil, fmt.Errorf("--traces: %w", err)
		}
		for _, path := range paths {
			c, err := trace(path, extent, history)
			if err != nil {
				return nil, err
			}
			if extent != Quick {
				day, err := trace(path, Quick, history)
				if err != nil {
					return nil, err
				}
				c.day = &day
			}
			cases = append(cases, c)
		}
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("%s has no trace; it must hold files named demand_*.csv, services_*.csv or tasks_*.csv, as docs/simulator.md describes them", folder)
	}
	for _, w := range workload.All() {
		c := Case{
			Name: w.Name, Why: w.Why, Scenario: true, Lasts: w.Lasts + history, Kind: kinds[w.Name],
			Make: func() (workload.Workload, error) {
				made, err := workload.Named(w.Name)
				return made.After(history), err
			},
			identity: fmt.Sprintf("%s after %s", w.Name, plural.Duration(history)),
		}
		if c.Kind == report.Crowd {
			c.LateBefore = flashCrowdBefore
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// Only keeps the named cases.
func Only(cases []Case, names []string) ([]Case, error) {
	if len(names) == 0 {
		return cases, nil
	}
	var kept []Case
	for _, name := range names {
		i := slices.IndexFunc(cases, func(c Case) bool { return c.Name == name })
		if i < 0 {
			var all []string
			for _, c := range cases {
				all = append(all, c.Name)
			}
			return nil, fmt.Errorf("there is no trace or scenario %q; there are %s", name, strings.Join(all, ", "))
		}
		kept = append(kept, cases[i])
	}
	return kept, nil
}

func trace(path string, extent Extent, history time.Duration) (Case, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Case{}, err
	}
	name := strings.TrimSuffix(filepath.Base(path), ".csv")
	c := Case{Name: name, Attribution: "no attribution given", Services: !strings.HasPrefix(name, "tasks_")}
	of := known[name]
	if of.attribution != "" {
		c.Attribution = of.attribution
	}
	part, begin, end, err := read(path, name, bytes.NewReader(text))
	if err != nil {
		return Case{}, err
	}
	window, before := extent.cut(of.window, begin, end, history)
	whole := workload.Window{From: window.From - int(before/time.Second), To: window.To}
	c.Make = func() (workload.Workload, error) {
		made, _, err := part(whole)
		made.Settle += before
		return made, err
	}
	w, notes, err := part(whole)
	if err != nil {
		return Case{}, err
	}
	c.Lasts = w.Lasts
	c.Why = fmt.Sprintf("%s Seconds %d to %d of it", w.Why, window.From, window.To)
	if before > 0 {
		c.Why += fmt.Sprintf(", after %s of history", plural.Duration(before))
	}
	c.Why += "."
	for _, note := range notes {
		c.Why += " " + note + "."
	}
	c.identity = fmt.Sprintf("%s %x %d:%d after %s", name, sha256.Sum256(text), window.From, window.To, before)
	if extent == Usual {
		c.LateBefore = of.lateBefore
	}
	return c, nil
}

// read reads a trace of the kind that its name tells. part makes a workload of a window of it, which lies between begin
// and end.
func read(path, name string, from io.Reader) (part func(workload.Window) (workload.Workload, []string, error), begin, end int, err error) {
	switch kind, _, _ := strings.Cut(name, "_"); kind {
	case "demand":
		points, err := workload.ParseDemand(path, from)
		if err != nil {
			return nil, 0, 0, err
		}
		return func(w workload.Window) (workload.Workload, []string, error) {
			made, err := workload.Demand([]workload.Series{{Name: name, Points: points}}, w)
			return made, nil, err
		}, 0, points[len(points)-1].At, nil
	case "services":
		lines, err := workload.ParseServices(path, from)
		if err != nil {
			return nil, 0, 0, err
		}
		return func(w workload.Window) (workload.Workload, []string, error) {
			return workload.Services(name, lines, w)
		}, lines[0].At, lines[len(lines)-1].At, nil
	default:
		tasks, err := workload.ParseTasks(path, from)
		if err != nil {
			return nil, 0, 0, err
		}
		for _, t := range tasks {
			end = max(end, t.End)
		}
		return func(w workload.Window) (workload.Workload, []string, error) { return workload.Tasks(name, tasks, w) }, 0, end, nil
	}
}

// cut is as much of a window, or of a whole trace, as is to be measured, and how much of the trace before it is its history.
func (e Extent) cut(w workload.Window, begin, end int, history time.Duration) (workload.Window, time.Duration) {
	if w.To == 0 || w.To > end {
		w.To = end
	}
	if w.From < begin || w.From >= w.To {
		w.From = begin
	}
	before := int(history / time.Second)
	if w.From-begin < before {
		before = min(before, (w.To-begin)/2/60*60)
		w.From = max(w.From, begin+before)
	}
	w.To = min(w.To, w.From+e.most())
	return w, time.Duration(before) * time.Second
}
