package evaluation

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/report"
	"ecs-cluster-scaler/simulator/workload"
)

func TestASetChangesOneGuess(t *testing.T) {
	sets := Sets()
	require.LessOrEqual(t, len(sets), 7, "the middle one and six others")
	names := map[string]bool{}
	for i, s := range sets {
		assert.False(t, names[s.Name], s.Name)
		names[s.Name] = true
		assert.NotEmpty(t, s.Sentence, s.Name)
		assert.NotEmpty(t, s.Source, s.Name)
		knobs, err := s.knobs(aws.Defaults())
		require.NoError(t, err)
		assert.Len(t, aws.Turned(knobs), len(s.turns), "%s turns a knob to where it stands", s.Name)
		assert.Equal(t, i > 0, len(s.turns) > 0 || s.strategy != "", s.Name)
		for _, knob := range aws.ListKnobs() {
			if _, turned := s.turns[knob.Name]; turned {
				assert.True(t, knob.Guess, "%s turns %s, which AWS publishes", s.Name, knob.Name)
			}
		}
	}
}

func TestASetKeepsTheKnobsOfTheMiddle(t *testing.T) {
	base := aws.Defaults()
	base.ECS.Loop = 20 * time.Second
	base.ECS.BackOff = 2 * time.Minute
	i := slices.IndexFunc(Sets(), func(s Set) bool { return s.Name == "back-off 15 min" })
	knobs, err := Sets()[i].knobs(base)
	require.NoError(t, err)
	assert.Equal(t, 20*time.Second, knobs.ECS.Loop)
	assert.Equal(t, 15*time.Minute, knobs.ECS.BackOff)
}

// strategies are how the tasks of a row are placed, by set, and how many runs that makes.
func strategies(t *testing.T, p Plan, row string) (placed map[workload.Strategy]int, distinct int) {
	t.Helper()
	p.Cases, p.Seeds = []Case{{Name: "t", identity: "t", Services: true}}, 1
	jobs, err := p.jobs()
	require.NoError(t, err)
	placed = map[workload.Strategy]int{}
	var own []job
	for _, j := range jobs {
		if j.setting.Name == row {
			placed[j.strategy]++
			own = append(own, j)
		}
	}
	keys, _ := runs(own)
	return placed, len(keys)
}

func TestPlacementIsOfTheRowThenOfTheSet(t *testing.T) {
	placed, distinct := strategies(t, Plan{}, "ours")
	assert.Equal(t, map[workload.Strategy]int{"": 7, workload.AWSDefault: 1}, placed)
	assert.Equal(t, 7, distinct, "one seed of a day is the middle set's own day")
	placed, distinct = strategies(t, Plan{}, "ECS managed scaling, target 90")
	assert.Equal(t, map[workload.Strategy]int{workload.Binpack: 8}, placed)
	assert.Equal(t, 6, distinct, "what a set does not change is not run again")
	placed, _ = strategies(t, Plan{}, "ECS managed scaling, target 90, spread out")
	assert.Equal(t, map[workload.Strategy]int{workload.AWSDefault: 8}, placed)

	placed, _ = strategies(t, Plan{Strategy: workload.Spread}, "ECS managed scaling, target 90")
	assert.Equal(t, map[workload.Strategy]int{workload.Spread: 7}, placed)
	placed, _ = strategies(t, Plan{Strategy: workload.Spread}, "ECS managed scaling, target 90, spread out")
	assert.Empty(t, placed)
}

func TestStandaloneTasksAreNotRunForWhatServicesDo(t *testing.T) {
	cases, err := Cases(folder(t), Usual, 0)
	require.NoError(t, err)
	cases, err = Only(cases, []string{"tasks_own"})
	require.NoError(t, err)
	middle := job{of: cases[0], seed: 1, knobs: aws.Defaults()}
	for _, middle.setting = range []Setting{{Policy: "gap"}, {Policy: "managed-100"}, {Policy: "alarms-75"}} {
		want, err := middle.run(t.Context())
		require.NoError(t, err)
		for _, set := range Sets() {
			if !set.services {
				continue
			}
			other := middle
			other.strategy = set.strategy
			other.knobs, err = set.knobs(aws.Defaults())
			require.NoError(t, err)
			got, err := other.run(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, got, "%s under %s", set.Name, middle.setting.Policy)
		}
	}
	p := Plan{Cases: cases, Seeds: 1}
	jobs, err := p.jobs()
	require.NoError(t, err)
	keys, _ := runs(jobs[:1+len(Sets())])
	assert.Len(t, keys, 3, "the middle, slow alarms and slow boots")
}

func TestRangesAreOfTheFirstDay(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "demand_long.csv"), []byte("t_s,value\n0,100\n172800,300\n"), 0o600))
	for extent, long := range map[Extent]time.Duration{Usual: 49 * time.Hour, Full: 49 * time.Hour, Quick: 25 * time.Hour} {
		cases, err := Cases(dir, extent, 0)
		require.NoError(t, err)
		assert.Equal(t, long, cases[0].Lasts, "with an hour to settle")
		jobs, err := Plan{Cases: cases[:1], Seeds: 2}.jobs()
		require.NoError(t, err)
		jobs = slices.DeleteFunc(jobs, func(j job) bool { return j.setting.Name != "ours" })
		require.Len(t, jobs, 2+len(Sets()))
		for i, j := range jobs {
			assert.True(t, i >= 2 || j.of.Lasts == long, "run %d", i)
			assert.True(t, i < 2 || j.of.Lasts == 25*time.Hour && j.seed == 1, "run %d", i)
		}
		assert.Equal(t, extent == Quick, cases[0].identity == cases[0].short().identity, "a run that is not made twice")
	}
}

func TestAScenariosRangeHoldsItsMiddle(t *testing.T) {
	p := Plan{Seeds: 3, Cases: []Case{{Name: "s", identity: "s", Scenario: true}}, Cache: Cache{Folder: t.TempDir(), Build: "a"}}
	jobs, err := p.jobs()
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // no secret
	for _, j := range jobs {
		if _, known := p.Cache.get(j); !known {
			require.NoError(t, p.Cache.put(j, simulator.Measures{InstanceHours: random.Float64(), UnplacedLateTaskSeconds: random.Float64(), Reversals: random.IntN(9), ReversalsUnchanged: random.IntN(9), OverLowerBound: random.Float64()}))
		}
	}
	found, err := Run(t.Context(), p)
	require.NoError(t, err)
	require.NotEmpty(t, found.Scenarios)
	for _, row := range found.Scenarios[0].Runs {
		assert.Contains(t, []int{1, 3}, row.Seeds)
		require.Len(t, row.Sets, len(Sets()))
		for what, figures := range map[string]struct {
			middle report.Spread
			of     func(report.SetPoint) float64
		}{
			"hours":          {row.InstanceHours, func(s report.SetPoint) float64 { return s.InstanceHours }},
			"over the bound": {row.OverLowerBound, func(s report.SetPoint) float64 { return s.OverLowerBound }},
			"late":           {row.LateSeconds, func(s report.SetPoint) float64 { return s.LateSeconds }},
			"reversals":      {row.ReversalsUnchanged, func(s report.SetPoint) float64 { return s.ReversalsUnchanged }},
		} {
			var all []float64
			for _, s := range row.Sets {
				all = append(all, figures.of(s))
			}
			assert.InDelta(t, figures.middle.Mean, all[0], 0, "%s of %s: the set that changes nothing is the middle", what, row.Policy)
			assert.GreaterOrEqual(t, slices.Max(all), figures.middle.Mean)
			assert.LessOrEqual(t, slices.Min(all), figures.middle.Mean)
		}
	}
}

func TestRunsComeMixedAndAlwaysInOneOrder(t *testing.T) {
	p := Plan{Seeds: 1, Cases: []Case{{Name: "a", identity: "a", Services: true, Lasts: time.Hour}, {Name: "b", identity: "b", Services: true, Lasts: time.Hour}}}
	jobs, err := p.jobs()
	require.NoError(t, err)
	keys, of := runs(jobs)
	again, _ := runs(jobs)
	assert.Equal(t, keys, again)
	done, whole := 0.0, 0.0
	seen := map[string]bool{}
	for i, key := range keys {
		whole += of[key].work()
		if i < len(keys)/10 {
			done += of[key].work()
			seen[of[key].of.Name] = true
		}
	}
	assert.Len(t, seen, 2)
	assert.InDelta(t, whole/10, done, whole/30, "a tenth of the runs is about a tenth of the work")
}
