package placement_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

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

// Of a host whose tasks are not known nobody can tell that none of the group is there.
func TestDistinctInstanceOnAnUnreadHost(t *testing.T) {
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
		"without a value, on a host without it":              {"", map[string]string{"other": ""}, false, false},
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
