package main_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/function"
	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

// host is one of 2048 CPU and 4000 MiB with the given tasks.
func host(tasks ...seed.Task) seed.Host { return seed.Host{CPU: 2048, Memory: 4000, Tasks: tasks} }

func several(n int, h seed.Host) []seed.Host { return slices.Repeat([]seed.Host{h}, n) }

// cold starts the function anew. After moto's reset a revision's name may come back with another meaning, which never
// happens on AWS, and a warm function remembers revisions.
func cold(t *testing.T) {
	t.Helper()
	warm := process
	f, err := function.Start(t.Context(), bootstrap, server.Env())
	require.NoError(t, err)
	process = f
	t.Cleanup(func() {
		process = warm
		require.NoError(t, f.Close())
	})
}

func TestVerdictsBeyondAverages(t *testing.T) {
	now := time.Now()
	refusal := func(at time.Time) []moto.Event {
		return []moto.Event{{At: at, Message: "(service web) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 1) is missing an attribute required by your task."}}
	}
	tests := map[string]struct {
		cluster seed.Cluster
		signal  int
		gap     int
		reason  string
		why     string
	}{
		"a fragmented cluster": {
			cluster: seed.Cluster{Hosts: []seed.Host{host(seed.Task{CPU: 256, Memory: 2400}), host(seed.Task{CPU: 256, Memory: 2400}), host(seed.Task{CPU: 256, Memory: 2400})},
				Services: []seed.Service{{Name: "web", Desired: 1, Running: 0, CPU: 2048, Memory: 1000}}},
			signal: 1, gap: 1, reason: "unplaced_tasks", why: "web (2048 CPU) fits nowhere: the freest host has 1792"},
		"every average says in, the largest task says no": {
			cluster: seed.Cluster{Hosts: several(3, host(seed.Task{Service: "wide", CPU: 900, Memory: 1000})), Entry: `{"instance":{"cpu":2048,"memory":4000}}`,
				Services: []seed.Service{{Name: "wide", Desired: 3, CPU: 900, Memory: 1000, Constraints: []ecstypes.PlacementConstraint{{Type: ecstypes.PlacementConstraintTypeDistinctInstance}}}}},
			signal: 0, reason: "would_not_fit"},
		"small tasks on every host: half can go": {
			cluster: seed.Cluster{Hosts: several(6, host(seed.Task{Service: "web", CPU: 200, Memory: 200}))},
			signal:  -1, gap: -3, reason: "all_below_scale_in"},
		"many idle hosts go together": {
			cluster: seed.Cluster{Hosts: several(30, host())},
			signal:  -1, gap: -15, reason: "all_below_scale_in", why: "any 15 hosts can be removed together"},
		"headroom that is short": {
			cluster: seed.Cluster{Entry: `{"headroom":{"tasks":2,"cpu":1500,"memory":1000}}`, Hosts: []seed.Host{host(seed.Task{CPU: 1200, Memory: 100}), host()}},
			signal:  1, gap: 1, reason: "headroom_short"},
		"headroom that a scale-in would break": {
			cluster: seed.Cluster{Entry: `{"headroom":{"tasks":2,"cpu":1500,"memory":1000}}`, Hosts: several(2, host())},
			signal:  0, reason: "headroom_would_break"},
		"an empty cluster with tasks waiting gets the right size": {
			cluster: seed.Cluster{Entry: `{"instance":{"cpu":2048,"memory":4000}}`, Services: []seed.Service{{Name: "web", Desired: 14, CPU: 1000, Memory: 100}}},
			signal:  1, gap: 10, reason: "unplaced_tasks"},
		"a task that no instance takes is not chased": {
			cluster: seed.Cluster{Hosts: several(2, host(seed.Task{CPU: 1100, Memory: 100})), Services: []seed.Service{{Name: "huge", Desired: 1, CPU: 4096, Memory: 100}}},
			signal:  0, reason: "task_fits_no_instance"},
		"a refusal that our packing cannot explain": {
			cluster: seed.Cluster{Hosts: []seed.Host{
				{CPU: 2048, Memory: 4000, RegisteredAt: now.Add(-time.Hour), Tasks: []seed.Task{{Service: "other", CPU: 1100, Memory: 100}}},
				{CPU: 2048, Memory: 4000, RegisteredAt: now.Add(-time.Hour), Tasks: []seed.Task{{Service: "other", CPU: 1100, Memory: 100}}}},
				Services: []seed.Service{{Name: "web", Desired: 1, CPU: 100, Memory: 100, Events: refusal(now.Add(-5 * time.Minute))}}},
			signal: 1, gap: 1, reason: "placement_refused"},
		"hosts that are on their way count from the first minute": {
			cluster: seed.Cluster{Hosts: several(2, host(seed.Task{CPU: 2000, Memory: 100})), Group: &seed.Group{Unregistered: []seed.Instance{{State: "Pending"}, {}}}},
			signal:  0, reason: "instances_launching"},
		"what is missing beyond them is still asked for": {
			cluster: seed.Cluster{Hosts: several(2, host(seed.Task{CPU: 2000, Memory: 100})), Group: &seed.Group{Unregistered: []seed.Instance{{State: "Pending"}}},
				Services: []seed.Service{{Name: "web", Desired: 3, CPU: 2000, Memory: 100}}},
			signal: 1, gap: 4, reason: "unplaced_tasks"},
		"a bad image buys no fleet": {
			cluster: seed.Cluster{Hosts: []seed.Host{{CPU: 2048, Memory: 4000, RegisteredAt: now.Add(-time.Hour), Tasks: []seed.Task{{CPU: 2000, Memory: 100}}}},
				Group: &seed.Group{Unregistered: []seed.Instance{{LaunchedAt: now.Add(-15 * time.Minute)}, {LaunchedAt: now.Add(-14 * time.Minute)}}}},
			signal: 0, reason: "instances_not_joining"},
		"instances that were here long before say nothing of the image": {
			cluster: seed.Cluster{Hosts: []seed.Host{{CPU: 2048, Memory: 4000, RegisteredAt: now.Add(-6 * time.Hour), Tasks: []seed.Task{{CPU: 1500, Memory: 100}}}},
				Services: []seed.Service{{Name: "web", Desired: 2, CPU: 1500, Memory: 100}},
				Group:    &seed.Group{Unregistered: []seed.Instance{{LaunchedAt: now.Add(-3 * time.Hour)}, {LaunchedAt: now.Add(-25 * time.Minute)}}}},
			signal: 1, gap: 2, reason: "unplaced_tasks"},
		"hosts have the time that their group's usually take": {
			cluster: seed.Cluster{Hosts: []seed.Host{{CPU: 2048, Memory: 4000, LaunchedAt: now.Add(-373 * time.Minute), RegisteredAt: now.Add(-6 * time.Hour), Tasks: []seed.Task{{CPU: 2000, Memory: 100}}}},
				Group: &seed.Group{Unregistered: []seed.Instance{{LaunchedAt: now.Add(-11 * time.Minute)}, {LaunchedAt: now.Add(-12 * time.Minute)}}}},
			signal: 0, reason: "instances_launching"},
		"a group that ECS scales itself": {
			cluster: seed.Cluster{Hosts: several(2, host(seed.Task{CPU: 2000, Memory: 100})), Group: &seed.Group{Managed: true}},
			signal:  0, reason: "managed_scaling"},
		"a fixed port that every other host has taken": {
			cluster: seed.Cluster{Hosts: several(3, host(seed.Task{Service: "edge", CPU: 100, Memory: 100, HostPorts: []int32{443}}))},
			signal:  0, reason: "would_not_fit"},
		"as many network interfaces as the fullest host uses": {
			cluster: seed.Cluster{Hosts: several(3, host(seed.Task{Service: "vpc", CPU: 100, Memory: 100, AwsVPC: true, Count: 2}))},
			signal:  0, reason: "would_not_fit"},
		"the entry knows that more interfaces are free": {
			cluster: seed.Cluster{Entry: `{"instance":{"cpu":2048,"memory":4000,"awsvpc_tasks":3}}`, Hosts: several(3, host(seed.Task{Service: "vpc", CPU: 100, Memory: 100, AwsVPC: true, Count: 2}))},
			signal:  -1, gap: -1, reason: "all_below_scale_in"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := tt.cluster
			c.Name = "web"
			if c.Entry == "" {
				c.Entry = `{}`
			}
			cold(t)
			seeded(t, c)
			minute := thisMinute()
			got := pass(t, minute)
			require.Len(t, got.Clusters, 1)
			v := got.Clusters[0]
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
			assert.Contains(t, v.Reasons, tt.reason, v.Why)
			if tt.why != "" {
				assert.Contains(t, v.Why[slices.Index(v.Reasons, tt.reason)], tt.why)
			}
			gap, found := metric(t, "InstanceGap", "web", minute)
			assert.True(t, found)
			assert.InDelta(t, tt.gap, gap, 0)
		})
	}
}

func TestUnchangedHostsTasksAreReadOnce(t *testing.T) {
	cold(t)
	c := seed.Cluster{Name: "web", Entry: `{}`}
	for range 6 {
		h := host(seed.Task{Service: "web", CPU: 200, Memory: 200})
		h.Version = 7
		c.Hosts = append(c.Hosts, h)
	}
	world := seeded(t, c)
	assert.Equal(t, -1, pass(t, thisMinute()).Clusters[0].Signal)
	assert.Equal(t, 1, calls(t)["ecs.ListTasks"])
	assert.Equal(t, 1, calls(t)["ecs.DescribeTaskDefinition"])

	require.NoError(t, server.ResetCalls(t.Context()))
	assert.Equal(t, -1, pass(t, thisMinute()).Clusters[0].Signal)
	assert.Zero(t, calls(t)["ecs.ListTasks"]+calls(t)["ecs.DescribeTasks"]+calls(t)["ecs.DescribeTaskDefinition"])

	require.NoError(t, server.SetHost(t.Context(), "web", world.Cluster("web").Hosts[0].ARN, moto.HostChange{Version: aws.Int64(8)}))
	require.NoError(t, server.ResetCalls(t.Context()))
	assert.Equal(t, -1, pass(t, thisMinute()).Clusters[0].Signal)
	assert.Equal(t, 1, calls(t)["ecs.ListTasks"], "only the host that changed")
	assert.Zero(t, calls(t)["ecs.DescribeTasks"], "whose task is known")
}

func TestAHotClusterReadsNoTasks(t *testing.T) {
	cold(t)
	seeded(t, seed.Cluster{Name: "web", Entry: `{}`, Hosts: several(4, host(seed.Task{Service: "web", CPU: 1800, Memory: 200}))})
	assert.Equal(t, 1, pass(t, thisMinute()).Clusters[0].Signal)
	assert.Zero(t, calls(t)["ecs.ListTasks"])
}

// Hosts that are up and warm up are no capacity for a step policy yet.
func TestTheChangeCountsHostsInFlight(t *testing.T) {
	for name, step := range map[string]struct {
		warmup int32
		flight int
	}{"they warm up for an hour": {3600, 4}, "they are warm at once": {0, 0}} {
		t.Run(name, func(t *testing.T) {
			cold(t)
			seeded(t, seed.Cluster{Name: "web", Entry: `{}`, Group: &seed.Group{Name: "web-blue"}, Hosts: several(4, host(seed.Task{Service: "web", CPU: 1800, Memory: 200}))})
			_, err := autoscaling.NewFromConfig(server.Config()).PutScalingPolicy(t.Context(), &autoscaling.PutScalingPolicyInput{
				AutoScalingGroupName: aws.String("web-blue"), PolicyName: aws.String("out"), PolicyType: aws.String("StepScaling"),
				AdjustmentType: aws.String("ChangeInCapacity"), EstimatedInstanceWarmup: aws.Int32(step.warmup),
				StepAdjustments: []astypes.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}},
			})
			require.NoError(t, err)
			minute := thisMinute()
			v := pass(t, minute).Clusters[0]
			require.Positive(t, v.InstanceGap, v.Why)
			assert.Equal(t, step.flight, v.Change-v.InstanceGap)
			assert.Equal(t, 4, v.Wanted-v.InstanceGap)
			published, found := metric(t, "CapacityChange", "web", minute)
			if !found { // a pass that ended in the next minute
				published, found = metric(t, "CapacityChange", "web", minute.Add(time.Minute))
			}
			assert.True(t, found)
			assert.InDelta(t, v.Change, published, 0)
		})
	}
}
