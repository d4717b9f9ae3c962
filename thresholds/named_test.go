package thresholds_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/thresholds"
)

func TestThresholdsKnowWhoNamedThem(t *testing.T) {
	for name, tt := range map[string]struct {
		entry, defaults string
		want            thresholds.Named
	}{
		"nobody":             {`{"headroom": {"tasks": 1}}`, `{"min_instances": 1}`, thresholds.Named{}},
		"an empty part":      {`{"cpu": {}}`, `{}`, thresholds.Named{}},
		"the entry":          {`{"cpu": {"scale_out_at": 75}}`, `{}`, thresholds.Named{CPU: thresholds.NamedBand{ScaleOutAt: true}}},
		"the defaults":       {`{}`, `{"memory": {"scale_in_below": 50}}`, thresholds.Named{Memory: thresholds.NamedBand{ScaleInBelow: true}}},
		"null is a name too": {`{"cpu": {"scale_out_at": null}}`, `{}`, thresholds.Named{CPU: thresholds.NamedBand{ScaleOutAt: true}}},
		"each its own":       {`{"gpu": {"scale_out_at": 90}}`, `{"gpu": {"scale_in_below": 10}}`, thresholds.Named{GPU: thresholds.NamedBand{ScaleOutAt: true, ScaleInBelow: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			entry, err := thresholds.Parse([]byte(tt.entry), []byte(tt.defaults))
			require.NoError(t, err)
			assert.Equal(t, tt.want, entry.Named)
		})
	}
}
