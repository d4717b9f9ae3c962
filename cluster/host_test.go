package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

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
