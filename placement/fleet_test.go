package placement_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// Thousands of cases for every property; -rapid.checks on the command line sets another number.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "5000")
	os.Exit(m.Run())
}

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

func byKind(left []placement.Left) map[int]int {
	sum := map[int]int{}
	for _, l := range left {
		sum[l.Kind] += l.Tasks
	}
	return sum
}

func TestFirstFitIsTheSameAsWithPlainLoops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		f := s.fleet()
		for range 2 { // the second time shows that the first left nothing behind
			for _, order := range []placement.Order{placement.LargestFirst, placement.SmallestFirst} {
				got := f.Without(s.leaves, order, s.wanted)
				left, spare := s.plainly(order == placement.LargestFirst)
				assert.Equal(t, left, byKind(got.Left), "order %d", order)
				assert.Equal(t, spare, got.Spare)
			}
			f.Without(s.leaves, placement.ByStrategy, s.wanted)
		}
	})
}

// What is left by the strategies' own order is left with reason: no host would take it in the end.
func TestByStrategyLeavesNothingThatFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		f := s.fleet()
		first := f.Without(s.leaves, placement.ByStrategy, s.wanted)
		again := f.Without(s.leaves, placement.ByStrategy, s.wanted)
		assert.Equal(t, first, again)
		for _, l := range first.Left {
			if !l.Barred {
				continue
			}
			k := s.kinds[l.Kind]
			if !k.Distinct && !k.Awsvpc && len(k.Ports) == 0 {
				t.Fatalf("%+v is barred by nothing: %+v", k, s)
			}
		}
		assert.LessOrEqual(t, len(first.Left), len(s.kinds))
	})
}

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

func TestABinpackedFleetPrefersTheFullestHost(t *testing.T) {
	hosts := hostsIn("aaa", size(10, 10))
	hosts[2].Free = size(5, 10)
	f := placement.New(hosts, []placement.Kind{kind("web", size(4, 1), packBy("cpu")), kind("whole", size(10, 1))}, placement.Config{Strict: true, Unit: size(10, 10)})
	o := f.Pack(placement.ByStrategy, []placement.Batch{{Kind: 0, Tasks: 1}}, []placement.Batch{{Kind: 1, Tasks: 2}})
	assert.Empty(t, o[1].Left)
}

func TestAHostThatGoesTakesItsTasksOutOfTheSpread(t *testing.T) {
	// Two of web in a, one in b. When one of a's hosts goes, both zones have one.
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

func TestTaskGroupsFollowThePacking(t *testing.T) {
	// beside may only go where db is, and apart only where it is not; first fit puts db onto the first host.
	where := func(expression string) func(*cluster.Service, *cluster.Definition) {
		return func(s *cluster.Service, _ *cluster.Definition) {
			s.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: expression}}
		}
	}
	kinds := []placement.Kind{
		kind("db", size(9, 1)),
		kind("beside", size(1, 1), where("task:group == service:db")),
		kind("apart", size(1, 2), where("not(task:group == service:db)")),
	}
	f := placement.New(hostsIn("ab", size(10, 10)), kinds, placement.Config{Strict: true, Unit: size(10, 10)})
	all := []placement.Batch{{Kind: 0, Tasks: 1}, {Kind: 1, Tasks: 2}, {Kind: 2, Tasks: 1}}
	o := f.Pack(placement.LargestFirst, all)
	assert.Equal(t, map[int]int{1: 1}, byKind(o[0].Left), "one place beside db is left of two")
	o = f.Pack(placement.LargestFirst, []placement.Batch{{Kind: 1, Tasks: 1}})
	assert.Equal(t, map[int]int{1: 1}, byKind(o[0].Left), "the first packing is forgotten")

	unknown := hostsIn("ab", size(10, 10))
	unknown[0].GroupsKnown, unknown[1].GroupsKnown = false, false
	strict := placement.New(slices.Clone(unknown), kinds, placement.Config{Strict: true, Unit: size(10, 10)})
	loose := placement.New(slices.Clone(unknown), kinds, placement.Config{Unit: size(10, 10)})
	one := []placement.Batch{{Kind: 1, Tasks: 1}}
	assert.NotEmpty(t, strict.Pack(placement.LargestFirst, one)[0].Left)
	assert.Empty(t, loose.Pack(placement.LargestFirst, one)[0].Left)
}

func TestFewestOpensNoMoreHostsThanFirstFitNeeds(t *testing.T) {
	like := placement.Host{Free: size(2048, 3900), AwsvpcLimit: -1, GroupsKnown: true}
	kinds := []placement.Kind{kind("web", size(1000, 100)), kind("alone", size(10, 10), distinct), kind("port", size(10, 10), port(80))}
	fewest := func(spare int, of cluster.Resources, batches ...placement.Batch) int {
		return placement.Fewest(like, kinds, placement.Config{Unit: like.Free, Spare: of}, placement.LargestFirst, spare, batches)
	}
	assert.Equal(t, 7, fewest(0, size(0, 0), placement.Batch{Kind: 0, Tasks: 14}))
	assert.Equal(t, 5, fewest(0, size(0, 0), placement.Batch{Kind: 1, Tasks: 5}))
	assert.Equal(t, 5, fewest(0, size(0, 0), placement.Batch{Kind: 1, Tasks: 3}, placement.Batch{Kind: 2, Tasks: 5}))
	assert.Equal(t, 8, fewest(1, size(1000, 1000), placement.Batch{Kind: 0, Tasks: 14}), "no room is left for the spare one")
	assert.Equal(t, 7, fewest(1, size(1000, 1000), placement.Batch{Kind: 0, Tasks: 13}), "beside the thirteenth there is")
	assert.Equal(t, 2, fewest(3, size(1000, 1000)))
	assert.Equal(t, 0, fewest(0, size(0, 0)))
}

func TestSharesAreOfTheLargestPart(t *testing.T) {
	assert.InDelta(t, 0.5, placement.Share(size(1, 5), size(10, 10)), 0)
	assert.InDelta(t, 0.0, placement.Share(size(0, 0), size(0, 0)), 0)
	assert.Greater(t, placement.Share(cluster.Resources{GPU: 1}, size(10, 10)), 1e9, "of nothing, anything is more than all")
}

// Of a host whose tasks are not known nobody can tell that none of the group is there.
func TestDistinctInstanceOnAHostOfWhoseTasksNothingIsKnown(t *testing.T) {
	host := placement.Host{Free: size(1, 1), AwsvpcLimit: -1, Groups: map[string]int{}}
	once, often := kind("web", size(1, 1), distinct), kind("web", size(1, 1))
	assert.False(t, placement.TakesEmpty(host, once, placement.Config{Strict: true}), "strictly, one may be there")
	assert.True(t, placement.TakesEmpty(host, once, placement.Config{}), "loosely, none need be")
	assert.True(t, placement.TakesEmpty(host, often, placement.Config{Strict: true}), "who may stand beside its like does not care")
	host.GroupsKnown = true
	assert.True(t, placement.TakesEmpty(host, once, placement.Config{Strict: true}))
}

// A required attribute without a value asks for the attribute alone
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attribute.html).
func TestRequiredAttributes(t *testing.T) {
	for name, tt := range map[string]struct {
		value         string
		has           map[string]string
		strict, loose bool
	}{
		"without a value, on a host that has it with one":    {"", map[string]string{"driver": "awslogs"}, true, true},
		"without a value, on a host that has it without one": {"", map[string]string{"driver": ""}, true, true},
		"without a value, on a host that lacks it":           {"", map[string]string{"other": ""}, false, false},
		"without a value, on a host of which none is known":  {"", nil, false, true},
		"with a value that the host has":                     {"awslogs", map[string]string{"driver": "awslogs"}, true, true},
		"with another":                                       {"awslogs", map[string]string{"driver": "fluentd"}, false, false},
		"with a value, on a host that has it without one":    {"awslogs", map[string]string{"driver": ""}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			k := kind("web", size(1, 1), func(_ *cluster.Service, d *cluster.Definition) {
				d.Requires = map[string]string{"driver": tt.value}
			})
			host := placement.Host{Free: size(1, 1), AwsvpcLimit: -1, GroupsKnown: true, Attributes: tt.has}
			assert.Equal(t, tt.strict, placement.TakesEmpty(host, k, placement.Config{Strict: true}), "strict")
			assert.Equal(t, tt.loose, placement.TakesEmpty(host, k, placement.Config{}), "loose")
		})
	}
}
