package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestARecordingIsMadeAnonymous(t *testing.T) {
	folder := t.TempDir()
	named, public := filepath.Join(folder, "web.json"), filepath.Join(folder, "web-anonymous.json")
	require.Zero(t, clusterscaler(t, nil, "simulate", "quiet-night", "--length", "1h", "--record", named).code)
	before, err := os.ReadFile(named)
	require.NoError(t, err)

	got := clusterscaler(t, nil, "record", "--from-file", named, "--anonymous")
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "No name of "+named+" is left in "+public)
	assert.Contains(t, got.stdout, "Next: clusterscaler simulate --recording "+public)
	r, a := read(t, named), read(t, public)
	assert.Equal(t, r.Anonymised(), a)
	after, err := os.ReadFile(public)
	require.NoError(t, err)
	for _, host := range r.Hosts {
		assert.NotContains(t, string(after), host.Instance)
	}
	for _, service := range r.Services {
		assert.NotContains(t, string(after), `"`+service.Name+`"`)
	}

	for args, says := range map[string]string{
		"record --from-file " + named + " --anonymous":                "web-anonymous.json is there already",
		"record --from-file " + named + " --anonymous --out " + named: "web.json is there already",
		"record --from-file " + public + " --anonymous":               "is anonymous already",
		"record --from-file " + named:                                 "add --anonymous",
		"record --from-file " + named + " --anonymous --for 1h":       "leave --for out",
		"record web --from-file " + named + " --anonymous":            "leave web out",
		"record " + named + " --anonymous":                            "record --from-file " + named + " --anonymous",
		"record web --anonymous --out " + named:                       "record --from-file " + named + " --anonymous",
		"record web --anonymous --for 24h --out " + named:             "record --from-file " + named + " --anonymous",
		"record --from-file none.json --anonymous":                    "no such file",
	} {
		got := clusterscaler(t, nil, strings.Fields(args)...)
		assert.Equal(t, 1, got.code, args)
		assert.Contains(t, got.stderr, says, args)
	}
	unchanged, err := os.ReadFile(named)
	require.NoError(t, err)
	assert.Equal(t, before, unchanged)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, left, 2)
}
