package calibration

import (
	"fmt"
	"math"
	"time"

	"ecs-cluster-scaler/internal/plural"
)

// seconds writes a length of time for people.
func seconds(s float64) string {
	d := time.Duration(math.Round(s*10)) * (time.Second / 10)
	if d >= 10*time.Second {
		d = d.Round(time.Second)
	}
	return plural.Duration(d)
}

// length is a time in seconds as a knob takes it: in whole seconds from ten on, in tenths below.
func length(s float64) time.Duration {
	unit := time.Second
	if s < 10 {
		unit = time.Second / 10
	}
	return time.Duration(math.Round(s*float64(time.Second)/float64(unit))) * unit
}

// rounded is a number with three digits.
func rounded(x float64) float64 {
	var y float64
	_, _ = fmt.Sscan(fmt.Sprintf("%.3g", x), &y)
	return y
}
