package placement_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/internal/lab/property"
	"ecs-cluster-scaler/placement"
)

func TestMain(m *testing.M) { property.Main(m, 5000) }

func size(cpu, memory int64) cluster.Resources { return cluster.Resources{CPU: cpu, Memory: memory} }

func kind(name string, of cluster.Resources, change ...func(*cluster.Service, *cluster.Definition)) placement.Kind {
	s, d := cluster.Service{Name: name}, cluster.Definition{Size: of}
	for _, c := range change {
		c(&s, &d)
	}
	return placement.KindOf(s, d)
}

func spreadBy(field string) func(*cluster.Service, *cluster.Definition) {
	return func(s *cluster.Service, _ *cluster.Definition) {
		s.Placement = append(s.Placement, cluster.Strategy{Type: cluster.Spread, Field: field})
	}
}

func packBy(field string) func(*cluster.Service, *cluster.Definition) {
	return func(s *cluster.Service, _ *cluster.Definition) {
		s.Placement = append(s.Placement, cluster.Strategy{Type: cluster.Binpack, Field: field})
	}
}

func distinct(s *cluster.Service, _ *cluster.Definition) {
	s.Constraints = append(s.Constraints, cluster.Constraint{Type: cluster.DistinctInstance})
}

func port(number int) func(*cluster.Service, *cluster.Definition) {
	return func(_ *cluster.Service, d *cluster.Definition) {
		d.Ports = append(d.Ports, cluster.Port{Number: number})
	}
}

// scene is a fleet and what is to be placed, in plain values, so that packing can be done again the plain way.
type scene struct {
	hosts  []placement.Host
	kinds  []placement.Kind
	wanted []placement.Batch
	leaves []int
	spare  cluster.Resources
}

func (s scene) fleet() *placement.Fleet {
	return placement.New(slices.Clone(s.hosts), s.kinds, placement.Config{Strict: true, Unit: size(10, 10), Spare: s.spare})
}

func anyScene(t *rapid.T) scene {
	var s scene
	for i := range rapid.IntRange(1, 5).Draw(t, "kinds") {
		of := size(rapid.Int64Range(0, 5).Draw(t, "CPU"), rapid.Int64Range(0, 5).Draw(t, "MiB"))
		var change func(*cluster.Service, *cluster.Definition)
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 9:
			change = distinct
		case 8:
			change = port(80 + i%2) // two kinds may want the same port
		case 7:
			change = func(_ *cluster.Service, d *cluster.Definition) { d.Awsvpc = true }
		case 6:
			change = packBy("cpu")
		case 5:
			change = spreadBy("instanceId")
		default:
			change = func(*cluster.Service, *cluster.Definition) {}
		}
		s.kinds = append(s.kinds, kind(fmt.Sprintf("k%d", i), of, change))
	}
	batch := func() placement.Batch {
		return placement.Batch{Kind: rapid.IntRange(0, len(s.kinds)-1).Draw(t, "of kind"), Tasks: rapid.IntRange(1, 4).Draw(t, "tasks")}
	}
	for i := range rapid.IntRange(1, 9).Draw(t, "hosts") {
		h := placement.Host{
			ID: fmt.Sprint(i), Free: size(rapid.Int64Range(0, 10).Draw(t, "free CPU"), rapid.Int64Range(0, 10).Draw(t, "free MiB")),
			Attributes: map[string]string{cluster.ZoneAttribute: []string{"a", "b"}[i%2]}, AwsvpcLimit: rapid.IntRange(-1, 2).Draw(t, "interfaces"),
			Groups: map[string]int{}, GroupsKnown: true, Closed: rapid.IntRange(0, 9).Draw(t, "closed") == 0,
		}
		if rapid.Bool().Draw(t, "busy") {
			b := batch()
			h.Moves = []placement.Batch{b}
			h.Groups[s.kinds[b.Kind].Group] = b.Tasks
		}
		s.hosts = append(s.hosts, h)
	}
	for range rapid.IntRange(0, 4).Draw(t, "batches") {
		s.wanted = append(s.wanted, batch())
	}
	for i := range s.hosts {
		if rapid.IntRange(0, 4).Draw(t, "leaves") == 0 {
			s.leaves = append(s.leaves, i)
		}
	}
	if rapid.Bool().Draw(t, "spare") {
		s.spare = size(2, 2)
	}
	return s
}

// plainly is first fit with loops: how many tasks of each kind are left, and the spare room.
func (s scene) plainly(largest bool) (left map[int]int, spare int) {
	type room struct {
		free   cluster.Resources
		ports  []cluster.Port
		groups map[string]int
		awsvpc int
		gone   bool
	}
	rooms := make([]room, len(s.hosts))
	wanted := map[int]int{}
	for _, b := range s.wanted {
		wanted[b.Kind] += b.Tasks
	}
	for i, h := range s.hosts {
		rooms[i] = room{free: h.Free, groups: map[string]int{}, gone: h.Closed || slices.Contains(s.leaves, i)}
		maps.Copy(rooms[i].groups, h.Groups)
		if slices.Contains(s.leaves, i) {
			for _, b := range h.Moves {
				wanted[b.Kind] += b.Tasks
			}
		}
	}
	order := make([]int, len(s.kinds))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := placement.Share(s.kinds[a].Size, size(10, 10)), placement.Share(s.kinds[b].Size, size(10, 10))
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		default:
			return 0
		}
	})
	if largest {
		slices.Reverse(order)
	}
	left = map[int]int{}
	for _, number := range order {
		k := s.kinds[number]
	task:
		for range wanted[number] {
			for i := range rooms {
				r := &rooms[i]
				rest := r.free.Minus(k.Size)
				if r.gone || rest.CPU < 0 || rest.Memory < 0 || k.Distinct && r.groups[k.Group] > 0 ||
					k.Awsvpc && s.hosts[i].AwsvpcLimit >= 0 && r.awsvpc >= s.hosts[i].AwsvpcLimit ||
					slices.ContainsFunc(k.Ports, func(p cluster.Port) bool { return slices.Contains(r.ports, p) }) {
					continue
				}
				r.free, r.ports = rest, append(r.ports, k.Ports...)
				r.groups[k.Group]++
				if k.Awsvpc {
					r.awsvpc++
				}
				continue task
			}
			left[number]++
		}
	}
	for _, r := range rooms {
		if !r.gone && s.spare.CPU > 0 {
			spare += int(min(r.free.CPU/s.spare.CPU, r.free.Memory/s.spare.Memory))
		}
	}
	return left, spare
}

func TestSharesAreOfTheLargestPart(t *testing.T) {
	assert.InDelta(t, 0.5, placement.Share(size(1, 5), size(10, 10)), 0)
	assert.InDelta(t, 0.0, placement.Share(size(0, 0), size(0, 0)), 0)
	assert.Greater(t, placement.Share(cluster.Resources{GPU: 1}, size(10, 10)), 1e9, "of nothing, anything is more than all")
}
