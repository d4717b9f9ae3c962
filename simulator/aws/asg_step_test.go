package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// breach runs a policy as its alarm does.
func (l *lab) breach(policy string, value, threshold float64) {
	l.mu.Lock()
	l.group.execute(l.group.policy(policy), value, threshold)
	l.mu.Unlock()
	l.pass(0)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-scaling-steps: its two policies, with
// its percentages as numbers of instances of ten.
func TestAStepHoldsForTheMetricsBetweenItsBoundsFromTheThreshold(t *testing.T) {
	out := &stepPolicy{steps: []Step{{new(0.0), new(10.0), 0}, {new(10.0), new(20.0), 1}, {new(20.0), nil, 3}}}
	in := &stepPolicy{steps: []Step{{new(-10.0), new(0.0), 0}, {new(-20.0), new(-10.0), -1}, {nil, new(-20.0), -3}}}
	for value, want := range map[float64]int{50: 0, 59.9: 0, 60: 1, 69.9: 1, 70: 3, 100: 3} {
		got, ok := out.adjustment(value, 50)
		assert.True(t, ok)
		assert.Equal(t, want, got, "%v", value)
	}
	for value, want := range map[float64]int{50: 0, 40.1: 0, 40: -1, 30.1: -1, 30: -3, 0: -3} {
		got, ok := in.adjustment(value, 50)
		assert.True(t, ok)
		assert.Equal(t, want, got, "%v", value)
	}
	_, ok := out.adjustment(49, 50)
	assert.False(t, ok, "no step below the threshold")
	_, ok = in.adjustment(51, 50)
	assert.False(t, ok)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-scaling-adjustment: towards zero, and less
// than one is one.
func TestPercentAreRoundedTowardsZeroAndNeverToIt(t *testing.T) {
	p := &stepPolicy{percent: true}
	for _, c := range []struct{ change, current, want int }{{10, 127, 12}, {-10, 67, -6}, {25, 3, 1}, {-25, 3, -1}, {25, 4, 1}} {
		assert.Equal(t, c.want, p.hosts(c.change, c.current), "%d %% of %d", c.change, c.current)
	}
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-step-scaling-warmup: its example. 10
// instances; 60 adds one; 62 while it warms up adds none; 70 while it does wants 13 and adds two.
func TestBreachesWhileInstancesWarmUpAddOnlyTheDifference(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 10, Warmup: 5 * time.Minute})
	l.group.PutStepPolicy("out", "Maximum", -1, []Step{{new(10.0), new(20.0), 1}, {new(20.0), nil, 3}})
	l.pass(6 * time.Minute)
	l.breach("out", 60, 50)
	assert.Equal(t, 11, l.group.Desired)
	l.pass(time.Minute)
	l.breach("out", 62, 50)
	assert.Equal(t, 11, l.group.Desired)
	l.breach("out", 70, 50)
	assert.Equal(t, 13, l.group.Desired)
	l.pass(10 * time.Minute)
	l.breach("out", 60, 50)
	assert.Equal(t, 14, l.group.Desired, "all thirteen are past their warm-up")
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html
func TestWarmUpIsThePolicysElseTheGroupsElseTheDefaultCooldown(t *testing.T) {
	for _, c := range []struct{ policy, group, want time.Duration }{
		{time.Minute, time.Hour, time.Minute}, {0, time.Hour, 0}, {-1, 2 * time.Minute, 2 * time.Minute}, {-1, 0, 0}, {-1, -1, 5 * time.Minute},
	} {
		l := newLab(exact(), GroupSpec{Warmup: c.group})
		assert.Equal(t, c.want, l.group.warmup(&stepPolicy{warmup: c.policy}))
	}
	l := newLab(exact(), GroupSpec{Desired: 1, Warmup: -1})
	l.group.PutStepPolicy("out", "Maximum", -1, []Step{{new(0.0), nil, 1}})
	l.pass(35*time.Second + 5*time.Minute - time.Second)
	l.breach("out", 1, 1)
	assert.Equal(t, 1, l.group.Desired, "warm-up counts from InService")
	l.pass(time.Second)
	l.breach("out", 1, 1)
	assert.Equal(t, 2, l.group.Desired)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-step-scaling-warmup
func TestScaleInIsBlockedWhileAnInstanceIsLaunchedOrWarmsUp(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 3, Warmup: 3 * time.Minute})
	l.group.PutStepPolicy("in", "Maximum", -1, []Step{{nil, new(0.0), -1}})
	l.pass(10 * time.Minute)
	l.group.SetDesired(4)
	l.pass(10 * time.Second)
	l.breach("in", -1, -1)
	assert.Equal(t, 4, l.group.Desired, "launching")
	l.pass(3 * time.Minute)
	l.breach("in", -1, -1)
	assert.Equal(t, 4, l.group.Desired, "warming up")
	l.pass(time.Minute)
	l.breach("in", -1, -1)
	assert.Equal(t, 3, l.group.Desired)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-step-scaling-warmup: "while an instance
// is already terminating, if an alarm is in breach in the range of the same step adjustment ..., no scaling action is taken".
func TestInstancesThatTerminateCountWhenScalingInGoesOn(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 10, Hooks: []HookSpec{{"drain", time.Hour, ""}}})
	l.group.PutStepPolicy("in", "Maximum", -1, []Step{{nil, new(-1.0), -3}, {new(-1.0), new(0.0), -1}})
	l.pass(10 * time.Minute)
	for range 5 {
		l.breach("in", -1, -1)
		assert.Equal(t, 9, l.group.Desired)
		l.pass(time.Minute)
	}
	l.breach("in", -2, -1)
	assert.Equal(t, 7, l.group.Desired, "a larger step takes the difference")
	l.pass(time.Minute)
	l.breach("in", -2, -1)
	assert.Equal(t, 7, l.group.Desired)
	l.pass(2 * time.Hour)
	l.breach("in", -1, -1)
	assert.Equal(t, 6, l.group.Desired, "they are gone")
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scale-based-on-demand.html#multiple-scaling-policy-resolution
func TestOfSeveralPoliciesTheOneWithTheLargestCapacityWins(t *testing.T) {
	policies := func() *lab {
		l := newLab(exact(), GroupSpec{Desired: 10})
		l.group.PutStepPolicy("out", "Maximum", 0, []Step{{new(0.0), nil, 1}})
		l.group.PutStepPolicy("surge", "Maximum", 0, []Step{{new(0.0), nil, 4}})
		l.group.PutStepPolicy("in", "Maximum", 0, []Step{{nil, new(0.0), -1}})
		l.group.PutStepPolicy("in by gap", "Maximum", 0, []Step{{nil, new(0.0), -4}})
		l.pass(10 * time.Minute)
		return l
	}
	together := func(l *lab, names ...string) {
		l.mu.Lock()
		for _, name := range names {
			l.group.execute(l.group.policy(name), 0, 0)
		}
		l.mu.Unlock()
		l.pass(0)
	}
	for _, c := range []struct {
		names []string
		want  int
		by    string
	}{
		{[]string{"out", "surge"}, 14, "policy:surge"},
		{[]string{"surge", "out"}, 14, "policy:surge"},
		{[]string{"in", "in by gap"}, 9, "policy:in"},
		{[]string{"in by gap", "in"}, 9, "policy:in"},
		{[]string{"in by gap", "out"}, 11, "policy:out"},
	} {
		l := policies()
		together(l, c.names...)
		assert.Equal(t, c.want, l.group.Desired, "%v", c.names)
		changes := l.happened(DesiredChanged)
		assert.Equal(t, c.by, changes[len(changes)-1].Cause)
	}
	l := policies()
	together(l, "in")
	l.pass(30 * time.Second)
	together(l, "in by gap")
	assert.Equal(t, 9, l.group.Desired, "the other one's breach half a minute ago stands")
	l.pass(5 * time.Minute)
	together(l, "in by gap")
	assert.Equal(t, 5, l.group.Desired)
}

// An invocation that stands for a minute must not scale out when its alarm is silent.
func TestOnlyAPolicyThatIsInvokedNowScalesOut(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 2})
	l.group.PutStepPolicy("out", "Maximum", 10*time.Second, []Step{{new(0.0), nil, 1}})
	l.group.PutStepPolicy("in", "Maximum", 10*time.Second, []Step{{nil, new(0.0), -1}})
	l.pass(10 * time.Minute)
	l.breach("out", 1, 1)
	l.pass(50 * time.Second)
	l.breach("in", -1, -1)
	assert.Equal(t, 3, l.group.Desired)
}

func TestPoliciesKeepTheLimitsAndDoNothingWhileNotificationsAreSuspended(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 3, Min: 2, Max: 4})
	l.group.PutStepPolicy("out", "Maximum", 0, []Step{{new(0.0), nil, 5}})
	l.group.PutStepPolicy("in", "Maximum", 0, []Step{{nil, new(0.0), -5}})
	l.pass(10 * time.Minute)
	// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
	l.group.Suspend("AlarmNotification", true)
	l.breach("out", 1, 1)
	assert.Equal(t, 3, l.group.Desired)
	l.group.Suspend("AlarmNotification", false)
	l.breach("out", 1, 1)
	assert.Equal(t, 4, l.group.Desired)
	l.pass(10 * time.Minute)
	l.breach("in", -1, -1)
	assert.Equal(t, 2, l.group.Desired)
}
