package thresholds_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/thresholds"
)

// A value that nobody may read in a log, as text and as a number that no field takes.
const (
	secretText   = "hunter2"
	secretNumber = "73912.5"
)

func TestSecretFaultsRepeatNothing(t *testing.T) {
	tests := map[string]struct {
		entry, defaults string
		want            []string
	}{
		"over the limit":        {entry: `{"cpu": {"scale_out_at": 73912.5}}`, want: []string{"entry: cpu.scale_out_at must be at most 100; the value at /cpu/scale_out_at is more"}},
		"under the limit":       {entry: `{"cpu": {"scale_in_below": -73912.5}}`, want: []string{"entry: cpu.scale_in_below must be at least 0; the value at /cpu/scale_in_below is less"}},
		"a fraction":            {entry: `{"min_instances": 73912.5}`, want: []string{"entry: min_instances must be an integer, not a number"}},
		"beyond any number":     {entry: `{"min_instances": 73912.5e400}`, want: []string{"entry: min_instances is out of the range of numbers: the value at /min_instances"}},
		"another type":          {entry: `{"cpu": {"scale_out_at": "hunter2"}}`, want: []string{"entry: cpu.scale_out_at must be null or a number, not a string"}},
		"no part":               {entry: `{"cpu": "hunter2"}`, want: []string{"entry: cpu must be an object, not a string"}},
		"no choice":             {entry: `{"drain": {"at_deadline": "hunter2"}}`, want: []string{"entry: drain.at_deadline must be one of stop, hold"}},
		"a pattern":             {entry: `{"drain": {"hook": "hunter2!"}}`, want: []string{"entry: drain.hook breaks the schema's rule pattern: the value at /drain/hook"}},
		"a name that is none":   {entry: `{"hunter2": 1}`, want: []string{"entry: contains a name that is not a field; the fields here are cpu, drain, enabled, gpu, headroom, instance, memory, min_instances, scale_in"}},
		"a name inside":         {entry: `{"cpu": {"hunter2": 1, "hunter2b": 2}}`, want: []string{"entry: cpu contains a name that is not a field; the fields here are scale_in_below, scale_out_at"}},
		"a name in both":        {entry: `{"cpu": {"hunter2": 1}}`, defaults: `{"cpu": {"hunter2c": 1}}`, want: []string{"defaults: cpu contains a name that is not a field; the fields here are scale_in_below, scale_out_at", "entry: cpu contains a name that is not a field; the fields here are scale_in_below, scale_out_at"}},
		"twice":                 {entry: `{"scale_in": true, "scale_in": false}`, want: []string{"entry: scale_in appears twice; keep one"}},
		"a secret name twice":   {entry: `{"cpu": {"scale_in_below": 1}, "enabled": true, "hunter2": 1, "hunter2": 2}`, want: []string{"entry: contains a name that is not a field; the fields here are cpu, drain, enabled, gpu, headroom, instance, memory, min_instances, scale_in", "entry: contains a name twice; keep one"}},
		"thresholds cross":      {entry: `{"cpu": {"scale_out_at": 41.5, "scale_in_below": 42.5}}`, want: []string{"entry: cpu thresholds cross: the value at /cpu/scale_in_below (entry) must be below the value at /cpu/scale_out_at (entry)"}},
		"crosses the defaults":  {entry: `{"cpu": {"scale_in_below": 42.5}}`, defaults: `{"cpu": {"scale_out_at": 41.5}}`, want: []string{"entry: cpu thresholds cross: the value at /cpu/scale_in_below (entry) must be below the value at /cpu/scale_out_at (defaults)"}},
		"half a pair":           {entry: `{"instance": {"cpu": 41}}`, want: []string{"entry: instance.cpu needs memory too; give both or neither"}},
		"no JSON":               {entry: `hunter2`, want: []string{"entry: is not valid JSON: there is an error after 0 bytes; the smallest valid document is {}"}},
		"a mistake in the text": {entry: `{"enabled": hunter2}`, want: []string{"entry: is not valid JSON: there is an error after 12 bytes; the smallest valid document is {}"}},
		"cut off":               {entry: `{"enabled": "hunter2`, want: []string{"entry: is not valid JSON: it ends too early; the smallest valid document is {}"}},
		"no object":             {entry: `"hunter2"`, want: []string{"entry: must be a JSON object, not a string; the smallest valid document is {}"}},
		"two documents":         {entry: `{} "hunter2"`, want: []string{"entry: is not valid JSON: text follows the closing brace; the smallest valid document is {}"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var defaults []byte
			if tt.defaults != "" {
				defaults = []byte(tt.defaults)
			}
			_, err := thresholds.ParseSecret([]byte(tt.entry), defaults)
			var faults thresholds.Faults
			require.ErrorAs(t, err, &faults)
			var said []string
			for _, fault := range faults {
				said = append(said, fault.String())
			}
			assert.Equal(t, tt.want, said)
			requireNothingRepeated(t, err)
		})
	}
}

var repeated = regexp.MustCompile(`hunter|73912|4[12]\.5|\b41\b`)

func requireNothingRepeated(t require.TestingT, err error) {
	require.NotRegexp(t, repeated, err.Error())
}

// The secret may be anywhere: in any field of any part, as a value of any type, as a name, twice, or in text that is no JSON.
func TestNoFaultRepeatsASecretAnywhere(t *testing.T) {
	var schema struct {
		Properties map[string]struct{ Default any }
	}
	require.NoError(t, json.Unmarshal(thresholds.Schema(), &schema))
	var fields []string
	for name, field := range schema.Properties {
		fields = append(fields, name)
		part, _ := field.Default.(map[string]any)
		for inner := range part {
			fields = append(fields, name+"."+inner)
		}
	}
	value := rapid.SampledFrom([]string{secretNumber, "-" + secretNumber, secretNumber + "e999", `"` + secretText + `"`, `["` + secretText + `"]`, `{"` + secretText + `": ` + secretNumber + `}`,
		`{"` + secretText + `": 1, "` + secretText + `": 2}`, `[{"` + secretText + `": 1, "` + secretText + `": 2}]`, secretText, `"` + secretText})
	rapid.Check(t, func(t *rapid.T) {
		document := func(label string) string {
			field, given := rapid.SampledFrom(fields).Draw(t, label+" field"), value.Draw(t, label+" value")
			name, inner, nested := strings.Cut(field, ".")
			switch rapid.IntRange(0, 3).Draw(t, label+" shape") {
			case 0:
				return `{"` + secretText + `": ` + given + `}`
			case 1:
				return fmt.Sprintf(`{%q: {%q: %s}}`, name, secretText, given)
			}
			if nested {
				return fmt.Sprintf(`{%q: {%q: %s}}`, name, inner, given)
			}
			return fmt.Sprintf(`{%q: %s}`, name, given)
		}
		entry, defaults := document("entry"), document("defaults")
		_, told := thresholds.Parse([]byte(entry), []byte(defaults))
		_, err := thresholds.ParseSecret([]byte(entry), []byte(defaults))
		require.Equal(t, told == nil, err == nil, "what is refused does not depend on who may read why")
		if err != nil { // "hunter2" is a name that a hook may have
			requireNothingRepeated(t, err)
		}
	})
}

func TestASecretWithoutFaultsIsReadAsAnyOther(t *testing.T) {
	entry, defaults := []byte(`{"cpu": {"scale_out_at": 85}}`), []byte(`{"min_instances": 3}`)
	want, err := thresholds.Parse(entry, defaults)
	require.NoError(t, err)
	got, err := thresholds.ParseSecret(entry, defaults)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}
