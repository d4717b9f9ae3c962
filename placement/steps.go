package placement

const (
	// MostSteps is how many steps a packing may take unless another bound is set: about a second of a processor. The
	// largest cluster of ECS takes a quarter of it (5000 hosts, 50 000 tasks of 5000 services).
	MostSteps = 40_000_000
	// mostPlacements and mostCells bound what a packing remembers, to about 30 MiB each.
	mostPlacements = 1 << 19
	mostCells      = 1 << 19
	// mostOfAKind is how many tasks of a kind are told apart: a hundred on each of MostHosts.
	mostOfAKind = 1 << 20
)

// Steps counts the cost of packing: each check of a host, a cell, an attribute or a part of an expression. No number of
// hosts, services or expressions may keep a pass from ending. One count may serve several fleets in turn.
type Steps struct {
	taken, most int
	// over is asked at every so many steps, the next time at ask.
	over func() bool
	ask  int
}

// askEvery is so many steps, some milliseconds of a small function's processor.
const askEvery = 1 << 16

// NewSteps is a count that is spent after so many steps.
func NewSteps(most int) *Steps { return &Steps{most: most} }

// Until also makes the count spent once over says so. It is asked now and then; nil: never.
func (s *Steps) Until(over func() bool) *Steps {
	s.over = over
	return s
}

// Spent tells that the bound was reached. From then on a packing is not whole: see Outcome.Cut.
func (s *Steps) Spent() bool { return s.taken > s.most }

// Taken is how many steps were taken. It passes the bound by one check at most.
func (s *Steps) Taken() int { return s.taken }

func (s *Steps) take(n int) {
	if s.Spent() {
		return
	}
	s.taken += min(n, s.most+1)
	if s.over != nil && s.taken >= s.ask {
		s.ask = s.taken + askEvery
		if s.over() {
			s.spend()
		}
	}
}

func (s *Steps) spend() { s.taken = max(s.taken, s.most+1) }
