package simulator

import "ecs-cluster-scaler/simulator/aws"

// Faults are what goes wrong when a share, between 0 and 1, of everything does: of ticks a third each is lost, doubled
// and late, of events half each lost and doubled; of calls so many are throttled, of lists as many cut short.
func Faults(share float64) aws.FaultKnobs {
	return aws.FaultKnobs{
		TicksLost: share / 3, TicksDoubled: share / 3, TicksLate: share / 3,
		EventsLost: share / 2, EventsDoubled: share / 2,
		Throttled: share, HalfPages: share,
	}
}
