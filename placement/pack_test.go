package placement_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/placement"
)

func byKind(left []placement.Left) map[int]int {
	sum := map[int]int{}
	for _, l := range left {
		sum[l.Kind] += l.Tasks
	}
	return sum
}

func TestFirstFitMatchesPlainLoops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		f := s.fleet()
		for range 2 { // the second time shows that the first left nothing behind
			for _, order := range []placement.Order{placement.LargestFirst, placement.SmallestFirst} {
				got := f.Without(s.leaves, order, s.wanted)
				left, spare := s.plainly(order == placement.LargestFirst)
				assert.Equal(t, left, byKind(got.Left), "order %d", order)
				assert.Equal(t, spare, got.Spare)
			}
			f.Without(s.leaves, placement.ByStrategy, s.wanted)
		}
	})
}

// Tasks that the strategies' order leaves are left with reason: no host would take them in the end.
func TestByStrategyLeavesNothingThatFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		f := s.fleet()
		first := f.Without(s.leaves, placement.ByStrategy, s.wanted)
		again := f.Without(s.leaves, placement.ByStrategy, s.wanted)
		assert.Equal(t, first, again)
		for _, l := range first.Left {
			if !l.Barred {
				continue
			}
			k := s.kinds[l.Kind]
			if !k.Distinct && !k.Awsvpc && len(k.Ports) == 0 {
				t.Fatalf("%+v is barred by nothing: %+v", k, s)
			}
		}
		assert.LessOrEqual(t, len(first.Left), len(s.kinds))
	})
}
