package aws

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The same cases in every run, as internal/lab/property has it: nothing of ours is imported here.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.seed", "1")
	m.Run()
}

// ways are the moves of the documented lifecycle that this world makes
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html).
var ways = map[types.LifecycleState][]types.LifecycleState{
	"":                 {pending},
	pending:            {inService, terminating, terminatingWait, terminatingProceed},
	inService:          {terminating, terminatingWait, terminatingProceed},
	terminating:        {terminatingWait, terminatingProceed},
	terminatingWait:    {terminatingProceed},
	terminatingProceed: {terminated},
}

// laws holds a world to what must be true after every event.
type laws struct {
	*lab
	t      require.TestingT
	states map[*Instance]types.LifecycleState
}

// must is require.True, without its cost while all is well.
func (l *laws) must(ok bool, law string, about any) {
	if !ok {
		require.Fail(l.t, law, "at %s: %+v", l.now, about)
	}
}

func (l *laws) check() {
	for _, g := range l.groups {
		l.must(g.Min <= g.Desired && g.Desired <= g.Max, "min ≤ desired ≤ max", g)
		shown := g.show()
		l.must(int(*shown.DesiredCapacity) == g.Desired && len(shown.Instances) == len(g.instances), "the API shows the present", g)
		for n, i := range g.instances {
			l.moved(i)
			l.must(i.State == shown.Instances[n].LifecycleState, "the API shows the present", i)
			l.must(i.pending() == i.launch.end.IsZero(), "a launch is open while the instance comes", i)
			l.must(i.terminating() == (i.termination != nil && i.termination.end.IsZero()), "a termination is open while it goes", i)
			l.must((i.State == terminatingWait) == (len(i.actions) > 0), "it waits for a hook", i)
			for _, a := range i.actions {
				l.must(!l.now.After(a.began.Add(min(48*time.Hour, 100*a.hook.Heartbeat))), "no hook outlives its cap", a)
			}
			l.must(!i.billed || !i.pending(), "no bill before EC2 runs it", i)
			l.must(i.State != inService || i.lost != "" || i.Powered && i.billed, "what is in service runs", i)
			l.must(i.Host == nil || !i.Host.Registered.Before(i.InService), "no agent registers before EC2 runs it", i)
		}
	}
}

func (l *laws) moved(i *Instance) {
	if before := l.states[i]; before != i.State {
		l.must(slices.Contains(ways[before], i.State), "no way from "+string(before), i)
		l.states[i] = i.State
	}
}

// closed holds the end of a run to the books: every bill that began has ended or its instance is there.
func (l *laws) closed() {
	bills := map[string]int{}
	for _, h := range l.log {
		switch h.Kind {
		case HostLaunched:
			bills[h.Instance]++
		case HostGone:
			bills[h.Instance]--
			require.Equal(l.t, 0, bills[h.Instance])
		default:
		}
	}
	for _, g := range l.groups {
		for _, i := range g.instances {
			require.Equal(l.t, bills[i.ID] == 1, i.billed)
			delete(bills, i.ID)
		}
	}
	for id, n := range bills {
		require.Zero(l.t, n, id)
	}
}

// chaos makes a world in which everything happens, in the order of its draws.
func chaos(ctx context.Context, seed uint64, do []int, sideBySide bool) *lab {
	k := known()
	k.Seed = seed
	k.EC2.NeverJoins, k.EC2.FailuresPerMonth, k.EC2.SpotInterruptionsPerDay, k.EC2.AZRebalance = 0.1, 20, 2, 7*time.Minute
	k.Faults = FaultKnobs{TicksLost: 0.05, TicksDoubled: 0.05, TicksLate: 0.05, EventsLost: 0.1, EventsDoubled: 0.1, Throttled: 0.05, HalfPages: 0.1}
	l := &lab{World: New(k)}
	l.Observe(func(h Happened) { l.log = append(l.log, h) })
	l.NewCluster("web")
	l.group = l.NewGroup(GroupSpec{
		Name: "web", Cluster: "web", Zones: []string{"a", "b", "c"}, Type: InstanceType{Resources: Resources{CPU: 2048, Memory: 4096}},
		Min: 1, Max: 12, Desired: 6, Spot: true, Warmup: 2 * time.Minute, Deregistration: time.Duration(seed%2) * time.Minute,
		Hooks: []HookSpec{{"drain", 5 * time.Minute, "ABANDON"}, {"logs", 2 * time.Minute, "CONTINUE"}},
	})
	l.group.PutStepPolicy("out", "Maximum", -1, []Step{{new(0.0), new(2.0), 1}, {new(2.0), nil, 3}})
	l.group.PutStepPolicy("in", "Maximum", -1, []Step{{nil, new(0.0), -1}})
	l.alarm("out", "GreaterThanOrEqualToThreshold", 1, 1, 1, "notBreaching")
	l.alarm("in", "LessThanOrEqualToThreshold", -1, 2, 3, "notBreaching")
	l.Schedule("operator", func(tick Tick) { l.operate(ctx, tick, do, sideBySide) })
	return l
}

func (l *lab) operate(ctx context.Context, tick Tick, do []int, sideBySide bool) {
	minute := int(tick.Scheduled.Sub(l.Knobs.Start)/time.Minute) - 1
	what := do[minute%len(do)]
	g := l.group
	some := func() *Instance {
		if len(g.instances) == 0 {
			return &Instance{Group: g}
		}
		return g.instances[what%len(g.instances)]
	}
	switch what % 14 {
	case 0:
		g.SetDesired(what / 14 % 14)
	case 1:
		g.SetLimits(what/14%4, 4+what/14%9)
	case 2:
		g.Suspend(processes[what%len(processes)], what/14%2 == 0)
	case 3:
		g.SetNoCapacity([]string{"a", "b", "*"}[what/14%3], what/42%2 == 0)
	case 4:
		l.Fail(some())
	case 5:
		l.Interrupt(some())
	case 6:
		g.SetProtection(some(), what/14%2 == 0)
	case 7:
		l.FailZone([]string{"a", "b", "c"}[what/14%3], 20*time.Minute)
	case 8:
		g.SetBadImage(what/14%2 == 0)
	default:
	}
	cw, api := l.CloudWatch(), l.AutoScaling()
	_, _ = cw.PutMetricData(ctx, datum(float64(what%7-3), tick.Scheduled))
	var wg sync.WaitGroup
	for n, i := range g.instances {
		for _, hook := range []string{"drain", "logs"} {
			call := func() {
				_, _ = api.RecordLifecycleActionHeartbeat(ctx, &autoscaling.RecordLifecycleActionHeartbeatInput{AutoScalingGroupName: sdk.String("web"), LifecycleHookName: &hook, InstanceId: &i.ID})
				if (what+n)%3 == 0 {
					_, _ = api.CompleteLifecycleAction(ctx, &autoscaling.CompleteLifecycleActionInput{AutoScalingGroupName: sdk.String("web"), LifecycleHookName: &hook, InstanceId: &i.ID, LifecycleActionResult: sdk.String("CONTINUE")})
				}
			}
			if sideBySide {
				wg.Go(call)
			} else {
				call()
			}
		}
	}
	wg.Wait()
}

func TestLawsHoldWhateverHappens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		do := rapid.SliceOfN(rapid.IntRange(0, 9999), 30, 120).Draw(rt, "do")
		l := &laws{lab: chaos(t.Context(), rapid.Uint64Range(0, 1000).Draw(rt, "seed"), do, false), t: rt, states: map[*Instance]types.LifecycleState{}}
		l.Check(l.check)
		l.pass(6 * time.Hour)
		l.closed()
	})
}

func TestOneSeedIsOneHistoryWhateverTheOrderOfCalls(t *testing.T) {
	do := make([]int, 97)
	for n := range do {
		do[n] = n * n * 31 % 9973
	}
	tell := func(seed uint64, sideBySide bool) []string {
		l := chaos(t.Context(), seed, do, sideBySide)
		l.pass(12 * time.Hour)
		var lines []string
		for _, h := range l.log {
			lines = append(lines, fmt.Sprintf("%+v", h))
		}
		return lines
	}
	one := tell(1, false)
	assert.Greater(t, len(one), 500)
	for range 5 {
		assert.Equal(t, one, tell(1, true))
	}
	assert.NotEqual(t, one, tell(2, false))
}
