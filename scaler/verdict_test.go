package scaler_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

var now = time.Date(2026, 11, 22, 4, 38, 0, 0, time.UTC)

// hosts are n ACTIVE, connected hosts of 1000 CPU and 1000 MiB with so much of each reserved.
func hosts(n int, cpu, memory int64) []cluster.Host {
	all := make([]cluster.Host, n)
	for i := range all {
		registered := cluster.Resources{CPU: 1000, Memory: 1000}
		all[i] = cluster.Host{
			ARN:        fmt.Sprintf("host-%d", i),
			Status:     cluster.Active,
			Connected:  true,
			Registered: registered,
			Remaining:  registered.Minus(cluster.Resources{CPU: cpu, Memory: memory}),
		}
	}
	return all
}

func with(hosts []cluster.Host, change func(*cluster.Host)) []cluster.Host {
	for i := range hosts {
		change(&hosts[i])
	}
	return hosts
}

func entry(t *testing.T, text string) thresholds.Entry {
	t.Helper()
	e, err := thresholds.Parse([]byte(text), nil)
	require.NoError(t, err)
	return e
}

// The contract: these names are what log queries and answers rely on.
func TestVerdictMarshalsToTheContract(t *testing.T) {
	text, err := json.Marshal(scaler.Decide(thresholds.Builtin(), cluster.Snapshot{Cluster: "web", Hosts: hosts(3, 781, 125)}, now))
	require.NoError(t, err)
	assert.JSONEq(t, `{
	  "cluster": "web", "signal": 1, "instance_gap": 1, "capacity_change": 1, "instances_wanted": 4, "reasons": ["cpu_at_scale_out"],
	  "why": ["CPU reservation 78.1% is at or above 75%"],
	  "reservation": {"cpu": 78.1, "memory": 12.5},
	  "thresholds": {"cpu": {"scale_out_at": 75, "scale_in_below": 50}, "memory": {"scale_out_at": 75, "scale_in_below": 50}, "gpu": {"scale_out_at": null, "scale_in_below": 100}},
	  "hosts": {"active": 3, "draining": 0, "disconnected": 0, "other": 0},
	  "unplaced_tasks": 0,
	  "instances": {"launching": 0, "terminating": 0, "unregistered": 0, "protected": 0},
	  "groups": [], "scale_out_blocked": false, "notes": [],
	  "demand": {"cpu": 2343, "memory": 375, "gpu": 0},
	  "headroom": {"tasks": 0, "size": {"cpu": 0, "memory": 0, "gpu": 0}, "fitted": false, "why": "none; thresholds hold, because no service shows what the cluster demands"}
	}`, string(text))
}
