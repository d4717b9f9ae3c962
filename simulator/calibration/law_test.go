package calibration

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/internal/lab/property"
	"ecs-cluster-scaler/simulator/aws"
)

func TestMain(m *testing.M) { property.Main(m, 200) }

func all(seconds ...float64) []span {
	var seen []span
	for _, s := range seconds {
		seen = append(seen, span{s, s, s})
	}
	return seen
}

// The distances are worked out by hand.
func TestDepartureIsKolmogorovs(t *testing.T) {
	tenToTwenty := evenly(aws.Uniform{Min: 10 * time.Second, Max: 20 * time.Second})
	for name, c := range map[string]struct {
		law  law
		seen []span
		want float64
	}{
		"in the middle":                      {tenToTwenty, all(15, 15), 0.5},
		"spread as the law":                  {tenToTwenty, all(12.5, 17.5), 0.25},
		"all too short":                      {tenToTwenty, all(3, 4), 1},
		"one of four too long":               {tenToTwenty, all(12, 14, 16, 99), 0.25},
		"a span that may be right":           {tenToTwenty, []span{{least: 3, most: 16}}, 0.4},
		"a span that may be anything":        {tenToTwenty, []span{{most: math.Inf(1)}}, 0},
		"no shorter than what is in the law": {tenToTwenty, []span{longerThan(18 * time.Second)}, 0.8},
		"one length, seen":                   {always(10 * time.Second), all(10, 10), 0},
		"one length, one of two is longer":   {always(10 * time.Second), all(10, 11), 0.5},
		"one length, one of two is shorter":  {always(10 * time.Second), all(9, 10), 0.5},
	} {
		assert.InDelta(t, c.want, c.law.departure(c.seen), 1e-9, name)
	}
}

// The shares of a normal distribution are in every table: a half at the median, 0.95 at p95.
func TestSkewedLawHasItsMedianAndP95(t *testing.T) {
	l := skewed(aws.LogNormal{Median: 75 * time.Second, P95: 165 * time.Second})
	for x, want := range map[float64]float64{0: 0, 75: 0.5, 165: 0.95, 75 * 75. / 165: 0.05, math.Inf(1): 1} {
		_, upTo := l(x)
		assert.InDelta(t, want, upTo, 1e-9, x)
	}
}

// draw draws n lengths as the simulated AWS does.
func draw(l aws.LogNormal, n int, seed uint64) []span {
	r := rand.New(rand.NewPCG(seed, 7))
	sigma := math.Log(float64(l.P95)/float64(l.Median)) / 1.6448536269514722
	var seen []span
	for range n {
		s := math.Round(l.Median.Seconds() * math.Exp(sigma*r.NormFloat64()))
		seen = append(seen, span{s, s, s})
	}
	return seen
}

func TestLengthsOfTheLawDoNotContradictIt(t *testing.T) {
	boot := aws.Defaults().EC2.Boot
	for seed := range uint64(2000) {
		for _, n := range []int{5, 20, 200} {
			assert.NotEqual(t, Contradicted, skewed(boot).follow(draw(boot, n, seed)), "seed %d, %d lengths", seed, n)
		}
	}
}

// Thirty boots tell the median from half and twice as much on most days, a hundred on all.
func TestManyLengthsConfirmTheirLaw(t *testing.T) {
	boot := aws.Defaults().EC2.Boot
	confirmed := 0
	for seed := range uint64(100) {
		if skewed(boot).follow(draw(boot, 30, seed)) == Confirmed {
			confirmed++
		}
		assert.Equal(t, Confirmed, skewed(boot).follow(draw(boot, 100, seed)))
		twice := aws.LogNormal{Median: 2 * boot.Median, P95: 2 * boot.P95}
		assert.Equal(t, Contradicted, skewed(boot).follow(draw(twice, 100, seed)))
	}
	assert.Greater(t, confirmed, 50)
}

func TestAKnobThatIsNearlyRightIsRight(t *testing.T) {
	five := always(5 * time.Minute)
	assert.Equal(t, Confirmed, five.follow(all(slices.Repeat([]float64{325}, 50)...)))
	assert.Equal(t, Confirmed, five.follow(all(slices.Repeat([]float64{280}, 50)...)))
	assert.Equal(t, Contradicted, five.follow(all(slices.Repeat([]float64{340}, 50)...)))
	assert.Equal(t, NotSeen, five.follow(all(340, 340, 340, 340)), "too few")
}

// The less is known of the lengths, the less they say against a law. So what looks cannot see contradicts nothing.
func TestCoarserLooksContradictNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		second := rapid.Float64Range(0, 1000)
		a, b := second.Draw(t, "min"), second.Draw(t, "max")
		laws := []law{
			evenly(aws.Uniform{Min: length(min(a, b)), Max: length(max(a, b))}), always(length(a)),
			skewed(aws.LogNormal{Median: length(min(a, b)), P95: length(max(a, b))}),
		}
		sharp := all(rapid.SliceOfN(second, 1, 30).Draw(t, "seen")...)
		coarse := slices.Clone(sharp)
		for i := range coarse {
			coarse[i].least -= second.Draw(t, "earlier")
			coarse[i].most += second.Draw(t, "later")
		}
		for _, l := range laws {
			assert.LessOrEqual(t, l.departure(coarse), l.departure(sharp)+1e-9)
		}
		blind := slices.Repeat([]span{{most: math.Inf(1)}}, 500)
		for _, l := range laws {
			assert.Equal(t, NotSeen, l.follow(blind))
		}
	})
}

func TestFewestIsWhereChanceEnds(t *testing.T) {
	assert.Less(t, chance(fewest), 1.0)
	assert.Greater(t, chance(fewest-1), 1.0, "no distance is above 1")
	far := all(9e5, 9e5, 9e5, 9e5, 9e5)
	assert.Equal(t, Contradicted, always(time.Minute).follow(far))
	assert.Equal(t, NotSeen, always(time.Minute).follow(far[1:]))
}
