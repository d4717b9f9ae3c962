package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/calibration"
	"ecs-cluster-scaler/simulator/report"
)

func TestOneKnobThatShowsTooLittleIsOne(t *testing.T) {
	one := calibration.Finding{Knob: "ecs.loop", Verdict: calibration.NotSeen, Value: []byte(`"5s"`), Seen: 2, Why: "Too few."}
	for said, findings := range map[string][]calibration.Finding{
		"confirms 0; 1 other shows in it, but not enough.": {one},
		"confirms 0; 2 others show in it, but not enough.": {one, one},
	} {
		var text strings.Builder
		require.NoError(t, report.CalibrationText(&text, report.Calibration{Cluster: "web", Findings: findings}))
		assert.Contains(t, strings.Join(strings.Fields(text.String()), " "), said)
	}
}
