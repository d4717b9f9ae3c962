package placement_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

func TestOpenAttributesAnswerWhereAllAgree(t *testing.T) {
	ask := func(expression string, zones ...string) (strict, loose bool) {
		service := cluster.Service{Name: "web", Constraints: []cluster.Constraint{{Type: cluster.MemberOf, Expression: expression}}}
		host := placement.Host{Free: cluster.Resources{CPU: 1}, AwsvpcLimit: -1, Attributes: map[string]string{}, Open: map[string][]string{"ecs.availability-zone": zones}}
		k := placement.KindOf(service, cluster.Definition{})
		return placement.TakesEmpty(host, k, placement.Config{Strict: true}), placement.TakesEmpty(host, k, placement.Config{})
	}
	for _, tt := range []struct {
		expression    string
		zones         []string
		strict, loose bool
	}{
		{"attribute:ecs.availability-zone == a", nil, false, true},
		{"attribute:ecs.availability-zone == a", []string{"a"}, true, true},
		{"attribute:ecs.availability-zone == a", []string{"a", "b"}, false, true},
		{"attribute:ecs.availability-zone == c", []string{"a", "b"}, false, false},
		{"attribute:ecs.availability-zone in [a, b]", []string{"a", "b"}, true, true},
	} {
		strict, loose := ask(tt.expression, tt.zones...)
		assert.Equal(t, [2]bool{tt.strict, tt.loose}, [2]bool{strict, loose}, tt)
	}
}

// An expression that would cost too much to parse or to match is unknown: neither yes nor no.
func TestCostlyExpressionsAreUnknown(t *testing.T) {
	deep := func(open, end string, n int) string {
		return strings.Repeat(open, n) + "attribute:size == 4" + strings.Repeat(end, n)
	}
	for name, tt := range map[string]struct {
		expression string
		known      bool
	}{
		"a hundred parentheses but one":       {deep("(", ")", 99), true},
		"a thousand parentheses":              {deep("(", ")", 900), false},
		"a million parentheses":               {deep("(", ")", 1_000_000), false},
		"a hundred negations":                 {deep("!", "", 98), true},
		"a million negations":                 {deep("not ", "", 1_000_000), false},
		"as long as ECS allows":               {"attribute:size == 4 or attribute:stack in [" + strings.Repeat("a,", 977) + "a]", true},
		"longer than ECS allows":              {"attribute:size == 4 or attribute:stack in [" + strings.Repeat("a,", 1000) + "a]", false},
		"a pattern as people write them":      {"attribute:size =~ ([0-9]{1,3}|x+)", true},
		"a pattern of a thousand repetitions": {"attribute:size =~ 4{1,1000}", false},
		"repetitions of repetitions":          {"attribute:size =~ ((4{1,30}){1,30}x?)*", false},
		"many large parts":                    {"attribute:size =~ " + strings.Repeat("x{0,1000}", 200) + "4", false},
		"large classes of characters":         {"attribute:size =~ " + strings.Repeat(`[\pL4]{0,900}`, 100), false},
	} {
		t.Run(name, func(t *testing.T) {
			service := cluster.Service{Name: "web", Constraints: []cluster.Constraint{{Type: cluster.MemberOf, Expression: tt.expression}}}
			k := placement.KindOf(service, cluster.Definition{Size: size(1, 1)})
			host := placement.Host{Free: size(1, 1), AwsvpcLimit: -1, Attributes: map[string]string{"size": "4"}, GroupsKnown: true}
			require.True(t, placement.TakesEmpty(host, k, placement.Config{}), "unknown keeps nothing off where a host is asked for")
			assert.Equal(t, tt.known, placement.TakesEmpty(host, k, placement.Config{Strict: true}))
		})
	}
}

func TestPatternsSkipTooLongValues(t *testing.T) {
	service := cluster.Service{Name: "web", Constraints: []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:size =~ x*"}}}
	k := placement.KindOf(service, cluster.Definition{Size: size(1, 1)})
	for length, known := range map[int]bool{128: true, 256: true, 257: false, 1 << 20: false} {
		host := placement.Host{Free: size(1, 1), AwsvpcLimit: -1, Attributes: map[string]string{"size": strings.Repeat("x", length)}, GroupsKnown: true}
		assert.Equal(t, known, placement.TakesEmpty(host, k, placement.Config{Strict: true}), length)
	}
}
