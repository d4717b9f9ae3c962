package simulator

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
)

var (
	begin = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	half  = aws.Resources{CPU: 2048, Memory: 4096}
	whole = aws.Resources{CPU: 4096, Memory: 15400}
)

// story is a record of events at seconds since the beginning, measured from the first minute on.
type story struct{ *Measurer }

func tell() story {
	return story{newMeasurer(begin, time.Minute, func() map[string]facts {
		return map[string]facts{"": {fleet: fleet{host: whole, enis: 20, desired: 7}}}
	})}
}

func (s story) at(second int, h aws.Happened) story {
	h.At = begin.Add(time.Duration(second) * time.Second)
	s.Observe(h)
	return s
}

func (s story) end(second int) (Measures, []Sample, []Drain) {
	return s.Finish(begin.Add(time.Duration(second) * time.Second))
}

func host1(kind aws.Kind) aws.Happened {
	return aws.Happened{Kind: kind, Instance: "i-1", Group: "blue", Size: whole, Cause: "scale_in"}
}

func lacks(service string, n int) aws.Happened {
	return aws.Happened{Kind: aws.TaskWanted, Service: service, N: n, Size: half}
}

func place(task string, wait int) aws.Happened {
	return aws.Happened{Kind: aws.TaskPlaced, Service: "web", Task: task, Instance: "i-1", Size: half, Wait: time.Duration(wait) * time.Second}
}

func demands(n int) aws.Happened {
	return aws.Happened{Kind: aws.DemandChanged, Service: "web", N: n, Size: half}
}

func desired(from, to int, cause string) aws.Happened {
	return aws.Happened{Kind: aws.DesiredChanged, Group: "blue", From: from, To: to, Cause: cause}
}

func TestLateIsWhatTasksWaitBeyondTheFirst30Seconds(t *testing.T) {
	m, _, _ := tell().
		at(10, lacks("web", 1)). // late from 40, measured from 60
		at(90, place("a", 80)).
		at(90, lacks("web", 3)).
		at(119, place("b", 29)).
		at(130, lacks("web", -1)).
		end(160)
	assert.InDelta(t, (90-60)+0+10+40, m.UnplacedLateTaskSeconds, 1e-9)
	assert.InDelta(t, (90-60)+29+40+70, m.UnplacedTaskSeconds, 1e-9)
}

func TestUnplacedTaskSecondsCountFromTheEndOfSettling(t *testing.T) {
	m, _, _ := tell().
		at(30, lacks("web", 2)).
		at(90, place("a", 60)).
		at(100, lacks("web", -1)).
		end(160)
	assert.InDelta(t, 2*30+1*10, m.UnplacedTaskSeconds, 1e-9)
	assert.Zero(t, m.UnplacedAtEnd)
	assert.InDelta(t, 100.0/3600, m.Hours, 1e-9)
}

func TestWaitsBeforeMeasuringDoNotCountAndThoseWithoutAnEndDo(t *testing.T) {
	m, _, _ := tell().
		at(0, lacks("web", 3)).
		at(59, place("a", 59)).
		at(60, place("b", 60)).
		end(400)
	assert.Equal(t, 1, m.UnplacedAtEnd)
	assert.Equal(t, Waits{Count: 2, P50: 60, P95: 400, P99: 400, Max: 400}, m.PlacementWait)
}

func TestFewerWantedTakesTheYoungestAway(t *testing.T) {
	m, _, _ := tell().
		at(60, lacks("web", 1)).
		at(120, lacks("web", 1)).
		at(130, lacks("web", -1)).
		end(160)
	assert.InDelta(t, 100, m.PlacementWait.Max, 0)
}

func TestPercentilesAreOfTheNearestRank(t *testing.T) {
	w := waits{}
	for n := 1; n <= 100; n++ {
		w.add(time.Duration(n) * time.Second)
	}
	assert.Equal(t, Waits{Count: 100, P50: 50, P95: 95, P99: 99, Max: 100}, w.summary())
	w.add(1000 * time.Second)
	assert.Equal(t, Waits{Count: 101, P50: 51, P95: 96, P99: 100, Max: 1000}, w.summary())
	assert.Equal(t, Waits{}, waits{}.summary())
	assert.Equal(t, Waits{Count: 1, P50: 7, P95: 7, P99: 7, Max: 7}, waits{7 * time.Second: 1}.summary())
}

func TestTimeOutOfCapacityIsOnEndAndLongerThanECSTakesToSchedule(t *testing.T) {
	m, _, _ := tell().
		at(30, lacks("web", 1)). // counts from 60
		at(80, place("a", 50)).
		at(80, lacks("web", 1)). // without a gap: the same shortage
		at(91, place("b", 11)).
		at(200, lacks("web", 1)). // 30 seconds are scheduling
		at(230, place("c", 30)).
		at(300, lacks("worker", 1)). // still open at the end
		end(340)
	assert.Equal(t, Waits{Count: 2, P50: 31, P95: 40, P99: 40, Max: 40}, m.OutOfCapacity)
}

func TestInstanceHoursAreFromLaunchToGoneWithTheirParts(t *testing.T) {
	m, series, drains := tell().
		at(0, host1(aws.HostLaunched)).
		at(120, host1(aws.HostRegistered)).
		at(600, host1(aws.HostLeaving)).
		at(900, host1(aws.HostGone)).
		end(3660)
	assert.InDelta(t, 840.0/3600, m.InstanceHours, 1e-9)
	assert.InDelta(t, 60.0/3600, m.InstanceHoursBooting, 1e-9)
	assert.InDelta(t, 300.0/3600, m.InstanceHoursDraining, 1e-9)
	assert.Zero(t, m.HostsLaunched, "it was launched while settling")
	assert.Equal(t, []Drain{{Instance: "i-1", Group: "blue", Cause: "scale_in", From: begin.Add(600 * time.Second), To: begin.Add(900 * time.Second)}}, drains)
	assert.InDelta(t, 300, m.LongestDrain, 0)
	require.Len(t, series, 61)
	// What happens at a minute's end belongs to the next minute.
	hosts := func(minute int) string {
		s := series[minute-1]
		return fmt.Sprint(s.Launching, s.Active, s.Draining, " of ", s.Capacity.CPU, " wanted ", s.Desired)
	}
	assert.Equal(t, "1 0 0 of 0 wanted 7", hosts(1))
	assert.Equal(t, "1 0 0 of 0 wanted 7", hosts(2))
	assert.Equal(t, "0 1 0 of 4096 wanted 7", hosts(3))
	assert.Equal(t, "0 1 0 of 4096 wanted 7", hosts(10))
	assert.Equal(t, "0 0 1 of 0 wanted 7", hosts(15))
	assert.Equal(t, "0 0 0 of 0 wanted 7", hosts(16))
}

func TestDrainThatHasNotEndedLastsUntilTheEnd(t *testing.T) {
	m, _, drains := tell().at(70, host1(aws.HostLaunched)).at(100, host1(aws.HostLeaving)).end(400)
	assert.Equal(t, 1, m.Drains)
	assert.True(t, drains[0].Open)
	assert.InDelta(t, 300, m.LongestDrain, 0)
}

func TestUtilisationIsOfActiveHostsAndATaskIsReleasedOnce(t *testing.T) {
	m, series, _ := tell().
		at(0, host1(aws.HostLaunched)).
		at(60, host1(aws.HostRegistered)).
		at(60, place("a", 0)).
		at(90, aws.Happened{Kind: aws.TaskMoved, Task: "a"}).
		at(100, aws.Happened{Kind: aws.TaskStopped, Task: "a"}).
		at(120, place("b", 0)).
		at(180, host1(aws.HostLeaving)). // its tasks and its room go together
		end(600)
	assert.InDelta(t, 100*(30+60)*0.5/120, m.UtilisationCPU, 1e-9)
	assert.Equal(t, 1, m.TasksMoved)
	assert.Equal(t, Size{CPU: 2048, Memory: 4096}, series[2].Reserved)
	assert.Equal(t, Size{}, series[3].Reserved)
}

func TestActionsAreThePoliciesAlone(t *testing.T) {
	m, _, _ := tell().
		at(30, desired(3, 4, "policy:out")). // settling
		at(60, desired(4, 6, "policy:surge")).
		at(70, desired(6, 9, "managed")).
		at(80, desired(9, 9, "policy:out")).
		at(90, desired(9, 5, "user")).
		at(100, desired(5, 7, "api")).
		at(9000, desired(7, 6, "policy:in")).
		end(9060)
	assert.Equal(t, []int{2, 1, 0}, []int{m.ScaledOut, m.ScaledIn, m.Reversals})
}

func TestReversalsAreWithinThirtyMinutesOfTheGroupsLastAction(t *testing.T) {
	const limit = 60 + 1800
	green := desired(3, 2, "policy:in")
	green.Group = "green"
	for name, c := range map[string]struct {
		events          map[int]aws.Happened
		want, unchanged int
	}{
		"in exactly 30 minutes after out": {map[int]aws.Happened{60: desired(3, 4, "policy:out"), limit: desired(4, 3, "policy:in")}, 1, 1},
		"a second later":                  {map[int]aws.Happened{60: desired(3, 4, "policy:out"), limit + 1: desired(4, 3, "policy:in")}, 0, 0},
		"out after in":                    {map[int]aws.Happened{60: desired(4, 3, "policy:in"), 100: desired(3, 5, "managed")}, 1, 1},
		"twice out":                       {map[int]aws.Happened{60: desired(3, 4, "policy:out"), 100: desired(4, 5, "policy:out")}, 0, 0},
		"in twice after out undoes once":  {map[int]aws.Happened{60: desired(3, 5, "policy:out"), 100: desired(5, 4, "policy:in"), 160: desired(4, 3, "policy:in")}, 1, 1},
		"another group":                   {map[int]aws.Happened{60: desired(3, 4, "policy:out"), 100: green}, 0, 0},
		"a person's":                      {map[int]aws.Happened{60: desired(3, 4, "policy:out"), 100: desired(4, 3, "user")}, 0, 0},
		"demand changed between":          {map[int]aws.Happened{60: desired(3, 4, "policy:out"), 80: demands(1), 100: desired(4, 3, "policy:in")}, 1, 0},
		"demand changed before":           {map[int]aws.Happened{50: demands(1), 60: desired(3, 4, "policy:out"), 100: desired(4, 3, "policy:in")}, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell()
			for second := range limit + 2 {
				if h, ok := c.events[second]; ok {
					s.at(second, h)
				}
			}
			m, _, _ := s.end(4000)
			assert.Equal(t, []int{c.want, c.unchanged}, []int{m.Reversals, m.ReversalsUnchanged})
		})
	}
}

func TestTasksEndedByTheirHostAreToldApartByWhyItWent(t *testing.T) {
	ended := func(cause string) aws.Happened { return aws.Happened{Kind: aws.TaskEndedByHost, Cause: cause} }
	m, _, _ := tell().at(59, ended("scale_in")).at(60, ended("scale_in")).at(61, ended("spot")).at(62, ended("spot")).at(63, ended("health")).end(100)
	assert.Equal(t, 1, m.TasksEndedByScaleIn)
	assert.Equal(t, map[string]int{"spot": 2, "health": 1}, m.TasksEndedOtherwise)
}

func TestServiceSecondsBelowFloorGoToTheirCause(t *testing.T) {
	below := func(service string, n int, cause string) aws.Happened {
		return aws.Happened{Kind: aws.BelowFloor, Service: service, N: n, Cause: cause}
	}
	m, _, _ := tell().
		at(50, below("web", 2, "scaling")).
		at(70, below("web", 1, "scaling")). // a service-second, not a task-second
		at(70, below("web", 1, "scaling")).
		at(80, below("api", 1, "other")).
		at(90, below("web", 1, "other")).
		at(100, below("web", 0, "")).
		at(110, below("api", 0, "")).
		end(200)
	assert.InDelta(t, 30, m.BelowFloorScaling, 1e-9)
	assert.InDelta(t, 30+10, m.BelowFloorOther, 1e-9)
}

func TestLowerBoundFollowsDemandByTheMinute(t *testing.T) {
	m, series, _ := tell().
		at(10, demands(4)).
		at(130, demands(-2)).
		end(180 + 30)
	// 2 hosts in the second minute, 1 in the third and in the half that is left.
	assert.InDelta(t, (2+1+0.5)/60, m.LowerBoundHours, 1e-9)
	assert.Equal(t, 2, series[1].Fewest)
	assert.Equal(t, Size{CPU: 4 * 2048, Memory: 4 * 4096}, series[1].Demand)
}

func TestMultiplesOfTheLowerBound(t *testing.T) {
	m, _, _ := tell().
		at(0, demands(1)).
		at(60, host1(aws.HostLaunched)).
		at(120, host1(aws.HostRegistered)).
		end(180)
	assert.InDelta(t, 1, m.OverLowerBound, 1e-9)
	assert.InDelta(t, 0.5, m.OverLowerBoundBooted, 1e-9)
	m, _, _ = tell().end(180)
	assert.Zero(t, m.OverLowerBound, "nothing to compare with is no infinity, which JSON has not")
}

func TestHostThatNeverRegistersIsOneThatHadTheTime(t *testing.T) {
	launch := func(id string) aws.Happened { return aws.Happened{Kind: aws.HostLaunched, Instance: id} }
	gone := func(id string) aws.Happened { return aws.Happened{Kind: aws.HostGone, Instance: id} }
	m, _, _ := tell().
		at(60, launch("gone late")).
		at(60, launch("gone early")).
		at(60, launch("still there")).
		at(100, gone("gone early")).
		at(900, gone("gone late")).
		at(900, launch("on its way")).
		end(1500)
	assert.Equal(t, 2, m.NeverRegistered)
	assert.Equal(t, 4, m.HostsLaunched)
}

func TestFailedLaunchesAndExpiredHooksAreCounted(t *testing.T) {
	m, _, _ := tell().
		at(59, aws.Happened{Kind: aws.LaunchFailed}).
		at(60, aws.Happened{Kind: aws.LaunchFailed}).
		at(61, aws.Happened{Kind: aws.HookExpired}).
		end(100)
	assert.Equal(t, []int{1, 1}, []int{m.LaunchesFailed, m.HooksExpired})
}

func TestHostThatRegistersInTheMomentOfItsLaunchIsOneHost(t *testing.T) {
	m, series, _ := tell().
		at(60, host1(aws.HostRegistered)).
		at(60, host1(aws.HostLaunched)).
		at(90, host1(aws.HostLeaving)).
		at(90, host1(aws.HostGone)).
		at(90, host1(aws.HostGone)).
		end(180)
	assert.InDelta(t, 30.0/3600, m.InstanceHours, 1e-9)
	assert.Equal(t, []int{1, 0}, []int{m.HostsLaunched, m.NeverRegistered})
	assert.Zero(t, m.InstanceHoursBooting)
	assert.Zero(t, series[2].Active+series[2].Launching+series[2].Draining)
}

func TestHostThatWentBeforeItsBillBeganCostsNothing(t *testing.T) {
	m, _, drains := tell().at(70, host1(aws.HostLeaving)).at(80, host1(aws.HostGone)).end(180)
	assert.Zero(t, m.InstanceHours)
	assert.Empty(t, drains)
}

func TestLowerBoundKnowsOfInterfacesDaemonsAndMinSize(t *testing.T) {
	known := facts{
		fleet:    fleet{host: whole, enis: 3, least: 1},
		services: map[string]wanted{"web": {interfaces: true}},
		daemons:  []wanted{{size: aws.Resources{CPU: 2049}, everywhere: true}},
	}
	s := story{newMeasurer(begin, time.Minute, func() map[string]facts { return map[string]facts{"": known, "idle": {fleet: fleet{least: 2}}} })}
	small := demands(7)
	small.Size = aws.Resources{CPU: 1, Memory: 1}
	_, series, _ := s.
		at(0, small).          // three interfaces a host
		at(60, demands(1)).    // too large beside the daemon
		at(120, lacks("", 1)). // no demand by itself
		end(180)
	assert.Equal(t, 3+2, series[0].Fewest)
	assert.Equal(t, 3+2, series[2].Fewest)
}

func TestLowerBoundIsThatOfTasksWhichNeedNotWait(t *testing.T) {
	alone := func(kind aws.Kind, task string, wait int) aws.Happened {
		return aws.Happened{Kind: kind, Task: task, N: 1, Size: whole, Wait: time.Duration(wait) * time.Second}
	}
	want := func(n int) aws.Happened { return aws.Happened{Kind: aws.DemandChanged, N: n, Size: whole} }
	prompt, promptly, _ := tell().
		at(70, want(2)).
		at(70, alone(aws.TaskPlaced, "a", 0)).
		at(70, alone(aws.TaskPlaced, "b", 0)).
		at(190, alone(aws.TaskStopped, "a", 0)).
		at(190, alone(aws.TaskStopped, "b", 0)).
		end(600)
	late, lately, _ := tell().
		at(70, want(3)). // one is never placed
		at(70, alone(aws.TaskPlaced, "a", 0)).
		at(190, alone(aws.TaskStopped, "a", 0)).
		at(310, alone(aws.TaskPlaced, "b", 240)).
		at(430, alone(aws.TaskStopped, "b", 0)).
		end(600)
	assert.InDelta(t, 2*2.0/60, prompt.LowerBoundHours, 1e-9)
	assert.InDelta(t, prompt.LowerBoundHours, late.LowerBoundHours, 1e-9)
	for i := range promptly {
		assert.Equal(t, promptly[i].Fewest, lately[i].Fewest, "minute %d", i+1)
	}
	assert.Equal(t, 3*whole.CPU, lately[2].Demand.CPU, "what is wanted is told as it was")
}

func TestTaskThatECSHasHadNoTimeToPlaceIsNotLeftOver(t *testing.T) {
	m, _, _ := tell().at(100, lacks("web", 2)).at(101, lacks("web", 1)).end(131)
	assert.Equal(t, 2, m.UnplacedAtEnd)
}

func TestRollOutThatGivesRoomBackIsAChangeOfDemand(t *testing.T) {
	stopped := func(cause string) aws.Happened { return aws.Happened{Kind: aws.TaskStopped, Task: "x", Cause: cause} }
	for cause, unchanged := range map[string]int{"service": 0, "drain": 1, "exit": 1} {
		m, _, _ := tell().at(60, desired(3, 4, "policy:out")).at(70, stopped(cause)).at(80, desired(4, 3, "policy:in")).end(100)
		assert.Equal(t, unchanged, m.ReversalsUnchanged, cause)
	}
}
