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
	assert.Contains(t, first.stdout, "│ demand_own │ managed-100 │")
	document, err := os.ReadFile(filepath.Join(out, "evaluation.md"))
	require.NoError(t, err)
	assert.Contains(t, string(document), "| demand_own | managed-90 |")
	assert.NotContains(t, string(document), traces)
	page, err := os.ReadFile(filepath.Join(out, "evaluation.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "demand_own")

	second := clusterscaler(t, nil, args...)
	assert.Equal(t, first.stdout, second.stdout)
}

func TestWrongEvaluationIsAnsweredWithWhatToDo(t *testing.T) {
	empty := t.TempDir()
	for want, args := range map[string][]string{
		"has no trace; it must hold files named demand_*.csv, services_*.csv or tasks_*.csv": {"--traces", empty},
		"no folder of traces is given; name one, such as --traces traces":                    nil,
		"--seeds is 0; it must be at least 1":                                                {"--traces", empty, "--seeds", "0"},
		"leave one of them out":                                                              {"--traces", empty, "--quick", "--full"},
	} {
		got := clusterscaler(t, nil, append([]string{"evaluate"}, args...)...)
		assert.Equal(t, 1, got.code, want)
		assert.Contains(t, got.stderr, want)
	}
}
