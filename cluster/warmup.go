package cluster

import "time"

// WarmFrom is when a step scaling policy of the group begins to count the instance as capacity: when its warm-up is over.
// Zero: it counts already. An instance of which this is not known is taken to count, so that nothing is bought twice
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-step-scaling-warmup).
func (g Group) WarmFrom(i Instance) time.Time {
	if !g.WarmupKnown || i.InServiceFrom.IsZero() {
		return time.Time{}
	}
	return i.InServiceFrom.Add(g.Warmup)
}
