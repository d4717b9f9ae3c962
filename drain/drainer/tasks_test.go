package drainer_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
)

// A service broken in a loop leaves thousands of stopped tasks behind, which ECS lists for an hour; and other services
// are nobody's business here.
func teeming(hosts int) *fakeAWS {
	f := newFakeAWS()
	f.service("api", hosts, 50, 200)
	for n := range hosts {
		f.host(fmt.Sprintf("i-%d", 100+n), wait, "api")
	}
	for range 6000 {
		t := f.task("0", "loop")
		t.host, t.last, t.wanted, t.stopped = "ci/i-0", "STOPPED", false, start.Add(-time.Minute)
	}
	for n := range 700 {
		f.service(fmt.Sprintf("other-%d", n), 1, 100, 200)
	}
	return f
}

func TestADrainEndsAmongThousandsOfStoppedTasksAndHundredsOfServices(t *testing.T) {
	const hosts = 40
	for name, anew := range map[string]bool{"one process": false, "a new one each minute": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := teeming(hosts)
				f.slow = 500 * time.Millisecond // a tenth of AWS's limits
				d := f.process()
				for range 40 {
					if anew {
						d = f.process()
					}
					ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
					_, err := d.Run(ctx, f.now)
					cancel()
					require.NoError(t, err)
					f.pass(time.Minute)
				}
				assert.Empty(t, f.left())
				assert.Empty(t, f.broken)
				assert.Zero(t, f.count("ListServices"))
				assert.Zero(t, f.count("StopTask"), "nothing was left to the deadline")
			})
		})
	}
}

// A host of short tasks: what is described in one minute need not be in the next.
func TestAHostWithThousandsOfStoppedTasksGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS().host("i-1", wait, "")
		f.entries["web"] = `{"drain": {"standalone_deadline_minutes": 2000}}`
		f.tasks["task/0"].last, f.tasks["task/0"].wanted = "STOPPED", false
		for range 3500 {
			one := f.task("1", "")
			one.host, one.last, one.wanted, one.stopped = "ci/i-1", "STOPPED", false, start.Add(-time.Minute)
		}
		f.slow = 500 * time.Millisecond
		d := f.process()
		for range 15 {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
			_, err := d.Run(ctx, f.now)
			cancel()
			require.NoError(t, err)
			f.pass(time.Minute)
		}
		assert.Empty(t, f.left())
	})
}

// One refusal of what only explains is no reason never to ask again.
func TestTaskProtectionIsAskedForAgain(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 100)
	f.tasks["task/0"].protected = true
	f.deny["GetTaskProtection"] = true
	d := f.process()
	for range 12 {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.Equal(t, 1, f.count("GetTaskProtection"))
	f.deny["GetTaskProtection"] = false
	f.pass(15 * time.Minute)
	assert.Equal(t, drain.ProtectedTask, tick(t, f, d).Instances[0].Reason)
}

func TestWhereAllTasksMayNotBeListedTheyAreHostByHost(t *testing.T) {
	f := newFakeAWS()
	for n := range 12 {
		f.host(fmt.Sprintf("i-%d", 100+n), wait, "")
	}
	f.denyAll = true
	d := f.process()
	tick(t, f, d)
	f.pass(time.Minute)
	before := f.count("ListTasks")
	for _, s := range tick(t, f, d).Instances {
		assert.Equal(t, drain.StandaloneTask, s.Reason)
	}
	assert.Equal(t, 1+2*12, f.count("ListTasks")-before)
}

func TestManyHostsTasksAreListedAtOnce(t *testing.T) {
	f := newFakeAWS()
	for n := range 12 {
		f.host(fmt.Sprintf("i-%d", 100+n), wait, "")
	}
	d := f.process()
	tick(t, f, d)
	f.pass(time.Minute)
	tick(t, f, d)
	assert.Equal(t, 2, f.count("ListTasks"))
}

// ECS does not show everything everywhere at once: what it lists may be there.
func TestATaskThatIsListedAndNotDescribedIsNotGone(t *testing.T) {
	for name, wanted := range map[string]bool{"running": true, "stopping": false} {
		f := newFakeAWS().host("i-1", wait, "").host("i-2", wait, "")
		f.tasks["task/0"].missing, f.tasks["task/0"].wanted = true, wanted
		f.tasks["task/0"].takes = time.Hour
		d := f.process()
		for range 6 {
			tick(t, f, d)
			f.pass(time.Minute)
		}
		assert.Contains(t, f.left(), "i-1", name)
		for range 3 {
			for _, s := range tick(t, f, f.process()).Instances {
				if s.Instance == "i-2" {
					assert.Equal(t, drain.StandaloneTask, s.Reason, "one host's doubt is not another's, whichever comes first")
				}
			}
			f.pass(time.Minute)
		}
		f.tasks["task/0"].missing, f.tasks["task/0"].last, f.tasks["task/0"].wanted = false, "STOPPED", false
		f.tasks["task/1"].last, f.tasks["task/1"].wanted = "STOPPED", false
		until(t, f, d, 3)
		assert.Empty(t, f.left(), name)
	}
}

func TestATaskThatIsNotDescribedForAWhileIsListedBeforeItsHostGoes(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "")
	d := f.process()
	for minute := range 8 {
		f.tasks["task/0"].missing = minute > 2 && minute%2 == 0 // known first, then there on every other look
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.NotEmpty(t, f.left())
	assert.Empty(t, f.broken)
}

// The last that was heard of it is its service's name.
func TestATaskThatECSForgotStillCountsForItsFloor(t *testing.T) {
	f := newFakeAWS().host("i-1", wait, "api")
	f.service("api", 1, 100, 100)
	d := f.process()
	tick(t, f, d)
	f.pass(time.Minute)
	require.Equal(t, drain.CannotMove, tick(t, f, d).Instances[0].Reason)
	delete(f.tasks, "task/0")
	f.pass(2 * time.Minute)
	require.Equal(t, drain.ServiceBelowFloor, tick(t, f, d).Instances[0].Reason)
	f.pass(10 * time.Minute)
	require.Equal(t, drain.BelowFloorNotOurs, tick(t, f, d).Instances[0].Reason)
}
