package placement_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
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

func TestNoMoreHostsThanAClusterCanHaveAreAskedFor(t *testing.T) {
	like := placement.Host{Free: size(4, 4), AwsvpcLimit: -1, GroupsKnown: true}
	for name, tt := range map[string]struct {
		kind  placement.Kind
		tasks int
		spare int
		steps int
		want  int
	}{
		"a few":                              {kind: kind("web", size(2, 1)), tasks: 5, want: 3},
		"as many as may be":                  {kind: kind("web", size(4, 1)), tasks: placement.MostHosts, want: placement.MostHosts},
		"one more":                           {kind: kind("web", size(4, 1)), tasks: placement.MostHosts + 1, want: placement.MostHosts},
		"millions":                           {kind: kind("web", size(4, 1)), tasks: 1 << 31, want: placement.MostHosts},
		"headroom beside them":               {kind: kind("web", size(4, 1)), tasks: 9000, spare: 5000, want: placement.MostHosts},
		"without steps, by what they hold":   {kind: kind("web", size(2, 1)), tasks: 50, steps: 1, want: 25},
		"without steps, one on each host":    {kind: kind("web", size(1, 1), distinct), tasks: 50, steps: 1, want: 50},
		"without steps, one port on each":    {kind: kind("web", size(1, 1), port(80)), tasks: 50, steps: 1, want: 50},
		"without steps, no size to count by": {kind: kind("web", size(0, 0)), tasks: 50, steps: 1, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			config := placement.Config{Unit: size(4, 4), Spare: size(4, 4)}
			if tt.steps > 0 {
				config.Steps = placement.NewSteps(tt.steps)
			}
			assert.Equal(t, tt.want, placement.Fewest(like, []placement.Kind{tt.kind}, config, placement.LargestFirst, tt.spare, []placement.Batch{{Tasks: tt.tasks}}))
		})
	}
}

// What would cost too much to read or to match is not read: unknown is neither yes nor no.
func TestExpressionsThatCostTooMuchAreUnknown(t *testing.T) {
	deep := func(open, end string, n int) string {
		return strings.Repeat(open, n) + "attribute:size == 4" + strings.Repeat(end, n)
	}
	for name, tt := range map[string]struct {
		expression string
		known      bool
	}{
		"a hundred parentheses but one":       {deep("(", ")", 99), true},
		"a thousand parentheses":              {deep("(", ")", 900), false},
		"a million parentheses":               {deep("(", ")", 1_000_000), false},
		"a hundred negations":                 {deep("!", "", 98), true},
		"a million negations":                 {deep("not ", "", 1_000_000), false},
		"as long as ECS allows":               {"attribute:size == 4 or attribute:stack in [" + strings.Repeat("a,", 977) + "a]", true},
		"longer than ECS allows":              {"attribute:size == 4 or attribute:stack in [" + strings.Repeat("a,", 1000) + "a]", false},
		"a pattern as people write them":      {"attribute:size =~ ([0-9]{1,3}|x+)", true},
		"a pattern of a thousand repetitions": {"attribute:size =~ 4{1,1000}", false},
		"repetitions of repetitions":          {"attribute:size =~ ((4{1,30}){1,30}x?)*", false},
		"many large parts":                    {"attribute:size =~ " + strings.Repeat("x{0,1000}", 200) + "4", false},
		"large classes of characters":         {"attribute:size =~ " + strings.Repeat(`[\pL4]{0,900}`, 100), false},
	} {
		t.Run(name, func(t *testing.T) {
			service := cluster.Service{Name: "web", Constraints: []cluster.Constraint{{Type: cluster.MemberOf, Expression: tt.expression}}}
			k := placement.KindOf(service, cluster.Definition{Size: size(1, 1)})
			host := placement.Host{Free: size(1, 1), AwsvpcLimit: -1, Attributes: map[string]string{"size": "4"}, GroupsKnown: true}
			require.True(t, placement.TakesEmpty(host, k, placement.Config{}), "unknown keeps nothing off where a host is asked for")
			assert.Equal(t, tt.known, placement.TakesEmpty(host, k, placement.Config{Strict: true}))
		})
	}
}

func TestPatternsAreNotHeldAgainstValuesThatNoAttributeHas(t *testing.T) {
	service := cluster.Service{Name: "web", Constraints: []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:size =~ x*"}}}
	k := placement.KindOf(service, cluster.Definition{Size: size(1, 1)})
	for length, known := range map[int]bool{128: true, 256: true, 257: false, 1 << 20: false} {
		host := placement.Host{Free: size(1, 1), AwsvpcLimit: -1, Attributes: map[string]string{"size": strings.Repeat("x", length)}, GroupsKnown: true}
		assert.Equal(t, known, placement.TakesEmpty(host, k, placement.Config{Strict: true}), length)
	}
}

func TestNoHostIsNeededForNothingWhereTheStepsAreSpent(t *testing.T) {
	steps := placement.NewSteps(0)
	config := placement.Config{Unit: size(10, 10), Spare: size(1, 1), Steps: steps}
	n := placement.Fewest(placement.Host{ID: "new", Free: size(10, 10)}, nil, config, placement.LargestFirst, 0)
	assert.True(t, steps.Spent())
	assert.Zero(t, n)
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
