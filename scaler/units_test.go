package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// weighted is n nearly idle hosts whose group counts weight units for each.
func weighted(n, weight int, change ...func(*cluster.Group)) *world {
	w := newWorld()
	w.host(n, size(4096, 15000))
	w.service("web", n, size(100, 100))
	for i := range n {
		w.put(i, 1, "web")
	}
	g := &w.s.Groups[0]
	g.Unit, g.Desired, g.Max = cluster.Weights, n*weight, 10*n*weight
	for i := range g.Instances {
		g.Instances[i].Weight = weight
	}
	for _, c := range change {
		c(g)
	}
	return w
}

func TestAGroupThatCountsInUnitsIsJudgedInUnits(t *testing.T) {
	least := func(n int) func(*cluster.Group) { return func(g *cluster.Group) { g.Min = n } }
	forget := func(g *cluster.Group) { g.Instances[0].Weight = 0 }
	unit := func(of string) func(*cluster.Group) { return func(g *cluster.Group) { g.Unit = of } }
	tests := map[string]struct {
		world  *world
		signal scaler.Signal
		gap    int
		reason scaler.Reason
	}{
		"its MinSize is one host":                 {weighted(4, 4, least(4)), -1, -1, scaler.AllBelowScaleIn},
		"its MinSize is below one host":           {weighted(3, 8, least(2)), -1, -1, scaler.AllBelowScaleIn},
		"its MinSize is all hosts":                {weighted(4, 4, least(16)), 0, 0, scaler.AtMinInstances},
		"a host more than its MinSize, not whole": {weighted(4, 4, least(13)), 0, 0, scaler.AtMinInstances},
		"twenty hosts, of which two can go":       {weighted(20, 4, least(72)), -1, -2, scaler.AllBelowScaleIn},
		"twenty hosts, of which one can go":       {weighted(20, 4, least(73)), -1, -1, scaler.AllBelowScaleIn},
		"a host of unknown weight":                {weighted(4, 4, least(4), forget), 0, 0, scaler.CapacityUnitsUnknown},
		"vCPUs, of which AWS shows none for one":  {weighted(4, 4, least(4), forget, unit(cluster.VCPUs)), -1, -1, scaler.AllBelowScaleIn},
		"memory, of which AWS shows none":         {weighted(4, 16384, least(4), forget, unit(cluster.MiB)), 0, 0, scaler.CapacityUnitsUnknown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := tt.world.decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.gap, v.InstanceGap)
			assert.True(t, v.Has(tt.reason), v.Why)
			assert.Len(t, v.Notes, 1, "it says what a policy moves")
		})
	}
}

func TestAGroupThatCountsInUnitsScalesOutByHosts(t *testing.T) {
	w := weighted(4, 4)
	w.service("more", 20, size(4000, 1000))
	for host := range 4 {
		w.s.Hosts[host].Remaining = size(96, 1000)
	}
	v := w.decide()
	hosts := v.InstanceGap
	assert.Equal(t, scaler.ScaleOut, v.Signal)
	assert.False(t, v.ScaleOutBlocked)
	assert.Equal(t, "group web-blue counts its sizes in units, 4 per host; the signal and the gap count hosts, but a scaling policy adds and removes units", v.Notes[0])

	w.s.Groups[0].Unit = ""
	assert.Equal(t, hosts, w.decide().InstanceGap, "the gap is hosts either way")
	w.s.Groups[0].Unit = cluster.Weights

	w.s.Groups[0].Instances[0].Weight = 0
	assert.Equal(t, hosts, w.decide().InstanceGap, "what is not known in units is no reason to buy none")
	w.s.Groups[0].Instances[0].Weight = 4

	w.s.Groups[0].Max = 17
	assert.False(t, w.decide().ScaleOutBlocked, "one unit more is another host")
	w.s.Groups[0].Desired, w.s.Groups[0].Max = 15, 16
	v = w.decide()
	assert.True(t, v.ScaleOutBlocked, "16 stand already")
	assert.Contains(t, v.Why[len(v.Why)-1], "at its MaxSize 16 in units, 4 per host")
}

func TestHostsOfSeveralWeightsGoOnlyWhereTheHeaviestMay(t *testing.T) {
	w := weighted(3, 4)
	g := &w.s.Groups[0]
	g.Instances[0].Weight, g.Desired, g.Min = 8, 16, 9
	v := w.decide()
	assert.True(t, v.Has(scaler.AtMinInstances), v.Why)
	assert.Contains(t, v.Why[1], "at its MinSize 9 in units, 4 to 8 per host")
	g.Min = 8
	assert.Equal(t, scaler.ScaleIn, w.decide().Signal)
}
