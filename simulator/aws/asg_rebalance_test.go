package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#AutoScalingBehavior.InstanceUsage: launches
// before it terminates, and may exceed the maximum by a tenth.
func TestZonesOutOfBalanceAreRebalancedLaunchesFirst(t *testing.T) {
	k := exact()
	k.EC2.AZRebalance = 10 * time.Minute
	l := newLab(k, GroupSpec{Desired: 9, Max: 9})
	least, most := 9, 0
	l.Check(func() {
		if l.Now().Sub(l.Knobs.Start) > 5*time.Minute {
			least, most = min(least, l.states()["InService"]), max(most, l.group.standing())
		}
	})
	l.group.SetNoCapacity("c", true)
	l.pass(5 * time.Minute)
	assert.NotContains(t, l.zones(), "c")
	l.group.SetNoCapacity("c", false)
	l.group.Suspend("AZRebalance", true)
	l.pass(30 * time.Minute)
	assert.NotContains(t, l.zones(), "c")
	l.group.Suspend("AZRebalance", false)
	for range 60 {
		l.group.Suspend("ScheduledActions", true) // has the group look while what it launched is pending
		l.pass(10 * time.Second)
		l.group.Suspend("ScheduledActions", true)
		l.pass(50 * time.Second)
	}
	assert.Equal(t, map[string]int{"a": 3, "b": 3, "c": 3}, l.zones())
	assert.Equal(t, 9, least)
	assert.Equal(t, 10, most)
	for _, h := range l.happened(HostLeaving) {
		assert.Equal(t, "rebalance", h.Cause)
	}
	assert.Len(t, l.happened(DesiredChanged), 1)
}

func TestZonesThatDifferByOneAreInBalance(t *testing.T) {
	k := exact()
	k.EC2.AZRebalance = 10 * time.Minute
	l := newLab(k, GroupSpec{Desired: 10})
	l.pass(2 * time.Hour)
	assert.Empty(t, l.happened(HostLeaving))
	assert.Len(t, l.happened(HostLaunched), 10)
}

func TestNothingIsRebalancedIntoAZoneWithoutCapacity(t *testing.T) {
	k := exact()
	k.EC2.AZRebalance = 10 * time.Minute
	l := newLab(k, GroupSpec{Desired: 9})
	l.group.SetNoCapacity("c", true)
	l.pass(time.Hour)
	assert.NotContains(t, l.zones(), "c")
	assert.Len(t, l.happened(HostLaunched), 9)
}
