package calibration

import (
	"math"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// managedPause is cloudwatch.managed_pause: between two steps of scaling in. The pause is no longer than the time between
// them. Where the first one was as large as managed scaling may take, more was to go, so the second came with the first
// alarm after the pause: an alarm acts once a minute, some time after it.
func managedPause(e *evidence) said {
	var seen []span
	managed := false
	for _, g := range e.groupsInOrder() {
		if g.Provider == nil || g.Provider.TargetCapacity == 0 {
			continue
		}
		managed = true
		for i := 2; i < len(g.Desired); i++ {
			from, first, second := g.Desired[i-2], g.Desired[i-1], g.Desired[i]
			if first.Desired >= from.Desired || second.Desired >= first.Desired || e.unread(first.At, second.At) {
				continue
			}
			apart := second.At.Sub(first.At)
			early := time.Duration(0)
			if !first.Told || !second.Told {
				early = e.look
			}
			least := time.Duration(0)
			if half := max(1, (from.Desired-1)/2); half > 1 && from.Desired-first.Desired == half {
				least = apart - early - time.Minute - e.alarm()
			}
			seen = append(seen, between(least, apart+early))
		}
	}
	if !managed {
		return nothing("ECS scaled no group.")
	}
	return lengths("steps of scaling in after another", seen, always(e.knobs.CloudWatch.ManagedPause), func(k *aws.Knobs, _ Observed) { k.CloudWatch.ManagedPause = pauseOf(seen) })
}

// alarm is how much later than another a minute's alarm can act.
func (e *evidence) alarm() time.Duration {
	k := e.knobs.CloudWatch
	return k.Evaluation.Max + k.Action.Max
}

// pauseOf is the longest pause that no step contradicts, in steps of 10 seconds: that a span's end is near is chance.
func pauseOf(seen []span) time.Duration {
	most := math.Inf(1)
	for _, s := range seen {
		most = min(most, s.most)
	}
	return length(math.Floor(most/10) * 10)
}
