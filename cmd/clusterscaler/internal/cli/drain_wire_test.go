package cli_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/seed"
)

func seedDrain(t *testing.T) {
	t.Helper()
	ago := time.Now().Truncate(time.Minute).Add(-20 * time.Minute)
	seeded(t, seed.Cluster{Name: "web", Entry: `{}`, Group: &seed.Group{}, Hosts: []seed.Host{
		{CPU: 1000, Memory: 2000, Terminating: true, Draining: true, Since: ago, Tasks: []seed.Task{{CPU: 100, Memory: 100}}},
		{CPU: 1000, Memory: 2000, Terminating: true, Draining: true, Since: ago},
		{CPU: 1000, Memory: 2000},
	}})
}

func TestDrainShowsWhatEveryHostWaitsFor(t *testing.T) {
	seedDrain(t)
	got := clusterscaler(t, nil, "drain")
	require.Zero(t, got.code, got.stderr)
	assert.Regexp(t, `web +│ web +│ i-\w+ +│ wait +│ standalone_task +│ \d\d:\d\d UTC │ 1 standalone task`, got.stdout)
	assert.Regexp(t, `complete +│ ready`, got.stdout)
	assert.Regexp(t, "2[01] min", got.stdout)

	got = clusterscaler(t, nil, "drain", "--output", "json")
	var answer struct {
		Instances []struct{ Step, Reason string }
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &answer))
	assert.Len(t, answer.Instances, 2)

	got = clusterscaler(t, nil, "drain", "--run", "--dry-run")
	assert.Contains(t, got.stderr, "dry run: nothing was written")
	actions, err := server.LifecycleActions(t.Context())
	require.NoError(t, err)
	for _, a := range actions {
		assert.Empty(t, a.Result)
		assert.Zero(t, a.Heartbeats)
	}
	assert.Zero(t, written(t))
}

func TestDrainRunDoesOneTick(t *testing.T) {
	seedDrain(t)
	got := clusterscaler(t, nil, "drain", "--run")
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stderr, "one tick was done")
	actions, err := server.LifecycleActions(t.Context())
	require.NoError(t, err)
	assert.Empty(t, actions[0].Result)
	assert.Equal(t, 1, actions[0].Heartbeats)
	assert.Equal(t, "CONTINUE", actions[1].Result)
	assert.Equal(t, 1, written(t))
}

func TestDrainOfAnotherStackEndsNothing(t *testing.T) {
	for _, tagged := range []bool{false, true} {
		group := &seed.Group{}
		if tagged {
			group.ConfigPath = seed.ConfigPath
		}
		ago := time.Now().Truncate(time.Minute).Add(-10 * time.Hour)
		seeded(t, seed.Cluster{Name: "web", Entry: `{"drain": {"at_deadline": "hold"}}`, Group: group, Hosts: []seed.Host{
			{CPU: 1000, Memory: 2000, Terminating: true, Draining: true, Since: ago, Tasks: []seed.Task{{Service: "api", CPU: 100, Memory: 100}}},
			{CPU: 1000, Memory: 2000},
		}})
		got := clusterscaler(t, nil, "drain", "--run", "--config-path", "/ecs-cluster-scalar")
		require.Zero(t, got.code, got.stderr)
		if tagged {
			assert.Equal(t, "group web of cluster web (1 terminating) belongs to the stack with configuration path /ecs-cluster-scaler; to see it, use --config-path /ecs-cluster-scaler\n"+
				"no host of a tagged group is terminating in this stack\n", got.stdout)
		} else {
			assert.Contains(t, got.stdout, "no_entry")
			assert.Regexp(t, `(?s)this stack has .*no entry for cluster web `, got.stdout)
		}
		calls, err := server.Calls(t.Context())
		require.NoError(t, err)
		assert.Zero(t, calls["ecs.StopTask"]+calls["autoscaling.CompleteLifecycleAction"])

		got = clusterscaler(t, []string{"DRAIN_HOOKS=mine"}, "drain", "--run")
		assert.Contains(t, got.stderr, "which this function may not complete (DRAIN_HOOKS is mine)")
	}
}

func TestDrainWithNothingToShowSaysSo(t *testing.T) {
	seeded(t, seed.Cluster{Name: "web", Entry: `{}`, Group: &seed.Group{}, Hosts: []seed.Host{{}}})
	assert.Equal(t, "no host of a tagged group is terminating\n", clusterscaler(t, nil, "drain").stdout)
	got := clusterscaler(t, nil, "drain", "--dry-run")
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.stderr, "--dry-run needs --run")
}
