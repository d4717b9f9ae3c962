package campaign

import (
	"fmt"
	"sync"
	"time"
)

// patience is how long a run may take by the clock on the wall. Usually it is less than a tenth of a second.
const patience = 2 * time.Minute

// RunInTime runs a plan, and calls it endless where it takes minutes: then what it runs is left running.
func RunInTime(p Plan) Outcome {
	return inTime(p, func() Outcome { return Run(p, nil) }, time.After(patience))
}

func inTime(p Plan, run func() Outcome, over <-chan time.Time) Outcome {
	result := make(chan Outcome, 1)
	go func() { result <- run() }()
	select {
	case o := <-result:
		return o
	case <-over:
		return Outcome{Plan: p, Violations: []Violation{{NoEnd, p.knobs().Start, fmt.Sprintf("an invocation has not ended after %s", patience)}}}
	}
}

// Sweep runs the plans of n seeds, from the first on, so many at once. each gets the outcomes in the order of the seeds, and
// says whether to go on.
func Sweep(first uint64, n, atOnce, heartbeat int, each func(Outcome) (more bool)) {
	type numbered struct {
		nth     int
		outcome Outcome
	}
	// No run begins while so many wait for an earlier one: outcomes hold memory.
	places := make(chan struct{}, 8*atOnce)
	next, results, enough := make(chan int), make(chan numbered), make(chan struct{})
	go func() {
		defer close(next)
		for nth := range n {
			select {
			case places <- struct{}{}:
				next <- nth
			case <-enough:
				return
			}
		}
	}()
	var working sync.WaitGroup
	for range atOnce {
		working.Go(func() {
			for nth := range next {
				results <- numbered{nth, RunInTime(Draw(first+uint64(nth), heartbeat))}
			}
		})
	}
	go func() {
		working.Wait()
		close(results)
	}()
	early := map[int]Outcome{}
	turn, over := 0, false
	for r := range results {
		early[r.nth] = r.outcome
		for o, ok := early[turn]; ok; o, ok = early[turn] {
			delete(early, turn)
			turn++
			if !over && !each(o) {
				over = true
				close(enough)
			}
			<-places
		}
	}
}
