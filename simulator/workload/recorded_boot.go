package workload

import (
	"fmt"
	"slices"
	"time"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// leastBoots is how many launches must be known to learn from them.
const leastBoots = 5

// LearnBoot sets ec2.boot to the median and 95th percentile of how long the recorded hosts took from their launch to
// their registration, by nearest rank. The note says so, or that too few are known.
func LearnBoot(r recording.Recording, knobs *aws.Knobs) (note string) {
	var boots []time.Duration
	for _, h := range r.Hosts {
		if !h.Launched.IsZero() && !h.Registered.IsZero() {
			boots = append(boots, h.Registered.Sub(h.Launched))
		}
	}
	if len(boots) < leastBoots {
		return fmt.Sprintf("ec2.boot stays at its default, because the launch and the registration of only %s known", plural.Count(len(boots), "host is", "hosts are"))
	}
	slices.Sort(boots)
	rank := func(percent int) time.Duration { return boots[(len(boots)*percent+99)/100-1].Round(time.Second) }
	knobs.EC2.Boot = aws.LogNormal{Median: rank(50), P95: rank(95)}
	return fmt.Sprintf("ec2.boot is set to what %s took: median %s, p95 %s", plural.Count(len(boots), "recorded host"), plural.Duration(rank(50)), plural.Duration(rank(95)))
}
