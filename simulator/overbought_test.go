package simulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
)

// overbuying compares each purchase with what passes said before it. Demand never falls in it, so that the most that any pass
// wanted is what may be desired.
type overbuying struct {
	world *aws.World
	group *aws.Group
	// stale is how old what Auto Scaling acts on may be.
	stale time.Duration
	// wanted are the passes: when, and how many hosts there should be, those without capacity included.
	wanted []pass
	// over is the most by which the desired capacity exceeded what was wanted; beyond is the same, less the hosts that became
	// warm between the pass and the purchase.
	over, beyond int
}

type pass struct {
	at     time.Time
	wanted int
}

// there are the instances that a scaling policy counts or will count.
func there(g *aws.Group) int {
	n := 0
	for _, i := range g.Instances() {
		if s := string(i.State); s == "Pending" || s == "InService" {
			n++
		}
	}
	return n
}

func (o *overbuying) verdict(v scaler.Verdict) {
	o.wanted = append(o.wanted, pass{o.world.Now(), there(o.group) + max(0, v.InstanceGap)})
}

const testWarmup = 180 * time.Second

// warmBetween counts the hosts whose warm-up ended after one moment and by another.
func (o *overbuying) warmBetween(from, to time.Time) int {
	n := 0
	for _, i := range o.group.Instances() {
		if end := i.InService.Add(testWarmup); !i.InService.IsZero() && end.After(from) && !end.After(to) {
			n++
		}
	}
	return n
}

func (o *overbuying) observe(h aws.Happened) {
	if h.Kind != aws.DesiredChanged || !strings.HasPrefix(h.Cause, "policy:") || h.To <= h.From {
		return
	}
	most, excused := 0, 0
	for _, p := range o.wanted {
		most = max(most, p.wanted)
		if h.At.Sub(p.at) < o.stale {
			excused = max(excused, p.wanted+o.warmBetween(p.at, h.At))
		}
	}
	o.over, o.beyond = max(o.over, h.To-most), max(o.beyond, h.To-max(most, excused))
}

// crowd is a cluster whose service takes a host for each task. Ten more are wanted at once, so that ten hosts warm up together,
// and then one more every so often.
func crowd(t *testing.T, pace alarms.Pace, knobs aws.Knobs) *overbuying {
	t.Helper()
	o := &overbuying{stale: knobs.CloudWatch.Put.Max + 2*time.Minute}
	if pace.PeriodSeconds == 60 {
		o.stale += time.Duration(1+knobs.CloudWatch.Range) * time.Minute
	}
	scaling, err := policy.New(policy.Gap, policy.Options{
		Pace: pace, Entry: []byte(`{"cpu": {"scale_out_at": null}, "memory": {"scale_out_at": null}, "scale_in": false}`),
		Verdict: func(_ time.Time, v scaler.Verdict) { o.verdict(v) },
	})
	require.NoError(t, err)
	o.world = aws.New(knobs)
	o.world.Observe(o.observe)
	site := workload.Site{World: o.world, Policy: scaling}
	c := o.world.NewCluster("web")
	o.group = site.NewGroup(aws.GroupSpec{
		Name: "web", Cluster: "web", Zones: []string{"a", "b", "c"}, Max: 500, Desired: 10, Warmup: -1,
		Type: aws.InstanceType{Name: "m5.xlarge", Resources: aws.Resources{CPU: 4000, Memory: 16000}, ENIs: 20},
	}, true)
	scaling.Install(o.world, c, o.group)
	service := site.CreateService(c, aws.ServiceSpec{Name: "app", Desired: 10, MinPercent: 100, MaxPercent: 200, Definition: &aws.TaskDefinition{
		Family: "app", Revision: 1, Resources: aws.Resources{CPU: 3500, Memory: 1000}, Stops: 5 * time.Second,
	}})
	at := func(after time.Duration, desired int) {
		o.world.At(knobs.Start.Add(after), fmt.Sprint("desired ", desired), func() { service.SetDesired(desired) })
	}
	at(20*time.Minute+5*time.Second, 20)
	for n := range 60 {
		at(21*time.Minute+time.Duration(n)*11*time.Second, 21+n)
	}
	o.world.Run(knobs.Start.Add(45 * time.Minute))
	return o
}

// readings are what nobody knows of CloudWatch: how long a datum keeps the alarm in ALARM, and whether the alarm acts again
// each minute, which is all that AWS documents, or at each evaluation.
var readings = []struct {
	lasts   time.Duration
	repeats bool
}{{30 * time.Second, false}, {10 * time.Second, false}, {60 * time.Second, false}, {10 * time.Second, true}, {30 * time.Second, true}, {60 * time.Second, true}}

// ticks are what becomes of passes.
var ticks = map[string]aws.FaultKnobs{
	"each once": {}, "each twice": {TicksDoubled: 1}, "some lost": {TicksLost: 0.3}, "some late": {TicksLate: 0.3},
}

// At ten seconds Auto Scaling acts within the half minute that the sum allows for, unless a datum that is older still keeps the
// alarm in ALARM and it acts on that.
func TestTheFastAlarmBuysNoHostTwice(t *testing.T) {
	for _, r := range readings {
		for tick, faults := range ticks {
			t.Run(fmt.Sprintf("%s, a datum lasts %s, at each evaluation %v", tick, r.lasts, r.repeats), func(t *testing.T) {
				t.Parallel()
				for seed := range uint64(2) {
					k := aws.Defaults()
					k.Seed, k.Faults, k.CloudWatch.DatumLasts, k.CloudWatch.FastRepeats = seed, faults, r.lasts, r.repeats
					o := crowd(t, alarms.Contract().Paces()[0], k)
					assert.GreaterOrEqual(t, o.group.Desired, 80, "what is wanted is bought")
					assert.Zero(t, o.beyond, "more than became warm between pass and purchase")
					if r.lasts <= 10*time.Second || r.lasts <= 30*time.Second && !r.repeats {
						assert.Zero(t, o.over)
					} else {
						t.Logf("%d hosts overbought", o.over)
					}
				}
			})
		}
	}
}

// With the alarm of a minute, or with data that show late, a purchase is as old as a few minutes. Never more is overbought than
// became warm meanwhile. A fast alarm never sees a datum that is a minute late; one host for each warm-up is bought all the same.
func TestALatePurchaseExceedsOnlyByWhatBecameWarm(t *testing.T) {
	over := 0
	for _, pace := range alarms.Contract().Paces() {
		for _, late := range []time.Duration{0, time.Minute, 2 * time.Minute} {
			for tick, faults := range ticks {
				if pace.PeriodSeconds == 10 && late == 0 {
					continue
				}
				k := aws.Defaults()
				k.Faults, k.CloudWatch.Put = faults, aws.Uniform{Min: late, Max: late}
				o := crowd(t, pace, k)
				assert.Zero(t, o.beyond, "%d s, %s late, %s", pace.PeriodSeconds, late, tick)
				assert.GreaterOrEqual(t, o.group.Desired, map[bool]int{true: 12, false: 80}[pace.PeriodSeconds == 10])
				t.Logf("%d s, %s late, %s: %d hosts overbought, %d desired of 80", pace.PeriodSeconds, late, tick, o.over, o.group.Desired)
				over = max(over, o.over)
			}
		}
	}
	assert.Positive(t, over, "else this would prove nothing")
}
