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

// ECS may place the tasks that move before those that wait, or after them. Whichever come second must have room too.
func TestNobodysTasksTakeTheLastRoom(t *testing.T) {
	kinds := []placement.Kind{kind("tall", size(1, 28)), kind("broad", size(12, 23)), kind("light", size(0, 14))}
	two, tall := []placement.Batch{{Kind: 1, Tasks: 1}, {Kind: 2, Tasks: 1}}, []placement.Batch{{Kind: 0, Tasks: 2}}
	// Where broad and light come first, they take the first host, and only one of the tall ones finds room.
	for name, tt := range map[string]struct{ move, wait []placement.Batch }{
		"those that move first": {two, tall},
		"those that wait first": {tall, two},
	} {
		t.Run(name, func(t *testing.T) {
			hosts := hostsIn("aaa", size(27, 62))
			hosts[1].Free, hosts[2].Moves = size(15, 53), tt.move
			for _, b := range tt.move {
				hosts[2].Groups[kinds[b.Kind].Group] = b.Tasks
			}
			f := placement.New(hosts, kinds, placement.Config{Strict: true, Unit: size(41, 156)})
			for _, order := range placement.Orders {
				assert.Empty(t, f.Without([]int{2}, order, tt.wait).Left, "all together in order %d", order)
			}
			o, fits := f.FitsInEveryOrder([]int{2}, tt.wait, 0)
			assert.False(t, fits)
			assert.Equal(t, map[int]int{0: 1}, byKind(o.Left))
		})
	}
}
