package thresholds_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/thresholds"
)

// faulty is a document with faults, and what they say.
type faulty struct {
	entry, defaults string
	want            []string
}

func requireFaults(t *testing.T, tests map[string]faulty) {
	t.Helper()
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

func TestEveryFaultIsNamedAtOnce(t *testing.T) {
	requireFaults(t, map[string]faulty{
		"all at once": {entry: `{"enable": true, "cpu": {"scale_out_at": 175}, "min_instances": -1}`, defaults: `{"scale_in": "no"}`,
			want: []string{
				`entry: cpu.scale_out_at must be at most 100, it is 175`,
				`entry: enable is not a field; the fields here are cpu, drain, enabled, gpu, headroom, instance, memory, min_instances, scale_in`,
				`entry: min_instances must be at least 0, it is -1`,
				`defaults: scale_in must be a boolean, not a string`,
			}},
		"the defaults' own fault": {entry: `{}`, defaults: `{"cpu": {"scale_out_at": 101}}`,
			want: []string{`defaults: cpu.scale_out_at must be at most 100, it is 101`}},
	})
}
