package evaluation

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/workload"
)

// job is one run.
type job struct {
	of      Case
	setting Setting
	seed    uint64
	// set names the set that it is of; empty: none, it is of the middle.
	set      string
	strategy workload.Strategy
	knobs    aws.Knobs
	prices   simulator.Prices
}

// String names it to people.
func (j job) String() string {
	name := fmt.Sprintf("%s under %s, seed %d", j.of.Name, j.setting.Name, j.seed)
	if j.set != "" {
		name += fmt.Sprintf(", set “%s”", j.set)
	}
	return name
}

// key is the same for two jobs that are the same run: a row with a strategy of its own is not moved by a set that places
// tasks.
func (j job) key() string {
	text, err := json.Marshal([]any{j.of.identity, j.setting.Policy, j.setting.Entry, j.seed, j.strategy, aws.Turned(j.knobs), j.prices})
	if err != nil {
		panic(err) // strings and numbers cannot fail
	}
	sum := sha256.Sum256(text)
	return fmt.Sprintf("%x", sum[:16])
}

// work is about what a run costs, in seconds on one core, as measured on the five traces of the documentation: the real
// publisher reads its cluster each minute, and most of the others' rules are short.
func (j job) work() float64 {
	aDay := 0.15
	switch {
	case j.setting.Ours:
		aDay = 2.5
	case j.setting.Rival == "schedulable":
		aDay = 0.9
	}
	return aDay * j.of.Lasts.Hours() / 24
}

func (j job) run(ctx context.Context) (simulator.Measures, error) {
	if err := ctx.Err(); err != nil {
		return simulator.Measures{}, err
	}
	w, err := j.of.Make()
	if err != nil {
		return simulator.Measures{}, err
	}
	setup := simulator.Setup{Workload: w, Policy: j.setting.Policy, Seed: j.seed, Knobs: &j.knobs, Prices: j.prices, Strategy: j.strategy}
	if j.setting.Entry != "" {
		setup.Entry = []byte(j.setting.Entry)
	}
	result, err := simulator.Simulate(ctx, setup)
	return result.Measures, err
}
