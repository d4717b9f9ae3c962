package evaluation

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"golang.org/x/sync/errgroup"

	"ecs-cluster-scaler/simulator"
)

// Plan is what to run.
type Plan struct {
	Cases []Case
	// Seeds is how many there are of each run on a trace; scenarios have at most two.
	Seeds int
	Cache Cache
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

// job is one run.
type job struct {
	of      Case
	setting Setting
	seed    uint64
}

// work is about what a run costs: the real publisher reads its cluster each minute, and peers' rules are short.
func (j job) work() float64 {
	if j.setting.Ours {
		return 10 * j.of.Lasts.Hours()
	}
	return j.of.Lasts.Hours()
}

func (p Plan) jobs() []job {
	var all []job
	for _, c := range p.Cases {
		settings, seeds := Grid(), p.Seeds
		if c.Scenario {
			settings, seeds = AsTheyCome(), min(p.Seeds, 2)
		}
		for _, s := range settings {
			for seed := range seeds {
				all = append(all, job{c, s, uint64(seed) + 1})
			}
		}
	}
	return all
}

// Run runs what the cache has not, as many at once as there are cores, and gathers everything.
func Run(ctx context.Context, p Plan) (Found, error) {
	jobs := p.jobs()
	measures := make([]simulator.Measures, len(jobs))
	var left []int
	progress := Progress{Of: len(jobs)}
	for i, j := range jobs {
		m, found := p.Cache.get(j)
		if !found {
			left = append(left, i)
			progress.Work += j.work()
			continue
		}
		measures[i] = m
		progress.Runs++
		progress.Cached++
	}
	// A run makes much that lives for a simulated minute; collecting it less often is a fifth of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	var mutex sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, i := range left {
		group.Go(func() error {
			j := jobs[i]
			m, err := j.run(ctx)
			if err != nil {
				return fmt.Errorf("%s under %s: %w", j.of.Name, j.setting.Name, err)
			}
			measures[i] = m
			if err := p.Cache.put(j, m); err != nil {
				return err
			}
			mutex.Lock()
			defer mutex.Unlock()
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
	return gather(p.Cases, jobs, measures), nil
}

func (j job) run(ctx context.Context) (simulator.Measures, error) {
	if err := ctx.Err(); err != nil {
		return simulator.Measures{}, err
	}
	w, err := j.of.Make()
	if err != nil {
		return simulator.Measures{}, err
	}
	setup := simulator.Setup{Workload: w, Policy: j.setting.Policy, Seed: j.seed}
	if j.setting.Entry != "" {
		setup.Entry = []byte(j.setting.Entry)
	}
	result, err := simulator.Simulate(ctx, setup)
	return result.Measures, err
}
