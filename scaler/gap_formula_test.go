package scaler

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
)

// oneByOne is hostsToGoBelow said plainly: host after host, until the ratio that is published is below.
func oneByOne(percent float64, registered, reserved, size, daemons int64) int {
	below := func(n int64) bool {
		ratio := cluster.ReservationOf(cluster.Resources{CPU: registered + n*size}, cluster.Resources{CPU: reserved + n*daemons}).CPU
		return ratio != nil && float64(*ratio) < percent
	}
	if alone := cluster.ReservationOf(cluster.Resources{CPU: size}, cluster.Resources{CPU: daemons}).CPU; reserved <= 0 || alone == nil || float64(*alone) >= percent {
		return 0
	}
	for n := range int64(mostHosts) {
		if below(n) {
			return int(n)
		}
	}
	return mostHosts
}

func TestHostsToGoBelowMatchOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percent := rapid.OneOf(rapid.Float64Range(1, 100), rapid.Map(rapid.IntRange(1, 100), func(n int) float64 { return float64(n) })).Draw(t, "percent")
		size := rapid.OneOf(rapid.SampledFrom([]int64{1, 1024, 4096, 15400, 1048576, 67108864}), rapid.Int64Range(1, 1<<20)).Draw(t, "size")
		// Often as many daemons as just stand at the threshold, or one unit more or less.
		daemons := rapid.OneOf(rapid.Int64Range(0, size), rapid.Map(rapid.Int64Range(-1, 1), func(off int64) int64 { return max(0, int64(percent*float64(size)/100)+off) })).Draw(t, "daemons")
		registered := rapid.OneOf(rapid.Int64Range(0, 1<<34), rapid.Map(rapid.Int64Range(0, 50), func(n int64) int64 { return n * size })).Draw(t, "registered")
		reserved := rapid.OneOf(rapid.Int64Range(0, 1<<34), rapid.Map(rapid.Int64Range(-1, 1), func(off int64) int64 { return int64(percent*float64(registered)/100) + off })).Draw(t, "reserved")
		if got, want := hostsToGoBelow(percent, registered, reserved, size, daemons), oneByOne(percent, registered, reserved, size, daemons); got != want {
			t.Fatalf("%d, not %d", got, want)
		}
	})
}

func TestHostsToGoBelowAtTheBoundary(t *testing.T) {
	for name, tt := range map[string]struct {
		percent                             float64
		registered, reserved, size, daemons int64
		want                                int
	}{
		"exactly at the threshold asks for one":  {75, 4096, 3072, 4096, 0, 1},
		"just below asks for none":               {75, 4096, 3071, 4096, 0, 0},
		"two land at the threshold, three below": {50, 0, 4096, 4096, 0, 3},
		"no host yet":                            {75, 0, 100, 4096, 0, 1},
		"a host as full of daemons as allowed":   {25, 40960, 12000, 4096, 1024, 0},
		"a hair above what daemons take":         {25.00000000000001, 40960, 12000, 4096, 1024, mostHosts},
		"a threshold next to zero":               {math.SmallestNonzeroFloat64, 4096, 2048, 4096, 0, mostHosts},
		"a threshold of a billionth":             {1e-15, 4096, 2048, 4096, 0, mostHosts},
		"hosts of one unit":                      {75, 1 << 40, 1 << 40, 1, 0, mostHosts},
		"everything as large as can be":          {75, math.MaxInt64, math.MaxInt64, math.MaxInt64, 0, mostHosts},
		"less than nothing registered":           {75, math.MinInt64, math.MaxInt64, math.MaxInt64, 0, mostHosts},
		"less than nothing reserved":             {75, math.MaxInt64, math.MinInt64, 4096, 0, 0},
		"a host without the resource":            {75, 4096, 4096, 0, 0, 0},
		"a host of less than nothing":            {75, 4096, 4096, math.MinInt64, 0, 0},
		"daemons of less than nothing":           {75, 4096, 4096, 4096, math.MinInt64, 1},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, hostsToGoBelow(tt.percent, tt.registered, tt.reserved, tt.size, tt.daemons))
		})
	}
}
