package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// day records an hour and a half of a scenario and returns the file.
func day(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "web.json")
	got := clusterscaler(t, nil, "simulate", "flash-crowd", "--length", "90m", "--policy", "managed-100", "--record", path)
	require.Zero(t, got.code, got.stderr)
	return path
}

func TestARecordingDrivesASimulation(t *testing.T) {
	path := day(t)
	got := clusterscaler(t, nil, "simulate", "--recording", path, "--policy", "managed-100", "--window", "3600:5400", "--history", "30m")
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "web.json under ECS managed scaling, target 100, seed 1: 30 min measured. A recording of town from")
	assert.Contains(t, got.stdout, "2026-01-05 03:00 to 2026-01-05 03:30 UTC: 7 services, 0 roll-outs, 0 standalone tasks. Its hosts ran\n9.8 instance-hours")
	assert.Contains(t, got.stdout, "at Mon 5 Jan 03:")
	assert.Contains(t, got.stderr, "note: ec2.boot is set to what ")
	assert.Contains(t, got.stdout, "Knobs turned: ec2.boot {median: ")
}

func TestAFileOfKnobsOverridesARecording(t *testing.T) {
	path := day(t)
	defaults := file(t, "k.json", `{"ec2.boot": {"median": "75s", "p95": "165s"}}`)
	got := clusterscaler(t, nil, "simulate", "--recording", path, "--policy", "managed-100", "--window", "0:60", "--knobs", defaults)
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stderr, "note: ec2.boot of k.json holds, not what the recording tells\n")
	assert.NotContains(t, got.stdout, "Knobs turned")
}

func TestWrongRecordingIsAnsweredWithWhatToDo(t *testing.T) {
	path := day(t)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	changed := func(from, to string) string {
		require.Contains(t, string(text), from)
		return file(t, "web.json", strings.Replace(string(text), from, to, 1))
	}
	csv := file(t, "demand.csv", "t_s,value\n0,1\n3600,1\n")
	refused(t, map[string][]string{
		"the recording cannot be read: open nowhere.json: no such file or directory; name a file that clusterscaler record wrote": {"--recording", "nowhere.json"},
		`demand.csv: line 1: it begins with "t"; it must be one JSON object`:                                                      {"--recording", csv},
		"k.json is a file of knobs and no recording; give it to --knobs":                                                          {"--recording", file(t, "k.json", `{"ecs.loop": "20s"}`)},
		" is a recording and no file of knobs; clusterscaler calibrate":                                                           {"diurnal", "--knobs", path},
		"web.json: version is 3; this clusterscaler reads version 1":                                                              {"--recording", changed(`"version": 1`, `"version": 3`)},
		`web.json: made is "simulation"; it must be one of watched, cloudwatch, simulated`:                                        {"--recording", changed(`"simulated"`, `"simulation"`)},
		`web.json: the recording has a field "servics" that is not known`:                                                         {"--recording", changed(`"hosts": [`, `"servics": [], "hosts": [`)},
		"web.json: the window ends at second 9999, and there is nothing after second 5400; choose an end within it":               {"--recording", path, "--window", "0:9999"},
		"a scenario, --tasks, --services, --demand and --recording cannot be combined":                                            {"diurnal", "--recording", path},
		"--length is for scenarios; for a trace or a recording, use --window":                                                     {"--recording", path, "--length", "1h"},
		"--history: 3600 seconds of history lie before second 0":                                                                  {"--recording", path, "--history", "1h"},
	})
}
