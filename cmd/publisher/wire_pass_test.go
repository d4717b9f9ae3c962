package main_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

func calls(t *testing.T) map[string]int {
	t.Helper()
	made, err := server.Calls(t.Context())
	require.NoError(t, err)
	return made
}

func seeded(t *testing.T, clusters ...seed.Cluster) *seed.World {
	t.Helper()
	reset(t)
	world, err := seed.Clusters(t.Context(), server, clusters...)
	require.NoError(t, err)
	require.NoError(t, server.ResetCalls(t.Context()))
	return world
}

func TestEveryPageOfEntriesIsRead(t *testing.T) {
	reset(t)
	const entries = 35
	for n := range entries {
		require.NoError(t, seed.PutEntry(t.Context(), server, fmt.Sprintf("absent-%02d", n), `{}`))
	}
	_, err := seed.Clusters(t.Context(), server, seed.Cluster{Name: "there", Entry: `{}`, Hosts: loaded(2, 800, 1)})
	require.NoError(t, err)
	require.NoError(t, server.ResetCalls(t.Context()))
	got := pass(t, thisMinute())
	assert.Len(t, got.Clusters, entries+1)
	assert.Len(t, got.Failed, entries)
	assert.Equal(t, 4, calls(t)["ssm.GetParametersByPath"])
	assert.Equal(t, 1, calls(t)["cloudwatch.PutMetricData"])
}

func TestALargeClusterIsReadWhole(t *testing.T) {
	// 248 idle hosts and, on the last page, two full ones.
	seeded(t, seed.Cluster{Name: "large", Entry: `{}`, Hosts: append(slices.Repeat([]seed.Host{{CPU: 1000, Memory: 2000}}, 248), loaded(2, 1000, 1)...)})
	minute := thisMinute()
	got := pass(t, minute)
	require.Len(t, got.Clusters, 1)
	assert.Equal(t, -1, got.Clusters[0].Signal)
	assert.InDelta(t, 0.8, got.Clusters[0].Reservation["cpu"], 1e-9)
	assert.Equal(t, 3, calls(t)["ecs.ListContainerInstances"])
	assert.Equal(t, 3, calls(t)["ecs.DescribeContainerInstances"])
}

// The peers that were measured need 18, 37 and 63 calls for the same.
func TestAWarmPassTakesFifteenCalls(t *testing.T) {
	hot := func(name string) seed.Cluster {
		c := seed.Cluster{Name: name, Entry: `{}`, Hosts: loaded(10, 0, 0), Group: &seed.Group{}}
		for i := range c.Hosts {
			c.Hosts[i].Tasks = []seed.Task{{Service: fmt.Sprintf("s%d", i%5), CPU: 800, Memory: 100}}
		}
		return c
	}
	seeded(t, hot("a"), hot("b"), hot("c"))
	pass(t, thisMinute())
	require.NoError(t, server.ResetCalls(t.Context()))
	got := pass(t, thisMinute())
	for _, c := range got.Clusters {
		assert.Equal(t, 1, c.Signal, c.Why)
	}
	total := 0
	for _, n := range calls(t) {
		total += n
	}
	assert.LessOrEqual(t, total, 15, calls(t))
}

func TestFaultyEditsNeverStopACluster(t *testing.T) {
	reset(t)
	// Valid under every version of the defaults; its second entry asks for a host at 60 %, which 65 % of CPU meets.
	_, err := seed.Clusters(t.Context(), server,
		seed.Cluster{Name: "broken-edit", History: []string{`{}`, `{"cpu":{"scale_out_at":60}}`}, Entry: `{"cpu":{"scale_out_at":600}}`, Hosts: loaded(3, 650, 1)},
		seed.Cluster{Name: "never-valid", History: []string{`{`}, Entry: `[]`, Hosts: loaded(3, 900, 1)},
		seed.Cluster{Name: "secure", Secure: true, Entry: `{"cpu":{"scale_out_at":60}}`, Hosts: loaded(3, 650, 1)},
		seed.Cluster{Name: "long", Hosts: loaded(3, 650, 1)},
		seed.Cluster{Name: "on-defaults", Entry: `{}`, Hosts: loaded(3, 850, 1)},
	)
	require.NoError(t, err)
	// An advanced parameter holds up to 8 KB.
	require.NoError(t, seed.PutEntry(t.Context(), server, "long", `{"cpu":{"scale_out_at":60},`+strings.Repeat(" ", 7900)+`"memory":{}}`))
	require.NoError(t, seed.PutDefaults(t.Context(), server, `{"cpu":{"scale_out_at":90}}`, `{"cpu":{"scale_out_at":"ninety"}}`))

	minute := thisMinute()
	got := pass(t, minute)
	signals := map[string]int{}
	for _, c := range got.Clusters {
		signals[c.Cluster] = c.Signal
	}
	assert.Equal(t, map[string]int{"broken-edit": 1, "long": 1, "never-valid": 0, "secure": 1, "on-defaults": 0}, signals)
	invalid, _ := metric(t, "InvalidEntries", "", minute)
	assert.InDelta(t, 3, invalid, 0, "secure and long override the one field that is faulty in the defaults")
	_, found := metric(t, "ScalingSignal", "never-valid", minute)
	assert.True(t, found, "an explicit 0")

	require.NoError(t, server.ResetCalls(t.Context()))
	pass(t, minute)
	assert.Zero(t, calls(t)["ssm.GetParameterHistory"], "found once per version, remembered while warm")

	require.NoError(t, seed.PutDefaults(t.Context(), server, `{}`))
	require.NoError(t, seed.PutEntry(t.Context(), server, "broken-edit", `{"cpu":{"scale_out_at":99}}`))
	require.NoError(t, seed.DeleteEntry(t.Context(), server, "never-valid"))
	next := minute.Add(time.Minute)
	got = pass(t, next)
	require.Len(t, got.Clusters, 4)
	assert.Equal(t, 0, got.Clusters[0].Signal, "the mended entry counts at once")
	invalid, found = metric(t, "InvalidEntries", "", next)
	assert.True(t, found)
	assert.Zero(t, invalid)
}

func TestOnlyHostsThatCanTakeTasksAreCapacity(t *testing.T) {
	draining := loaded(2, 0, 0)
	for i := range draining {
		draining[i].Draining = true
	}
	disconnected := loaded(1, 0, 0)
	disconnected[0].Disconnected = true
	gpus := []seed.Host{
		{CPU: 4096, Memory: 16000, GPUs: 4, Tasks: []seed.Task{{CPU: 100, Memory: 100, GPUs: 3}}},
		{CPU: 4096, Memory: 16000, GPUs: 4, GPUInteger: true},
	}
	seeded(t,
		seed.Cluster{Name: "mixed", Entry: `{}`, Hosts: slices.Concat(loaded(2, 800, 1), draining, disconnected)},
		seed.Cluster{Name: "gpus", Entry: `{"gpu":{"scale_out_at":35,"scale_in_below":10}}`, Hosts: gpus},
	)
	minute := thisMinute()
	got := pass(t, minute)
	require.Len(t, got.Clusters, 2)
	assert.Equal(t, []string{"gpu_at_scale_out"}, got.Clusters[0].Reasons)
	assert.InDelta(t, 37.5, got.Clusters[0].Reservation["gpu"], 1e-9)
	assert.Equal(t, []string{"cpu_at_scale_out"}, got.Clusters[1].Reasons, "80% of the two that can take tasks")
	for name, want := range map[string]float64{"DrainingInstances": 2, "DisconnectedInstances": 1} {
		value, found := metric(t, name, "mixed", minute)
		assert.True(t, found, name)
		assert.InDelta(t, want, value, 0, name)
	}
	_, found := metric(t, "GPUReservation", "mixed", minute)
	assert.False(t, found, "no capacity, no ratio")
}

func TestOnlyReplicaServicesOnEC2WantHosts(t *testing.T) {
	cold(t)
	// Each of its tasks needs a host of its own, and none is free.
	stuck := seed.Service{Name: "stuck-rollout", Desired: 4, Running: 4, CPU: 900, Memory: 100, Deployments: []moto.Deployment{
		{ID: "new", Status: "PRIMARY", Rollout: "IN_PROGRESS", Desired: 4},
		{ID: "old", Status: "ACTIVE", Rollout: "COMPLETED", Desired: 4, Running: 4},
	}}
	failed := stuck
	failed.Name = "failed-rollout"
	failed.Deployments = slices.Clone(stuck.Deployments)
	failed.Deployments[0].Rollout = "FAILED"
	seeded(t, seed.Cluster{Name: "web", Entry: `{}`, Hosts: loaded(4, 600, 1), Services: []seed.Service{
		{Name: "short-of-two", Desired: 5, Running: 2, Pending: 1, CPU: 100, Memory: 100},
		{Name: "complete", Desired: 3, Running: 3, CPU: 100, Memory: 100},
		{Name: "daemon", Strategy: "DAEMON", Desired: 9, Running: 1, CPU: 100, Memory: 100},
		{Name: "fargate", LaunchType: "FARGATE", Desired: 9, Running: 1, CPU: 256, Memory: 512},
		{Name: "capped", Desired: 4, Running: 3, CPU: 100, Memory: 100, MaximumPercent: aws.Int32(75), MinimumHealthyPercent: aws.Int32(0)},
		{Name: "sets", Controller: "EXTERNAL", Desired: 4, Running: 4, CPU: 100, Memory: 100, TaskSets: []moto.TaskSet{
			{ID: "blue", Status: "PRIMARY", ComputedDesired: 4, Running: 4}, {ID: "green", Status: "ACTIVE", ComputedDesired: 2, Running: 1}}},
		stuck, failed,
	}})
	minute := thisMinute()
	got := pass(t, minute)
	require.Len(t, got.Clusters, 1)
	assert.Equal(t, 1, got.Clusters[0].Signal)
	assert.Contains(t, got.Clusters[0].Reasons, "unplaced_tasks")
	unplaced, found := metric(t, "UnplacedTasks", "web", minute)
	assert.True(t, found)
	assert.InDelta(t, 2+1+1, unplaced, 0, "two of short-of-two, one of the green set, the next of stuck-rollout")
}

func TestTasksOnDrainingHostsAreDemand(t *testing.T) {
	leaving := seed.Host{CPU: 1000, Memory: 2000, Draining: true, Tasks: []seed.Task{{Service: "web", CPU: 200, Memory: 200, Count: 2}, {CPU: 100, Memory: 100}}}
	seeded(t, seed.Cluster{Name: "c", Entry: `{}`, Hosts: append(loaded(3, 600, 1), leaving)})
	minute := thisMinute()
	pass(t, minute)
	unplaced, _ := metric(t, "UnplacedTasks", "c", minute)
	assert.InDelta(t, 2, unplaced, 0, "web's two; the standalone task is not moved by ECS")
	assert.Equal(t, 1, calls(t)["ecs.ListTasks"], "only the draining host's tasks are read")
}

func TestGroupsAreFoundByTagAndJudged(t *testing.T) {
	full := 4
	idle := func(name string, g seed.Group) seed.Cluster {
		return seed.Cluster{Name: name, Entry: `{}`, Hosts: loaded(4, 100, 100), Group: &g}
	}
	hot := func(name string, g seed.Group) seed.Cluster {
		return seed.Cluster{Name: name, Entry: `{}`, Hosts: loaded(4, 900, 100), Group: &g}
	}
	terminating := idle("terminating", seed.Group{})
	terminating.Hosts[0].Terminating, terminating.Hosts[0].Draining = true, true
	protected := idle("protected", seed.Group{})
	for i := range protected.Hosts {
		protected.Hosts[i].Protected = true
	}
	long := time.Now().Add(-time.Hour)
	seeded(t,
		idle("free", seed.Group{}),
		idle("at-min", seed.Group{Min: 4}),
		hot("at-max", seed.Group{Max: &full}),
		hot("suspended", seed.Group{Suspended: []string{"Launch"}}),
		idle("launching", seed.Group{Unregistered: []seed.Instance{{State: "Pending"}}}),
		idle("joining", seed.Group{Unregistered: []seed.Instance{{}}}),
		idle("never-joined", seed.Group{Unregistered: []seed.Instance{{LaunchedAt: long}}}),
		terminating, protected,
	)
	want := map[string]struct {
		signal       int
		reason       string
		blocked      float64
		unregistered float64
	}{
		"free":         {-1, "all_below_scale_in", 0, 0},
		"at-min":       {0, "at_min_instances", 0, 0},
		"at-max":       {1, "at_max_instances", 1, 0},
		"suspended":    {1, "scaling_suspended", 1, 0},
		"launching":    {0, "instances_launching", 0, 1},
		"joining":      {0, "instances_launching", 0, 1},
		"never-joined": {-1, "all_below_scale_in", 0, 1},
		"terminating":  {-1, "all_below_scale_in", 0, 0},
		"protected":    {0, "all_protected", 0, 0},
	}
	minute := thisMinute()
	for _, c := range pass(t, minute).Clusters {
		assert.GreaterOrEqual(t, c.Signal, 0, "a process's first pass removes no host")
	}
	assert.Equal(t, 5, calls(t)["autoscaling.DescribeScalingActivities"], "for groups with unregistered instances, and where hosts are wanted while others may not be warm")
	require.NoError(t, server.ResetCalls(t.Context()))
	got := pass(t, minute)
	require.Len(t, got.Clusters, len(want))
	for _, c := range got.Clusters {
		w := want[c.Cluster]
		assert.Equal(t, w.signal, c.Signal, "%s: %v", c.Cluster, c.Why)
		assert.Contains(t, c.Reasons, w.reason, c.Cluster)
		blocked, found := metric(t, "ScaleOutBlocked", c.Cluster, minute)
		assert.True(t, found, c.Cluster)
		assert.InDelta(t, w.blocked, blocked, 0, c.Cluster)
		unregistered, _ := metric(t, "UnregisteredInstances", c.Cluster, minute)
		assert.InDelta(t, w.unregistered, unregistered, 0, c.Cluster)
	}
	assert.Equal(t, 1, calls(t)["autoscaling.DescribeAutoScalingGroups"])
}

func TestDeniedReadsDegradeToNoScaleInAndSaySo(t *testing.T) {
	for action, iam := range map[string]string{
		"ecs.ListServices":                      "ecs:ListServices",
		"ecs.DescribeServices":                  "ecs:DescribeServices",
		"autoscaling.DescribeAutoScalingGroups": "autoscaling:DescribeAutoScalingGroups",
	} {
		t.Run(iam, func(t *testing.T) {
			seeded(t, seed.Cluster{Name: "hot", Entry: `{}`, Hosts: loaded(4, 900, 1)}, seed.Cluster{Name: "idle", Entry: `{}`, Hosts: loaded(4, 100, 1),
				Services: []seed.Service{{Name: "web", Desired: 1, Running: 1, CPU: 1, Memory: 1}}})
			require.NoError(t, server.Fault(t.Context(), moto.Denied(action, iam)))
			result := invoke(t, scheduled(thisMinute()))
			var got struct {
				Clusters []struct {
					Signal  int
					Reasons []string
					Notes   []string
				}
			}
			require.NoError(t, json.Unmarshal(result.Payload, &got))
			require.Len(t, got.Clusters, 2)
			if action != "ecs.DescribeServices" { // hot has none to describe
				assert.Equal(t, 1, got.Clusters[0].Signal)
			}
			assert.Equal(t, 0, got.Clusters[1].Signal)
			assert.Contains(t, got.Clusters[1].Reasons, "unreadable")
			require.NotEmpty(t, got.Clusters[1].Notes)
			assert.Contains(t, got.Clusters[1].Notes[0], "AWS denies "+iam)
		})
	}
}

// SSM throttles for a whole pass: who needs a host gets it, nobody gives one up, and a minute later all is as before.
func TestAPassUsesTheEntriesLastRead(t *testing.T) {
	seeded(t, seed.Cluster{Name: "hot", Entry: `{}`, Hosts: loaded(4, 900, 1)}, seed.Cluster{Name: "idle", Entry: `{}`, Hosts: loaded(4, 100, 1)})
	minute := thisMinute()
	before := pass(t, minute)
	require.Equal(t, []int{1, -1}, []int{before.Clusters[0].Signal, before.Clusters[1].Signal})

	require.NoError(t, server.Fault(t.Context(), moto.Fault{Action: "ssm.GetParametersByPath", Times: 3, Code: "ThrottlingException", Message: "Rate exceeded"}))
	throttled := pass(t, minute)
	require.Len(t, throttled.Clusters, 2)
	assert.Equal(t, 1, throttled.Clusters[0].Signal)
	assert.Equal(t, 0, throttled.Clusters[1].Signal)
	assert.Contains(t, throttled.Clusters[1].Reasons, "unreadable")
	require.Len(t, throttled.Failed, 2)
	assert.Contains(t, throttled.Failed[1].Error, "AWS throttles ssm:GetParametersByPath")
	failed, found := metric(t, "ClustersFailed", "", minute)
	assert.True(t, found)
	assert.InDelta(t, 2, failed, 0)

	after := pass(t, minute)
	assert.Empty(t, after.Failed)
	assert.Equal(t, -1, after.Clusters[1].Signal)
}

func TestThrottledCallsAreTriedAgain(t *testing.T) {
	seeded(t, seed.Cluster{Name: "web", Entry: `{}`, Hosts: loaded(3, 900, 1)})
	for _, action := range []string{"ssm.GetParametersByPath", "ecs.ListContainerInstances", "cloudwatch.PutMetricData"} {
		require.NoError(t, server.Fault(t.Context(), moto.Fault{Action: action, Times: 2, Code: "ThrottlingException", Message: "Rate exceeded"}))
	}
	minute := thisMinute()
	got := pass(t, minute)
	assert.Empty(t, got.Failed)
	signal, found := metric(t, "ScalingSignal", "web", minute)
	assert.True(t, found)
	assert.InDelta(t, 1, signal, 0)
}

func TestAPassPublishesBeforeItsFunctionEnds(t *testing.T) {
	seeded(t, seed.Cluster{Name: "quick", Entry: `{}`, Hosts: loaded(3, 900, 1)}, seed.Cluster{Name: "stuck", Entry: `{}`, Hosts: loaded(3, 900, 1)})
	require.NoError(t, server.Fault(t.Context(), moto.Fault{Action: "ecs.ListContainerInstances", Cluster: "stuck", Times: -1, Delay: time.Minute}))
	ctx, cancel := contextFor(t, 20*time.Second) // so that reading has fifteen, which is enough on a busy machine
	defer cancel()
	minute := thisMinute()
	result, err := process.Invoke(ctx, scheduled(minute))
	require.NoError(t, err)
	var got answer
	require.NoError(t, json.Unmarshal(result.Payload, &got), string(result.Payload))
	require.Len(t, got.Failed, 1)
	assert.Equal(t, "stuck", got.Failed[0].Cluster)
	assert.Contains(t, got.Failed[0].Error, "not read, or only in part")
	signal, _ := metric(t, "ScalingSignal", "quick", minute)
	assert.InDelta(t, 1, signal, 0)
	signal, found := metric(t, "ScalingSignal", "stuck", minute)
	assert.True(t, found, "an explicit 0")
	assert.Zero(t, signal)
}
