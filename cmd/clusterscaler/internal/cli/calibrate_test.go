package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/calibration"
	"ecs-cluster-scaler/simulator/recording"
	"ecs-cluster-scaler/simulator/report"
)

// recorded is the file of a simulated day, whose load balancers let targets go after a minute.
func recorded(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "web.json")
	knobs := file(t, "turned.json", `{"ecs.deregistration": "1m"}`)
	got := clusterscaler(t, nil, "simulate", "flash-crowd", "--length", "5h", "--policy", "alarms-75", "--knobs", knobs, "--record", path)
	require.Zero(t, got.code, got.stderr)
	return path
}

func TestCalibrationShowsWhatWasTurned(t *testing.T) {
	path := recorded(t)
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	told := clusterscaler(t, nil, "calibrate", path)
	require.Zero(t, told.code, told.stderr)
	assert.Empty(t, told.stderr)
	assert.Contains(t, told.stdout, "the recording contradicts 1 and confirms")
	assert.Regexp(t, `│ ecs.deregistration +│ 5m +│ contradicted │`, told.stdout)
	for _, knob := range aws.ListKnobs() {
		assert.Contains(t, told.stdout, knob.Name)
	}

	var all report.Calibration
	asJSON := clusterscaler(t, nil, "calibrate", path, "--output", "json")
	require.NoError(t, json.Unmarshal([]byte(asJSON.stdout), &all), asJSON.stderr)
	assert.Len(t, all.Findings, len(aws.ListKnobs()))
	assert.Equal(t, "ecs.deregistration", all.Findings[0].Knob)
	assert.Equal(t, calibration.Contradicted, all.Findings[0].Verdict)

	file := clusterscaler(t, nil, "calibrate", path, "--output", "knobs")
	_, err = aws.ParseKnobs([]byte(file.stdout))
	require.NoError(t, err, file.stdout)
	assert.JSONEq(t, `{"ecs.deregistration": `+string(all.Findings[0].Suggested)+`}`, file.stdout)

	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, before, after, "it changes nothing")
}

// What a recording says of itself is told beside the findings, and not among what a program reads.
func TestCalibrateTellsARecordingsNotes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "web.json")
	require.Zero(t, clusterscaler(t, nil, "simulate", "quiet-night", "--length", "30m", "--record", path).code)
	r := read(t, path)
	r.Notes = []string{"2 services are gone."}
	out, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, recording.Write(out, r))
	require.NoError(t, out.Close())
	got := clusterscaler(t, nil, "calibrate", path, "--output", "json")
	require.Zero(t, got.code)
	assert.Equal(t, "note: 2 services are gone.\n", got.stderr)
	assert.True(t, json.Valid([]byte(got.stdout)))
}

// The file that it writes is one that simulate takes, and that the recording does not contradict.
func TestCalibratedKnobsAreContradictedNoMore(t *testing.T) {
	path := recorded(t)
	knobs := file(t, "k.json", clusterscaler(t, nil, "calibrate", path, "--output", "knobs").stdout)
	again := clusterscaler(t, nil, "calibrate", path, "--knobs", knobs)
	require.Zero(t, again.code, again.stderr)
	assert.Contains(t, again.stdout, "the recording contradicts 0 and confirms")
	assert.NotContains(t, again.stdout, "A file of knobs")
	list := clusterscaler(t, nil, "simulate", "--list-knobs", "--knobs", knobs)
	assert.Zero(t, list.code, list.stderr)
}

func TestCalibrateSaysWhatIsWrong(t *testing.T) {
	good := file(t, "good.json", `{}`)
	for wrong, c := range map[string]struct {
		args []string
		says string
	}{
		"no file":                  {nil, "no recording is given; name a file that clusterscaler record wrote, such as web.json"},
		"two files":                {[]string{good, good}, "calibrate reads one recording, not 2; run it once for each"},
		"a file that is not there": {[]string{"nowhere.json"}, "nowhere.json: no such file or directory; name a file that clusterscaler record wrote"},
		"a folder":                 {[]string{t.TempDir()}, "is a folder; name a file that clusterscaler record wrote"},
		"an empty file":            {[]string{file(t, "web.json", "")}, "web.json: it is empty; clusterscaler record writes a recording"},
		"a file of knobs":          {[]string{file(t, "k.json", `{"ecs.back_off": "1m"}`)}, "k.json is a file of knobs and no recording"},
		"a format that is none":    {[]string{good, "--output", "yaml"}, "it must be table, json or knobs"},
		"knobs that are none":      {[]string{good, "--knobs", file(t, "odd.json", `{"ecs.backoff": "1m"}`)}, "this one is called ecs.back_off"},
	} {
		got := clusterscaler(t, nil, append([]string{"calibrate"}, c.args...)...)
		assert.Equal(t, 1, got.code, wrong)
		assert.Contains(t, got.stderr, c.says, wrong)
		assert.Empty(t, got.stdout, wrong)
	}
}
