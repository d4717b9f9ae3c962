package placement

import (
	"testing"

	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
)

func TestTreeFindsWhatALoopFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := func(label string) cluster.Resources {
			draw := rapid.Int64Range(0, 3)
			return cluster.Resources{CPU: draw.Draw(t, label), Memory: draw.Draw(t, label), GPU: draw.Draw(t, label)}
		}
		free := make([]cluster.Resources, rapid.IntRange(0, 20).Draw(t, "hosts"))
		for i := range free {
			free[i] = some("free")
		}
		tree := newTree(free)
		for range rapid.IntRange(0, 10).Draw(t, "changes") {
			if len(free) > 0 {
				at := rapid.IntRange(0, len(free)-1).Draw(t, "host")
				free[at] = rapid.SampledFrom([]cluster.Resources{nothing, some("now")}).Draw(t, "changed")
				tree.set(at, free[at])
			}
		}
		need, from := some("need"), rapid.IntRange(0, len(free)+3).Draw(t, "from")
		want := -1
		for i := from; i < len(free) && want < 0; i++ {
			if holds(free[i], need) {
				want = i
			}
		}
		if at, visited := tree.next(need, from); at != want || visited < 1 {
			t.Fatalf("%v from %d in %v: at %d, not %d, %d visited", need, from, free, at, want, visited)
		}
	})
}
