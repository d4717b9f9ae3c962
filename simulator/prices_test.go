package simulator

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPricesAreReadByType(t *testing.T) {
	p, err := ParsePrices("p.csv", strings.NewReader("instance_type,usd_per_hour\r\nm5.xlarge,0.192\r\nany,1\r\n"))
	require.NoError(t, err)
	assert.Equal(t, Prices{"m5.xlarge": 0.192, AnyType: 1}, p)
	assert.Equal(t, "An hour of a host: any $1, m5.xlarge $0.192", p.String())
	assert.Empty(t, Prices(nil).String())
	for kind, want := range map[string]float64{"m5.xlarge": 0.192, "c5.large": 1} {
		usd, err := p.of(kind)
		require.NoError(t, err)
		assert.InDelta(t, want, usd, 0)
	}
}

func TestFaultyPricesAreAnsweredWithWhatToDo(t *testing.T) {
	const header = "instance_type,usd_per_hour\n"
	for text, want := range map[string]string{
		"":                            "p.csv: it is empty; the first line must be instance_type,usd_per_hour",
		"type,price\n":                `p.csv:1: the first line is "type,price"; it must be instance_type,usd_per_hour`,
		"t_s,value\n":                 "p.csv:1: this is a trace of demand; give it to --demand",
		header:                        "p.csv: nothing follows the first line; add a line for each of instance_type,usd_per_hour",
		header + "m5.xlarge,0,192\n":  "p.csv:2: it has 3 columns; it must have 2: instance_type,usd_per_hour",
		header + "m5.xlarge,$0.192\n": `p.csv:2: usd_per_hour is "$0.192"; it must be a number, 0 or more`,
		header + "m5.xlarge,-1\n":     `p.csv:2: usd_per_hour is "-1"; it must be a number, 0 or more`,
		header + "m5.xlarge,0\n":      "p.csv:2: usd_per_hour is 0; it must be more than 0 and at most 10000",
		header + "m5.xlarge,1e300\n":  "p.csv:2: usd_per_hour is 1e+300; it must be more than 0 and at most 10000",
		header + " ,1\n":              "p.csv:2: instance_type is empty; write a type, such as m5.xlarge, or any for all others",
		header + "a,1\nb,1\n\na,2\n":  `p.csv:5: instance_type is "a", which has a price in line 2; keep one of them`,
	} {
		_, err := ParsePrices("p.csv", strings.NewReader(text))
		assert.EqualError(t, err, want)
	}
}

func TestOnePriceMustBeOne(t *testing.T) {
	p, err := AnyPrice(0.192)
	require.NoError(t, err)
	assert.Equal(t, Prices{AnyType: 0.192}, p)
	for _, usd := range []float64{0, -1, math.NaN(), math.Inf(1), 10001} {
		_, err := AnyPrice(usd)
		assert.ErrorContains(t, err, "it must be more than 0 and at most 10000, in USD")
	}
}
