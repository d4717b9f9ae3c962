package cluster_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/internal/lab/property"
)

func TestMain(m *testing.M) { property.Main(m, 100) }

// A sum that overflowed would turn a full cluster into an empty one.
func TestResourceSumsNeverOverflow(t *testing.T) {
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
