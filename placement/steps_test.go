package placement_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/placement"
)

// A packing that is cut short says so, and never says that what does not fit does.
func TestFewStepsNeverMakeAnythingFit(t *testing.T) {
	cut := 0
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		spare := rapid.IntRange(0, 3).Draw(t, "spare tasks")
		steps := placement.NewSteps(rapid.IntRange(0, 300).Draw(t, "steps"))
		few := placement.New(append([]placement.Host(nil), s.hosts...), s.kinds, placement.Config{Strict: true, Unit: size(10, 10), Spare: s.spare, Steps: steps})
		whole, fits := s.fleet().FitsInEveryOrder(s.leaves, s.wanted, spare)
		short, fitsShort := few.FitsInEveryOrder(s.leaves, s.wanted, spare)
		switch {
		case short.Cut:
			cut++
			if !steps.Spent() {
				t.Fatal("cut with steps to spare")
			}
		case fitsShort != fits || len(short.Left) != len(whole.Left):
			t.Fatalf("with few steps %v %+v, with enough %v %+v", fitsShort, short, fits, whole)
		}
		if fitsShort && !fits {
			t.Fatal("it fits only because the steps ended")
		}
	})
	assert.Positive(t, cut, "no packing was cut short, so nothing was tried")
}

func TestStepsEndAtTheirBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		most := rapid.IntRange(0, 300).Draw(t, "steps")
		steps := placement.NewSteps(most)
		f := placement.New(s.hosts, s.kinds, placement.Config{Strict: true, Unit: size(10, 10), Spare: s.spare, Steps: steps})
		for range 3 {
			for _, order := range placement.Orders {
				f.Pack(order, s.wanted)
				f.Without(s.leaves, order, s.wanted)
			}
		}
		if steps.Taken() > 2*most+1 {
			t.Fatalf("%d steps of %d", steps.Taken(), most)
		}
	})
}

func TestStepsEndWhenTheirTimeIsOver(t *testing.T) {
	s := func(over func() bool) *placement.Steps {
		steps := placement.NewSteps(1 << 20).Until(over)
		placement.New(make([]placement.Host, 1<<17), nil, placement.Config{Steps: steps})
		return steps
	}
	assert.True(t, s(func() bool { return true }).Spent())
	assert.False(t, s(func() bool { return false }).Spent())
	assert.False(t, s(nil).Spent())
	asked := 0
	s(func() bool { asked++; return asked == 2 })
	assert.Less(t, asked, 10, "it is asked now and again, not at every step")
}
