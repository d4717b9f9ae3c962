package scaler

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"ecs-cluster-scaler/placement"
)

const (
	// guesses is how many random choices of hosts are tried beside the fullest and the emptiest.
	guesses = 20
	// tenth: at most one host in ten goes at a time, however idle a cluster is.
	tenth = 10
)

// together is how many hosts may go at once, whichever they are. Nobody can try every choice, so the fullest, the
// emptiest and twenty random ones stand for all; that one host can go has been found before.
func (m *moving) together() int {
	if len(m.candidates) != 1 {
		return 1 // each of several groups would follow the gap
	}
	of := m.byFill(m.candidates[0])
	most := min(len(of), len(m.j.capacity)-m.j.entry.MinInstances)
	size := len(m.j.capacity)
	for _, g := range m.j.s.Followers() {
		size = g.InService()
		most = min(most, g.Spare(m.j.s.CapacityOf(g)))
	}
	most = min(most, size/tenth, mostHosts)

	// What more hosts can do, fewer can, nearly always: halving finds the largest number or one just below.
	good, bad := 1, most+1
	for try := most; bad-good > 1; try = (good + bad) / 2 {
		if m.goTogether(of, try) {
			good = try
		} else {
			bad = try
		}
	}
	return good
}

// goTogether tries choices of n hosts.
func (m *moving) goTogether(byFill []int, n int) bool {
	if m.refuses(byFill[:n]) != nil || m.refuses(byFill[len(byFill)-n:]) != nil {
		return false
	}
	// The same guesses for the same cluster, whatever order its hosts were read in.
	random := rand.New(rand.NewPCG(uint64(len(byFill)), uint64(n)))
	shuffled := slices.Clone(byFill)
	for range guesses {
		random.Shuffle(len(shuffled), func(a, b int) { shuffled[a], shuffled[b] = shuffled[b], shuffled[a] })
		if m.refuses(shuffled[:n]) != nil {
			return false
		}
	}
	return true
}

// byFill sorts hosts by what is reserved on them, the fullest first.
func (m *moving) byFill(hosts []int) []int {
	sorted := slices.Clone(hosts)
	unit := m.j.unit()
	fill := func(host int) float64 { return placement.Share(m.hosts[host].Reserved(), unit) }
	slices.SortStableFunc(sorted, func(a, b int) int { return cmp.Or(cmp.Compare(fill(b), fill(a)), cmp.Compare(a, b)) })
	return sorted
}
