package cli

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// Time is the bubble's, which begins at midnight.
func TestPassesStartWithTheMinuteAndNeverOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		<-time.After(17 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		var started []time.Time
		var minutes []int
		running := 0
		every(ctx, time.Minute, func(_ context.Context, minute time.Time) {
			running++
			assert.Equal(t, 1, running)
			started = append(started, time.Now())
			minutes = append(minutes, minute.Minute())
			if len(started) == 2 {
				<-time.After(90 * time.Second) // a pass that ignores its own deadline
			}
			if len(started) == 4 {
				cancel()
			}
			running--
		})
		for _, at := range started {
			assert.Zero(t, at.Second())
		}
		assert.Equal(t, []int{1, 2, 4, 5}, minutes, "the third start fell into the second pass")
	})
}

func TestAPassHasItsOwnDeadline(t *testing.T) {
	for period, want := range map[time.Duration]time.Duration{2 * time.Second: passTime, time.Minute: passTime, 5 * time.Minute: 290 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			every(ctx, period, func(pass context.Context, _ time.Time) {
				began := time.Now()
				<-pass.Done()
				assert.Equal(t, want, time.Since(began))
				cancel()
			})
		})
	}
}

func TestAPassUnderWayMayFinishAfterTheSignal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		finished := false
		every(ctx, time.Minute, func(pass context.Context, _ time.Time) {
			cancel()
			select {
			case <-time.After(toFinish - time.Second):
				finished = true
			case <-pass.Done():
			}
		})
		assert.True(t, finished)
	})
}

func TestAPassLongAfterTheSignalIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var took time.Duration
		every(ctx, time.Minute, func(pass context.Context, _ time.Time) {
			cancel()
			began := time.Now()
			<-pass.Done()
			took = time.Since(began)
		})
		assert.Equal(t, toFinish, took)
	})
}

func TestASignalBetweenPassesEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		every(ctx, time.Minute, func(context.Context, time.Time) { t.Error("no minute began") })
		assert.Equal(t, 10*time.Second, time.Since(began))
	})
}
