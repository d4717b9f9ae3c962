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

func TestValuesTheSchemaRefuses(t *testing.T) {
	requireFaults(t, map[string]faulty{
		"unknown field":       {entry: `{"cpu": {"scale_up_at": 75}}`, want: []string{`entry: cpu.scale_up_at is not a field; the fields here are scale_in_below, scale_out_at`}},
		"case matters":        {entry: `{"Enabled": true}`, want: []string{`entry: Enabled is not a field; the fields here are cpu, drain, enabled, gpu, headroom, instance, memory, min_instances, scale_in`}},
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
		"crossed":             {entry: `{"cpu": {"scale_out_at": 60, "scale_in_below": 60}}`, want: []string{`entry: cpu thresholds cross: scale_in_below 60 (entry) must be below scale_out_at 60 (entry)`}},
		"half a size": {entry: `{"instance": {"cpu": 2048}, "headroom": {"memory": 512}}`,
			want: []string{`entry: headroom.memory needs cpu too; give both or neither`, `entry: instance.cpu needs memory too; give both or neither`}},
		"true is no choice": {entry: `{"headroom": {"fitted": true}}`, want: []string{`entry: headroom.fitted must be false or an object, not true; leave it out for the default`}},
		"null is none":      {entry: `{"headroom": {"fitted": null}}`, want: []string{`entry: headroom.fitted must be a boolean or an object, not null`}},
		"a median at least": {entry: `{"headroom": {"fitted": {"percentile": 49, "most_percent": 1001, "most": 1}}}`, want: []string{
			`entry: headroom.fitted.most is not a field; the fields here are most_percent, percentile`,
			`entry: headroom.fitted.most_percent must be at most 1000, it is 1001`, `entry: headroom.fitted.percentile must be at least 50, it is 49`}},
		"unknown choice":   {entry: `{"drain": {"at_deadline": "kill"}}`, want: []string{`entry: drain.at_deadline must be one of stop, hold`}},
		"beyond AWS's cap": {entry: `{"drain": {"deadline_minutes": 2866}}`, want: []string{`entry: drain.deadline_minutes must be at most 2865, it is 2866`}},
	})
}

func TestSchemaHasEveryFieldsDefault(t *testing.T) {
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
func TestEveryNumberHasBothLimits(t *testing.T) {
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
	assert.Equal(t, 14, numbers)
}
