package workload

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// perHost are the tasks of six hosts, two a zone, the fullest first.
func perHost(t *testing.T, s Strategy, place func(town)) []int {
	t.Helper()
	where := newTown(6)
	where.Strategy = s
	place(where)
	where.pass(5 * time.Minute)
	var counts []int
	for _, h := range where.cluster.Hosts() {
		n := 0
		for _, one := range where.cluster.Tasks() {
			if one.Host == h {
				n++
			}
		}
		counts = append(counts, n)
	}
	slices.Sort(counts)
	slices.Reverse(counts)
	return counts
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
func TestAStrategyOverridesHowServicesArePlaced(t *testing.T) {
	for s, want := range map[Strategy][]int{
		"":         {2, 2, 2, 0, 0, 0}, // zones, then full hosts
		AWSDefault: {1, 1, 1, 1, 1, 1},
		Spread:     {1, 1, 1, 1, 1, 1},
		Binpack:    {6, 0, 0, 0, 0, 0},
	} {
		assert.Equal(t, want, perHost(t, s, func(where town) { where.service(web(task("web", 256, 512), 6)) }), s)
	}
}

func TestAStrategyOverridesHowStandaloneTasksArePlaced(t *testing.T) {
	run := func(where town) {
		for range 6 {
			where.client("jobs").run(task("job", 256, 512), time.Hour)
		}
	}
	assert.Equal(t, []int{1, 1, 1, 1, 1, 1}, perHost(t, Spread, run))
	assert.Equal(t, []int{6, 0, 0, 0, 0, 0}, perHost(t, Binpack, run))
	for _, random := range []Strategy{"", AWSDefault} {
		got := perHost(t, random, run)
		assert.NotEqual(t, []int{1, 1, 1, 1, 1, 1}, got)
		assert.NotEqual(t, []int{6, 0, 0, 0, 0, 0}, got)
	}
}

func TestDaemonsHaveNoStrategy(t *testing.T) {
	where := newTown(1)
	where.Strategy = Binpack
	require.NotPanics(t, where.logs)
	assert.Empty(t, where.cluster.Services()[0].Spec.Strategy)
}
