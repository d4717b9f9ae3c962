package cli_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEvaluationIsWrittenAndNotRunTwice(t *testing.T) {
	traces := filepath.Dir(file(t, "demand_own.csv", "t_s,value\n0,100\n300,300\n600,100\n"))
	out := t.TempDir()
	args := []string{"evaluate", "--traces", traces, "--only", "demand_own", "--seeds", "1", "--out", out, "--cache", filepath.Join(out, "runs")}
	first := clusterscaler(t, nil, args...)
	require.Zero(t, first.code, first.stderr)
	assert.Contains(t, first.stdout, "│ demand_own │ ECS managed scaling,     │")
	document, err := os.ReadFile(filepath.Join(out, "evaluation.md"))
	require.NoError(t, err)
	assert.Contains(t, string(document), "| demand_own | ECS managed scaling, target 90 |")
	assert.NotContains(t, string(document), traces)
	page, err := os.ReadFile(filepath.Join(out, "evaluation.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "demand_own")
	assert.Contains(t, string(document), "after 5m of history", "of 10 minutes")
	picture, err := os.ReadFile(filepath.Join(out, "evaluation.svg"))
	require.NoError(t, err)
	assert.Contains(t, string(picture), "ECS managed scaling, target 90")

	second := clusterscaler(t, nil, args...)
	assert.Equal(t, first.stdout, second.stdout)
}

func TestEvaluationTakesTheWorldOfSimulate(t *testing.T) {
	traces := filepath.Dir(file(t, "demand_own.csv", "t_s,value\n0,100\n300,300\n600,100\n"))
	knobs := file(t, "k.json", `{"ec2.boot": {"median": "40s", "p95": "1m"}}`)
	out := t.TempDir()
	got := clusterscaler(t, nil, "evaluate", "--traces", traces, "--only", "demand_own", "--seeds", "1", "--out", out, "--cache", filepath.Join(out, "runs"),
		"--knobs", knobs, "--price", "0.192", "--strategy", "spread")
	require.Zero(t, got.code, got.stderr)
	document, err := os.ReadFile(filepath.Join(out, "evaluation.md"))
	require.NoError(t, err)
	assert.Contains(t, string(document), "Made by clusterscaler evaluate --traces traces --only demand_own --knobs k.json --strategy spread --price 0.192 --seeds 1, where traces stands for the folder.")
	assert.Contains(t, string(document), "Placement strategy: spread. Knobs turned: ec2.boot {median: 40s, p95: 1m}.")
	assert.Contains(t, string(document), "An hour of a host: any $0.192.")
	assert.Contains(t, string(document), "| cost | of it the scaler |")
	assert.NotContains(t, string(document), "spread out", "with one strategy managed scaling has no second one")
	assert.NotContains(t, string(document), "placement by default")
}

func TestWrongEvaluationIsAnsweredWithWhatToDo(t *testing.T) {
	empty := t.TempDir()
	traces := filepath.Dir(file(t, "demand_own.csv", "t_s,value\n0,100\n300,300\n600,100\n"))
	knobs := file(t, "k.json", `{"ecs.backoff": "1m"}`)
	other := file(t, "other.csv", "instance_type,usd_per_hour\nc5.large,0.085\n")
	for want, args := range map[string][]string{
		"has no trace; it must hold files named demand_*.csv, services_*.csv or tasks_*.csv": {"--traces", empty},
		"other.csv is a file; name the folder that holds it":                                 {"--traces", other},
		"--out " + other + " is a file; name a folder":                                       {"--traces", traces, "--out", other},
		"--cache " + other + " is a file; name a folder":                                     {"--traces", traces, "--cache", other},
		"evaluate takes the folder by a flag; write --traces ours":                           {"ours"},
		`"diurnal" is one; write the names of --only with commas and without spaces`:         {"--traces", traces, "--only", "gpu,", "diurnal"},
		"no folder of traces is given; name one, such as --traces traces":                    nil,
		"--history is 1m30s; it must be whole minutes, such as 24h":                          {"--traces", empty, "--history", "90s"},
		"--seeds is 0; it must be at least 1":                                                {"--traces", empty, "--seeds", "0"},
		"leave one of them out":                                                              {"--traces", empty, "--quick", "--full"},
		`k.json: there is no knob "ecs.backoff"; this one is called ecs.back_off`:            {"--traces", traces, "--knobs", knobs},
		"--knobs: open /nowhere.json: no such file or directory; name a JSON file":           {"--traces", traces, "--knobs", "/nowhere.json"},
		"it must be aws-default, binpack or spread":                                          {"--traces", traces, "--strategy", "random"},
		"--price: an hour of a host cannot cost 0; it must be more than 0":                   {"--traces", traces, "--price", "0"},
		"--price and --prices cannot be combined; keep one of them":                          {"--traces", traces, "--price", "1", "--prices", other},
		"demand_own: the workload's hosts are of type m5.xlarge, and a price is given for":   {"--traces", traces, "--out", empty, "--prices", other},
	} {
		got := clusterscaler(t, nil, append([]string{"evaluate"}, args...)...)
		assert.Equal(t, 1, got.code, want)
		assert.Contains(t, got.stderr, want)
		assert.Empty(t, got.stdout)
	}
}
