package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lab is a world with one group, and all that happened in it.
type lab struct {
	*World
	group *Group
	log   []Happened
}

// exact are knobs without chance, so that a test can say when things happen.
func exact() Knobs {
	k := known()
	k.EC2.Running = Uniform{30 * time.Second, 30 * time.Second}
	k.EC2.Boot = LogNormal{Median: 75 * time.Second}
	k.EC2.ShutDown = Uniform{60 * time.Second, 60 * time.Second}
	k.EC2.Reaction = Uniform{5 * time.Second, 5 * time.Second}
	k.CloudWatch.Evaluation = Uniform{20 * time.Second, 20 * time.Second}
	k.CloudWatch.Action = Uniform{5 * time.Second, 5 * time.Second}
	k.CloudWatch.ManagedMetric = Uniform{10 * time.Second, 10 * time.Second}
	k.CloudWatch.Schedule = Uniform{}
	k.CloudWatch.Event = Uniform{time.Second, time.Second}
	return k
}

func newLab(k Knobs, spec GroupSpec) *lab {
	l := &lab{World: New(k)}
	l.Observe(func(h Happened) { l.log = append(l.log, h) })
	if spec.Name == "" {
		spec.Name = "web"
	}
	if spec.Zones == nil {
		spec.Zones = []string{"a", "b", "c"}
	}
	if spec.Max == 0 {
		spec.Max = 100
	}
	l.group = l.NewGroup(spec)
	return l
}

// pass lets time pass.
func (l *lab) pass(d time.Duration) { l.Run(l.Now().Add(d)) }

func (l *lab) states() map[string]int {
	n := map[string]int{}
	for _, i := range l.group.Instances() {
		n[string(i.State)]++
	}
	return n
}

func (l *lab) zones() map[string]int {
	n := map[string]int{}
	for _, i := range l.group.Instances() {
		if !i.terminating() {
			n[i.Zone]++
		}
	}
	return n
}

func (l *lab) happened(kinds ...Kind) []Happened {
	var found []Happened
	for _, h := range l.log {
		for _, k := range kinds {
			if h.Kind == k {
				found = append(found, h)
			}
		}
	}
	return found
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
func TestAGroupLaunchesWhatIsDesiredAndEachIsInServiceWhenEC2RunsIt(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 3})
	l.pass(5 * time.Second)
	assert.Equal(t, map[string]int{"Pending": 3}, l.states())
	l.pass(29 * time.Second)
	assert.Equal(t, map[string]int{"Pending": 3}, l.states())
	assert.Empty(t, l.happened(HostLaunched), "the bill begins when EC2 runs it")
	l.pass(time.Second)
	assert.Equal(t, map[string]int{"InService": 3}, l.states())
	assert.Len(t, l.happened(HostLaunched), 3)
	require.Len(t, l.happened(DesiredChanged), 1)
	assert.Equal(t, 3, l.happened(DesiredChanged)[0].To)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html: the zone with the fewest instances.
func TestInstancesAreSpreadOverTheZonesAndTakenFromTheFullest(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 9})
	l.pass(time.Minute)
	assert.Equal(t, map[string]int{"a": 3, "b": 3, "c": 3}, l.zones())
	l.group.SetDesired(11)
	l.pass(time.Minute)
	full := l.zones()
	l.group.SetDesired(9)
	l.pass(10 * time.Second)
	assert.Equal(t, map[string]int{"a": 3, "b": 3, "c": 3}, l.zones(), "the two came from the two zones that had four: %v", full)
}

// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
func TestDesiredStaysWithinTheLimitsAndMovesWithThem(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 3, Min: 2, Max: 5})
	l.group.SetDesired(9)
	assert.Equal(t, 5, l.group.Desired)
	l.group.SetDesired(0)
	assert.Equal(t, 2, l.group.Desired)
	l.group.SetLimits(4, 6)
	assert.Equal(t, 4, l.group.Desired)
	l.group.SetLimits(0, 1)
	assert.Equal(t, 1, l.group.Desired)
	l.pass(3 * time.Minute)
	assert.Len(t, l.group.Instances(), 1)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html: in the fullest zone, the
// instance that is closest to its next billing hour.
func TestInAZoneTheInstanceClosestToItsBillingHourGoes(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 1, Zones: []string{"a"}})
	l.pass(20 * time.Minute)
	l.group.SetDesired(2)
	l.pass(20 * time.Minute)
	l.group.SetDesired(3)
	l.pass(10 * time.Minute)
	first := l.group.Instances()[0].ID
	l.group.SetDesired(2) // they run since 50, 30 and 10 minutes
	l.pass(10 * time.Second)
	require.Len(t, l.happened(HostLeaving), 1)
	assert.Equal(t, first, l.happened(HostLeaving)[0].Instance)
	assert.Equal(t, "scale_in", l.happened(HostLeaving)[0].Cause)

	l.pass(15 * time.Minute)
	second := l.group.Instances()[0].ID
	l.group.SetDesired(1) // 45 and 25 minutes
	l.pass(10 * time.Second)
	assert.Equal(t, second, l.happened(HostLeaving)[1].Instance)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html
func TestProtectedInstancesStayAndTheDesiredCapacityFallsNonetheless(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 3, Protect: true})
	l.pass(10 * time.Second)
	assert.False(t, l.group.Instances()[0].Protected, "protection begins in service")
	l.pass(time.Minute)
	l.group.SetDesired(1)
	l.pass(5 * time.Minute)
	l.group.Suspend("ScheduledActions", true) // has the group look again
	l.pass(5 * time.Minute)
	assert.Equal(t, 1, l.group.Desired)
	assert.Equal(t, map[string]int{"InService": 3}, l.states())
	told := 0
	for _, a := range l.group.activities {
		if a.description == "Could not scale to desired capacity because all remaining instances are protected from scale-in." {
			told++
		}
	}
	assert.Equal(t, 1, told)

	open := l.group.Instances()[1]
	l.group.SetProtection(open, false)
	l.pass(5 * time.Minute)
	assert.Len(t, l.group.Instances(), 2)
	assert.NotContains(t, l.group.Instances(), open)
	l.Fail(l.group.Instances()[0])
	l.pass(10 * time.Minute)
	assert.Equal(t, "health", l.happened(HostLeaving)[1].Cause, "protection does not hold back health checks")
}

// Among zones, those with the most instances that have one without protection:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
func TestAFullZoneWhoseInstancesAreAllProtectedIsPassedOver(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 4, Zones: []string{"a", "b"}})
	l.pass(time.Minute)
	l.group.SetDesired(5)
	l.pass(time.Minute)
	for zone, n := range l.zones() {
		for _, i := range l.group.Instances() {
			if n == 3 && i.Zone == zone {
				l.group.SetProtection(i, true)
			}
		}
	}
	l.group.SetDesired(4)
	l.pass(10 * time.Second)
	left := l.zones()
	assert.ElementsMatch(t, []int{3, 1}, []int{left["a"], left["b"]})
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
func TestSuspendedProcessesDoNothingUntilTheyAreResumed(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 3})
	l.pass(time.Minute)
	l.group.Suspend("Launch", true)
	l.group.SetDesired(5)
	l.pass(10 * time.Minute)
	assert.Len(t, l.group.Instances(), 3)
	l.group.Suspend("Launch", false)
	l.pass(time.Minute)
	assert.Len(t, l.group.Instances(), 5)

	l.group.Suspend("Terminate", true)
	l.group.SetDesired(2)
	l.pass(10 * time.Minute)
	assert.Equal(t, map[string]int{"InService": 5}, l.states())
	l.group.Suspend("Terminate", false)
	l.pass(3 * time.Minute)
	assert.Len(t, l.group.Instances(), 2)

	for _, process := range []string{"HealthCheck", "ReplaceUnhealthy"} {
		l.group.Suspend(process, true)
		broken := l.group.Instances()[0]
		l.Fail(broken)
		l.pass(10 * time.Minute)
		assert.Contains(t, l.group.Instances(), broken, process)
		assert.Equal(t, process == "HealthCheck", broken.Healthy)
		l.group.Suspend(process, false)
		l.pass(5 * time.Minute)
		assert.NotContains(t, l.group.Instances(), broken, process)
		assert.Len(t, l.group.Instances(), 2)
	}
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html: it attempts another zone until it
// succeeds.
func TestALaunchThatAZoneRefusesIsTriedInAnother(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	l.group.SetNoCapacity("b", true)
	l.group.SetDesired(6)
	l.pass(time.Minute)
	assert.Equal(t, map[string]int{"a": 3, "c": 3}, l.zones())
	require.Len(t, l.happened(LaunchFailed), 1)
	assert.Equal(t, "b", l.happened(LaunchFailed)[0].Cause)
	failed := l.group.activities[0]
	if failed.status != "Failed" {
		failed = l.group.activities[1]
	}
	assert.Contains(t, failed.description, "Launching a new EC2 instance.  Status Reason: We currently do not have sufficient")
	assert.False(t, failed.end.IsZero())
}

func TestWithoutAnyCapacityLaunchesAreTriedAgainUntilThereIs(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	l.group.SetNoCapacity("*", true)
	l.group.SetDesired(2)
	l.pass(10*time.Minute + time.Second)
	assert.Empty(t, l.group.Instances())
	assert.Len(t, l.happened(LaunchFailed), 3*10, "each zone, each minute")
	assert.Equal(t, 2, l.group.Desired)
	l.group.SetNoCapacity("*", false)
	l.pass(time.Minute + 30*time.Second)
	assert.Equal(t, map[string]int{"InService": 2}, l.states())
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-verify-scaling-activity.html
func TestActivitiesNameTheInstanceAndAreOpenWhileItComesOrGoes(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 1, Hooks: []HookSpec{{Name: "drain", Heartbeat: time.Hour}}})
	l.pass(10 * time.Second)
	id := l.group.Instances()[0].ID
	launch := l.group.activities[0]
	assert.Equal(t, "Launching a new EC2 instance: "+id, launch.description)
	assert.EqualValues(t, "PreInService", launch.status)
	assert.True(t, launch.end.IsZero())
	l.pass(time.Minute)
	assert.EqualValues(t, "Successful", launch.status)
	assert.Equal(t, l.Knobs.Start.Add(5*time.Second), launch.start)
	assert.Equal(t, l.Knobs.Start.Add(35*time.Second), launch.end)

	l.group.SetDesired(0)
	l.pass(10 * time.Minute)
	end := l.group.activities[1]
	assert.Equal(t, "Terminating EC2 instance: "+id, end.description)
	assert.Contains(t, end.cause, "a user request explicitly set group desired capacity changing the desired capacity from 1 to 0.")
	assert.Contains(t, end.cause, "shrinking the capacity from 1 to 0.")
	assert.Contains(t, end.cause, "instance "+id+" was selected for termination.")
	assert.EqualValues(t, "MidLifecycleAction", end.status)
	assert.True(t, end.end.IsZero(), "open as long as the hook waits")
	l.pass(time.Hour)
	assert.EqualValues(t, "Successful", end.status)
	assert.False(t, end.end.IsZero())
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html: not invoked by a forced deletion.
func TestADeletedGroupTakesItsInstancesWithoutHooks(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 2, Hooks: []HookSpec{{Name: "drain", Heartbeat: time.Hour}}})
	l.pass(time.Minute)
	l.group.SetDesired(1)
	l.pass(time.Minute)
	l.group.Delete()
	assert.Empty(t, l.Groups())
	assert.Len(t, l.happened(HostGone), 2)
	l.pass(2 * time.Minute)
	assert.Empty(t, l.group.Instances())
	assert.Empty(t, l.happened(HookExpired))
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html
func TestOnlyAnUnprotectedInstanceOfTheFullZoneGoes(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 5, Zones: []string{"a"}})
	l.pass(time.Minute)
	open := l.group.Instances()[3]
	for _, i := range l.group.Instances() {
		l.group.SetProtection(i, i != open)
	}
	l.group.SetDesired(4)
	l.pass(10 * time.Second)
	require.Len(t, l.happened(HostLeaving), 1)
	assert.Equal(t, open.ID, l.happened(HostLeaving)[0].Instance)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html: what comes up beyond the desired
// capacity is terminated as soon as it is in service.
func TestAnInstanceThatIsWantedNoMoreGoesWhenItHasComeUp(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 3})
	l.pass(10 * time.Minute)
	g := l.group
	g.SetDesired(5)
	l.pass(12 * time.Second) // launched, not yet running
	n := 0
	for _, i := range g.instances {
		if i.pending() {
			n++
		}
	}
	require.Equal(t, 2, n)
	g.SetDesired(3)
	l.pass(2 * time.Minute)
	assert.Equal(t, g.Desired, g.standing())
}
