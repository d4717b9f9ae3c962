package workload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
)

// idle is a policy that scales nothing.
type idle struct{}

func (idle) Name() string                                 { return "idle" }
func (idle) Managed() bool                                { return false }
func (idle) Prepare(*aws.GroupSpec, bool)                 {}
func (idle) Install(*aws.World, *aws.Cluster, *aws.Group) {}
func (idle) ScaleIn(*aws.Cluster, bool)                   {}
func (idle) Activate(*aws.Cluster, *aws.Group)            {}

// newTown is a town of hosts without chance.
func newTown(hosts int, alter ...func(*aws.Knobs)) town {
	k := aws.Defaults()
	k.ECS.AgentBlinksPerHour = 0
	for _, f := range alter {
		f(&k)
	}
	t := Site{World: aws.New(k), Policy: idle{}}.town(aws.GroupSpec{Min: hosts, Max: hosts, Desired: hosts})
	t.pass(10 * time.Minute)
	return t
}

func (t town) pass(d time.Duration) { t.World.Run(t.World.Now().Add(d)) }

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html: five checks, at 30 s;
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html: 300 s.
func TestALoadBalancerHasTheTimesOfAWS(t *testing.T) {
	s := newTown(1)
	service := s.service(web(task("web", 256, 256), 1))
	s.pass(2 * time.Minute)
	require.Equal(t, 1, service.Running())
	one := service.Tasks()[0]
	healthy := func() time.Duration {
		for !one.Healthy {
			s.pass(time.Second)
		}
		return s.World.Now().Sub(one.Started).Round(time.Second)
	}
	assert.Equal(t, 150*time.Second, healthy())
	service.SetDesired(0)
	s.pass(time.Hour)
	assert.Equal(t, 305*time.Second, one.Stopped.Sub(one.Stopping), "and five seconds after SIGTERM")
}
