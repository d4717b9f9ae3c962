package cluster_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
)

func host(status cluster.HostStatus, connected bool) cluster.Host {
	return cluster.Host{
		Status: status, Connected: connected,
		Registered: cluster.Resources{CPU: 2048, Memory: 4000},
		Remaining:  cluster.Resources{CPU: 512, Memory: 3000},
	}
}

func TestOnlyActiveConnectedHostsAreCapacity(t *testing.T) {
	external := host(cluster.Active, true)
	external.External = true
	s := cluster.Snapshot{Hosts: []cluster.Host{
		host(cluster.Active, true), host(cluster.Active, true), host(cluster.Active, false),
		host(cluster.Draining, true), host(cluster.Registering, true), host(cluster.Deregistering, false), external,
	}}
	registered, reserved := s.Capacity()
	assert.Equal(t, cluster.Resources{CPU: 4096, Memory: 8000}, registered)
	assert.Equal(t, cluster.Resources{CPU: 3072, Memory: 2000}, reserved)
	assert.Equal(t, cluster.Counts{Active: 2, Draining: 1, Disconnected: 1, Other: 3}, s.Count())
}

func TestReservationWithoutCapacityIsAbsentNotZero(t *testing.T) {
	text, err := json.Marshal(cluster.Snapshot{Hosts: []cluster.Host{host(cluster.Draining, true)}}.Reservation())
	require.NoError(t, err)
	assert.JSONEq(t, `{}`, string(text))

	text, err = json.Marshal(cluster.Snapshot{Hosts: []cluster.Host{host(cluster.Active, true)}}.Reservation())
	require.NoError(t, err)
	assert.JSONEq(t, `{"cpu": 75, "memory": 25}`, string(text), "no GPUs: no GPU reservation")
}

func TestPercentagesAreShownWithTwoDecimals(t *testing.T) {
	text, err := json.Marshal([]cluster.Percent{100.0 / 3, 75, 0, 62.5})
	require.NoError(t, err)
	assert.Equal(t, `[33.33,75,0,62.5]`, string(text))
}
