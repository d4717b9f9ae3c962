package aws

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
func TestAFailedInstanceIsReplacedOnceItsHealthCheckHasSeenIt(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 2, Hooks: []HookSpec{{"drain", 10 * time.Minute, "ABANDON"}}})
	l.pass(time.Minute)
	i := l.group.Instances()[0]
	l.Fail(i)
	assert.False(t, i.Powered)
	l.pass(2*time.Minute - time.Second)
	assert.EqualValues(t, "InService", i.State, "not noticed yet")
	l.pass(time.Second + 5*time.Second)
	assert.False(t, i.Healthy)
	assert.EqualValues(t, "Terminating:Wait", i.State, "hooks hold a dead machine too")
	assert.Equal(t, map[string]int{"InService": 1, "Pending": 1, "Terminating:Wait": 1}, l.states(), "its replacement does not wait")
	assert.Equal(t, "health", l.happened(HostLeaving)[0].Cause)
	assert.Regexp(t, `EC2 (health check|instance status check)`, i.termination.cause)
	assert.Equal(t, 2, l.group.Desired)
	assert.Empty(t, l.happened(HostGone), "EC2 bills a broken machine until it terminates it")
	l.pass(15 * time.Minute)
	assert.Equal(t, map[string]int{"InService": 2}, l.states())
	assert.Len(t, l.happened(HostGone), 1)
}

func TestAnInstanceThatFailsBeforeItRunsIsReplaced(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 1})
	l.pass(10 * time.Second)
	l.Fail(l.group.Instances()[0])
	l.pass(10 * time.Minute)
	assert.Equal(t, map[string]int{"InService": 1}, l.states())
	assert.Len(t, l.happened(HostLaunched), 1)
	assert.Empty(t, l.happened(HostGone), "it was never billed")
	assert.EqualValues(t, "Cancelled", l.group.activities[0].status)
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html,
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html: a hook does not hold up Spot.
func TestSpotWarnsAndTakesTheHostTwoMinutesLaterWhateverTheHook(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 2, Spot: true, Protect: true, Hooks: []HookSpec{{"drain", time.Hour, "ABANDON"}}})
	var notices []Notice
	l.Subscribe("drainer", func(n Notice) { notices = append(notices, n) })
	l.pass(time.Minute)
	i, leaving := l.group.Instances()[0], l.group.Instances()[1]
	l.group.SetProtection(leaving, false)
	l.group.SetDesired(1)
	l.pass(10 * time.Second)
	require.EqualValues(t, "Terminating:Wait", leaving.State)
	l.Interrupt(i)
	l.Interrupt(leaving)
	l.pass(2*time.Minute - time.Second)
	assert.True(t, i.Powered)
	l.pass(time.Second)
	assert.False(t, i.Powered)
	assert.False(t, leaving.Powered)
	assert.EqualValues(t, "Terminating:Wait", leaving.State)
	require.Len(t, l.happened(HostGone), 2)
	assert.Equal(t, "spot", l.happened(HostGone)[1].Cause)
	l.pass(2*time.Minute + 10*time.Second)
	assert.EqualValues(t, "Terminating:Wait", i.State, "the group has seen it and calls the hook")
	assert.Equal(t, "spot", i.Cause)
	assert.Contains(t, i.termination.cause, "EC2 health check indicating it has been terminated or stopped")
	l.pass(2 * time.Hour)
	assert.Equal(t, map[string]int{"InService": 1}, l.states())
	assert.Len(t, l.happened(HostGone), 2, "once each")

	warning := notices[slices.IndexFunc(notices, func(n Notice) bool { return n.Instance == i.ID })]
	assert.Equal(t, "EC2 Spot Instance Interruption Warning", warning.DetailType)
	var body struct {
		Source     string
		DetailType string `json:"detail-type"`
		Time       time.Time
		Detail     map[string]string
	}
	require.NoError(t, json.Unmarshal(warning.Body, &body))
	assert.Equal(t, "aws.ec2", body.Source)
	assert.Equal(t, warning.DetailType, body.DetailType)
	assert.Equal(t, map[string]string{"instance-id": i.ID, "instance-action": "terminate"}, body.Detail)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html: instances of an unavailable zone are
// replaced in the others.
func TestAZoneThatFailsIsReplacedInTheOthersAndUsedAgainAfterwards(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 6})
	l.pass(time.Minute)
	l.FailZone("b", time.Hour)
	l.pass(10 * time.Minute)
	assert.Equal(t, map[string]int{"a": 3, "c": 3}, l.zones())
	l.pass(time.Hour)
	l.group.SetDesired(8)
	l.pass(time.Minute)
	assert.Equal(t, map[string]int{"a": 3, "b": 2, "c": 3}, l.zones())
}

func TestFailuresAndInterruptionsComeAtTheirRates(t *testing.T) {
	k := exact()
	k.EC2.FailuresPerMonth = 1
	k.EC2.SpotInterruptionsPerDay = 0.1
	l := newLab(k, GroupSpec{Desired: 200, Max: 300, Spot: true})
	l.pass(5 * 24 * time.Hour)
	failed, taken := 0, 0
	for _, h := range l.happened(HostLeaving) {
		failed += map[bool]int{true: 1}[h.Cause == "health"]
		taken += map[bool]int{true: 1}[h.Cause == "spot"]
	}
	assert.InDelta(t, 200*5/30.4, failed, 15)
	assert.InDelta(t, 200*5*0.1, taken, 25)
	assert.Equal(t, 200, l.group.standing())
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
func TestATerminatingHookIsToldAsAWSTellsIt(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 1, Hooks: []HookSpec{{"drain", time.Hour, "ABANDON"}}})
	var notices []Notice
	l.Subscribe("drainer", func(n Notice) { notices = append(notices, n) })
	l.pass(time.Minute)
	i := l.group.Instances()[0]
	l.group.SetDesired(0)
	l.pass(10 * time.Second)
	require.Len(t, notices, 1)
	assert.Equal(t, i.ID, notices[0].Instance)
	var body struct {
		Version, Source, Account, Region string
		DetailType                       string `json:"detail-type"`
		Resources                        []string
		Detail                           map[string]string
	}
	require.NoError(t, json.Unmarshal(notices[0].Body, &body))
	assert.Equal(t, "0", body.Version)
	assert.Equal(t, "aws.autoscaling", body.Source)
	assert.Equal(t, "EC2 Instance-terminate Lifecycle Action", body.DetailType)
	require.Len(t, body.Resources, 1)
	assert.Contains(t, body.Resources[0], ":autoScalingGroupName/web")
	assert.Equal(t, map[string]string{
		"LifecycleActionToken": i.actions[0].token, "AutoScalingGroupName": "web", "LifecycleHookName": "drain", "EC2InstanceId": i.ID,
		"LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING", "Origin": "AutoScalingGroup", "Destination": "EC2",
	}, body.Detail)
}

// ECS takes a host when its agent registers, which is after EC2 runs it.
func TestAHostJoinsItsClusterWhenItsAgentHasBooted(t *testing.T) {
	for boot, want := range map[time.Duration]time.Duration{75 * time.Second: 80 * time.Second, 10 * time.Second: 35 * time.Second} {
		k := exact()
		k.EC2.Boot = LogNormal{Median: boot}
		l := &lab{World: New(k)}
		l.Observe(func(h Happened) { l.log = append(l.log, h) })
		l.NewCluster("web")
		l.group = l.NewGroup(GroupSpec{Name: "web", Cluster: "web", Zones: []string{"a"}, Max: 5, Desired: 1})
		l.pass(5 * time.Minute)
		require.Len(t, l.happened(HostRegistered), 1)
		assert.Equal(t, want, l.happened(HostRegistered)[0].At.Sub(k.Start), "never before EC2 runs it")
		assert.NotNil(t, l.group.Instances()[0].Host)
	}
}

func TestHostsThatNeverJoinAndThoseOfABadImageAreInServiceButNotInTheCluster(t *testing.T) {
	k := exact()
	k.EC2.NeverJoins = 0.2
	l := &lab{World: New(k)}
	l.Observe(func(h Happened) { l.log = append(l.log, h) })
	l.NewCluster("web")
	l.group = l.NewGroup(GroupSpec{Name: "web", Cluster: "web", Zones: []string{"a"}, Max: 900, Desired: 500})
	l.pass(5 * time.Minute)
	assert.InDelta(t, 400, len(l.happened(HostRegistered)), 30)
	before := len(l.happened(HostRegistered))
	l.group.SetBadImage(true)
	l.group.SetDesired(510)
	l.pass(5 * time.Minute)
	assert.Len(t, l.happened(HostRegistered), before)
	assert.Equal(t, map[string]int{"InService": 510}, l.states())
}

// A machine that ends before its agent is up leaves nothing in the cluster.
func TestAHostThatEndsWhileItBootsNeverRegisters(t *testing.T) {
	l := &lab{World: New(exact())}
	l.Observe(func(h Happened) { l.log = append(l.log, h) })
	l.NewCluster("web")
	l.group = l.NewGroup(GroupSpec{Name: "web", Cluster: "web", Zones: []string{"a"}, Max: 5, Desired: 1})
	l.pass(40 * time.Second)
	l.group.SetDesired(0)
	l.pass(10 * time.Minute)
	assert.Len(t, l.happened(HostInService), 1)
	assert.Empty(t, l.happened(HostRegistered))
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html
func TestECSsOwnMetricsOfAMinuteComeSomeTimeAfterIt(t *testing.T) {
	l := &lab{World: New(exact())}
	l.NewCluster("web")
	l.group = l.NewGroup(GroupSpec{Name: "web", Cluster: "web", Zones: []string{"a"}, Max: 5, Desired: 1, Type: InstanceType{Resources: Resources{CPU: 1024, Memory: 1024}}})
	dimensions := map[string]string{"ClusterName": "web"}
	l.pass(3*time.Minute - time.Second)
	_, ok := l.Latest("AWS/ECS", "CPUReservation", "Average", dimensions)
	assert.False(t, ok, "the minute of the registration is not out yet")
	l.pass(time.Second)
	v, ok := l.Latest("AWS/ECS", "CPUReservation", "Average", dimensions)
	assert.True(t, ok)
	assert.Zero(t, v)
	s := l.series(metricName("AWS/ECS", "CPUReservation", dimensions))
	second := minuteOf(l.Knobs.Start.Add(time.Minute))
	assert.Positive(t, s.over(second, second+1).count, "it belongs to the minute that was measured")
	assert.Zero(t, s.over(second+1, second+2).count)
}

// What ends with a machine that failed while it drained was not ended by scaling in.
func TestAHostThatFailsInItsHookIsGoneForThatReason(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 1, Hooks: []HookSpec{{"drain", 10 * time.Minute, ""}}})
	l.pass(time.Minute)
	i := l.group.Instances()[0]
	l.group.SetDesired(0)
	l.pass(time.Minute)
	l.Fail(i)
	l.pass(20 * time.Minute)
	assert.True(t, i.Healthy, "what leaves is not checked")
	assert.Equal(t, "scale_in", i.Cause)
	require.Len(t, l.happened(HostGone), 1)
	assert.Equal(t, "health", l.happened(HostGone)[0].Cause)
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-interruptions.html
func TestOnlySpotInstancesAreInterrupted(t *testing.T) {
	k := exact()
	k.EC2.SpotInterruptionsPerDay = 100
	for _, spot := range []bool{false, true} {
		l := newLab(k, GroupSpec{Desired: 3, Spot: spot})
		l.pass(6 * time.Hour)
		assert.Equal(t, spot, len(l.happened(HostLeaving)) > 0)
	}
}
