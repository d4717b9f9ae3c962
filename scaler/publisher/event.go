package publisher

import (
	"context"
	"time"

	"ecs-cluster-scaler/internal/lambdaevent"
)

// Dropped is the answer to an event on which no pass was run.
type Dropped struct {
	Minute time.Time `json:"minute"`
	// Dropped says why: stale.
	Dropped string `json:"dropped"`
}

// Event runs a pass for the minute of an event that arrives at now. A stale event is dropped: its metrics would be
// stamped with a minute that is over.
func (p *Publisher) Event(ctx context.Context, event []byte, now time.Time) (any, error) {
	e, err := lambdaevent.Parse(event, now)
	if err != nil {
		return nil, err
	}
	if e.Stale {
		p.log.Warn("the event is too old to act on, or from the future", "minute", e.Minute)
		return Dropped{Minute: e.Minute, Dropped: lambdaevent.Dropped}, nil
	}
	return p.Run(ctx, e.Minute)
}
