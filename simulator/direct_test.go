package simulator

import (
	"math/rand/v2"
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

// sized runs a workload by sizes. Direct sets the capacity in each pass instead, by a right that the publisher does not have:
// no alarm can be sooner.
func sized(t *testing.T, w workload.Workload, pace alarms.Pace, direct bool, seed uint64) Measures {
	t.Helper()
	knobs := aws.Defaults()
	knobs.Seed = seed
	world := aws.New(knobs)
	scaling, err := policy.New(policy.Gap, policy.Options{Pace: pace, Verdict: func(_ time.Time, v scaler.Verdict) {
		if g := world.Groups()[0]; direct && v.InstanceGap > 0 {
			g.SetDesired(max(g.Desired, there(g)+v.InstanceGap))
		}
	}})
	require.NoError(t, err)
	recorder := NewMeasurer(world, w.Settle)
	w.Build(workload.Site{World: world, Policy: scaling})
	if direct {
		for _, c := range world.Clusters() {
			world.DeleteAlarm("ecs-cluster-scaler-" + c.Name + "-" + alarms.Out)
			world.DeleteAlarm("ecs-cluster-scaler-" + c.Name + "-" + alarms.OutBySize)
		}
	}
	world.Run(knobs.Start.Add(w.Lasts))
	m, _, _ := recorder.Finish(world.Now())
	return m
}

// spiky is demand of eight hours that doubles or trebles within minutes now and then.
func spiky(t *testing.T, seed uint64) workload.Workload {
	t.Helper()
	random, level := rand.New(rand.NewPCG(seed, 0)), 100.0
	series := workload.Series{Name: "spiky"}
	for at := 0; at <= 8*3600; at += 300 {
		switch level = 100 + (level-100)*0.7; random.IntN(8) {
		case 0:
			level += 100 + 200*random.Float64()
		default:
			level += 10 * random.NormFloat64()
		}
		series.Points = append(series.Points, workload.Point{At: at, Value: max(30, level)})
	}
	w, err := workload.Demand([]workload.Series{series}, workload.Window{})
	require.NoError(t, err)
	return w
}

// Setting the capacity in each pass is the best that there can be. The alarm comes some 15 seconds later, and hosts that are warm
// within half a minute count as warm, so that some are bought a minute later. What follows the gap leaves a third more unplaced.
func TestTheAlarmLosesLittleToSettingTheCapacity(t *testing.T) {
	pace := alarms.Contract().Paces()[0]
	var best, ours Measures
	for shape := range uint64(3) {
		w := spiky(t, shape)
		for seed := range uint64(3) {
			for _, direct := range []bool{true, false} {
				m, sum := sized(t, w, pace, direct, seed+1), &ours
				if direct {
					sum = &best
				}
				sum.UnplacedTaskSeconds += m.UnplacedTaskSeconds
				sum.UnplacedLateTaskSeconds += m.UnplacedLateTaskSeconds
				sum.InstanceHours += m.InstanceHours
			}
		}
	}
	t.Logf("set in each pass: unplaced %.0f, late %.0f, hours %.0f", best.UnplacedTaskSeconds, best.UnplacedLateTaskSeconds, best.InstanceHours)
	t.Logf("by the alarm:     unplaced %.0f, late %.0f, hours %.0f", ours.UnplacedTaskSeconds, ours.UnplacedLateTaskSeconds, ours.InstanceHours)
	assert.Less(t, ours.UnplacedTaskSeconds, 1.2*best.UnplacedTaskSeconds)
	assert.Less(t, ours.UnplacedLateTaskSeconds, 1.3*best.UnplacedLateTaskSeconds)
	assert.Less(t, ours.InstanceHours, 1.02*best.InstanceHours)
}
