package drainer_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// slowly lets one call at a time through, each of which takes so long.
func slowly(takes time.Duration) faulty.Fate {
	turn := make(chan struct{}, 1)
	return func(ctx context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
		select {
		case <-ctx.Done():
			return nil, c.Fails(ctx.Err())
		case turn <- struct{}{}:
		}
		defer func() { <-turn }()
		return faulty.Slow(takes)(ctx, c, carryOut)
	}
}

// timed is a tick that has a function's 50 seconds.
func (a *account) timed(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	require.NoError(t, run(ctx))
	a.pass(time.Minute)
}

// teeming has a service that leaves thousands of stopped tasks behind, which ECS lists for an hour; and other services, which
// are nobody's business here.
func teeming(hosts int) *account {
	a := newAccount().service("loop", 0, 0, 100)
	a.connect("i-0", true)
	a.Run(start.Add(-40 * time.Minute))
	loop := a.services["loop"]
	for range 6 {
		loop.SetDesired(1000)
		a.pass(time.Minute)
		loop.SetDesired(0)
		a.pass(2 * time.Minute)
	}
	for n := range 700 {
		name := fmt.Sprintf("other-%d", n)
		a.service(name, 1, 100, 200).services[name].SetDesired(1)
	}
	a.pass(time.Minute)
	a.connect("i-0", false)
	a.service("api", hosts, 50, 200)
	for n := range hosts {
		a.host(fmt.Sprintf("i-%d", 100+n), wait, "api")
	}
	return a
}

func TestDrainEndsAmongManyStoppedTasks(t *testing.T) {
	const hosts = 40
	for name, anew := range map[string]bool{"one process": false, "a new one each minute": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := teeming(hosts)
				d := a.process()
				require.Len(t, a.services["other-0"].Tasks(), 1)
				listed, err := a.ECS().ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: sdk.String("web"), ServiceName: sdk.String("loop"), DesiredStatus: "STOPPED", NextToken: sdk.String("5900")})
				require.NoError(t, err)
				require.NotEmpty(t, listed.TaskArns, "thousands")
				a.spoil(faulty.On(slowly(500*time.Millisecond), "ListTasks", "DescribeTasks")) // a tenth of AWS's limits
				for range 40 {
					if anew {
						d = a.process()
					}
					a.timed(t, func(ctx context.Context) error { _, err := d.Run(ctx, a.Now()); return err })
				}
				assert.Empty(t, a.left())
				assert.Empty(t, a.broken)
				assert.Zero(t, a.count("ListServices"))
				assert.Zero(t, a.count("StopTask"), "nothing was left to the deadline")
			})
		})
	}
}

// A host of short tasks: what is described in one minute need not be in the next.
func TestManyStoppedTasksHoldNoHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount().only("i-1", wait)
		a.enter("web", `{"drain": {"standalone_deadline_minutes": 2000}}`)
		a.Run(start.Add(-10 * time.Minute))
		for range 3500 {
			_, failure := a.web.RunTask(aws.TaskRequest{Definition: a.definition("batch"), Lasts: time.Second})
			require.Empty(t, failure)
		}
		d := a.process()
		a.spoil(faulty.On(slowly(500*time.Millisecond), "ListTasks", "DescribeTasks"))
		for range 15 {
			a.timed(t, func(ctx context.Context) error { _, err := d.Run(ctx, a.Now()); return err })
		}
		assert.Empty(t, a.left())
		assert.GreaterOrEqual(t, a.count("DescribeTasks"), 35)
	})
}

// twelve are hosts with a standalone task each.
func twelve() *account {
	a := newAccount()
	for n := range 12 {
		a.host(fmt.Sprintf("i-%d", 100+n), wait, "")
	}
	return a
}

func TestTasksAreListedHostByHostIfDenied(t *testing.T) {
	a := twelve()
	a.spoil(faulty.Where(func(c faulty.Call) bool {
		in, ok := c.Input.(*ecs.ListTasksInput)
		return ok && in.ContainerInstance == nil && in.ServiceName == nil
	}, faulty.Denied))
	d := a.process()
	ticks(t, a, 1, d)
	a.calls.Forget()
	for _, s := range tick(t, a, d).Instances {
		assert.Equal(t, drain.StandaloneTask, s.Reason)
	}
	assert.Equal(t, 1+2*12, a.count("ListTasks"))
}

func TestManyHostsAreListedAtOnce(t *testing.T) {
	a := twelve()
	d := a.process()
	ticks(t, a, 1, d)
	tick(t, a, d)
	assert.Equal(t, 2, a.count("ListTasks"))
}

// missing is a task that ECS lists and does not describe, while the test says so.
func missing(task *aws.Task, is func() bool) faulty.Fate {
	return faulty.Rewrite(func(_ faulty.Call, out *ecs.DescribeTasksOutput) {
		described := len(out.Tasks)
		if !is() {
			return
		}
		out.Tasks = slices.DeleteFunc(slices.Clone(out.Tasks), func(t ecstypes.Task) bool { return sdk.ToString(t.TaskArn) == task.ARN })
		if len(out.Tasks) < described {
			out.Failures = append(out.Failures, ecstypes.Failure{Arn: sdk.String(task.ARN), Reason: sdk.String("MISSING")})
		}
	})
}

// ECS does not show everything everywhere at once: what it lists may be there.
func TestUndescribedTaskIsStillThere(t *testing.T) {
	for name, running := range map[string]bool{"running": true, "stopping": false} {
		a := newAccount()
		a.takes = time.Hour
		a.host("i-1", wait, "").host("i-2", wait, "")
		is := true
		a.spoil(missing(a.task("i-1"), func() bool { return is }))
		d := a.process()
		if !running {
			a.stop(t, a.task("i-1"))
		}
		ticks(t, a, 6, d)
		assert.Contains(t, a.left(), "i-1", name)
		for range 3 {
			for _, s := range ticks(t, a, 1, a.process()).Instances {
				if s.Instance == "i-2" {
					assert.Equal(t, drain.StandaloneTask, s.Reason, "one host's doubt is not another's, whichever comes first")
				}
			}
		}
		is = false
		a.task("i-1").Exit()
		a.task("i-2").Exit()
		until(t, a, d, 3)
		assert.Empty(t, a.left(), name)
	}
}

func TestUndescribedTaskHoldsHost(t *testing.T) {
	a := newAccount().host("i-1", wait, "")
	is := false
	a.spoil(missing(a.task("i-1"), func() bool { return is }))
	d := a.process()
	for minute := range 8 {
		is = minute > 2 && minute%2 == 0 // known first, then there on every other look
		ticks(t, a, 1, d)
	}
	assert.NotEmpty(t, a.left())
	assert.Empty(t, a.broken)
}

// The last that was heard of it is its service's name.
func TestForgottenTaskCountsForFloor(t *testing.T) {
	a := newAccount().service("api", 1, 100, 100).host("i-1", wait, "api")
	a.Knobs.ECS.StoppedKept = 0
	d := a.process()
	ticks(t, a, 1, d)
	require.Equal(t, drain.CannotMove, tick(t, a, d).Instances[0].Reason)
	a.services["api"].Spec.MemberOf = map[string]string{pinned: "nowhere"}
	a.task("i-1").Exit()
	a.pass(2 * time.Minute)
	require.Equal(t, drain.ServiceBelowFloor, tick(t, a, d).Instances[0].Reason)
	a.pass(10 * time.Minute)
	require.Equal(t, drain.BelowFloorNotOurs, tick(t, a, d).Instances[0].Reason)
}
