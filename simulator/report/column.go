package report

import (
	"math"
	"strconv"
)

// column is a value a minute, as the page's script reads it: a plain array, or, where that is shorter, runs of equal
// values as {"v":[value…],"n":[times…]}. A NaN is null. Nothing is rounded: a week of minutes is small by its runs.
type column []float64

// MarshalJSON writes the shorter form.
func (c column) MarshalJSON() ([]byte, error) {
	var values, times []byte
	plain := []byte{'['}
	for i := 0; i < len(c); {
		n := 1
		for i+n < len(c) && same(c[i], c[i+n]) {
			n++
		}
		values = appendNumber(comma(values), c[i])
		times = strconv.AppendInt(comma(times), int64(n), 10)
		for range n {
			plain = appendNumber(comma(plain), c[i])
		}
		i += n
	}
	plain = append(plain, ']')
	const frame = `{"v":[],"n":[]}`
	if len(values)+len(times)+len(frame) >= len(plain) {
		return plain, nil
	}
	runs := append([]byte(`{"v":[`), values...)
	runs = append(append(runs, `],"n":[`...), times...)
	return append(runs, "]}"...), nil
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

func comma(list []byte) []byte {
	if len(list) == 0 || list[len(list)-1] == '[' {
		return list
	}
	return append(list, ',')
}

func appendNumber(list []byte, v float64) []byte {
	if math.IsNaN(v) {
		return append(list, "null"...)
	}
	return strconv.AppendFloat(list, v, 'f', -1, 64)
}

// blank is a column that knows nothing yet.
func blank(n int) column {
	c := make(column, n)
	for i := range c {
		c[i] = math.NaN()
	}
	return c
}

// columnOf is a column of something of each item.
func columnOf[T any](items []T, of func(T) float64) column {
	c := make(column, len(items))
	for i, item := range items {
		c[i] = of(item)
	}
	return c
}
