package evaluation

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/workload"
	"ecs-cluster-scaler/thresholds"
)

func TestEverySettingCanBeSimulated(t *testing.T) {
	names := map[string]bool{}
	for _, s := range grid("") {
		assert.False(t, names[s.Name], "%s stands twice", s.Name)
		names[s.Name] = true
		if s.Entry != "" {
			_, err := thresholds.Parse([]byte(s.Entry), nil)
			require.NoError(t, err, s.Name)
		}
	}
	for _, name := range Against() {
		assert.True(t, names[name], name)
	}
	names = map[string]bool{}
	for _, s := range asTheyCome("") {
		assert.Contains(t, simulator.Policies(), s.Policy)
		assert.False(t, names[s.Name], "%s stands twice", s.Name)
		names[s.Name] = true
	}
}

// folder has a short trace of each kind, and a file that is none.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"tasks_own.csv":    "start_s,end_s,cpu_units,memory_mib,gpus,group\n0,7200,2048,4096,0,a\n600,4200,1024,2048,0,a\n700,800,9999,1,0,b\n",
		"demand_own.csv":   "t_s,value\n0,100\n1800,300\n3600,100\n",
		"services_own.csv": "t_s,service,desired,cpu_units,memory_mib\n1700000000,web,4,512,1024\n1700000000,etl,1,9999,1\n1700003600,web,2,512,1024\n",
		"README.md":        "own traces",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func TestTracesAreFoundByTheirNames(t *testing.T) {
	cases, err := Cases(folder(t), Usual, 0)
	require.NoError(t, err)
	assert.Equal(t, "demand_own", cases[0].Name)
	assert.True(t, cases[0].Services)
	assert.Equal(t, "services_own", cases[1].Name)
	assert.True(t, cases[1].Services)
	assert.Equal(t, "A trace of what 1 service wanted, with 0 roll-outs. Seconds 1700000000 to 1700003600 of it. "+
		"tasks of etl are larger than a host (m5.xlarge: 4096 CPU, 15400 MiB) and left out; they need up to 9999 CPU, 1 MiB.", cases[1].Why)
	assert.Equal(t, 2*time.Hour, cases[1].Lasts)
	assert.Equal(t, "tasks_own", cases[2].Name)
	assert.False(t, cases[2].Services)
	assert.Equal(t, "no attribution given", cases[2].Attribution)
	assert.Contains(t, cases[2].Why, "1 of 3 tasks are larger than a host")
	assert.True(t, cases[3].Scenario)

	some, err := Only(cases, []string{"diurnal", "tasks_own"})
	require.NoError(t, err)
	assert.Len(t, some, 2)
	_, err = Only(cases, []string{"dirunal"})
	require.ErrorContains(t, err, `there is no trace or scenario "dirunal"; there are demand_own, services_own, tasks_own, diurnal`)
	_, err = Cases(t.TempDir(), Usual, 0)
	require.ErrorContains(t, err, "has no trace")
	_, err = Cases("/nowhere", Usual, 0)
	assert.ErrorContains(t, err, "--traces: stat /nowhere: no such file or directory")
}

// cut is an extent's part of a window without history.
func cut(e Extent, w workload.Window, begin, end int) workload.Window {
	part, _ := e.cut(w, begin, end, 0)
	return part
}

func TestOnlyPartOfALongTraceIsRun(t *testing.T) {
	const day = 86400
	window := known["demand_nyc_taxi"].window
	assert.Equal(t, 4*day, cut(Usual, window, 0, 56*day).To-window.From)
	assert.Equal(t, day, cut(Quick, window, 0, 56*day).To-window.From)
	assert.Equal(t, 28*day, cut(Full, window, 0, 56*day).To)
	assert.Equal(t, 3600, cut(Usual, window, 0, 3600).To, "another trace of that name")
	assert.Zero(t, cut(Usual, window, 0, 3600).From)
	assert.Equal(t, workload.Window{From: 1700000000, To: 1700000000 + day}, cut(Quick, workload.Window{}, 1700000000, 1700000000+3*day), "a trace that begins later")
}

func TestHistoryIsWhatComesBeforeTheWindow(t *testing.T) {
	const day = 86400
	for what, c := range map[string]struct {
		window     workload.Window
		begin, end int
		from, to   int
		before     time.Duration
	}{
		"before the window":             {workload.Window{From: 3 * day, To: 9 * day}, 0, 20 * day, 3 * day, 7 * day, 24 * time.Hour},
		"the trace's own first day":     {workload.Window{}, 0, 20 * day, day, 5 * day, 24 * time.Hour},
		"of a trace that begins later":  {workload.Window{}, 100 * day, 120 * day, 101 * day, 105 * day, 24 * time.Hour},
		"half of a trace of a day":      {workload.Window{}, 0, day, day / 2, day, 12 * time.Hour},
		"nothing of a trace of seconds": {workload.Window{}, 0, 100, 0, 100, 0},
	} {
		window, before := Usual.cut(c.window, c.begin, c.end, 24*time.Hour)
		assert.Equal(t, workload.Window{From: c.from, To: c.to}, window, what)
		assert.Equal(t, c.before, before, what)
	}
}

func TestHistoryIsRunAndNotMeasured(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "demand_own.csv"), []byte("t_s,value\n0,100\n7200,300\n14400,100\n"), 0o600))
	for history, hours := range map[time.Duration]float64{0: 4, time.Hour: 3, 24 * time.Hour: 2} {
		cases, err := Cases(dir, Usual, history)
		require.NoError(t, err)
		assert.Equal(t, 5*time.Hour, cases[0].Lasts, "with an hour to settle")
		m, err := job{of: cases[0], setting: Setting{Policy: "managed-100"}, seed: 1, knobs: aws.Defaults()}.run(t.Context())
		require.NoError(t, err)
		assert.InDelta(t, hours, m.Hours, 1e-9, "after %s", history)
	}
	cases, err := Cases(dir, Usual, time.Hour)
	require.NoError(t, err)
	assert.Contains(t, cases[0].Why, "Seconds 3600 to 14400 of it, after 1h of history.")
	scenario, err := cases[1].Make()
	require.NoError(t, err)
	assert.Equal(t, cases[1].Lasts, scenario.Lasts)
}

func TestEvaluationGoesOnWhereItWasInterrupted(t *testing.T) {
	cases, err := Cases(folder(t), Usual, 0)
	require.NoError(t, err)
	cases, err = Only(cases, []string{"tasks_own"})
	require.NoError(t, err)
	cache := Cache{Folder: filepath.Join(t.TempDir(), "runs"), Build: "a"}
	ctx, stop := context.WithCancel(t.Context())
	done := 0
	plan := Plan{Cases: cases, Seeds: 2, Cache: cache, Progress: func(p Progress) {
		if done = p.Runs; done == 3 {
			stop()
		}
	}}
	_, err = Run(ctx, plan)
	require.ErrorIs(t, err, context.Canceled)

	var first Progress
	plan.Progress = func(p Progress) {
		if first.Of == 0 {
			first = p
		}
	}
	found, err := Run(t.Context(), plan)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, first.Cached, 3)
	assert.Equal(t, first.Cached+1, first.Runs)
	require.Len(t, found.Traces, 1)
	assert.Len(t, found.Traces[0].Runs, len(grid("")))
	for _, row := range found.Traces[0].Runs {
		compared := row.Policy == "ours" || row.Rival == "managed" || row.Rival == "alarms"
		assert.Equal(t, map[bool]int{true: 2, false: 1}[compared], row.Seeds, row.Policy)
	}

	plan.Progress = func(Progress) { t.Error("a finished run was run again") }
	again, err := Run(t.Context(), plan)
	require.NoError(t, err)
	assert.Equal(t, found, again)

	var document bytes.Buffer
	require.NoError(t, Document(&document, plan.Report(found, "clusterscaler evaluate", Usual)))
	assert.Contains(t, document.String(), "\n## What it does not prove\n")
	assert.Contains(t, document.String(), "Each row ran again under 6 sets of knobs that change one guess each, and under one that changes none")
	assert.Contains(t, document.String(), "| tasks_own | ECS managed scaling, target 100 |")
	assert.Equal(t, 1, strings.Count(document.String(), "\n## tasks_own\n"))
}

func TestEvaluationsSideBySideShareTheirRuns(t *testing.T) {
	cases, err := Cases(folder(t), Usual, 0)
	require.NoError(t, err)
	cases, err = Only(cases, []string{"tasks_own"})
	require.NoError(t, err)
	plan := Plan{Cases: cases, Seeds: 1, Cache: Cache{Folder: t.TempDir(), Build: "a"}}
	jobs, err := plan.jobs()
	require.NoError(t, err)
	const other = 12345
	var once sync.Once
	plan.Progress = func(Progress) {
		once.Do(func() {
			for _, j := range jobs {
				assert.NoError(t, plan.Cache.put(j, simulator.Measures{InstanceHours: other}))
			}
		})
	}
	found, err := Run(t.Context(), plan)
	require.NoError(t, err)
	shared := 0
	for _, p := range found.Traces[0].Runs {
		if p.InstanceHours.Mean == other {
			shared++
		}
	}
	assert.Greater(t, shared, len(grid(""))/2, "what another kept is not run")
}

func TestARunThatFailsIsNamed(t *testing.T) {
	broken := Case{Name: "own", Make: func() (workload.Workload, error) { return workload.Workload{}, errors.New("no room") }}
	plan := Plan{Cases: []Case{broken}, Seeds: 1, Cache: Cache{Folder: t.TempDir(), Build: "a"}}
	jobs, err := plan.jobs()
	require.NoError(t, err)
	_, err = plan.once(t.Context(), jobs[0])
	require.EqualError(t, err, "own under ours, fitted at 90 up to 25 %, seed 1: no room")
	_, err = plan.once(t.Context(), jobs[len(Sets())])
	require.EqualError(t, err, "own under ours, fitted at 90 up to 25 %, seed 1, set “slow boot”: no room")
	_, err = Run(t.Context(), plan)
	assert.ErrorContains(t, err, "no room", "an evaluation without one of its runs is none")
}

func TestARunIsKeptForItsOwnSetupAlone(t *testing.T) {
	cache := Cache{Folder: t.TempDir(), Build: "a"}
	j := job{of: Case{identity: "t"}, setting: Setting{Policy: "gap", Entry: "{}"}, seed: 1, knobs: aws.Defaults()}
	require.NoError(t, cache.put(j, simulator.Measures{Hours: 3}))
	m, found := cache.get(j)
	assert.True(t, found)
	assert.InDelta(t, 3, m.Hours, 0)
	for what, change := range map[string]func(*job){
		"trace":    func(j *job) { j.of.identity = "u" },
		"policy":   func(j *job) { j.setting.Policy = "surge" },
		"entry":    func(j *job) { j.setting.Entry = "" },
		"seed":     func(j *job) { j.seed = 2 },
		"knobs":    func(j *job) { j.knobs.ECS.BackOff++ },
		"strategy": func(j *job) { j.strategy = workload.Spread },
		"prices":   func(j *job) { j.prices = simulator.Prices{"any": 1} },
	} {
		other := j
		change(&other)
		_, found = cache.get(other)
		assert.False(t, found, what)
	}
	_, found = Cache{Folder: cache.Folder, Build: "b"}.get(j)
	assert.False(t, found, "build")
	require.NoError(t, os.WriteFile(cache.path(j), []byte("{"), 0o600))
	_, found = cache.get(j)
	assert.False(t, found, "a file that was cut short is run again")
}
