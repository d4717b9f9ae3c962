package report

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func TestThePageCarriesEverySampleAndVerdictAsTheResultHasThem(t *testing.T) {
	c := madeUp(1560, "gap", "managed-90")
	data := dataIn(t, pageOf(t, c))

	for i, run := range c.Runs {
		got := data.Runs[i]
		assert.Equal(t, run.Policy, got.Policy)
		for name, of := range sampled {
			if strings.HasSuffix(name, "_gpu") {
				assert.NotContains(t, got.Series, name, "nothing has a GPU")
				continue
			}
			assert.Equal(t, columnOf(run.Series, of), got.Series[name].column(), name)
		}
		require.Len(t, got.Drains, len(run.Drains))
		for j, d := range run.Drains {
			assert.Equal(t, drainData{Instance: d.Instance, Group: d.Group, Cause: d.Cause, From: d.From.Unix(), To: d.To.Unix(), Open: d.Open}, got.Drains[j])
		}
	}

	at, n := map[int64]int{}, data.From
	for i, step := range append([]float64{0}, data.Steps.column()...) {
		n += int64(step)
		at[n] = i
	}
	ours, v := c.Runs[0], data.Runs[0].Verdicts
	require.NotNil(t, v)
	assert.Nil(t, data.Runs[1].Verdicts, "managed scaling says nothing")
	shown := 0
	for _, said := range ours.Verdicts {
		i := at[said.At.Unix()]
		shown++
		assert.InDelta(t, float64(said.Signal), v.Signal.column()[i], 0)
		assert.InDelta(t, float64(said.Gap), v.Gap.column()[i], 0)
		assert.InDelta(t, jsonOf(t, said.CPU), v.CPU.column()[i], 0)
		assert.Equal(t, said.Reasons, v.Sets[int(v.Reasons.column()[i])])
		why := sentences{Patterns: v.Why.Patterns, Fills: v.Why.Fills, Of: v.Why.Of.column(), Fill: v.Why.Fill.column()}
		assert.Equal(t, said.Why, why.at(i))
	}
	for _, s := range v.Signal.column() {
		if !math.IsNaN(s) {
			shown--
		}
	}
	assert.Zero(t, shown, "as many minutes have a signal as passes ran")
}

func TestAColumnIsReadAsItWasWritten(t *testing.T) {
	for _, c := range []column{{}, {1}, {1, 2, 3}, {0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7}, {math.NaN(), 1.25, -3, math.NaN(), math.NaN()}} {
		text, err := json.Marshal(c)
		require.NoError(t, err)
		var back read
		require.NoError(t, json.Unmarshal(text, &back))
		assert.True(t, equal(c, back.column()), string(text))
	}
}

func equal(a, b column) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !same(a[i], b[i]) {
			return false
		}
	}
	return true
}

// read is a column as the script reads it.
type read struct{ values []*float64 }

func (r *read) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, &r.values)
	}
	var runs struct {
		V []*float64
		N []int
	}
	if err := json.Unmarshal(text, &runs); err != nil {
		return err
	}
	for i, v := range runs.V {
		for range runs.N[i] {
			r.values = append(r.values, v)
		}
	}
	return nil
}

func (r *read) column() column {
	return columnOf(r.values, func(v *float64) float64 {
		if v == nil {
			return math.NaN()
		}
		return *v
	})
}

// readScene is a scene's data.
type readScene struct {
	From  int64
	Steps read
	Runs  []struct {
		Policy   string
		Series   map[string]*read
		Drains   []drainData
		Verdicts *struct {
			Signal, Gap, Reasons, CPU read
			Sets                      [][]scaler.Reason
			Why                       struct {
				Patterns, Fills []string
				Of, Fill        read
			}
		}
	}
}

// dataIn is the data of a page's only scene.
func dataIn(t *testing.T, page string) readScene {
	t.Helper()
	script := elements(parsed(t, page), "script")[0]
	require.Equal(t, "data", attr(script, "id"))
	var data struct{ Scenes []readScene }
	require.NoError(t, json.Unmarshal([]byte(script.FirstChild.Data), &data))
	require.Len(t, data.Scenes, 1)
	return data.Scenes[0]
}

func jsonOf(t *testing.T, p *cluster.Percent) float64 {
	t.Helper()
	text, err := json.Marshal(p)
	require.NoError(t, err)
	v, err := strconv.ParseFloat(string(text), 64)
	require.NoError(t, err)
	return v
}

// at is the sentence of a minute, put together again as the page's script does.
func (s sentences) at(i int) string {
	if math.IsNaN(s.Of[i]) {
		return ""
	}
	fills := strings.Fields(s.Fills[int(s.Fill[i])])
	parts := strings.Split(s.Patterns[int(s.Of[i])], hole)
	var sentence strings.Builder
	for j, part := range parts {
		if j > 0 {
			sentence.WriteString(fills[j-1])
		}
		sentence.WriteString(part)
	}
	return sentence.String()
}
