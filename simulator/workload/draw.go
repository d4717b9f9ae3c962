package workload

import (
	"hash/fnv"
	"math/rand/v2"
)

// draw is the source of chance for one thing, by its name: so one more draw elsewhere changes nothing here, and every
// policy meets the same demand.
func draw(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte("workload " + name))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}
