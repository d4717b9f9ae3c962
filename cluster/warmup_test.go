package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

func TestAnInstanceCountsFromWhenItIsWarm(t *testing.T) {
	since := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	g := cluster.Group{Warmup: 3 * time.Minute, WarmupKnown: true}
	assert.Equal(t, since.Add(3*time.Minute), g.WarmFrom(cluster.Instance{InServiceFrom: since}))
	assert.Zero(t, g.WarmFrom(cluster.Instance{}), "in service for long, or not known")
	g.WarmupKnown = false
	assert.Zero(t, g.WarmFrom(cluster.Instance{InServiceFrom: since}), "how long it takes is not known")
}
