package campaign

import (
	"encoding/json"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
	"ecs-cluster-scaler/thresholds"
)

// Two lists that must not part: a client's method without a fate of its own would be a call that never fails.
func TestEveryActionOfBothFunctionsCanBeDenied(t *testing.T) {
	p := quiet()
	f := newFunctions(&p, aws.New(p.knobs()), newJudge(&p, aws.New(p.knobs())), nil)
	seen := map[string]bool{}
	for _, client := range []any{
		publisher.Clients{SSM: f.aws.SSM, ECS: f.aws.ECS, AutoScaling: f.aws.AutoScaling, CloudWatch: f.aws.CloudWatch},
		drainer.Clients{SSM: f.aws.SSM, ECS: f.aws.ECS, AutoScaling: f.aws.AutoScaling, CloudWatch: f.aws.CloudWatch},
	} {
		for n := range reflect.TypeOf(client).NumField() {
			service := reflect.ValueOf(client).Field(n)
			for m := range service.NumMethod() {
				action, method := service.Type().Method(m).Name, service.Method(m)
				seen[action] = true
				p.Faults.Denied, f.now = action, f.invoke("test")
				out := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), reflect.New(method.Type().In(1).Elem())})
				err, _ := reflect.TypeAssert[error](out[1])
				require.True(t, faulty.IsDenied(err), action)
			}
		}
	}
	assert.Len(t, Actions(), len(seen))
	for _, action := range Actions() {
		assert.True(t, seen[action], action)
	}
	for action := range cannotEndWithout {
		assert.True(t, seen[action], action)
	}
}

func TestPlansHoldEverythingThatACampaignPromises(t *testing.T) {
	kinds, denied, beats, seen := map[string]bool{}, map[string]bool{}, map[int]bool{}, map[string]bool{}
	note := func(what string, is bool) { seen[what] = seen[what] || is }
	for seed := range uint64(2000) {
		p := Draw(seed, 0)
		beats[p.Heartbeat], denied[p.Faults.Denied] = true, true
		note("before", p.Before)
		note("long boot", p.Fate.LongBoot)
		note("two clusters", len(p.Clusters) > 1)
		for _, share := range []float64{p.Faults.TicksLost, p.Faults.CallsThrottled, p.Faults.Deaths, p.Faults.AnswersLost, p.Faults.LateCalls} {
			assert.LessOrEqual(t, share, 0.2)
		}
		note("late calls", p.Faults.LateCalls > 0.1)
		note("three processes", p.Faults.Processes == 3)
		for _, c := range p.Clusters {
			_, err := thresholds.Parse(c.Entry.text(), nil)
			require.NoError(t, err, "seed %d: %s", seed, c.Entry.text())
			note("two groups", len(c.Groups) > 1)
			for _, g := range c.Groups {
				note("Spot", g.Spot)
				note("target group", g.TargetGroup > 0)
				note("mixed", g.Mixed)
			}
			for _, s := range c.Services {
				note("daemon", s.Daemon)
				note("port", s.Port > 0)
				note("awsvpc", s.Awsvpc)
				note("distinct", s.Distinct)
				note("providers", len(s.Providers) > 1)
				note("long stop", s.StopTimeout > 600)
				note("nothing may run", s.MinPercent == 0 && s.MaxPercent == 100)
			}
		}
		for _, a := range p.Acts {
			kinds[a.Kind] = true
			note("edit", a.Entry != nil)
		}
	}
	for what, is := range seen {
		assert.True(t, is, what)
	}
	assert.Len(t, denied, len(Actions())+1, "each action, and none")
	assert.Equal(t, map[int]bool{300: true, 900: true, 1800: true}, beats)
	for kind := range acts {
		assert.True(t, kinds[kind], kind)
	}
	assert.Len(t, kinds, len(acts))
	assert.Equal(t, 900, Draw(1, 900).Heartbeat)
}

func TestTextKeepsAPlanWhole(t *testing.T) {
	for seed := range uint64(300) {
		p := Draw(seed, 0)
		var back Plan
		require.NoError(t, json.Unmarshal(p.Text(), &back))
		assert.Equal(t, p, back)
		assert.Equal(t, p, *p.clone())
	}
}

func TestOneSeedIsOneStoryOnOneOrTwoProcessors(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	for _, seed := range []uint64{3, 7, 12, 15} {
		runtime.GOMAXPROCS(1)
		one, first := Tell(Draw(seed, 0))
		runtime.GOMAXPROCS(2)
		two, second := Tell(Draw(seed, 0))
		assert.Equal(t, string(one), string(two))
		assert.Equal(t, first, second)
	}
}

func TestASweepGivesOutcomesInTheOrderOfSeeds(t *testing.T) {
	var seeds []uint64
	tally := NewTally()
	Sweep(5, 60, 3, 900, func(o Outcome) bool {
		seeds = append(seeds, o.Plan.Seed)
		tally.Add(o)
		assert.Equal(t, Run(Draw(o.Plan.Seed, 900), nil), o)
		return len(seeds) < 6
	})
	assert.Equal(t, []uint64{5, 6, 7, 8, 9, 10}, seeds)
	assert.Equal(t, map[int]int{900: 6}, tally.Heartbeats)
	assert.Equal(t, 6, tally.Schedules)
}

// unknown is an act that nothing does, so that a run panics at it.
var unknown = Act{Minute: 25, Kind: "unknown"}

func TestARunThatPanicsIsAViolationAndNotTheEnd(t *testing.T) {
	p := quiet()
	p.Acts = []Act{unknown}
	assert.Equal(t, []Promise{Panicked}, promisesOf(Run(p, nil).Violations))
}

func TestAPanicThatThePassAnswersIsAViolation(t *testing.T) {
	s := play(t, quiet())
	s.answered("an error in this program: index out of range")
	s.answered("Rate exceeded")
	assert.Equal(t, []Promise{Panicked}, s.broken())
	assert.Len(t, s.violations, 1)
}

func TestARunThatDoesNotEndIsAViolation(t *testing.T) {
	over := make(chan time.Time, 1)
	over <- time.Time{}
	never := make(chan struct{})
	defer close(never)
	o := inTime(quiet(), func() Outcome { <-never; return Outcome{} }, over)
	assert.Equal(t, []Promise{NoEnd}, promisesOf(o.Violations))
}

func TestShrinkKeepsTheViolationAndNothingElse(t *testing.T) {
	p := Draw(9, 300)
	p.Minutes = 30
	p.Clusters = append(p.Clusters, quiet(web(2, 500)).Clusters...)
	p.Acts = append([]Act{{Minute: 5, Kind: "set desired", B: 3}, unknown}, p.Acts...)
	attempts := 0
	small := Shrink(p, func(o Outcome) bool {
		return len(o.Violations) > 0 && o.Violations[0].Promise == Panicked
	}, func(n int) { attempts = n })
	assert.Positive(t, attempts)
	assert.Equal(t, []Promise{Panicked}, promisesOf(Run(small, nil).Violations))
	assert.Equal(t, []Act{unknown}, small.Acts)
	assert.Equal(t, Faults{Processes: 1}, small.Faults)
	assert.Equal(t, Fate{}, small.Fate)
	assert.Equal(t, 1800, small.Heartbeat)
	require.Len(t, small.Clusters, 1)
	assert.Empty(t, small.Clusters[0].Services)
	assert.Len(t, small.Clusters[0].Groups, 1)
	assert.JSONEq(t, `{}`, string(small.Clusters[0].Entry.text()))
}

func TestAStoryTellsActsVerdictsFailuresAndViolationsByTheMinute(t *testing.T) {
	p := quiet(web(6, 1000))
	p.Faults.Denied = "DescribeServices"
	p.Acts = []Act{{Minute: 20, Kind: "lower group"}, unknown}
	text, o := Tell(p)
	story := string(text)
	assert.NotEmpty(t, o.Violations)
	for _, want := range []string{
		"00:20\n", "town0: lower group (0, 0)", "host leaving", "publisher: town0", "DescribeServices town0 failed: User is not authorized", "panicked:",
	} {
		assert.Contains(t, story, want)
	}
	assert.Equal(t, 1, strings.Count(story, "publisher: DescribeServices"), "what is denied is told once")
}
