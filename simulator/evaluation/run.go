package evaluation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/workload"
)

// Plan is what to run.
type Plan struct {
	Cases []Case
	// History is what the cases live through before they are measured, where they are long enough.
	History time.Duration
	// Seeds is how many there are of a run that targets compare. All others have one. Ranges on traces have one, those on
	// scenarios the seeds of the middle.
	Seeds int
	// Knobs are those of the middle set, from which the others differ; nil: the simulated AWS's defaults.
	Knobs *aws.Knobs
	// Strategy places the tasks of every row; empty is as workloads and rows have it.
	Strategy workload.Strategy
	// Prices turn hours into money; nil: there is none.
	Prices simulator.Prices
	Cache  Cache
	// Progress is told after each run; may be nil.
	Progress func(Progress)
}

// Progress is how far an evaluation is.
type Progress struct {
	// Runs of Of are done, Cached of them before.
	Runs, Of, Cached int
	// Done of Work is done, both in a unit of about a run's cost, without those that were cached.
	Done, Work float64
}

// sets are those that the plan runs. With one strategy for everybody there is no set of another.
func (p Plan) sets() []Set {
	return slices.DeleteFunc(Sets(), func(s Set) bool { return p.Strategy != "" && s.strategy != "" })
}

// seeds are how many a case's row has in the middle, and under each set.
func (p Plan) seeds(c Case, s Setting) (middle, sets int) {
	middle = 1
	if s.Compared {
		middle = p.Seeds
	}
	if c.Scenario {
		return middle, middle // scenarios are short
	}
	return middle, 1
}

// jobs are row by row: first the seeds of the middle set, then those of each set, the middle one among them.
func (p Plan) jobs() ([]job, error) {
	base := aws.Defaults()
	if p.Knobs != nil {
		base = *p.Knobs
	}
	sets := p.sets()
	knobs := make([]aws.Knobs, len(sets))
	for i, s := range sets {
		var err error
		if knobs[i], err = s.knobs(base); err != nil {
			return nil, err
		}
	}
	var all []job
	for _, c := range p.Cases {
		settings := grid(p.Strategy)
		if c.Scenario {
			settings = asTheyCome(p.Strategy)
		}
		for _, s := range settings {
			all = append(all, p.row(c, s, sets, knobs)...)
		}
	}
	return all, nil
}

// row are the runs of a case under a setting; knobs are the sets'.
func (p Plan) row(c Case, s Setting, sets []Set, knobs []aws.Knobs) []job {
	var all []job
	add := func(j job, seeds int) {
		for seed := range seeds {
			j.seed = uint64(seed) + 1
			all = append(all, j)
		}
	}
	seeds, ofSet := p.seeds(c, s)
	add(job{of: c, setting: s, strategy: p.strategyOf(s, Set{}), knobs: knobs[0], prices: p.Prices}, seeds)
	for i, set := range sets {
		j := job{of: c.short(), setting: s, set: set.Name, strategy: p.strategyOf(s, set), knobs: knobs[i], prices: p.Prices}
		if set.services && !c.Services && !c.Scenario {
			j.strategy, j.knobs = p.strategyOf(s, Set{}), knobs[0]
		}
		add(j, ofSet)
	}
	return all
}

// strategyOf is how a row's tasks are placed in a set: as everywhere, else as the row has it, else as the set has it.
func (p Plan) strategyOf(s Setting, set Set) workload.Strategy {
	switch {
	case p.Strategy != "":
		return p.Strategy
	case s.Strategy != "":
		return s.Strategy
	default:
		return set.strategy
	}
}

// runs are the distinct runs of jobs, in a random order that is always the same: so what is done at any time is a fair
// sample of what is left, and its pace tells how long that takes.
func runs(jobs []job) (keys []string, of map[string]job) {
	of = map[string]job{}
	for _, j := range jobs {
		key := j.key()
		if _, known := of[key]; !known {
			keys = append(keys, key)
			of[key] = j
		}
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(keys), func(a, b int) { keys[a], keys[b] = keys[b], keys[a] }) //nolint:gosec // no secret
	return keys, of
}

// priced says, before anybody waits for a run, whether every case's hosts have a price.
func (p Plan) priced(ctx context.Context, jobs []job) error {
	if p.Prices == nil {
		return nil
	}
	ended, end := context.WithCancel(ctx)
	end() // only the beginning of a run is wanted
	asked := ""
	for _, j := range jobs {
		if j.of.Name == asked {
			continue
		}
		asked = j.of.Name
		w, err := j.of.Make()
		if err != nil {
			return err
		}
		if _, err := simulator.Simulate(ended, simulator.Setup{Workload: w, Policy: j.setting.Policy, Prices: p.Prices}); err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("%s: %w", j.of.Name, err)
		}
	}
	return nil
}

// Run runs what the cache has not, as many at once as there are cores, and gathers everything.
func Run(ctx context.Context, p Plan) (Found, error) {
	jobs, err := p.jobs()
	if err != nil {
		return Found{}, err
	}
	if err := p.priced(ctx, jobs); err != nil {
		return Found{}, err
	}
	keys, of := runs(jobs)
	measures := map[string]simulator.Measures{}
	var left []job
	progress := Progress{Of: len(keys)}
	for _, key := range keys {
		m, found := p.Cache.get(of[key])
		if !found {
			left = append(left, of[key])
			progress.Work += of[key].work()
			continue
		}
		measures[key] = m
		progress.Runs++
		progress.Cached++
	}
	// A run makes much that lives for a simulated minute; collecting it less often is a third of the time. The limit is for
	// machines with more cores than memory.
	defer debug.SetGCPercent(debug.SetGCPercent(1600))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(4 << 30))
	var mutex sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, j := range left {
		group.Go(func() error {
			m, err := p.once(ctx, j)
			if err != nil {
				return err
			}
			mutex.Lock()
			defer mutex.Unlock()
			measures[j.key()] = m
			progress.Runs++
			progress.Done += j.work()
			if p.Progress != nil {
				p.Progress(progress)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return Found{}, err
	}
	return p.gather(jobs, measures), nil
}

// once runs what another evaluation, beside this one, has not kept meanwhile.
func (p Plan) once(ctx context.Context, j job) (simulator.Measures, error) {
	if m, found := p.Cache.get(j); found {
		return m, nil
	}
	m, err := j.run(ctx)
	if err != nil {
		return m, fmt.Errorf("%s: %w", j, err)
	}
	return m, p.Cache.put(j, m)
}
