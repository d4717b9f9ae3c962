package placement_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

func TestFewestOpensWhatFirstFitNeeds(t *testing.T) {
	like := placement.Host{Free: size(2048, 3900), AwsvpcLimit: -1, GroupsKnown: true}
	kinds := []placement.Kind{kind("web", size(1000, 100)), kind("alone", size(10, 10), distinct), kind("port", size(10, 10), port(80))}
	fewest := func(spare int, of cluster.Resources, batches ...placement.Batch) int {
		return placement.Fewest(like, kinds, placement.Config{Unit: like.Free, Spare: of}, placement.LargestFirst, spare, batches)
	}
	assert.Equal(t, 7, fewest(0, size(0, 0), placement.Batch{Kind: 0, Tasks: 14}))
	assert.Equal(t, 5, fewest(0, size(0, 0), placement.Batch{Kind: 1, Tasks: 5}))
	assert.Equal(t, 5, fewest(0, size(0, 0), placement.Batch{Kind: 1, Tasks: 3}, placement.Batch{Kind: 2, Tasks: 5}))
	assert.Equal(t, 8, fewest(1, size(1000, 1000), placement.Batch{Kind: 0, Tasks: 14}), "no room is left for the spare one")
	assert.Equal(t, 7, fewest(1, size(1000, 1000), placement.Batch{Kind: 0, Tasks: 13}), "beside the thirteenth there is")
	assert.Equal(t, 2, fewest(3, size(1000, 1000)))
	assert.Equal(t, 0, fewest(0, size(0, 0)))
}

func TestFewestEndsAtMostHosts(t *testing.T) {
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

func TestNothingWantedNeedsNoHost(t *testing.T) {
	steps := placement.NewSteps(0)
	config := placement.Config{Unit: size(10, 10), Spare: size(1, 1), Steps: steps}
	n := placement.Fewest(placement.Host{ID: "new", Free: size(10, 10)}, nil, config, placement.LargestFirst, 0)
	assert.True(t, steps.Spent())
	assert.Zero(t, n)
}
