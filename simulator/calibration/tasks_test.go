package calibration

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// rolledOut is a recording of a service whose four old tasks, of revision 1, run for an hour before new ones come at 60
// minutes. change alters the old one that stops first.
func rolledOut(kind func(*recording.Service), change func(*recording.ServiceTask)) recording.Recording {
	r := lasting(3)
	s := recording.Service{Name: "web", MinHealthy: 100, Desired: []recording.Desired{{At: began, Desired: 4, Revision: "1"}, {At: minutes(63), Desired: 4, Revision: "2"}}}
	kind(&s)
	r.Services = []recording.Service{s}
	for i := range 4 {
		f := float64(i)
		r.ServiceTasks = append(r.ServiceTasks,
			recording.ServiceTask{Service: "web", Revision: "2", Created: minutes(60), Running: minutes(60.5 + f/4)},
			recording.ServiceTask{Service: "web", Revision: "1", Created: at(0), Running: at(30), Stopping: minutes(61 + f/4), Stopped: minutes(66 + f/4), Cause: recording.StoppedByService},
		)
	}
	change(&r.ServiceTasks[1])
	return r
}

func TestTheFirstTaskThatIsReplacedTellsOfHealth(t *testing.T) {
	plain, same := func(*recording.Service) {}, func(*recording.ServiceTask) {}
	for name, c := range map[string]struct {
		recording recording.Recording
		knob      string
		want      int
	}{
		"of a service without checks":    {rolledOut(plain, same), "ecs.healthy", 1},
		"with a health check":            {rolledOut(func(s *recording.Service) { s.HealthCheck = true }, same), "ecs.health_check", 1},
		"behind a load balancer":         {rolledOut(func(s *recording.Service) { s.HealthCheck, s.LoadBalanced = true, true }, same), "ecs.target_healthy", 1},
		"not where fewer may run":        {rolledOut(func(s *recording.Service) { s.MinHealthy = 50 }, same), "ecs.healthy", 0},
		"not one that had just begun":    {rolledOut(plain, func(t *recording.ServiceTask) { t.Created, t.Running = minutes(50), minutes(50.5) }), "ecs.healthy", 0},
		"not where one came up late":     {rolledOut(plain, func(t *recording.ServiceTask) { t.Running = minutes(50) }), "ecs.healthy", 0},
		"not one that ended by itself":   {rolledOut(plain, func(t *recording.ServiceTask) { t.Cause = recording.StoppedByExit }), "ecs.healthy", 0},
		"not one of the newest revision": {rolledOut(plain, func(t *recording.ServiceTask) { t.Revision = "2" }), "ecs.healthy", 0},
		"one of any revision in a drain": {rolledOut(plain, func(t *recording.ServiceTask) { t.Revision, t.Cause = "2", recording.StoppedByDrain }), "ecs.healthy", 1},
		"not where another number counts": {rolledOut(func(s *recording.Service) {
			s.Desired[1] = recording.Desired{At: minutes(61), Desired: 6, Revision: "2"}
		}, same), "ecs.healthy", 0},
	} {
		f := of(t, c.knob, Judge(c.recording, aws.Defaults()))
		assert.Equal(t, c.want, f.Seen, "%s: %s", name, f.Why)
		if c.want > 0 {
			assert.InDelta(t, 22.5, f.Observed.Median, 0, "%s: from 60.5 to 61 min, less half a turn of 15 s", name)
		}
	}
}

func TestStopsTellOfDeregistrations(t *testing.T) {
	balanced := func(s *recording.Service) { s.LoadBalanced = true }
	r := rolledOut(balanced, func(*recording.ServiceTask) {})
	assert.Equal(t, 4, seen(t, "ecs.deregistration", r))
	for name, change := range map[string]func(*recording.ServiceTask){
		"its host ended":          func(t *recording.ServiceTask) { t.Cause = recording.StoppedByHost },
		"it never ran":            func(t *recording.ServiceTask) { t.Running = time.Time{} },
		"it has not stopped":      func(t *recording.ServiceTask) { t.Stopped = time.Time{} },
		"nobody told it to stop":  func(t *recording.ServiceTask) { t.Stopping = time.Time{} },
		"why is not known either": func(t *recording.ServiceTask) { t.Cause = "" },
	} {
		assert.Equal(t, 3, seen(t, "ecs.deregistration", rolledOut(balanced, change)), name)
	}
}

func TestStopTimeoutsOfTheirOwnTellNothing(t *testing.T) {
	own := func(s *recording.Service) { s.Revisions = []recording.Revision{{Name: "1", StopTimeout: 20}} }
	assert.Equal(t, 4, seen(t, "ecs.stop_timeout", rolledOut(func(*recording.Service) {}, func(*recording.ServiceTask) {})))
	assert.Zero(t, seen(t, "ecs.stop_timeout", rolledOut(own, func(*recording.ServiceTask) {})))
}

// pulling is a recording of hosts on which a service's task starts in 40 s, and later ones in 8 s.
func pulling(change func(*recording.ServiceTask)) recording.Recording {
	r := lasting(3)
	r.Services = []recording.Service{{Name: "web", Revisions: []recording.Revision{{Name: "1"}}}}
	for i := range 6 {
		name := string(rune('a' + i))
		r.Hosts = append(r.Hosts, recording.Host{Instance: name, Registered: minutes(1)})
		start := func(m, took float64) {
			t := recording.ServiceTask{Service: "web", Revision: "1", Host: name, Created: minutes(m), Running: minutes(m + took/60)}
			change(&t)
			r.ServiceTasks = append(r.ServiceTasks, t)
		}
		start(2, 40)
		start(5, 8)
	}
	return r
}

// The knob has 1 to 5 s for a later start, so the container itself takes some 5 s of the 8.
func TestFirstPullsAreHeldAgainstLaterStarts(t *testing.T) {
	f := of(t, "ecs.first_pull", Judge(pulling(func(*recording.ServiceTask) {}), aws.Defaults()))
	assert.Equal(t, 6, f.Seen)
	assert.InDelta(t, 35, f.Observed.Median, 1e-9)
	for name, change := range map[string]func(*recording.ServiceTask){
		"waited for a host":         func(t *recording.ServiceTask) { t.Placed = t.Created },
		"waited for a stopping one": func(t *recording.ServiceTask) { t.Stopping, t.Stopped = t.Created, t.Running },
	} {
		assert.Zero(t, seen(t, "ecs.first_pull", pulling(change)), name)
	}
}

// A task waits for a host that registers at 10 minutes; the look at 11 sees it placed, and it ran at 10.5.
func TestQueuedTasksOnNewHosts(t *testing.T) {
	r := lasting(1)
	r.Services = []recording.Service{{Name: "web"}}
	r.Hosts = []recording.Host{{Instance: "i-1", Registered: minutes(10)}}
	for _, waited := range []bool{true, true, false} {
		task := recording.ServiceTask{Service: "web", Host: "i-1", Created: minutes(8), Running: minutes(10.5)}
		if waited {
			task.Placed = minutes(11)
		}
		r.ServiceTasks = append(r.ServiceTasks, task)
	}
	f := of(t, "ecs.queue_loop", Judge(r, aws.Defaults()))
	assert.Equal(t, 1, f.Seen, "the first one alone")
	assert.InDelta(t, 15, f.Observed.Median, 0, "between 0 and 30 s")
}

// Containers may use up their stop timeout before a task has stopped.
func TestStopTimeoutsAreNoDeregistration(t *testing.T) {
	r := lasting(3)
	r.Services = []recording.Service{{Name: "web", LoadBalanced: true, Revisions: []recording.Revision{{Name: "1", StopTimeout: 120}}}}
	for i := range 9 {
		stops := float64(60 + i)
		r.ServiceTasks = append(r.ServiceTasks, recording.ServiceTask{
			Service: "web", Revision: "1", Created: at(0), Running: at(30), Stopping: minutes(stops), Stopped: minutes(stops + 3), Cause: recording.StoppedByDrain,
		})
	}
	k := aws.Defaults()
	for delay, want := range map[time.Duration]Verdict{time.Minute: NotSeen, 150 * time.Second: NotSeen, 30 * time.Second: Contradicted, 5 * time.Minute: Contradicted} {
		k.ECS.Deregistration = delay
		f := of(t, "ecs.deregistration", Judge(r, k))
		assert.Equal(t, want, f.Verdict, "%s: %s", delay, f.Why)
	}
}

// A task that ends while its revision is the newest is not replaced by the revision that comes later.
func TestARolloutThatComesLaterReplacesNothing(t *testing.T) {
	r := rolledOut(func(*recording.Service) {}, func(t *recording.ServiceTask) { t.Stopping = minutes(40) })
	r.ServiceTasks = append(r.ServiceTasks, recording.ServiceTask{Service: "web", Revision: "1", Created: minutes(39), Running: minutes(39.5)})
	f := of(t, "ecs.healthy", Judge(r, aws.Defaults()))
	assert.Equal(t, 1, f.Seen, "the roll-out's own")
	assert.InDelta(t, 37.5, f.Observed.Median, 0, "from 60.5 to 61.25 min, less half a turn")
}
