package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

func TestSumsNameHostTaskAndRoom(t *testing.T) {
	w := newWorld()
	golden[1].world(w)
	v := w.decide()
	require.Len(t, v.Why, 2)
	assert.Equal(t, "without i-0000, wide (1900 CPU) fits nowhere: the freest host has 1796", v.Why[1])
	w = newWorld()
	golden[0].world(w)
	assert.Equal(t, []string{"web (2048 CPU) fits nowhere: the freest host has 1792"}, w.decide().Why)
}

func TestWhyHoldsTheClustersFigures(t *testing.T) {
	v := scaler.Decide(thresholds.Builtin(), cluster.Snapshot{Cluster: "web", Hosts: hosts(3, 781, 125)}, now)
	assert.Equal(t, []string{"CPU reservation 78.1% is at or above 75%"}, v.Why)

	v = scaler.Decide(thresholds.Builtin(), cluster.Snapshot{Cluster: "web", Hosts: hosts(2, 450, 100)}, now)
	assert.Equal(t, []string{
		"every reservation is below its scale-in threshold (CPU 45% < 50%, memory 10% < 50%)",
		"without host-0, CPU reservation would be 90%, at or above 75%",
	}, v.Why)
}
