package drainer

import (
	"context"
	"time"

	"ecs-cluster-scaler/internal/lambdaevent"
)

// Event is what the function does at an event that arrives at now: a tick, the first step for the host that it names, or
// nothing. An error means that the event is none, or that Lambda has to send it again.
//
// A tick looks at what is there, so one that comes late, or says that it is from the future, is as good as any: it is a
// tick of the present minute, which its answer and its metrics carry. Dropped, it would be a heartbeat that nobody sends.
// The same holds for a lifecycle hook's event, because its host is looked up first. A Spot warning is only true for two
// minutes: a late one is dropped.
func (d *Drainer) Event(ctx context.Context, event []byte, now time.Time) (Answer, error) {
	e, err := lambdaevent.Parse(event, now)
	if err != nil {
		return Answer{}, err
	}
	minute := e.Minute
	if e.Stale {
		if e.Kind == lambdaevent.Spot {
			d.log.Warn("the warning is too old to act on, or from the future; the ticks go on", "minute", minute, "instance", e.Instance)
			answer := NothingToDo(minute)
			answer.Dropped = lambdaevent.Dropped
			return answer, nil
		}
		minute = lambdaevent.Minute(now)
		d.log.Warn("the event is late, or from the future; it is acted on as of now", "scheduled", e.Minute, "minute", minute)
	}
	switch e.Kind {
	case lambdaevent.Tick:
		return d.Run(ctx, minute)
	case lambdaevent.Hook, lambdaevent.Spot:
		return d.First(ctx, minute, e)
	default:
		return NothingToDo(minute), nil
	}
}
