package cli

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/simulator/evaluation"
)

func TestProgressIsSilentAtFirstAndThenRare(t *testing.T) {
	const day = 24 * time.Hour
	var out bytes.Buffer
	now := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	p := newProgress(&out, func() time.Time { return now })
	show := func(after time.Duration, done time.Duration) {
		now = p.began.Add(after)
		p.show(done, 8*day)
	}
	show(1900*time.Millisecond, day)
	assert.Empty(t, out.String(), "a short run says nothing")
	show(2*time.Second, 2*day)
	show(11*time.Second, 3*day)
	show(12*time.Second, 4*day)
	p.end()
	assert.Equal(t, "simulated day 2.0 of 8.0 (25 %)\nsimulated day 4.0 of 8.0 (50 %)\n", out.String())
}

func TestProgressOverwritesATerminalsLine(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	p := newProgress(&out, func() time.Time { return now })
	p.terminal = true
	p.end()
	assert.Empty(t, out.String(), "nothing was said, so nothing is cleared")
	now = now.Add(3 * time.Second)
	p.show(time.Hour, 2*time.Hour)
	p.end()
	assert.Equal(t, "\r\x1b[Ksimulated day 0.0 of 0.1 (50 %)\r\x1b[K", out.String())
}

func TestProgressOfRunsSideBySideIsTheirSum(t *testing.T) {
	const day = 24 * time.Hour
	var out bytes.Buffer
	now := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	p := newProgress(&out, func() time.Time { return now })
	together := p.together(2)
	together(0)(day, 4*day)
	now = now.Add(silentFor)
	together(1)(3*day, 4*day)
	assert.Equal(t, "simulated day 4.0 of 8.0 (50 %)\n", out.String())
}

func TestWhatIsLeftIsToldByAFairSample(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	p := newProgress(&out, func() time.Time { return now })
	tell := p.evaluated()
	show := func(after time.Duration, runs int, done float64) string {
		out.Reset()
		now = now.Add(after)
		tell(evaluation.Progress{Runs: 3000 + runs, Of: 4000, Cached: 3000, Done: done, Work: 1000})
		return out.String()
	}
	assert.Equal(t, "run 3001 of 4000 (3000 kept from before)\n", show(20*time.Second, 1, 0.01), "most of that was reading")
	assert.Equal(t, "run 3005 of 4000 (3000 kept from before)\n", show(10*time.Second, 5, 20), "so few runs tell nothing")
	assert.Equal(t, "run 3040 of 4000 (3000 kept from before), about 5m left\n", show(90*time.Second, 40, 250.0075))
	assert.Equal(t, "run 4000 of 4000 (3000 kept from before), about 0s left\n", show(time.Minute, 1000, 1000))
}
