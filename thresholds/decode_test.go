package thresholds_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/thresholds"
)

func TestTextsThatAreNoObject(t *testing.T) {
	requireFaults(t, map[string]faulty{
		"not JSON":      {entry: `cpu: 75`, want: []string{`entry: is not valid JSON: invalid character 'c' looking for beginning of value; the smallest valid document is {}`}},
		"empty":         {entry: ``, want: []string{`entry: is not valid JSON: it ends too early; the smallest valid document is {}`}},
		"cut off":       {entry: `{"cpu": {"scale_out_at": 75`, want: []string{`entry: is not valid JSON: it ends too early; the smallest valid document is {}`}},
		"a list":        {entry: `[]`, want: []string{`entry: must be a JSON object, not a list; the smallest valid document is {}`}},
		"null":          {entry: `null`, want: []string{`entry: must be a JSON object, not null; the smallest valid document is {}`}},
		"two documents": {entry: `{} {}`, want: []string{`entry: is not valid JSON: text follows the closing brace; the smallest valid document is {}`}},
		"huge number":   {entry: `{"min_instances": 1e400}`, want: []string{`entry: min_instances 1e400 is out of the range of numbers`}},
		"repeated key":  {entry: `{"cpu": {"scale_out_at": 80, "scale_out_at": 70}}`, want: []string{`entry: cpu.scale_out_at appears twice; keep one`}},
	})
}

func TestWholeNumbersMayBeWrittenAsDecimals(t *testing.T) {
	entry, err := thresholds.Parse([]byte(`{"min_instances": 2.0, "headroom": {"tasks": 1e1}}`), nil)
	require.NoError(t, err)
	assert.Equal(t, 2, entry.MinInstances)
	assert.Equal(t, 10, entry.Headroom.Tasks)
}
