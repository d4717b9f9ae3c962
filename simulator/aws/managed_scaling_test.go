package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// provided is a stage whose cluster ECS scales itself.
func provided(t *testing.T, target, hosts int) (*stage, *Group) {
	t.Helper()
	s := newStage(t, func(k *Knobs) {
		e := exact()
		k.EC2, k.CloudWatch = e.EC2, e.CloudWatch
	})
	g := s.w.NewGroup(GroupSpec{
		Name: "g", Cluster: "web", Zones: []string{"a", "b", "c"}, Max: 50, Desired: hosts, Protect: true, Warmup: -1,
		Type: InstanceType{Name: "m5.large", Resources: Resources{CPU: 2048, Memory: 4096}, ENIs: 2},
	})
	s.w.Manage(s.c, CapacityProvider{Group: g, Target: target, MinStep: 1, MaxStep: 10000, Warmup: 300 * time.Second, Draining: true, Protection: true})
	s.run(10 * time.Minute)
	return s, g
}

func managedService(s *stage, desired int) *Service {
	return s.c.CreateService(ServiceSpec{
		Name: "app", Definition: definition(1024, 512), Desired: desired, MinPercent: 50, MaxPercent: 200, Managed: true,
	})
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html, for all of these.
func TestManagedScalingBeginsWithTwoInstances(t *testing.T) {
	s, g := provided(t, 100, 0)
	managedService(s, 1)
	s.run(3 * time.Minute)
	assert.Equal(t, 2, g.Desired)
}

func TestManagedScalingAddsAtOnceWhatTheQueueWants(t *testing.T) {
	s, g := provided(t, 100, 1)
	app := managedService(s, 8) // two a host
	s.run(3 * time.Minute)
	assert.Equal(t, 4, g.Desired)
	s.run(5 * time.Minute)
	assert.Equal(t, 8, app.Running())
}

func TestManagedScalingWaitsForItsWarmUpBeforeItScalesOutAgain(t *testing.T) {
	s, g := provided(t, 100, 1)
	app := managedService(s, 4)
	s.run(90 * time.Second)
	require.Equal(t, 2, g.Desired)
	app.SetDesired(8)
	s.run(4 * time.Minute)
	assert.Equal(t, 2, g.Desired, "the second host is younger than 300 s")
	s.run(4 * time.Minute)
	assert.Equal(t, 4, g.Desired)
}

func TestManagedScalingTakesOnlyEmptyInstancesAfterFifteenMinutes(t *testing.T) {
	s, g := provided(t, 100, 4)
	app := managedService(s, 2) // spread over two of the four
	s.run(14 * time.Minute)
	require.Equal(t, 2, app.Running())
	s.run(30 * time.Minute)
	assert.Equal(t, 2, g.Desired)
	assert.Equal(t, 2, app.Running())
	assert.Empty(t, s.kinds(TaskMoved), "managed termination protection keeps those that are not empty")
}

func TestATargetBelowAHundredKeepsSpareInstances(t *testing.T) {
	s, g := provided(t, 50, 2)
	managedService(s, 4)
	s.run(20 * time.Minute)
	assert.Equal(t, 4, g.Desired, "2 of 4 are needed")
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
func TestManagedDrainingHoldsAnInstanceUntilItsTasksHaveStopped(t *testing.T) {
	s, g := provided(t, 100, 2)
	app := managedService(s, 2)
	s.run(5 * time.Minute)
	require.Equal(t, 2, app.Running())
	s.locked(func() { g.instances[0].terminate("manual", "by hand") })
	s.run(time.Hour)
	assert.Equal(t, 2, app.Running())
	assert.NotEmpty(t, s.kinds(TaskMoved))
	assert.Empty(t, s.kinds(TaskEndedByHost))
}

func TestATaskThatNoInstanceTakesBuysNone(t *testing.T) {
	s, g := provided(t, 100, 2)
	s.c.CreateService(ServiceSpec{
		Name: "big", Definition: definition(4096, 512), Desired: 1, MinPercent: 50, MaxPercent: 200, Managed: true,
	})
	s.run(10 * time.Minute)
	assert.Equal(t, 2, g.Desired)
}
