package drainer

import (
	"context"
	"time"

	"ecs-cluster-scaler/internal/lambdaevent"
)

// Event is what the function does at an event of that minute: a tick, the first step for the host that it names, or
// nothing.
func (d *Drainer) Event(ctx context.Context, event []byte, minute time.Time) (Answer, error) {
	switch leaving := lambdaevent.ParseLeaving(event); leaving.Kind {
	case lambdaevent.Tick:
		return d.Run(ctx, minute)
	case lambdaevent.Hook, lambdaevent.Spot:
		return d.First(ctx, minute, Warning{Instance: leaving.Instance, Group: leaving.Group, Spot: leaving.Kind == lambdaevent.Spot})
	default:
		return NothingToDo(minute), nil
	}
}
