package cli

import (
	"context"
	"time"

	"ecs-cluster-scaler/internal/lambdaevent"
)

const (
	// passTime is how long one pass may take, which is the Lambda function's time too. A pass of a longer period may take all of
	// it but beforeNext.
	passTime   = 50 * time.Second
	beforeNext = 10 * time.Second
	// toFinish is how long a running pass may go on after the process is told to stop. Orchestrators wait 30 seconds or
	// more between SIGTERM and the kill.
	toFinish = 20 * time.Second
)

// every runs pass at the start of each period until ctx ends, never two at once: a pass that outlasts its period skips the
// next start. Starts keep to the clock, so that a datapoint lands early in its own minute. A pass that runs when ctx ends
// may finish, within toFinish.
func every(ctx context.Context, period time.Duration, pass func(ctx context.Context, minute time.Time)) {
	for {
		next := time.Now().Truncate(period).Add(period)
		timer := time.NewTimer(time.Until(next))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
			// A machine that slept, or whose clock was set, wakes late; the next minute is near.
			if !lambdaevent.Stale(next, time.Now()) {
				once(ctx, period, func(ctx context.Context) { pass(ctx, next.UTC()) })
			}
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// once runs a pass of a period on a context of its own, so that the signal to stop does not keep it from publishing.
func once(ctx context.Context, period time.Duration, pass func(context.Context)) {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(passTime, period-beforeNext))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(toFinish)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-own.Done():
		}
	})
	defer stop()
	pass(own)
}
