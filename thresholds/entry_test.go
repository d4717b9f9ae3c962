package thresholds_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/thresholds"
)

func TestEmptyEntryIsComplete(t *testing.T) {
	entry, err := thresholds.Parse([]byte(`{}`), nil)
	require.NoError(t, err)
	// The built-in defaults of the contract, written out so that changing one is a decision.
	assert.Equal(t, thresholds.Entry{
		CPU:      thresholds.Band{ScaleOutAt: new(75.0), ScaleInBelow: 50},
		Memory:   thresholds.Band{ScaleOutAt: new(75.0), ScaleInBelow: 50},
		GPU:      thresholds.Band{ScaleOutAt: nil, ScaleInBelow: 100},
		Headroom: thresholds.Headroom{Fitted: thresholds.Fitted{On: true, Percentile: 98, MostPercent: 50}},
		ScaleIn:  true,
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
	  "headroom": {"tasks": 2, "cpu": 1024, "memory": 2048, "fitted": {"percentile": 99.5, "most_percent": 100}},
	  "instance": {"cpu": 4096, "memory": 15400, "gpu": 0, "awsvpc_tasks": null},
	  "min_instances": 3,
	  "scale_in": false,
	  "drain": {"deadline_minutes": 90, "at_deadline": "hold", "standalone_deadline_minutes": 600, "hook": "my/hook-1"},
	  "enabled": false
	}`), nil)
	require.NoError(t, err)
	assert.Equal(t, new(80.5), entry.Memory.ScaleOutAt)
	assert.Equal(t, 2, entry.Headroom.Tasks)
	assert.Equal(t, thresholds.Fitted{On: true, Percentile: 99.5, MostPercent: 100}, entry.Headroom.Fitted)
	assert.EqualValues(t, 15400, *entry.Instance.Memory)
	assert.Nil(t, entry.Instance.AwsvpcTasks)
	assert.Equal(t, 3, entry.MinInstances)
	assert.False(t, entry.ScaleIn)
	assert.Equal(t, thresholds.Drain{DeadlineMinutes: 90, AtDeadline: thresholds.Hold, StandaloneDeadlineMinutes: 600, Hook: "my/hook-1"}, entry.Drain)
	assert.False(t, entry.Enabled)
}

func TestParsingKeepsTheBuiltinDefaults(t *testing.T) {
	before := thresholds.Builtin()
	_, err := thresholds.Parse([]byte(`{"cpu": {"scale_out_at": 99}, "drain": {"deadline_minutes": 5}}`), nil)
	require.NoError(t, err)
	assert.Equal(t, before, thresholds.Builtin())
}

func TestHeadroomFitsItselfUnlessFalse(t *testing.T) {
	for name, tt := range map[string]struct {
		entry, defaults string
		want            thresholds.Fitted
	}{
		"built in":                   {`{}`, ``, thresholds.Fitted{On: true, Percentile: 98, MostPercent: 50}},
		"one of the two":             {`{"headroom": {"fitted": {"percentile": 95}}}`, ``, thresholds.Fitted{On: true, Percentile: 95, MostPercent: 50}},
		"one in each document":       {`{"headroom": {"fitted": {"percentile": 95}}}`, `{"headroom": {"fitted": {"most_percent": 20}}}`, thresholds.Fitted{On: true, Percentile: 95, MostPercent: 20}},
		"false":                      {`{"headroom": {"fitted": false}}`, ``, thresholds.Fitted{}},
		"false in the defaults":      {`{}`, `{"headroom": {"fitted": false}}`, thresholds.Fitted{}},
		"false over an object":       {`{"headroom": {"fitted": false}}`, `{"headroom": {"fitted": {"percentile": 95}}}`, thresholds.Fitted{}},
		"an object over false":       {`{"headroom": {"fitted": {"percentile": 95}}}`, `{"headroom": {"fitted": false}}`, thresholds.Fitted{On: true, Percentile: 95, MostPercent: 50}},
		"an empty object over false": {`{"headroom": {"fitted": {}}}`, `{"headroom": {"fitted": false}}`, thresholds.Fitted{On: true, Percentile: 98, MostPercent: 50}},
	} {
		t.Run(name, func(t *testing.T) {
			var defaults []byte
			if tt.defaults != "" {
				defaults = []byte(tt.defaults)
			}
			entry, err := thresholds.Parse([]byte(tt.entry), defaults)
			require.NoError(t, err)
			assert.Equal(t, tt.want, entry.Headroom.Fitted)
		})
	}
}
