package aws_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
)

// The laws hold not only for random operations but in the whole loop too: real publisher and drainer, peers and managed
// scaling, on a world in which everything fails now and then.
func TestLawsHoldInTheWholeLoopUnderFaults(t *testing.T) {
	for scenario, scaling := range map[string]string{
		"flash-crowd": "gap", "az-outage": "surge", "colour-switch": "signal", "crash-loop": "gap", "batch-storm": "signal",
		"rolling-deploy": "schedulable-2", "scale-to-zero": "managed-100", "eni-limit": "alarms-75", "gpu": "gap",
	} {
		t.Run(scenario+"/"+scaling, func(t *testing.T) {
			t.Parallel()
			w, err := workload.Named(scenario)
			require.NoError(t, err)
			p, err := policy.New(scaling, policy.Options{})
			require.NoError(t, err)
			k := aws.Defaults()
			k.Seed = 5
			k.EC2.NeverJoins, k.EC2.FailuresPerMonth, k.EC2.AZRebalance = 0.03, 20, 7*time.Minute
			k.ECS.AgentDeathsPerMonth = 20
			k.Faults = aws.FaultKnobs{
				TicksLost: 0.02, TicksDoubled: 0.02, TicksLate: 0.02, EventsLost: 0.05, EventsDoubled: 0.05, Throttled: 0.05, HalfPages: 0.1,
			}
			world := aws.New(k)
			closed := aws.Watch(t, world)
			w.Build(workload.Site{World: world, Policy: p})
			world.Run(k.Start.Add(min(w.Lasts, 6*time.Hour)))
			closed()
		})
	}
}
