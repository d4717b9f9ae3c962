package simulator

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/workload"
)

// interfaceStep is a cluster whose hosts have three interfaces, and a service that steps up by what four hosts hold.
// Nothing but ECS's refusals tells that hosts are missing: CPU stays below 20 %.
func interfaceStep() workload.Workload {
	return workload.Workload{
		Name: "interface-step", Lasts: 5 * time.Hour, Settle: 2 * time.Hour,
		Build: func(s workload.Site) {
			c := s.World.NewCluster("town")
			plain := aws.InstanceType{Name: "m5.xlarge", Resources: aws.Resources{CPU: 4096, Memory: 15400}, ENIs: 3}
			g := s.NewGroup(aws.GroupSpec{
				Name: "town-blue", Cluster: "town", Type: plain, Zones: []string{"eu-west-1a", "eu-west-1b"}, Min: 4, Max: 40, Desired: 4,
			}, true)
			d := &aws.TaskDefinition{
				Family: "edge", Revision: 1, Resources: aws.Resources{CPU: 256, Memory: 512}, Awsvpc: true,
				Starts: 3 * time.Second, StopTimeout: 30 * time.Second, Stops: 5 * time.Second,
			}
			edge := s.CreateService(c, aws.ServiceSpec{Name: "edge", Definition: d, Desired: 12, MinPercent: 100, MaxPercent: 200})
			s.World.At(s.World.Knobs.Start.Add(150*time.Minute), "step", func() { edge.SetDesired(24) })
			s.Policy.Install(s.World, c, g)
		},
	}
}

// One refusal asks for all four hosts. When the newest host counted as new for half an hour, full or not, the last task
// waited 112 minutes. By signal one host comes at a time, and ECS's own back-off is part of every wait.
func TestAStepThatOnlyInterfacesLimitIsBoughtAtOnce(t *testing.T) {
	for policy, longest := range map[string]time.Duration{"signal": 30 * time.Minute, "surge": 12 * time.Minute, "gap": 12 * time.Minute} {
		for seed := range uint64(5) {
			t.Run(fmt.Sprint(policy, " ", seed), func(t *testing.T) {
				k := known()
				r, err := Simulate(t.Context(), Setup{Workload: interfaceStep(), Policy: policy, Seed: seed, Knobs: &k})
				require.NoError(t, err)
				assert.Zero(t, r.Measures.UnplacedAtEnd)
				assert.LessOrEqual(t, r.Measures.PlacementWait.Max, longest.Seconds())
				assert.GreaterOrEqual(t, r.Measures.HostsLaunched, 4)
				assert.LessOrEqual(t, r.Measures.HostsLaunched, 5)
			})
		}
	}
}
