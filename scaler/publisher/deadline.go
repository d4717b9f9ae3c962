package publisher

import (
	"context"
	"time"

	"ecs-cluster-scaler/scaler"
)

// toPublish is the part of the function's time that is kept for everything after reading, toSend for everything after
// judging: the clusters that are read last must still be judged.
const toPublish, toSend = 5 * time.Second, 3 * time.Second

// timeToRead is ctx without the time that publishing will need.
func timeToRead(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-toPublish))
	}
	return context.WithCancel(ctx)
}

// timeToJudge says when judging must end, so that what was judged is still published. Judging takes some seconds for one
// cluster at its bound of steps, and many may be at theirs.
func timeToJudge(ctx context.Context) scaler.Until {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	end := deadline.Add(-toSend)
	return func() bool { return !time.Now().Before(end) }
}
