package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// follows is a service of 4 tasks whose load changes as given, so long after the first ten minutes; it returns the desired
// counts that follow, and how long after the ten minutes.
func follows(t *testing.T, kind ServiceScaling, lasts time.Duration, load func(since time.Duration) float64, alter ...func(*Knobs)) (counts []int, at []time.Duration) {
	t.Helper()
	s := newStage(t, append([]func(*Knobs){func(k *Knobs) { k.Services = Defaults().Services; k.Services.Kind = kind }}, alter...)...)
	app := s.c.CreateService(ServiceSpec{Name: "app", Definition: definition(64, 64), Desired: 4})
	const begin = 10 * time.Minute
	app.Track(2, func(since time.Duration) float64 {
		if since < begin {
			return 4
		}
		return load(since - begin)
	})
	last := 4
	s.w.Check(func() {
		if app.Desired != last {
			last = app.Desired
			counts, at = append(counts, last), append(at, s.w.now.Sub(s.w.Knobs.Start)-begin)
		}
	})
	s.run(begin + lasts)
	return counts, at
}

// step is a load that becomes n so long after the beginning, and 4 again after that.
func step(n float64, from, until time.Duration) func(time.Duration) float64 {
	return func(since time.Duration) float64 {
		if since >= from && since < until {
			return n
		}
		return 4
	}
}

// https://aws.amazon.com/about-aws/whats-new/2026/06/amazon-ecs-faster-autoscaling/: 363 s from the load to the scale-out with
// metrics of 60 seconds, 86 s with those of 20.
func TestServicesScaleOutAsFastAsInAWSBenchmark(t *testing.T) {
	for kind, want := range map[ServiceScaling]float64{ByMinutes: 363, BySeconds: 86} {
		sum := 0.0
		for n := range 60 {
			from := time.Duration(n) * time.Second
			counts, at := follows(t, kind, 8*time.Minute, step(8, from, time.Hour))
			assert.Equal(t, []int{8}, counts, "%s from %s", kind, from)
			sum += (at[0] - from).Seconds()
		}
		assert.InEpsilon(t, want, sum/60, 0.05, kind)
	}
}

// https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html, for all of these.
func TestTwoMinutesOfLoadScaleNothingOut(t *testing.T) {
	for lasts, want := range map[time.Duration][]int{2 * time.Minute: nil, 3 * time.Minute: {8}} {
		counts, _ := follows(t, ByMinutes, 10*time.Minute, step(8, 30*time.Second, 30*time.Second+lasts))
		assert.Equal(t, want, counts, lasts)
	}
}

func TestServicesScaleInAfterFifteenMinutes(t *testing.T) {
	for lasts, want := range map[time.Duration][]int{14 * time.Minute: nil, 15 * time.Minute: {3}} {
		counts, _ := follows(t, ByMinutes, 20*time.Minute, step(3, 30*time.Second, 30*time.Second+lasts))
		assert.Equal(t, want, counts, lasts)
	}
	counts, at := follows(t, BySeconds, 30*time.Minute, step(0, 0, time.Hour))
	assert.Equal(t, []int{2}, counts, "never below the least")
	assert.InDelta(t, 15*60, at[0].Seconds(), 60)
}

func TestALoadJustBelowTheTargetScalesNothingIn(t *testing.T) {
	counts, _ := follows(t, ByMinutes, 2*time.Hour, func(since time.Duration) float64 {
		if since < time.Hour {
			return 20
		}
		return 18.5
	})
	assert.Equal(t, []int{20}, counts)
}

func TestALoadThatRisesOnIsFollowedDuringTheCooldown(t *testing.T) {
	counts, _ := follows(t, ByMinutes, 12*time.Minute, func(since time.Duration) float64 { return 4 + since.Minutes() })
	assert.Equal(t, []int{7, 8, 9, 10, 11, 12}, counts[:6], "one more a minute, counted from the load and not from what it added")
}

func TestOneStepInWaitsForTheCooldownOfTheOther(t *testing.T) {
	_, at := follows(t, ByMinutes, time.Hour, func(since time.Duration) float64 { return 40 - since.Minutes() })
	assert.Greater(t, len(at), 3)
	for n := range at[3:] { // after the steps out
		assert.GreaterOrEqual(t, at[n+3]-at[n+2], 300*time.Second)
	}
}

func TestAnOldDatapointChangesNothing(t *testing.T) {
	s := newStage(t)
	app := s.c.CreateService(ServiceSpec{Name: "app", Definition: definition(64, 64), Desired: 4})
	one := &tracker{service: app}
	s.locked(func() {
		one.act(8, s.w.now)
		one.act(6, s.w.now.Add(-time.Minute))
	})
	assert.Equal(t, 8, app.Desired)
}

func TestAStepOutWaitsForNoCooldown(t *testing.T) {
	s := newStage(t, func(k *Knobs) { k.Services = Defaults().Services })
	app := s.c.CreateService(ServiceSpec{Name: "app", Definition: definition(64, 64), Desired: 8})
	one := &tracker{service: app}
	s.locked(func() { one.act(4, s.w.now) })
	s.run(time.Minute)
	s.locked(func() { one.act(10, s.w.now) })
	assert.Equal(t, 10, app.Desired)
}

func TestAServiceThatIsDeletedIsScaledNoMore(t *testing.T) {
	s := newStage(t, func(k *Knobs) { k.Services = Defaults().Services })
	app := s.c.CreateService(ServiceSpec{Name: "app", Definition: definition(64, 64), Desired: 4})
	app.Track(2, func(time.Duration) float64 { return 8 })
	s.run(3*time.Minute + time.Second) // the alarm has seen three datapoints, its action is to come
	app.Delete()
	s.run(time.Hour)
	assert.Zero(t, app.Desired)
}
