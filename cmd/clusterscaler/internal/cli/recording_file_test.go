package cli_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/recording"
)

func read(t *testing.T, path string) recording.Recording {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	r, err := recording.Read(path, file)
	require.NoError(t, err)
	return r
}

func TestASimulationCanBeRecorded(t *testing.T) {
	day := filepath.Join(t.TempDir(), "day.json")
	args := []string{"simulate", "quiet-night", "--length", "1h"}
	got := clusterscaler(t, nil, append(args, "--record", day)...)
	require.Zero(t, got.code, got.stderr)
	r := read(t, day)
	assert.Equal(t, recording.Simulated, r.Made)
	assert.Equal(t, time.Hour, r.Length())
	assert.NotEmpty(t, r.Hosts)
	assert.Equal(t, clusterscaler(t, nil, args...).stdout, got.stdout, "the run is the same")
}

func TestWhereARecordingCannotBeWritten(t *testing.T) {
	folder := t.TempDir()
	for path, says := range map[string]string{
		filepath.Join(folder, "none", "day.json"): "does not exist; make it first",
		folder:      "is a folder; name a file in it",
		"/dev/full": "is no file",
	} {
		got := clusterscaler(t, nil, "simulate", "quiet-night", "--record", path)
		assert.Equal(t, 1, got.code)
		assert.Contains(t, got.stderr, says)
		assert.Empty(t, got.stdout, "nobody waited for the run")
	}
	got := clusterscaler(t, nil, "simulate", "quiet-night", "--record", "day.json", "--compare")
	assert.Contains(t, got.stderr, "leave --compare out")
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestASimulationReplacesOnlyASimulatedDay(t *testing.T) {
	day := filepath.Join(t.TempDir(), "day.json")
	args := []string{"simulate", "quiet-night", "--length", "30m", "--record", day}
	require.Zero(t, clusterscaler(t, nil, args...).code)
	again := clusterscaler(t, nil, args...)
	require.Zero(t, again.code, again.stderr)

	r := read(t, day)
	r.Made = recording.Watched
	out, err := os.Create(day)
	require.NoError(t, err)
	require.NoError(t, recording.Write(out, r))
	require.NoError(t, out.Close())
	got := clusterscaler(t, nil, "simulate", "--recording", day, "--record", day)
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.stderr, "is there already and no recording of a simulated day, so it is kept; name another file")
	assert.Empty(t, got.stdout, "nobody waited for the run")
	assert.Equal(t, recording.Watched, read(t, day).Made)
}
