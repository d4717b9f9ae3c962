package main_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

// leaving is a host that terminates, with one task of each of the services.
func leaving(services ...string) seed.Host {
	h := seed.Host{CPU: 1000, Memory: 2000, Terminating: true}
	for _, s := range services {
		h.Tasks = append(h.Tasks, seed.Task{Service: s, CPU: 100, Memory: 100})
	}
	return h
}

func staying(services ...string) seed.Host {
	h := leaving(services...)
	h.Terminating = false
	return h
}

func web(hosts ...seed.Host) seed.Cluster {
	return seed.Cluster{Name: "web", Entry: `{}`, Group: &seed.Group{Heartbeat: 900}, Hosts: hosts}
}

func TestAnIdleHostGoesAfterThreeMinutes(t *testing.T) {
	w := seeded(t, web(leaving(), staying()))
	s := w.is(0, 0, "drain", "tasks_running")
	assert.Equal(t, w.began, s.Since.UTC())
	assert.Equal(t, "web", s.Cluster)
	w.is(1, 0, "wait", "ready")
	w.is(2, 0, "wait", "ready")
	assert.Empty(t, w.completed())
	w.is(3, 0, "complete", "ready")
	assert.Contains(t, w.completed(), w.host(0).Instance)
	assert.Empty(t, w.tick(4))
}

func TestTasksLeaveAfterDeregistration(t *testing.T) {
	w := seeded(t, web(leaving("api"), staying("api")))
	old := w.host(0).Tasks[0]
	w.is(0, 0, "drain", "tasks_running")
	w.is(1, 0, "wait", "tasks_running")
	w.task(old, "STOPPED", "DEACTIVATING", 1)
	for minute := 2; minute < 7; minute++ {
		w.is(minute, 0, "wait", "tasks_stopping")
	}
	// The counts and the default task list have been empty for six minutes.
	w.task(old, "STOPPED", "STOPPED", 7)
	w.service("api", 1)
	s := w.is(7, 0, "wait", "service_below_floor")
	assert.Equal(t, "service api: 1 running on ACTIVE hosts (floor 2)", s.Detail)
	assert.Empty(t, w.completed())
	w.service("api", 2)
	w.is(8, 0, "wait", "service_below_floor") // the counts say 2; one of them runs nowhere
	start(t, w, "api", 1)
	w.is(9, 0, "complete", "ready")
	assert.Equal(t, 4, w.completed()[w.host(0).Instance], "from a third of 900 s on; a process that was just started has sent none")
}

// start is the scheduler's: a task of the service on a host.
func start(tb testing.TB, w *world, service string, host int) {
	tb.Helper()
	client := ecs.NewFromConfig(server.Config())
	described, err := client.DescribeServices(tb.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("web"), Services: []string{service}})
	require.NoError(tb, err)
	out, err := client.StartTask(tb.Context(), &ecs.StartTaskInput{
		Cluster: aws.String("web"), TaskDefinition: described.Services[0].TaskDefinition,
		ContainerInstances: []string{w.host(host).ARN}, Group: aws.String("service:" + service), StartedBy: aws.String("ecs-svc/1"),
	})
	require.NoError(tb, err)
	require.Len(tb, out.Tasks, 1, "%v", out.Failures)
}

func TestTwoHostsWithBothCopiesOfAService(t *testing.T) {
	c := web(leaving("api"), leaving("api"), staying())
	c.Services = []seed.Service{{Name: "api", Desired: 2, CPU: 100, Memory: 100, MinimumHealthyPercent: aws.Int32(50)}}
	w := seeded(t, c)
	w.tick(0)
	for host := range 2 {
		w.task(w.host(host).Tasks[0], "STOPPED", "STOPPED", 2)
	}
	w.service("api", 0)
	for _, host := range []int{0, 1} {
		w.is(4, host, "wait", "service_below_floor")
	}
	assert.Empty(t, w.completed())
	start(t, w, "api", 2)
	w.service("api", 1)
	steps := w.tick(5)
	for _, host := range []int{0, 1} {
		assert.Equal(t, "complete", steps[w.host(host).Instance].Step)
	}
}

func TestAStandaloneTaskHasItsOwnDeadline(t *testing.T) {
	c := web(leaving(""), staying())
	c.Entry = `{"drain": {"deadline_minutes": 5, "standalone_deadline_minutes": 30}}`
	w := seeded(t, c)
	w.tick(0)
	w.is(29, 0, "wait", "standalone_task")
	oldest, _ := w.metric("OldestDrainMinutes", 29)
	blocked, found := w.metric("DrainBlocked", 29)
	assert.True(t, found)
	assert.Zero(t, oldest+blocked, "it only waits for the task to finish")
	w.is(30, 0, "stop_tasks", "deadline")
	assert.Equal(t, 1, w.calls()["ecs.StopTask"])
	w.is(31, 0, "complete", "ready")
}

func TestAServiceThatIsBrokenForItsOwnReasons(t *testing.T) {
	w := seeded(t, web(leaving("api"), staying("api")))
	w.tick(0)
	w.task(w.host(0).Tasks[0], "STOPPED", "STOPPED", 4)
	w.service("api", 1)
	w.is(13, 0, "wait", "service_below_floor")
	w.is(14, 0, "complete", "below_floor_not_ours")
}

func TestAServiceScaledToZeroHoldsNothingUp(t *testing.T) {
	w := seeded(t, web(leaving("api"), staying()))
	w.tick(0)
	w.task(w.host(0).Tasks[0], "STOPPED", "STOPPED", 2)
	require.NoError(t, server.SetService(t.Context(), "web", "api", moto.ServiceChange{Desired: aws.Int(0), Running: aws.Int(0)}))
	w.is(4, 0, "complete", "ready")
}

func TestAHookThatHasExpired(t *testing.T) {
	w := seeded(t, web(leaving(), staying()))
	w.tick(0)
	w.stop()
	w.warm = true // one process, which remembers what AWS said
	require.NoError(t, server.Fault(t.Context(), moto.Fault{
		Action: "autoscaling.CompleteLifecycleAction", Code: "ValidationError", Times: 1,
		Message: "No active Lifecycle Action found with instance ID " + w.host(0).Instance,
	}))
	w.is(4, 0, "complete", "ready")
	w.is(5, 0, "none", "foreign_hook")
	w.is(6, 0, "none", "foreign_hook")
	assert.Equal(t, 1, w.calls()["autoscaling.CompleteLifecycleAction"])
}

func TestAForeignHookIsNeverCompleted(t *testing.T) {
	c := web(leaving(), staying())
	c.Group.Hook = "somebody-else"
	w := seeded(t, c)
	w.tick(0)
	w.is(20, 0, "none", "foreign_hook")
	assert.Empty(t, w.completed())
	assert.Zero(t, w.calls()["autoscaling.CompleteLifecycleAction"]+w.calls()["autoscaling.RecordLifecycleActionHeartbeat"])
}

func TestADoubledEventMakesTheFirstStepOnce(t *testing.T) {
	w := seeded(t, web(leaving("api"), staying()))
	events, err := server.LifecycleEvents(t.Context())
	require.NoError(t, err)
	require.Len(t, events, 1)
	assert.Equal(t, "drain", w.invoke(events[0]).Instances[0].Step)
	assert.Equal(t, "none", w.invoke(events[0]).Instances[0].Step)
	assert.Equal(t, 1, w.calls()["ecs.UpdateContainerInstancesState"])
	assert.Zero(t, w.calls()["cloudwatch.PutMetricData"])
}

func TestAStrangersEventIsLeftAlone(t *testing.T) {
	c := web(leaving(), staying())
	c.Group.Untagged = true
	w := seeded(t, c)
	events, err := server.LifecycleEvents(t.Context())
	require.NoError(t, err)
	assert.Empty(t, w.invoke(events[0]).Instances)
	assert.Empty(t, w.invoke([]byte(strings.Replace(string(events[0]), "EC2_INSTANCE_TERMINATING", "EC2_INSTANCE_LAUNCHING", 1))).Instances)
	assert.Empty(t, w.tick(5))
	made := w.calls()
	assert.Equal(t, 2, made["autoscaling.DescribeAutoScalingGroups"])
	assert.Len(t, made, 1, made)
}

func spot(instance string) []byte {
	return fmt.Appendf(nil, `{"version":"0","detail-type":"EC2 Spot Instance Interruption Warning","source":"aws.ec2","time":%q,
		"detail":{"instance-id":%q,"instance-action":"terminate"}}`, time.Now().UTC().Format(time.RFC3339), instance)
}

func TestASpotWarningSetsTheHostDrainingAtOnce(t *testing.T) {
	w := seeded(t, web(staying("api"), staying()))
	s := w.invoke(spot(w.host(0).Instance)).Instances
	require.Len(t, s, 1)
	assert.Equal(t, "drain", s[0].Step)
	assert.Empty(t, w.invoke(spot("i-0123456789abcdef0")).Instances, "of no group of ours")
}

func TestADeadHostGoesAtOnce(t *testing.T) {
	h := leaving("api")
	h.Unhealthy, h.Disconnected, h.Draining = true, true, true
	w := seeded(t, web(h, staying()))
	require.NoError(t, server.SetInstance(t.Context(), w.host(0).Instance, moto.InstanceChange{Health: aws.String("Unhealthy")}))
	w.is(0, 0, "complete", "host_dead")
	assert.Equal(t, 1, w.calls()["ecs.DeregisterContainerInstance"])
}

func TestNeverRegisteredInAnyKnownCluster(t *testing.T) {
	w := seeded(t, web(leaving(), staying()), seed.Cluster{Name: "other", Entry: `{}`, Hosts: []seed.Host{{}}})
	client := ecs.NewFromConfig(server.Config())
	_, err := client.DeregisterContainerInstance(t.Context(), &ecs.DeregisterContainerInstanceInput{
		Cluster: aws.String("web"), ContainerInstance: aws.String(w.host(0).ARN), Force: aws.Bool(true),
	})
	require.NoError(t, err)
	w.is(2, 0, "wait", "not_registered")
	w.is(3, 0, "complete", "not_registered")
}

func TestAStuckServiceIsStoppedAtDeadline(t *testing.T) {
	c := web(leaving("api"), staying())
	c.Services = []seed.Service{{Name: "api", Desired: 1, CPU: 100, Memory: 100, MaximumPercent: aws.Int32(100)}}
	w := seeded(t, c)
	w.tick(0)
	w.is(16, 0, "wait", "cannot_move")
	blocked, _ := w.metric("DrainBlocked", 16)
	oldest, _ := w.metric("OldestDrainMinutes", 16)
	assert.InDelta(t, 1, blocked, 0)
	assert.InDelta(t, 16, oldest, 0)
	w.is(60, 0, "stop_tasks", "deadline")
	w.is(61, 0, "complete", "deadline") // its floor counts no more
}

func TestProtectedAndUnplaceableAreNamed(t *testing.T) {
	full := staying()
	full.Tasks = []seed.Task{{CPU: 950, Memory: 100}}
	w := seeded(t, web(leaving("api"), full))
	w.tick(0)
	w.is(4, 0, "wait", "no_room")
	require.NoError(t, server.SetTask(t.Context(), "web", w.host(0).Tasks[0], moto.TaskChange{Protected: aws.Bool(true)}))
	w.is(6, 0, "wait", "protected_task")
}

func TestAHundredAndTwentyHosts(t *testing.T) {
	w := seeded(t, web(append(slices.Repeat([]seed.Host{leaving()}, 120), staying())...))
	assert.Len(t, w.tick(0), 120)
	assert.Equal(t, 12, w.calls()["ecs.UpdateContainerInstancesState"], "ten a call")
	w.tick(3)
	assert.Len(t, w.completed(), 120)
}

func TestALateTickIsActedOn(t *testing.T) {
	w := seeded(t, web(leaving(), staying()))
	w.grow(5)
	a := w.invoke([]byte(`{"time": "` + w.at(-5).Format(time.RFC3339) + `"}`))
	require.Len(t, a.Instances, 1)
	assert.Empty(t, a.Dropped)
	assert.Equal(t, "drain", a.Instances[0].Step)
	assert.Contains(t, []string{w.at(5).Format(time.RFC3339), w.at(6).Format(time.RFC3339)}, a.Minute, "it is one of the present minute")
}

func TestALateSpotWarningIsDropped(t *testing.T) {
	w := seeded(t, web(leaving(), staying()))
	a := w.invoke([]byte(`{"time": "` + w.at(-5).Format(time.RFC3339) + `", "source": "aws.ec2", "detail-type": "EC2 Spot Instance Interruption Warning", "detail": {"instance-id": "i-1"}}`))
	assert.Equal(t, "stale", a.Dropped)
	assert.Empty(t, w.calls())
}

func TestADeniedActionIsNamedAndTheOthersGoOn(t *testing.T) {
	w := seeded(t, web(leaving(), staying()))
	require.NoError(t, server.Fault(t.Context(), moto.Denied("ecs.UpdateContainerInstancesState", "ecs:UpdateContainerInstancesState")))
	a := w.invoke([]byte(`{"time": "` + w.at(0).Format(time.RFC3339) + `"}`))
	require.Len(t, a.Failed, 1)
	assert.Contains(t, a.Failed[0].Error, "AWS denies ecs:UpdateContainerInstancesState; allow it in the caller's IAM policy")
	assert.Len(t, a.Instances, 1)
}
