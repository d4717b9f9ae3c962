package calibration

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Worked out by hand: of three throws of a coin, and of rare things of which one is expected.
func TestChancesOfCounts(t *testing.T) {
	for k, want := range []float64{1, 7. / 8, 4. / 8, 1. / 8, 0} {
		assert.InDelta(t, want, atLeast(k, 3, 0.5), 1e-12)
	}
	assert.InDelta(t, 1, atLeast(2, 3, 1), 0)
	assert.InDelta(t, 0, atLeast(1, 3, 0), 0)
	for k, want := range []float64{1, 0.6321205588, 0.2642411177, 0.0803013971} {
		assert.InDelta(t, want, atLeastRare(k, 1), 1e-9)
	}
	assert.InDelta(t, 0, atLeastRare(1, 0), 0)
}

func TestSharesAndRates(t *testing.T) {
	for _, c := range []struct {
		of   string
		got  Verdict
		want Verdict
	}{
		{"one where none is expected", shares(1, 400, 0), Contradicted},
		{"none of few", shares(0, 80, 0), NotSeen},
		{"none of many", shares(0, 120, 0), Confirmed},
		{"about a half", shares(48, 100, 0.5), Confirmed},
		{"a half of few", shares(5, 10, 0.5), NotSeen},
		{"a tenth where a half is expected", shares(10, 100, 0.5), Contradicted},
		{"all where a half is expected", shares(30, 30, 0.5), Contradicted},
		{"one more rare thing", rates(1, 10, 0), Contradicted},
		{"nothing, as expected, for however long", rates(0, 1e6, 0), NotSeen},
		{"as often as expected", rates(100, 10, 10), Confirmed},
		{"as often, and seldom", rates(2, 0.2, 10), NotSeen},
		{"so often that it may be twice as often", rates(25, 1, 13), NotSeen},
		{"so seldom that it may be half as often", rates(12, 1, 20), NotSeen},
		{"twice as often", rates(200, 10, 10), Contradicted},
		{"half as often", rates(50, 10, 10), Contradicted},
	} {
		assert.Equal(t, c.want, c.got, c.of)
	}
}
