package scaler_test

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

// A task runs on one of the bound hosts, and on no other. So a choice of hosts is refused that takes all of them, and no random
// choice of up to thirty of sixty does.
func TestChoicesAreThoseOfAutoScaling(t *testing.T) {
	even := func(i int) string { return []string{"a", "b", "c"}[i%3] }
	uneven := func(i int) string { // b and c are the oldest and the newest, and a has most hosts
		switch {
		case i < 10:
			return "b"
		case i >= 50:
			return "c"
		default:
			return "a"
		}
	}
	one := func(int) string { return "a" }
	fill := func(i int) int { return i * 37 % 60 } // neither by age nor by zone
	for name, tt := range map[string]struct {
		zone  func(i int) string
		bound func(i int) bool
		gap   int
	}{
		"none is bound":          {even, func(int) bool { return false }, -30},
		"the fullest":            {uneven, func(i int) bool { return fill(i) >= 40 }, -19},
		"the emptiest":           {uneven, func(i int) bool { return fill(i) < 20 }, -19},
		"a zone's":               {even, func(i int) bool { return even(i) == "b" }, -19},
		"the fullest of each":    {even, func(i int) bool { return fill(i) >= 39 }, -20},
		"the largest's oldest":   {uneven, func(i int) bool { return uneven(i) == "a" && i < 30 }, -19},
		"the largest's newest":   {uneven, func(i int) bool { return uneven(i) == "a" && i >= 30 }, -19},
		"the oldest of one zone": {one, func(i int) bool { return i < 20 }, -19},
		"the newest of one zone": {one, func(i int) bool { return i >= 40 }, -19},
	} {
		t.Run(name, func(t *testing.T) {
			w := onlyFit()
			w.service("bound", 1, size(1, 1), func(_ *cluster.Service, d *cluster.Definition) {
				d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:bound == yes"}}
			})
			w.find("bound").Desired = 0
			for i := range 60 {
				w.host(1, size(2000, 4000), func(h *cluster.Host) {
					h.Attributes[cluster.ZoneAttribute], h.Attributes["bound"] = tt.zone(i), "no"
					h.Remaining.CPU -= int64(10 * fill(i))
					if name == "the fullest of each" && even(i) == "a" {
						h.Remaining.CPU -= 600 // zone a is fuller than the others
					}
				})
				if !tt.bound(i) {
					continue
				}
				w.s.Hosts[i].Attributes["bound"] = "yes"
				if w.find("bound").Desired == 0 {
					w.find("bound").Desired = 1
					w.put(i, 1, "bound")
				}
			}
			v := w.decide()
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
		})
	}
}

// Of few hosts every choice is tried: any four of eight are refused that are bound.
func TestOfFewHostsEveryChoiceIsTried(t *testing.T) {
	for of := range 1 << 8 {
		if bits.OnesCount(uint(of)) != 4 {
			continue
		}
		w := onlyFit()
		w.host(8, size(2000, 4000), func(h *cluster.Host) {
			h.Attributes["bound"] = map[int]string{0: "no", 1: "yes"}[of>>len(w.s.Hosts)&1]
		})
		w.service("bound", 1, size(100, 10), func(_ *cluster.Service, d *cluster.Definition) {
			d.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:bound == yes"}}
		})
		w.put(bits.TrailingZeros(uint(of)), 1, "bound")
		assert.Equal(t, -3, w.decide().InstanceGap, "%08b", of)
	}
}
