package scaler_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/scaler"
)

// A pass takes both from one judgement, in either order and as often as it likes.
func TestOneJudgementServesNeedAndVerdict(t *testing.T) {
	tried := tally{}
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld(t)
		if rapid.IntRange(0, 3).Draw(t, "nothing known of sizes") == 0 {
			w.s.Definitions = nil
		}
		v := w.decide()
		tried[v.Signal]++
		decided, err := json.Marshal(v)
		require.NoError(t, err)
		j := scaler.Judge(w.entry, w.s, now)
		for range 2 {
			require.Equal(t, scaler.Need(w.entry, w.s, now), j.Need())
			judged, err := json.Marshal(j.Verdict())
			require.NoError(t, err)
			require.Equal(t, string(decided), string(judged))
		}
	})
	tried.show(t)
}
