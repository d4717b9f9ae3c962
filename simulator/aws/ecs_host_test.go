package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_instances.html
func TestATerminatedHostIsDeregisteredOnlyIfItsAgentWasConnected(t *testing.T) {
	s := newStage(t)
	connected, away := s.host("a"), s.host("a")
	s.w.KillAgent(away.Instance)
	s.locked(func() {
		connected.gone("scale_in")
		away.gone("scale_in")
	})
	assert.Equal(t, []*Host{away}, s.c.hosts)
	assert.EqualValues(t, inactive, connected.Status)
	assert.EqualValues(t, active, away.Status)
	assert.False(t, away.Connected)
}

func TestAHostThatGoesTakesItsTasksWithIt(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	web := s.steady(replicas(2, 100, 200))
	h.Instance.Cause = "scale_in"
	s.locked(func() { h.gone("scale_in") })
	ended := s.kinds(TaskEndedByHost)
	require.Len(t, ended, 2)
	assert.Equal(t, "scale_in", ended[0].Cause)
	assert.Len(t, web.wanted, 2)
	below := s.kinds(BelowFloor)
	assert.Equal(t, []any{2, "scaling"}, []any{below[len(below)-1].N, below[len(below)-1].Cause})
	s.host("a")
	s.run(3 * time.Minute)
	below = s.kinds(BelowFloor)
	assert.Equal(t, 0, below[len(below)-1].N)
}

// A host may leave by scale-in and still lose its machine first: then it was not scaling in that ended its tasks.
func TestWhatEndsATaskIsWhatTakesItsServiceBelowItsFloor(t *testing.T) {
	for _, c := range []struct {
		name        string
		cause, lost string
		end         func(*stage, *Host)
		ended, by   string
	}{
		{"scale-in", "scale_in", "", func(_ *stage, h *Host) { h.gone(h.Instance.ends()) }, "scale_in", "scaling"},
		{"Spot, while it leaves by scale-in", "scale_in", "spot", func(_ *stage, h *Host) { h.gone(h.Instance.ends()) }, "spot", "other"},
		{"a broken machine, while it leaves by scale-in", "scale_in", "health", func(_ *stage, h *Host) { h.gone(h.Instance.ends()) }, "health", "other"},
		{"Spot", "spot", "spot", func(_ *stage, h *Host) { h.gone(h.Instance.ends()) }, "spot", "other"},
		{"forced deregistration after a scale-in", "scale_in", "", func(_ *stage, h *Host) { h.forget() }, "scale_in", "scaling"},
		{"forced deregistration after a broken machine", "scale_in", "health", func(_ *stage, h *Host) { h.forget() }, "health", "other"},
		{"forced deregistration", "", "", func(_ *stage, h *Host) { h.forget() }, "deregistered", "other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			h := s.host("a")
			s.steady(replicas(2, 100, 200))
			s.locked(func() {
				h.Instance.Cause, h.Instance.lost = c.cause, c.lost
				c.end(s, h)
			})
			s.run(time.Second)
			ended := s.kinds(TaskEndedByHost)
			require.Len(t, ended, 2)
			assert.Equal(t, c.ended, ended[0].Cause)
			below := s.kinds(BelowFloor)
			assert.Equal(t, []any{2, c.by}, []any{below[len(below)-1].N, below[len(below)-1].Cause})
		})
	}
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html, agentConnected
func TestAHostWhoseAgentIsAwayTakesNoTasks(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	s.w.KillAgent(h.Instance)
	_, failure := s.c.RunTask(TaskRequest{Definition: definition(256, 256)})
	assert.Equal(t, "AGENT", failure)
}

func TestTasksOfAHostWhoseAgentIsAwayRunOnAndAreStoppedWhenItIsBack(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	web := s.steady(replicas(1, 0, 200))
	task := web.tasks[0]
	s.locked(h.disconnect)
	web.SetDesired(0)
	s.run(10 * time.Minute)
	require.Equal(t, []string{taskStopped, taskRunning}, []string{task.Desired, task.Last})
	s.locked(h.connect)
	s.run(time.Minute)
	assert.Equal(t, taskStopped, task.Last)
}

func TestAgentsBlinkAsOftenAsTheKnobSays(t *testing.T) {
	s := newStage(t, func(k *Knobs) { k.ECS.AgentBlinksPerHour = 3 })
	h := s.host("a")
	before := h.version
	s.run(100 * time.Hour)
	assert.InDelta(t, 300, float64(h.version-before)/2, 60)
}

// https://github.com/aws/amazon-ecs-agent/blob/master/ecs-agent/acs/session/session.go, reconnectDelay: no wait after a
// disconnect that ECS makes, from 250 ms after an error.
func TestAgentsAreBackWithinSeconds(t *testing.T) {
	s := newStage(t, func(k *Knobs) { k.ECS.AgentBlinksPerHour, k.ECS.Blink = 3, Defaults().ECS.Blink })
	h := s.host("a")
	var since time.Time
	var shortest, longest time.Duration
	s.w.Check(func() {
		switch {
		case !h.Connected && since.IsZero():
			since = s.w.now
		case h.Connected && !since.IsZero():
			away := s.w.now.Sub(since)
			if shortest == 0 || away < shortest {
				shortest = away
			}
			longest, since = max(longest, away), time.Time{}
		}
	})
	s.run(100 * time.Hour)
	assert.InDelta(t, 0.2, shortest.Seconds(), 0.1)
	assert.InDelta(t, 3, longest.Seconds(), 0.1)
}

func TestAFailedMachinesTasksDoNothingMore(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	spec := replicas(1, 100, 200)
	spec.Definition.Crashes = 10 * time.Minute
	web := s.steady(spec)
	s.locked(h.dark)
	s.run(time.Hour)
	assert.Equal(t, 1, web.Running(), "ECS has heard nothing else")
	assert.False(t, h.Connected)
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html, version
func TestAHostsVersionRisesWithEveryChange(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	v := h.version
	rises := func(what string) {
		t.Helper()
		assert.Greater(t, h.version, v, what)
		v = h.version
	}
	task, _ := s.c.RunTask(TaskRequest{Definition: definition(256, 256), Lasts: time.Hour})
	rises("a task placed")
	s.run(time.Minute)
	require.Equal(t, taskRunning, task.Last)
	rises("a task runs")
	s.locked(func() { task.stop(byAPI, "") })
	rises("a task stops")
	s.locked(h.disconnect)
	rises("the agent is away")
	s.locked(h.connect)
	rises("the agent is back")
	s.drain(h)
	rises("the status")
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
func TestOwnMetricsCountDrainingHostsAndOnlyRunningTasks(t *testing.T) {
	s := newStage(t)
	assert.Nil(t, s.c.ownMetrics(), "no hosts, no datapoint")
	h := s.host("a")
	s.host("a")
	s.c.CreateService(replicas(2, 100, 100))
	s.run(16 * time.Second)
	assert.Equal(t, map[string]float64{"CPUReservation": 0, "MemoryReservation": 0}, s.c.ownMetrics(), "in PENDING")
	s.run(time.Minute)
	s.drain(h)
	assert.Equal(t, map[string]float64{"CPUReservation": 25, "MemoryReservation": 12.5}, s.c.ownMetrics())
}

// https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/pull-behavior.html
func TestOnlyTheFirstTaskOfARevisionOnAHostWaitsForItsImage(t *testing.T) {
	s := newStage(t)
	s.host("a")
	start := s.w.Now()
	d := definition(256, 256)
	for _, at := range []time.Duration{0, 5 * time.Second, time.Minute} {
		s.w.Run(start.Add(at))
		s.c.RunTask(TaskRequest{Definition: d, Lasts: time.Hour})
	}
	s.run(time.Minute)
	var started []time.Duration
	for _, task := range s.c.Tasks() {
		started = append(started, task.Started.Sub(task.Created))
	}
	assert.Equal(t, []time.Duration{20 * time.Second, 17 * time.Second, 2 * time.Second}, started)
}

func TestAnAgentIsAwayUntilItIsSaidToBeBack(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	s.w.SetConnected(h.Instance, false)
	s.run(time.Hour)
	assert.False(t, h.Connected)
	s.w.SetConnected(h.Instance, true)
	assert.True(t, h.Connected)
}

func TestContainersThatExitEndTheirTask(t *testing.T) {
	s := newStage(t)
	s.host("a")
	d := &TaskDefinition{Family: "batch", Revision: 1, Resources: Resources{CPU: 100, Memory: 100}, Stops: time.Hour, StopTimeout: time.Hour}
	var tasks []*Task
	for range 2 {
		task, failure := s.c.RunTask(TaskRequest{Definition: d})
		assert.Empty(t, failure)
		tasks = append(tasks, task)
	}
	s.run(time.Minute)
	tasks[0].Exit()
	assert.Equal(t, []string{taskStopped, byExit}, []string{tasks[0].Last, tasks[0].Cause})
	s.locked(func() { tasks[1].stop(byAPI, "") })
	s.run(time.Minute)
	assert.Equal(t, taskStopping, tasks[1].Last)
	tasks[1].Exit()
	assert.Equal(t, []string{taskStopped, byAPI}, []string{tasks[1].Last, tasks[1].Cause})
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html: a minute's samples are one datapoint.
func TestAMinutesReservationIsTheMeanOfItsSamples(t *testing.T) {
	s := newStage(t, func(k *Knobs) { k.CloudWatch.Sample = Defaults().CloudWatch.Sample })
	s.host("a")
	s.run(2*time.Minute + 5*time.Second)
	_, failure := s.c.RunTask(TaskRequest{Definition: definition(512, 512)}) // in RUNNING at 2:25
	require.Empty(t, failure)
	s.run(55*time.Second + s.w.Knobs.CloudWatch.OwnMetrics)
	d := s.w.series(metricName("AWS/ECS", "CPUReservation", map[string]string{"ClusterName": "web"})).over(minuteOf(s.w.Knobs.Start)+2, minuteOf(s.w.Knobs.Start)+3)
	assert.Equal(t, []float64{3, 50, 0, 25}, []float64{d.count, d.sum, d.low, d.high})
}
