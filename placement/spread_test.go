package placement_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

func hostsIn(zones string, free cluster.Resources) []placement.Host {
	var hosts []placement.Host
	for i, zone := range zones {
		hosts = append(hosts, placement.Host{
			ID: fmt.Sprint(i), Free: free, AwsvpcLimit: -1, Attributes: map[string]string{cluster.ZoneAttribute: string(zone)},
			Groups: map[string]int{}, GroupsKnown: true,
		})
	}
	return hosts
}

// Where a strategy put tasks is read from what still fits afterwards.
func TestStrategiesPutTasksWhereECSWould(t *testing.T) {
	web := func(change ...func(*cluster.Service, *cluster.Definition)) placement.Kind {
		return kind("web", size(4, 1), change...)
	}
	whole := kind("whole", size(10, 1)) // fits an untouched host only
	untouched := func(hosts []placement.Host, web placement.Kind, n int) int {
		f := placement.New(hosts, []placement.Kind{web, whole}, placement.Config{Strict: true, Unit: size(10, 10)})
		o := f.Pack(placement.ByStrategy, []placement.Batch{{Kind: 0, Tasks: n}}, []placement.Batch{{Kind: 1, Tasks: 100}})
		assert.Empty(t, o[0].Left)
		return 100 - byKind(o[1].Left)[1]
	}
	assert.Equal(t, 1, untouched(hostsIn("aab", size(10, 10)), web(), 2), "zones first: one in a, one in b")
	assert.Equal(t, 0, untouched(hostsIn("aaab", size(10, 10)), web(), 6), "then hosts: none of a's three is left untouched")
	assert.Equal(t, 2, untouched(hostsIn("aaa", size(10, 10)), web(packBy("cpu")), 2), "binpack fills one host")
	assert.Equal(t, 1, untouched(hostsIn("aaa", size(10, 10)), web(packBy("MEMORY")), 3), "and goes on to the next")
	assert.Equal(t, 2, untouched(hostsIn("aabb", size(10, 10)), web(spreadBy("attribute:ecs.availability-zone"), packBy("cpu")), 4), "two zones, a host each")
	assert.Equal(t, 0, untouched(hostsIn("aaa", size(10, 10)), web(spreadBy("host")), 3), "over hosts")
	assert.Equal(t, 0, untouched(hostsIn("aaa", size(10, 10)), web(spreadBy("instanceId"), packBy("cpu")), 3), "over hosts, then packed")

	busy := hostsIn("aab", size(10, 10))
	busy[2].Groups["service:web"] = 3
	assert.Equal(t, 1, untouched(busy, web(), 2), "b has three of the service already")
}

func TestBinpackPrefersTheFullestHost(t *testing.T) {
	hosts := hostsIn("aaa", size(10, 10))
	hosts[2].Free = size(5, 10)
	f := placement.New(hosts, []placement.Kind{kind("web", size(4, 1), packBy("cpu")), kind("whole", size(10, 1))}, placement.Config{Strict: true, Unit: size(10, 10)})
	o := f.Pack(placement.ByStrategy, []placement.Batch{{Kind: 0, Tasks: 1}}, []placement.Batch{{Kind: 1, Tasks: 2}})
	assert.Empty(t, o[1].Left)
}

func TestRemovedHostLeavesTheSpread(t *testing.T) {
	// Two of web in a, one in b. When one of a's hosts is removed, both zones have one.
	hosts := hostsIn("aabb", size(10, 10))
	for _, i := range []int{0, 1, 2} {
		hosts[i].Groups["service:web"] = 1
		hosts[i].Moves = []placement.Batch{{Kind: 0, Tasks: 1}}
	}
	hosts[0].Free, hosts[2].Free = size(0, 0), size(0, 0)
	f := placement.New(hosts, []placement.Kind{kind("web", size(4, 1))}, placement.Config{Strict: true, Unit: size(10, 10)})
	for range 3 {
		assert.Empty(t, f.Without([]int{0}, placement.ByStrategy, nil).Left)
	}
}
