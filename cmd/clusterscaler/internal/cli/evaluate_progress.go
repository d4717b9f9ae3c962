package cli

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/simulator/evaluation"
)

// toTell is the share of an evaluation's work after which its pace tells how long the rest takes. A few runs alone tell
// hours too much or too little.
const toTell = 0.02

// evaluated returns the progress of an evaluation. Its pace counts from the end of its first run: before that it reads the
// runs that were kept, which says nothing of how long others take.
func (p *progress) evaluated() func(evaluation.Progress) {
	var first time.Time
	var before float64 // done at first
	return func(e evaluation.Progress) {
		now := p.now()
		if first.IsZero() {
			first, before = now, e.Done
		}
		if !p.due(now) {
			return
		}
		said := fmt.Sprintf("run %d of %d (%d kept from before)", e.Runs, e.Of, e.Cached)
		if done := e.Done - before; done > 0 && done >= toTell*e.Work {
			left := time.Duration(float64(now.Sub(first)) / done * (e.Work - e.Done))
			said += fmt.Sprintf(", about %s left", inDays(left))
		}
		p.say(said)
	}
}
