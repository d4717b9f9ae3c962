package scaler

import (
	"time"

	"ecs-cluster-scaler/cluster"
)

const (
	// usualLead is how long a host takes to come where no launch of the group is known.
	usualLead = 4 * time.Minute
	// leastLead and mostLead bound what launches tell: a pass, an alarm and the fastest image take as long as the one, and
	// what a day's rises within more than the other say of the next rise is little.
	leastLead, mostLead = 3 * time.Minute, 15 * time.Minute
	// passAndAlarm passes before the launch: up to a minute until the next pass, then the alarm and Auto Scaling.
	passAndAlarm = 90 * time.Second
)

// Lead is how long a new host takes to come, from the demand for it, in whole minutes: what 95 of 100 launches of the groups
// that follow the signal took to join, and a pass and the alarm before.
func Lead(s cluster.Snapshot) time.Duration {
	join := time.Duration(0)
	for _, g := range s.Followers() {
		join = max(join, g.UsualJoin)
	}
	if join == 0 {
		return usualLead
	}
	return min(max(leastLead, (join+passAndAlarm+time.Minute-1).Truncate(time.Minute)), mostLead)
}
