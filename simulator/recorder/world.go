package recorder

import (
	"context"
	"time"

	simulated "ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// Watch looks at the first cluster of a simulated world once in every, from a time on that is not past. It changes nothing
// there.
func Watch(ctx context.Context, w *simulated.World, from time.Time, every time.Duration) *Recorder {
	c := w.Clusters()[0]
	r := New(c.Name, Clients{ECS: w.ECS(), AutoScaling: w.AutoScaling()}, every, recording.Simulated)
	var look func()
	look = func() {
		_ = r.Look(ctx, w.Now()) // the recording has the gap
		w.After(every, "recorder", look)
	}
	w.At(from, "recorder", look)
	return r
}
