package scaler_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestOrderOfReadingDoesNotMatter(t *testing.T) {
	tried := tally{}
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld(t)
		if rapid.IntRange(0, 9).Draw(t, "nothing known of sizes") == 0 {
			w.s.Definitions = nil
		}
		v := w.decide()
		tried[v.Signal]++
		want, err := json.Marshal(v)
		require.NoError(t, err)
		c := w.copy()
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		r.Shuffle(len(c.s.Hosts), func(a, b int) { c.s.Hosts[a], c.s.Hosts[b] = c.s.Hosts[b], c.s.Hosts[a] })
		r.Shuffle(len(c.s.Services), func(a, b int) { c.s.Services[a], c.s.Services[b] = c.s.Services[b], c.s.Services[a] })
		r.Shuffle(len(c.s.Tasks), func(a, b int) { c.s.Tasks[a], c.s.Tasks[b] = c.s.Tasks[b], c.s.Tasks[a] })
		for _, g := range c.s.Groups {
			r.Shuffle(len(g.Instances), func(a, b int) { g.Instances[a], g.Instances[b] = g.Instances[b], g.Instances[a] })
		}
		got, err := json.Marshal(c.decide())
		require.NoError(t, err)
		if !bytes.Equal(got, want) {
			t.Fatalf("in another order\n%s\nnot\n%s\n%s", got, want, w)
		}
	})
	tried.show(t)
}
