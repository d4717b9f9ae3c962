package recording_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/simulator/recording"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawn(t)
		text := written(t, r)
		read, err := recording.Read("web.json", strings.NewReader(text))
		require.NoError(t, err)
		assert.Equal(t, text, written(t, read))
	})
}

const small = `{
 "version": 1, "cluster": "web", "made": "watched", "from": "2026-11-28T09:00:00Z", "to": "2026-11-28T12:00:00Z", "resolution_s": 60,
 "instance_types": [{"name": "m5.xlarge", "cpu_units": 4096, "memory_mib": 15400}],
 "groups": [{"name": "hosts", "types": ["m5.xlarge"], "zones": ["a"], "limits": [{"at": "2026-11-28T09:00:00Z", "min": 1, "max": 9}]}],
 "services": [{
  "name": "api", "minimum_healthy_percent": 100, "maximum_percent": 200,
  "revisions": [{"revision": "41", "cpu_units": 512, "memory_mib": 1024}],
  "desired": [{"at": "2026-11-28T09:00:00Z", "desired": 4, "revision": "41"}, {"at": "2026-11-28T10:00:00Z", "desired": 6, "revision": "41"}]
 }],
 "standalone_tasks": [{"cpu_units": 512, "memory_mib": 1024, "placed": "2026-11-28T09:10:00Z", "ended": "2026-11-28T09:40:00Z"}],
 "hosts": [{"instance": "i-1", "type": "m5.xlarge", "zone": "a", "group": "hosts", "registered": "2026-11-28T08:00:00Z"}]
}`

func TestSmallRecordingIsRead(t *testing.T) {
	r, err := recording.Read("web.json", strings.NewReader("\ufeff"+strings.ReplaceAll(small, "\n", "\r\n")))
	require.NoError(t, err)
	assert.Equal(t, 6, r.Services[0].Desired[1].Desired)
	assert.Equal(t, 512, r.Services[0].Revisions[0].CPU)
}

// Each is one slip in a file that was whole.
func TestFaultsNameTheFieldAndWhatToDo(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"mistyped field":       {`"made"`, `"maid"`, `web.json: the recording has a field "maid" that is not known; if a newer clusterscaler wrote the file, read it with that one, or else remove the field` + "\n" + `  made is missing; add it, docs/recording.md says what it holds`},
		"almost the field":     {`"cpu_units": 512, "memory_mib": 1024, "placed"`, `"cpuUnits": 512, "memory_mib": 1024, "placed"`, `standalone_tasks[0] has a field "cpuUnits" that is not known; it is called "cpu_units"`},
		"number in quotes":     {`"desired": 6`, `"desired": "6"`, `services[0].desired[1].desired is "6"; it must be a whole number`},
		"fraction":             {`"desired": 6`, `"desired": 6.5`, `services[0].desired[1].desired is 6.5; it must be a whole number below 2^31`},
		"negative":             {`"desired": 6`, `"desired": -6`, `services[0].desired[1].desired is -6; it must be from 0 to 5000`},
		"null":                 {`"zones": ["a"]`, `"zones": null`, `groups[0].zones is null; it must be a list in brackets`},
		"time without a zone":  {`"2026-11-28T09:10:00Z"`, `"2026-11-28 09:10"`, `standalone_tasks[0].placed is "2026-11-28 09:10"; it must be a time in UTC such as "2026-11-28T09:30:00Z"`},
		"time in seconds":      {`"2026-11-28T09:10:00Z"`, `1764321000`, `standalone_tasks[0].placed is 1764321000; it must be a time in UTC`},
		"unsorted":             {`"2026-11-28T10:00:00Z"`, `"2026-11-28T08:00:00Z"`, `services[0].desired[1].at is 2026-11-28T08:00:00Z, not after the point before it; sort the points by at`},
		"revision of no size":  {`"desired": 6, "revision": "41"`, `"desired": 6, "revision": "42"`, `services[0].desired[1].revision is "42", which is not among revisions of api; add it there, or correct the name`},
		"type of no size":      {`"type": "m5.xlarge"`, `"type": "m5.large"`, `hosts[0].type is "m5.large", which is not among instance_types`},
		"group of no bounds":   {`"group": "hosts"`, `"group": "host"`, `hosts[0].group is "host", which is not among groups`},
		"min above max":        {`"min": 1`, `"min": 10`, `groups[0].limits[0].min is 10, more than max 9`},
		"ends first":           {`"ended": "2026-11-28T09:40:00Z"`, `"ended": "2026-11-28T09:04:00Z"`, `standalone_tasks[0].ended is 2026-11-28T09:04:00Z, before placed 2026-11-28T09:10:00Z`},
		"no length":            {`"2026-11-28T12:00:00Z"`, `"2026-11-28T09:00:00Z"`, `to is 2026-11-28T09:00:00Z, not after from 2026-11-28T09:00:00Z; a recording must last some time`},
		"twice":                {`"cluster": "web"`, `"cluster": "web", "cluster": "api"`, `cluster stands there twice; keep one`},
		"another version":      {`"version": 1`, `"version": 2`, `web.json: version is 2; this clusterscaler reads version 1`},
		"made otherwise":       {`"watched"`, `"seen"`, `made is "seen"; it must be one of watched, cloudwatch, simulated`},
		"comma left out":       {`"min": 1, "max": 9`, `"min": 1 "max": 9`, "line 4: invalid character"},
		"cut off":              {"\"hosts\": [{\"instance\": \"i-1\", \"type\": \"m5.xlarge\", \"zone\": \"a\", \"group\": \"hosts\", \"registered\": \"2026-11-28T08:00:00Z\"}]\n}", ``, "line 10: it ends too early; it was not written to its end"},
		"followed by another":  {"\n}", "\n} {}", "something follows the closing brace; remove it"},
		"object for a list":    {`"zones": ["a"]`, `"zones": {"a": 1}`, `groups[0].zones is an object; it must be a list in brackets`},
		"list for the whole":   {small, `[` + small + `]`, `it is a list; it must be one JSON object`},
		"no JSON":              {small, "t_s,value\n0,1\n", `web.json: line 1: it begins with "t"; it must be one JSON object, as clusterscaler record writes it`},
		"nothing":              {small, " ", `it is empty`},
		"compressed":           {small, "\x1f\x8b", `it is compressed; unpack it with gunzip first`},
		"UTF-16":               {small, "\xff\xfe{", `it is in UTF-16; save it as UTF-8`},
		"a service twice":      {`"services": [`, `"services": [{"name": "api", "minimum_healthy_percent": 0, "maximum_percent": 100, "revisions": [], "desired": []}, `, `services[1].name is "api", as in services[0]; each may stand there once`},
		"service without size": {`"revisions": [{"revision": "41", "cpu_units": 512, "memory_mib": 1024}]`, `"revisions": []`, `services[0].revisions is empty; the first one says how large the tasks of api are`},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, small, c.from)
			_, err := recording.Read("web.json", strings.NewReader(strings.Replace(small, c.from, c.to, 1)))
			require.ErrorContains(t, err, c.want)
			assert.True(t, strings.HasPrefix(err.Error(), "web.json: "), err)
			if strings.Contains(err.Error(), ": line ") {
				assert.NotContains(t, err.Error(), "\n", "the rest of the file is not known")
			}
		})
	}
}

func TestOneCauseIsNotToldAThousandTimes(t *testing.T) {
	host := `{"instance": "i-1", "type": "m5.xlarge", "zone": "a", "group": "hosts", "registered": "2026-11-28T08:00:00Z"}`
	_, err := recording.Read("web.json", strings.NewReader(strings.Replace(small, host, host+strings.Repeat(", {}", 50), 1)))
	assert.ErrorContains(t, err, "and 142 more")
}

func TestWritingRefusesWhatReadingWould(t *testing.T) {
	var file strings.Builder
	err := recording.Write(&file, recording.Recording{Cluster: "web"})
	require.ErrorContains(t, err, "the recording is not whole: made is")
	assert.Empty(t, file.String())
}

func TestEachPointHasALineOfItsOwn(t *testing.T) {
	r, err := recording.Read("web.json", strings.NewReader(small))
	require.NoError(t, err)
	assert.Contains(t, written(t, r), "\n    {\"at\": \"2026-11-28T09:00:00Z\", \"desired\": 4, \"revision\": \"41\"},\n")
}
