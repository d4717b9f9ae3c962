package cluster_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
)

func TestNoCapacityNoReservation(t *testing.T) {
	text, err := json.Marshal(cluster.Snapshot{Hosts: []cluster.Host{host(cluster.Draining, true)}}.Reservation())
	require.NoError(t, err)
	assert.JSONEq(t, `{}`, string(text))

	text, err = json.Marshal(cluster.Snapshot{Hosts: []cluster.Host{host(cluster.Active, true)}}.Reservation())
	require.NoError(t, err)
	assert.JSONEq(t, `{"cpu": 75, "memory": 25}`, string(text), "no GPUs: no GPU reservation")
}

func TestPercentShowsTwoDecimals(t *testing.T) {
	text, err := json.Marshal([]cluster.Percent{100.0 / 3, 75, 0, 62.5})
	require.NoError(t, err)
	assert.Equal(t, `[33.33,75,0,62.5]`, string(text))
}

func TestAbsurdSizesKeepTheRatio(t *testing.T) {
	for name, tt := range map[string]struct {
		registered, remaining int64
		want                  cluster.Percent
	}{
		"all of it free":     {math.MaxInt64, math.MaxInt64, 0},
		"all of it reserved": {math.MaxInt64, 0, 100},
		"less than nothing":  {4096, math.MinInt64, 100 * cluster.MostOfAResource / 4096},
	} {
		t.Run(name, func(t *testing.T) {
			h := cluster.Host{Status: cluster.Active, Connected: true, Registered: cluster.Resources{CPU: tt.registered}, Remaining: cluster.Resources{CPU: tt.remaining}}
			got := cluster.Snapshot{Hosts: []cluster.Host{h, h}}.Reservation().CPU
			if assert.NotNil(t, got) {
				assert.InDelta(t, float64(tt.want), float64(*got), float64(tt.want)/2)
			}
		})
	}
}
