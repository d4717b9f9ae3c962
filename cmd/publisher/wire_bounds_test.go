package main_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/seed"
)

// Each of these entries is valid, or was once, and kept a pass from ending: nobody got a datapoint any more. They need not
// be harmless to their own cluster, which gets a datapoint all the same.
func TestNoEntryHoldsUpAnothersDatapoint(t *testing.T) {
	daemon := func() []seed.Host {
		h := loaded(1, 0, 0)
		h[0].CPU, h[0].Memory = 4096, 16000
		h[0].Tasks = []seed.Task{{Service: "agent", CPU: 1024, Memory: 100}, {Service: "api", CPU: 100, Memory: 100}}
		return h
	}
	for name, c := range map[string]seed.Cluster{
		"a threshold next to nothing": {Entry: `{"cpu": {"scale_out_at": 1e-15, "scale_in_below": 0}}`, Hosts: loaded(3, 900, 1)},
		"the lowest threshold":        {Entry: `{"cpu": {"scale_out_at": 1, "scale_in_below": 0}}`, Hosts: loaded(3, 900, 1)},
		"a threshold just above what daemons take": {
			Entry: `{"cpu": {"scale_out_at": 25.00000000000001, "scale_in_below": 0}}`, Hosts: daemon(),
			Services: []seed.Service{{Name: "agent", Strategy: "DAEMON", CPU: 1024, Memory: 100, Desired: 1}},
		},
		"the largest headroom":         {Entry: `{"headroom": {"tasks": 5000, "cpu": 1048576, "memory": 67108864}}`, Hosts: loaded(3, 900, 1)},
		"headroom beyond any number":   {Entry: `{"headroom": {"tasks": 9223372036854775807, "cpu": 9223372036854775807}}`, Hosts: loaded(3, 900, 1)},
		"the smallest instance":        {Entry: `{"instance": {"cpu": 1, "memory": 1}, "headroom": {"tasks": 5000, "cpu": 1, "memory": 1}}`, Hosts: loaded(3, 900, 1)},
		"many tasks that nobody takes": {Entry: `{}`, Hosts: loaded(3, 900, 1), Services: []seed.Service{{Name: "many", Desired: 300000, CPU: 100, Memory: 100}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.Name = "poison"
			seeded(t, c, seed.Cluster{Name: "web", Entry: `{}`, Hosts: loaded(3, 900, 1)})
			ctx, cancel := contextFor(t, 50*time.Second) // the function's time in Terraform
			defer cancel()
			minute := thisMinute()
			result, err := process.Invoke(ctx, scheduled(minute))
			require.NoError(t, err)
			require.Empty(t, result.ErrorMessage, string(result.Logs))
			var got answer
			require.NoError(t, json.Unmarshal(result.Payload, &got), string(result.Payload))
			require.Len(t, got.Clusters, 2)
			assert.Equal(t, 1, got.Clusters[1].Signal, got.Clusters[1].Why)
			for _, name := range []string{"web", "poison"} {
				_, found := metric(t, "ScalingSignal", name, minute)
				assert.True(t, found, name)
			}
			gap, found := metric(t, "InstanceGap", "poison", minute)
			assert.True(t, found)
			assert.LessOrEqual(t, gap, 10000.0)
			assert.GreaterOrEqual(t, gap, 0.0, "nothing of this lets a host go")
		})
	}
}
