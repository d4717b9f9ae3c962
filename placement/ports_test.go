package placement_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

func ports(from, n int, udp bool) []cluster.Port {
	var list []cluster.Port
	for i := range n {
		list = append(list, cluster.Port{Number: from + i, UDP: udp})
	}
	return list
}

func TestHostReservesAHundredPorts(t *testing.T) {
	for name, tt := range map[string]struct {
		taken         []cluster.Port
		wants         []cluster.Port
		strict, loose bool
	}{
		"the hundredth":                         {ports(1, 99, false), ports(500, 1, false), true, true},
		"one too many":                          {ports(1, 100, false), ports(500, 1, false), false, false},
		"two where one is left":                 {ports(1, 99, false), ports(500, 2, false), false, false},
		"of UDP too":                            {ports(1, 100, true), ports(500, 1, true), false, false},
		"TCP beside UDP: who knows":             {ports(1, 60, true), ports(500, 41, false), false, true},
		"TCP beside UDP, and enough for both":   {ports(1, 60, true), ports(500, 40, false), true, true},
		"none wanted where all are taken":       {ports(1, 100, false), nil, true, true},
		"taken already, however few there are":  {ports(1, 2, false), ports(2, 1, false), false, false},
		"the same number of the other protocol": {ports(1, 2, false), ports(2, 1, true), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			host := placement.Host{Free: size(1, 1), AwsvpcLimit: -1, Ports: tt.taken, GroupsKnown: true}
			k := kind("web", size(1, 1), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = tt.wants })
			assert.Equal(t, tt.strict, placement.TakesEmpty(host, k, placement.Config{Strict: true}), "strict")
			assert.Equal(t, tt.loose, placement.TakesEmpty(host, k, placement.Config{}), "loose")
		})
	}
}

// Ports that a packing gives away count too.
func TestServicesShareAHundredPorts(t *testing.T) {
	wide := func(from int) func(*cluster.Service, *cluster.Definition) {
		return func(_ *cluster.Service, d *cluster.Definition) { d.Ports = ports(from, 40, false) }
	}
	kinds := []placement.Kind{kind("a", size(1, 1), wide(100)), kind("b", size(1, 1), wide(200)), kind("c", size(1, 1), wide(300))}
	like := placement.Host{Free: size(10, 10), AwsvpcLimit: -1, Ports: ports(1, 5, false), GroupsKnown: true}
	got := placement.Fewest(like, kinds, placement.Config{}, placement.LargestFirst, 0, []placement.Batch{{Kind: 0, Tasks: 1}, {Kind: 1, Tasks: 1}, {Kind: 2, Tasks: 1}})
	assert.Equal(t, 2, got)
}
