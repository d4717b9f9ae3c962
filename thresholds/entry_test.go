package thresholds_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/thresholds"
)

//go:fix inline

func TestEmptyEntryIsComplete(t *testing.T) {
	entry, err := thresholds.Parse([]byte(`{}`), nil)
	require.NoError(t, err)
	// The built-in defaults of the contract, written out so that changing one is a decision.
	assert.Equal(t, thresholds.Entry{
		CPU:     thresholds.Band{ScaleOutAt: new(75.0), ScaleInBelow: 50},
		Memory:  thresholds.Band{ScaleOutAt: new(75.0), ScaleInBelow: 50},
		GPU:     thresholds.Band{ScaleOutAt: nil, ScaleInBelow: 100},
		ScaleIn: true,
		Drain: thresholds.Drain{
			DeadlineMinutes: 60, AtDeadline: thresholds.Stop, StandaloneDeadlineMinutes: 2820, Hook: "ecs-cluster-scaler-drain",
		},
		Enabled: true,
	}, entry)
	assert.Equal(t, entry, thresholds.Builtin())
}

func TestEveryContractFieldIsAccepted(t *testing.T) {
	entry, err := thresholds.Parse([]byte(`{
	  "cpu":      {"scale_out_at": 75, "scale_in_below": 50},
	  "memory":   {"scale_out_at": 80.5, "scale_in_below": 50},
	  "gpu":      {"scale_out_at": null, "scale_in_below": 100},
	  "headroom": {"tasks": 2, "cpu": 1024, "memory": 2048},
	  "instance": {"cpu": 4096, "memory": 15400, "gpu": 0, "awsvpc_tasks": null},
	  "min_instances": 3,
	  "scale_in": false,
	  "drain": {"deadline_minutes": 90, "at_deadline": "hold", "standalone_deadline_minutes": 600, "hook": "my/hook-1"},
	  "enabled": false
	}`), nil)
	require.NoError(t, err)
	assert.Equal(t, new(80.5), entry.Memory.ScaleOutAt)
	assert.Equal(t, 2, entry.Headroom.Tasks)
	assert.EqualValues(t, 15400, *entry.Instance.Memory)
	assert.Nil(t, entry.Instance.AwsvpcTasks)
	assert.Equal(t, 3, entry.MinInstances)
	assert.False(t, entry.ScaleIn)
	assert.Equal(t, thresholds.Drain{DeadlineMinutes: 90, AtDeadline: thresholds.Hold, StandaloneDeadlineMinutes: 600, Hook: "my/hook-1"}, entry.Drain)
	assert.False(t, entry.Enabled)
}

func TestEntryInheritsFieldByField(t *testing.T) {
	defaults := []byte(`{"cpu": {"scale_out_at": 90, "scale_in_below": 40}, "min_instances": 2, "scale_in": false}`)
	entry, err := thresholds.Parse([]byte(`{"cpu": {"scale_out_at": null}, "scale_in": true}`), defaults)
	require.NoError(t, err)
	assert.Equal(t, thresholds.Band{ScaleOutAt: nil, ScaleInBelow: 40}, entry.CPU, "null overrides, the rest is inherited")
	assert.Equal(t, thresholds.Band{ScaleOutAt: new(75.0), ScaleInBelow: 50}, entry.Memory, "untouched: built in")
	assert.Equal(t, 2, entry.MinInstances)
	assert.True(t, entry.ScaleIn)
}

func TestParsingDoesNotChangeTheBuiltinDefaults(t *testing.T) {
	before := thresholds.Builtin()
	_, err := thresholds.Parse([]byte(`{"cpu": {"scale_out_at": 99}, "drain": {"deadline_minutes": 5}}`), nil)
	require.NoError(t, err)
	assert.Equal(t, before, thresholds.Builtin())
}

func TestWholeNumbersMayBeWrittenAsDecimals(t *testing.T) {
	entry, err := thresholds.Parse([]byte(`{"min_instances": 2.0, "headroom": {"tasks": 1e1}}`), nil)
	require.NoError(t, err)
	assert.Equal(t, 2, entry.MinInstances)
	assert.Equal(t, 10, entry.Headroom.Tasks)
}

func TestFaultsSayWhereAndWhat(t *testing.T) {
	tests := map[string]struct {
		entry, defaults string
		want            []string
	}{
		"not JSON":            {entry: `cpu: 75`, want: []string{`entry: is not JSON: invalid character 'c' looking for beginning of value; the smallest one is {}`}},
		"empty":               {entry: ``, want: []string{`entry: is not JSON: it ends too early; the smallest one is {}`}},
		"cut off":             {entry: `{"cpu": {"scale_out_at": 75`, want: []string{`entry: is not JSON: it ends too early; the smallest one is {}`}},
		"a list":              {entry: `[]`, want: []string{`entry: must be a JSON object, not a list; the smallest one is {}`}},
		"null":                {entry: `null`, want: []string{`entry: must be a JSON object, not null; the smallest one is {}`}},
		"two documents":       {entry: `{} {}`, want: []string{`entry: is not JSON: something follows the closing brace; the smallest one is {}`}},
		"unknown field":       {entry: `{"cpu": {"scale_up_at": 75}}`, want: []string{`entry: cpu.scale_up_at is no field; known here: scale_in_below, scale_out_at`}},
		"case matters":        {entry: `{"Enabled": true}`, want: []string{`entry: Enabled is no field; known here: cpu, drain, enabled, gpu, headroom, instance, memory, min_instances, scale_in`}},
		"wrong type":          {entry: `{"cpu": {"scale_out_at": "75"}}`, want: []string{`entry: cpu.scale_out_at must be null or a number, not a string`}},
		"object wanted":       {entry: `{"cpu": 75}`, want: []string{`entry: cpu must be an object, not a number`}},
		"null for object":     {entry: `{"memory": null}`, want: []string{`entry: memory must be an object, not null`}},
		"over 100":            {entry: `{"cpu": {"scale_out_at": 120}}`, want: []string{`entry: cpu.scale_out_at must be at most 100, it is 120`}},
		"half a percent over": {entry: `{"cpu": {"scale_out_at": 100.5}}`, want: []string{`entry: cpu.scale_out_at must be at most 100, it is 100.5`}},
		"zero":                {entry: `{"cpu": {"scale_out_at": 0, "scale_in_below": 0}}`, want: []string{`entry: cpu thresholds cross: scale_in_below 0 (entry) must be below scale_out_at 0 (entry)`, `entry: cpu.scale_out_at must be at least 1, it is 0`}},
		"below one percent":   {entry: `{"cpu": {"scale_out_at": 0.5, "scale_in_below": 0}}`, want: []string{`entry: cpu.scale_out_at must be at least 1, it is 0.5`}},
		"hardly above zero":   {entry: `{"memory": {"scale_out_at": 1e-15, "scale_in_below": 0}}`, want: []string{`entry: memory.scale_out_at must be at least 1, it is 1e-15`}},
		"as small as can be":  {entry: `{"memory": {"scale_out_at": 5e-324, "scale_in_below": 0}}`, want: []string{`entry: memory.scale_out_at must be at least 1, it is 5e-324`}},
		"as large as can be":  {entry: `{"min_instances": 1e300}`, want: []string{`entry: min_instances must be at most 5000, it is 1e+300`}},
		"fraction of host":    {entry: `{"min_instances": 1.5}`, want: []string{`entry: min_instances must be an integer, not a number`}},
		"huge number":         {entry: `{"min_instances": 1e400}`, want: []string{`entry: min_instances 1e400 is beyond any number that can be used`}},
		"repeated key":        {entry: `{"cpu": {"scale_out_at": 80, "scale_out_at": 70}}`, want: []string{`entry: cpu.scale_out_at is there twice; keep one`}},
		"crossed":             {entry: `{"cpu": {"scale_out_at": 60, "scale_in_below": 60}}`, want: []string{`entry: cpu thresholds cross: scale_in_below 60 (entry) must be below scale_out_at 60 (entry)`}},
		"crosses a built-in default": {entry: `{"cpu": {"scale_out_at": 40}}`,
			want: []string{`entry: cpu thresholds cross: scale_in_below 50 (built-in defaults) must be below scale_out_at 40 (entry)`}},
		"crosses the shared defaults": {entry: `{"cpu": {"scale_in_below": 65}}`, defaults: `{"cpu": {"scale_out_at": 60}}`,
			want: []string{`entry: cpu thresholds cross: scale_in_below 65 (entry) must be below scale_out_at 60 (defaults)`}},
		"the defaults' own fault": {entry: `{}`, defaults: `{"cpu": {"scale_out_at": 101}}`,
			want: []string{`defaults: cpu.scale_out_at must be at most 100, it is 101`}},
		"half a size": {entry: `{"instance": {"cpu": 2048}, "headroom": {"memory": 512}}`,
			want: []string{`entry: headroom.memory needs cpu beside it; give both or neither`, `entry: instance.cpu needs memory beside it; give both or neither`}},
		"unknown choice":   {entry: `{"drain": {"at_deadline": "kill"}}`, want: []string{`entry: drain.at_deadline must be one of stop, hold`}},
		"beyond AWS's cap": {entry: `{"drain": {"deadline_minutes": 2866}}`, want: []string{`entry: drain.deadline_minutes must be at most 2865, it is 2866`}},
		"all at once": {entry: `{"enable": true, "cpu": {"scale_out_at": 175}, "min_instances": -1}`, defaults: `{"scale_in": "no"}`,
			want: []string{
				`entry: cpu.scale_out_at must be at most 100, it is 175`,
				`entry: enable is no field; known here: cpu, drain, enabled, gpu, headroom, instance, memory, min_instances, scale_in`,
				`entry: min_instances must be at least 0, it is -1`,
				`defaults: scale_in must be a boolean, not a string`,
			}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var defaults []byte
			if tt.defaults != "" {
				defaults = []byte(tt.defaults)
			}
			_, err := thresholds.Parse([]byte(tt.entry), defaults)
			var faults thresholds.Faults
			require.ErrorAs(t, err, &faults)
			said := make([]string, len(faults))
			for i, fault := range faults {
				said[i] = fault.String()
			}
			assert.Equal(t, tt.want, said)
		})
	}
}

func TestSchemaIsPublishedWithDefaultsForEveryField(t *testing.T) {
	var schema struct {
		Properties map[string]struct {
			Default any `json:"default"`
		} `json:"properties"`
	}
	require.NoError(t, json.Unmarshal(thresholds.Schema(), &schema))
	text, err := json.Marshal(thresholds.Builtin())
	require.NoError(t, err)
	var builtin map[string]any
	require.NoError(t, json.Unmarshal(text, &builtin))
	require.Len(t, schema.Properties, len(builtin))
	for name, property := range schema.Properties {
		assert.Equal(t, property.Default, builtin[name], "Entry.%s and the schema's default", name)
	}
}

// A number without a limit could be one whose sums overflow.
func TestEveryNumberOfAnEntryHasBothLimits(t *testing.T) {
	var visit func(path string, rule map[string]any)
	numbers := 0
	visit = func(path string, rule map[string]any) {
		types := fmt.Sprint(rule["type"])
		if strings.Contains(types, "integer") || strings.Contains(types, "number") {
			numbers++
			assert.Contains(t, rule, "minimum", path)
			assert.Contains(t, rule, "maximum", path)
		}
		for _, group := range []string{"properties", "$defs"} {
			fields, _ := rule[group].(map[string]any)
			for name, field := range fields {
				inner, _ := field.(map[string]any)
				visit(path+"."+name, inner)
			}
		}
	}
	var schema map[string]any
	require.NoError(t, json.Unmarshal(thresholds.Schema(), &schema))
	visit("entry", schema)
	assert.Equal(t, 12, numbers)
}
