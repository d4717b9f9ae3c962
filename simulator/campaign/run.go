package campaign

import (
	"fmt"
	"io"
	"slices"
	"time"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
)

const hookName = policy.HookName

// foreign is another's lifecycle hook.
const foreign = "foreign"

// Outcome is what a run showed.
type Outcome struct {
	Plan       Plan
	Violations []Violation
	// Exempt counts what would be violations but for an exemption, Counts what was judged.
	Exempt, Counts map[string]int
}

// Breaks tells whether one of some promises was broken; of none named, any.
func (o *Outcome) Breaks(promises ...Promise) bool {
	return slices.ContainsFunc(o.Violations, func(v Violation) bool {
		return len(promises) == 0 || slices.Contains(promises, v.Promise)
	})
}

// Run runs a plan and judges it. What happened is told to out, minute by minute, where that is not nil.
func Run(p Plan, out io.Writer) (result Outcome) {
	world := aws.New(p.knobs())
	tale := newStory(world, out)
	j := newJudge(&p, world)
	defer func() {
		if panicked := recover(); panicked != nil {
			j.breaks(Panicked, "%v", panicked)
		}
		tale.end(j.violations)
		result = Outcome{p, j.violations, j.exempt, j.counts}
	}()
	entries := map[string][]byte{}
	wiring := &policy.Wiring{Follows: p.Policy, Untagged: p.Before, Entry: func(cluster string) []byte { return entries[cluster] }, Hooks: p.hooks()}
	newFunctions(&p, world, j, tale)
	var towns []*town
	for _, c := range p.Clusters {
		entries[c.Name] = c.Entry.text()
		towns = append(towns, build(workload.Site{World: world, Policy: wiring}, c, j, tale))
	}
	start := p.knobs().Start
	for n, a := range p.Acts {
		if a.Cluster < len(towns) {
			world.At(start.Add(time.Duration(a.Minute)*time.Minute), fmt.Sprintf("plan %03d", n), func() { towns[a.Cluster].do(a) })
		}
	}
	for m := range p.Minutes {
		world.At(start.Add(time.Duration(m)*time.Minute+59*time.Second), "zz judge", func() {
			j.late()
			j.count()
		})
	}
	world.Run(start.Add(p.lasts()))
	j.buying()
	return result
}

func (p *Plan) hooks() []aws.HookSpec {
	hooks := []aws.HookSpec{{Name: hookName, Heartbeat: p.heartbeat(), Default: p.Default}}
	if p.ForeignHook {
		hooks = append(hooks, aws.HookSpec{Name: foreign, Heartbeat: foreignHook, Default: "CONTINUE"})
	}
	return hooks
}
