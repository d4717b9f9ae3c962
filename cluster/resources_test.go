package cluster_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
)

// A sum that overflowed would turn a full cluster into an empty one.
func TestSumsOfResourcesNeverOverflow(t *testing.T) {
	amounts := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1<<20, 1<<20), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, cluster.MostOfAResource, -cluster.MostOfAResource}))
	within := func(n int64) *big.Int {
		return big.NewInt(max(-cluster.MostOfAResource, min(n, cluster.MostOfAResource)))
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := amounts.Draw(t, "a"), amounts.Draw(t, "b")
		of := func(n int64) cluster.Resources { return cluster.Resources{CPU: n, Memory: n, GPU: n} }
		for name, got := range map[string]struct {
			sum   cluster.Resources
			exact *big.Int
		}{
			"plus":  {of(a).Plus(of(b)), new(big.Int).Add(within(a), within(b))},
			"minus": {of(a).Minus(of(b)), new(big.Int).Sub(within(a), within(b))},
			"times": {of(a).Times(b), new(big.Int).Mul(within(a), within(b))},
		} {
			want := int64(cluster.MostOfAResource)
			switch {
			case got.exact.Cmp(big.NewInt(want)) > 0:
			case got.exact.Cmp(big.NewInt(-want)) < 0:
				want = -want
			default:
				want = got.exact.Int64()
			}
			if got.sum != of(want) {
				t.Fatalf("%d %s %d is %v, not %d", a, name, b, got.sum, want)
			}
		}
	})
}

func TestAHostOfAbsurdSizeLeavesTheRatioWhole(t *testing.T) {
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

func TestCountsBeyondAnyServiceNeverOverflow(t *testing.T) {
	for name, desired := range map[string]int{"32 bits": math.MaxInt32, "64 bits": math.MaxInt64} {
		t.Run(name, func(t *testing.T) {
			s := cluster.Service{Name: "web", Active: true, Home: cluster.OnEC2, Rollout: cluster.Rolling, Desired: desired, MinimumHealthyPercent: desired, MaximumPercent: desired}
			assert.Equal(t, math.MaxInt32, s.Unplaced(0))
			assert.Positive(t, s.Floor())
			s.Running, s.Pending = desired, desired
			assert.Zero(t, s.Unplaced(0))
			s.Rollout, s.Deployments = cluster.SideBySide, []cluster.Deployment{{Desired: desired}, {Desired: desired, Running: -desired}}
			assert.Equal(t, 2*math.MaxInt32, s.Unplaced(0))
		})
	}
	s := cluster.Snapshot{Services: []cluster.Service{{
		Name: "web", Active: true, Home: cluster.OnEC2, Rollout: cluster.SideBySide,
		Deployments: []cluster.Deployment{{TaskDefinition: "a", Desired: math.MaxInt64, Running: math.MaxInt64, Pending: math.MaxInt64}, {TaskDefinition: "b", Desired: math.MaxInt64, Running: math.MinInt64}},
	}}}
	if demand := s.Demand(); assert.Len(t, demand, 1) {
		assert.Equal(t, "b", demand[0].Definition)
		assert.Equal(t, math.MaxInt32, demand[0].Tasks)
	}
	negative := cluster.Service{Active: true, Home: cluster.OnEC2, Desired: math.MinInt64, Running: math.MinInt64, MaximumPercent: math.MinInt64, MinimumHealthyPercent: math.MinInt64}
	assert.Zero(t, negative.Unplaced(0))
	assert.Zero(t, negative.Floor())
	assert.False(t, negative.RolloutWaits())
}
