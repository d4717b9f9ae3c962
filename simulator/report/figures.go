package report

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// figure writes a number with thousands apart, and no more decimals than say something.
func figure(v float64) string {
	decimals := 0
	if a := math.Abs(v); v != math.Trunc(v) && a < 100 {
		decimals = 1
	}
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	whole, rest, fraction := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction {
		whole += "." + rest
	}
	return typeset(whole)
}

// typeset gives a number a minus sign in place of the hyphen.
func typeset(number string) string { return strings.Replace(number, "-", "−", 1) }

func round(v float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(v*p) / p
}

func clock(t time.Time) string { return t.UTC().Format("Mon 2 Jan 15:04") }
