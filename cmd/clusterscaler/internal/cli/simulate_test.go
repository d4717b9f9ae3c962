package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/workload"
	"ecs-cluster-scaler/thresholds"
)

// file writes a file and returns its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestASeedGivesOneSimulation(t *testing.T) {
	args := []string{"simulate", "quiet-night", "--length", "1h", "--seed", "3", "--output", "json"}
	none := []string{"AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_REGION="}
	first, second := clusterscaler(t, none, args...), clusterscaler(t, none, args...)
	require.Zero(t, first.code, first.stderr)
	assert.Equal(t, first.stdout, second.stdout)
	var result simulator.Result
	require.NoError(t, json.Unmarshal([]byte(first.stdout), &result))
	assert.Equal(t, "quiet-night", result.Workload)
	assert.Equal(t, uint64(3), result.Seed)
	assert.InDelta(t, 1, result.Measures.Hours, 1e-6)
	assert.Empty(t, first.stderr)
}

func TestSimulationIsToldInSentencesAndATable(t *testing.T) {
	got := clusterscaler(t, nil, "simulate", "quiet-night", "--length", "1h", "--policy", "managed-100")
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "quiet-night under ECS managed scaling, target 100, seed 1: 1 h measured.")
	assert.Contains(t, got.stdout, "│ unplaced task-seconds")
}

// Peers, because what they do changes less often than our rules.
func TestPoliciesAreComparedSideBySide(t *testing.T) {
	page := filepath.Join(t.TempDir(), "night.html")
	args := []string{"simulate", "quiet-night", "--length", "30m", "--compare=managed-100,alarms-75,managed-80"}
	got := clusterscaler(t, nil, append(args, "--html", page)...)
	require.Zero(t, got.code, got.stderr)
	want, err := os.ReadFile("testdata/compared.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), got.stdout, "clusterscaler %s >cmd/clusterscaler/internal/cli/testdata/compared.txt writes it; read the difference", strings.Join(args, " "))

	both := clusterscaler(t, nil, "simulate", "quiet-night", "two-hosts-one-service", "--length", "30m", "--compare=managed-100,alarms-75", "--output", "json")
	var scenes []simulator.Result
	require.NoError(t, json.Unmarshal([]byte(both.stdout), &scenes), both.stderr)
	require.Len(t, scenes, 4)
	assert.Equal(t, []string{"quiet-night", "two-hosts-one-service"}, []string{scenes[0].Workload, scenes[2].Workload})
	assert.Equal(t, "two alarm pairs, 75 %", scenes[3].Title)

	var runs []simulator.Result
	asJSON := clusterscaler(t, nil, append(args, "--output", "json")...)
	require.NoError(t, json.Unmarshal([]byte(asJSON.stdout), &runs))
	require.Len(t, runs, 3)
	written, err := os.ReadFile(page)
	require.NoError(t, err)
	for i, policy := range []string{"managed-100", "alarms-75", "managed-80"} {
		assert.Equal(t, policy, runs[i].Policy)
		assert.Contains(t, string(written), policy)
	}
}

func TestComparingMakesEachRunAsAlone(t *testing.T) {
	both := clusterscaler(t, nil, "simulate", "crash-loop", "--length", "1h", "--compare=managed-90,signal", "--output", "json")
	alone := clusterscaler(t, nil, "simulate", "crash-loop", "--length", "1h", "--policy", "signal", "--output", "json")
	var runs []json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(both.stdout), &runs), both.stderr)
	assert.JSONEq(t, alone.stdout, string(runs[1]))
}

func TestPageOfBeforeOutlivesAFailedRun(t *testing.T) {
	kept := file(t, "kept.html", "a page")
	fresh := filepath.Join(t.TempDir(), "fresh.html")
	for _, page := range []string{kept, fresh} {
		got := clusterscaler(t, nil, "simulate", "quiet-night", "--policy", "magic", "--html", page)
		assert.Equal(t, 1, got.code)
	}
	text, err := os.ReadFile(kept)
	require.NoError(t, err)
	assert.Equal(t, "a page", string(text))
	assert.NoFileExists(t, fresh)

	got := clusterscaler(t, nil, "simulate", "quiet-night", "--length", "1m", "--html", kept)
	require.Zero(t, got.code, got.stderr)
	text, err = os.ReadFile(kept)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(strings.ToLower(string(text)), "<!doctype html>"))
}

func TestListNamesEveryScenarioAndPolicy(t *testing.T) {
	got := clusterscaler(t, nil, "simulate", "--list")
	require.Zero(t, got.code, got.stderr)
	for _, name := range slices.Concat(workload.Names(), simulator.Policies(), simulator.Drains()) {
		assert.Contains(t, got.stdout, name)
	}
}

func TestTraceDrivesASimulation(t *testing.T) {
	tasks := file(t, "tasks.csv", "start_s,end_s,cpu_units,memory_mib,gpus,group\n0,7200,2048,4096,0,a\n600,4200,1024,2048,0,a\n700,800,9999,1,0,b\n")
	got := clusterscaler(t, nil, "simulate", "--tasks", tasks, "--window", "60:3660")
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "1 task wanted a host")
	assert.Equal(t, "note: 1 of 3 tasks are larger than a host (m5.xlarge: 4096 CPU, 15400 MiB) and left out; they need up to 9999 CPU, 1 MiB, 0 GPUs\n", got.stderr)

	demand := file(t, "demand.csv", "t_s,value\n0,100\n1800,300\n3600,100\n")
	got = clusterscaler(t, nil, "simulate", "--demand", demand, "--demand", demand)
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "demand.csv+demand.csv under")
}

func TestWrongSimulationIsAnsweredWithWhatToDo(t *testing.T) {
	tasks := file(t, "tasks.csv", "start_s,end_s,cpu_units,memory_mib,gpus,group\n0,10,0,1,0,a\n")
	demand := file(t, "demand.csv", "t_s,value\n0,1\n3600,1\n")
	entry := file(t, "web.json", `{"cpu": {"scale_out_at": 175}, "typo": 1}`)
	for want, args := range map[string][]string{
		"no workload is given; name a scenario, a trace with --tasks, --services or --demand, or a recording with --recording; simulate --list shows the scenarios": nil,
		`there is no scenario "dirunal"; there are diurnal, flash-crowd,`:                                                                                           {"dirunal"},
		" is a file and no scenario; give a recording with --recording":                                                                                             {tasks},
		"simulate runs one scenario, not 2; with --compare it shows several, or run it once for each":                                                               {"diurnal", "gpu"},
		"a scenario, --tasks, --services, --demand and --recording cannot be combined; keep one of them":                                                            {"diurnal", "--tasks", tasks},
		"--length is for scenarios; for a trace or a recording, use --window from:to, in seconds":                                                                   {"--demand", demand, "--length", "1h"},
		"--window is for traces and recordings; for a scenario, use --length, such as 6h":                                                                           {"diurnal", "--window", "1:2"},
		"write policies after an equals sign, such as --compare=gap,managed-90":                                                                                     {"diurnal", "gap", "--compare"},
		"leave --policy out and write --compare=signal,managed-100":                                                                                                 {"diurnal", "--policy", "signal", "--compare"},
		"--compare= names no policy; name some":                                                                                                                     {"diurnal", "--compare="},
		"--compare names gap twice":                                                                                                                                 {"diurnal", "--compare=gap,signal,gap"},
		"simulate names gpu twice; name each scenario once":                                                                                                         {"gpu", "diurnal", "gpu", "--compare"},
		"--length is 0s; it must be one or more whole minutes":                                                                                                      {"diurnal", "--length", "0s"},
		"--list writes only a table; leave --output out":                                                                                                            {"--list", "--output", "json"},
		`"-1" for "--seed" flag: it must be a whole number, 0 or more`:                                                                                              {"diurnal", "--seed", "-1"},
		`"x" for "--faults" flag: it must be a number`:                                                                                                              {"diurnal", "--faults", "x"},
		`"5" for "--length" flag: it must be a duration, such as 90m, 24h or 7d`:                                                                                    {"diurnal", "--length", "5"},
		"unknown flag: --polcy; clusterscaler simulate --help lists the flags":                                                                                      {"diurnal", "--polcy", "gap"},
		"--html: the folder /nowhere does not exist; make it first":                                                                                                 {"quiet-night", "--html", "/nowhere/a.html"},
		"is a folder; name a file in it, such as":                                                                                                                   {"quiet-night", "--html", t.TempDir()},
		"is a folder; name a CSV file as docs/simulator.md describes it":                                                                                            {"--services", t.TempDir()},
		"--length is 1m30s; it must be one or more whole minutes, such as 6h":                                                                                       {"diurnal", "--length", "90s"},
		"it must be from:to in seconds, with to after from, such as 86400:259200":                                                                                   {"--demand", demand, "--window", "2:1"},
		"tasks.csv:2: cpu_units is \"0\"; it must be a whole number, 1 or more":                                                                                     {"--tasks", tasks},
		"demand.csv:1: this is a trace of demand; give it to --demand":                                                                                              {"--tasks", demand},
		"the window ends at second 7200, and there is nothing after second 3600; choose an end within it":                                                           {"--demand", demand, "--window", "0:7200"},
		"--faults is 101; it must be a percentage from 0 to 100":                                                                                                    {"diurnal", "--faults", "101"},
		`there is no policy "magic"; take gap`:                                                                                                                      {"diurnal", "--policy", "magic"},
		"--entry: there is no recipe @chaep; there are @balanced, @safe, @cheap, @batch, @gpu; for a file of your own leave out the @":                              {"diurnal", "--entry", "@chaep"},
		"--entry: there is no file cheap; write @cheap for the recipe":                                                                                              {"diurnal", "--entry", "cheap"},
		"docs/reference.md lists the fields":                                                                                                                        {"diurnal", "--entry", entry},
		"--list runs nothing; leave out either --list or the workload":                                                                                              {"diurnal", "--list"},
		"/nowhere.json: no such file or directory; name a file that holds an entry":                                                                                 {"diurnal", "--entry", "/nowhere.json"},
		"/nowhere.csv: no such file or directory; name a CSV file":                                                                                                  {"--tasks", "/nowhere.csv"},
	} {
		got := clusterscaler(t, nil, append([]string{"simulate"}, args...)...)
		assert.Equal(t, 1, got.code, want)
		assert.Contains(t, got.stderr, want)
		assert.Empty(t, got.stdout)
		assert.Equal(t, 1, strings.Count(got.stderr, "\n"), got.stderr)
	}
	got := clusterscaler(t, nil, "simulate", "diurnal", "--entry", entry)
	assert.Contains(t, got.stderr, "cpu.scale_out_at")
	assert.Contains(t, got.stderr, "typo")
}

func TestARecipeIsAnEntryByItsName(t *testing.T) {
	run := func(entry string) string {
		got := clusterscaler(t, nil, "simulate", "quiet-night", "--length", "1h", "--entry", entry, "--output", "json")
		require.Zero(t, got.code, got.stderr)
		return got.stdout
	}
	recipe, err := thresholds.RecipeNamed("cheap")
	require.NoError(t, err)
	cheap := run("@cheap")
	assert.Equal(t, run(file(t, "cheap.json", string(recipe.Entry))), cheap)
	assert.NotEqual(t, run("@safe"), cheap)
}
