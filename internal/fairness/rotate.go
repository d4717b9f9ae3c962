// Package fairness decides whose turn it is where the time may not suffice for all.
package fairness

import (
	"math"
	"slices"
	"time"
)

// golden is the golden section: steps of it spread over a circle more evenly than any other.
const golden = 0.6180339887498949

// Rotate returns all, beginning with another one each minute: the start moves by about 0.618 of their number. So the tail
// for which there may be no time is not the same for many minutes in a row. A start that moved by one would leave the
// same one out for as many minutes as the tail is long. The start depends on the minute alone, so that it moves on
// whichever process runs, and also while the number changes.
func Rotate[T any](all []T, minute time.Time) []T {
	if len(all) == 0 {
		return all
	}
	_, turn := math.Modf(float64(minute.Unix()/60) * golden)
	at := int(turn * float64(len(all)))
	return slices.Concat(all[at:], all[:at])
}
