package simulator

import (
	"slices"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/simulator/aws"
)

var daily = []scenarioClaims{
	{"diurnal", []claim{
		{"Services that peak at different hours of a day.", func(d *day) {
			d = ofLoad(d.T, "diurnal")
			var peaks []float64
			for _, service := range []string{"web", "api", "search", "mailer"} {
				high := slices.MaxFunc(d.between(0, 24*time.Hour), func(a, b moment) int { return a.desired[service] - b.desired[service] })
				low := slices.MinFunc(d.between(0, 24*time.Hour), func(a, b moment) int { return a.desired[service] - b.desired[service] })
				assert.GreaterOrEqual(d, high.desired[service], 3*low.desired[service], service)
				for _, other := range peaks {
					assert.Greater(d, max(high.at.Hours()-other, other-high.at.Hours()), 2.0, service)
				}
				peaks = append(peaks, high.at.Hours())
			}
		}},
		{"It is the usual case: each host that is bought too late or kept too long shows.", func(d *day) {
			late := 0
			for _, m := range d.between(0, ever) {
				if m.sample.Fewest > m.sample.Active {
					late++
					assert.Positive(d, m.sample.Unplaced, "too few hosts at %s", m.at)
				}
			}
			assert.Greater(d, late, 6*60)
			kept := live(d.T, "diurnal", &still{hosts: 20}, nil).measured
			assert.Zero(d, kept.UnplacedLateTaskSeconds)
			assert.Greater(d, kept.OverLowerBound, 1.4, "too many hosts")
		}},
	}},
	{"flash-crowd", []claim{
		{"The load of one service grows sixfold within three minutes, is gone after forty and comes once more.", func(d *day) {
			loaded := ofLoad(d.T, "flash-crowd")
			shop := func(from, to time.Duration) float64 {
				sum := 0
				minutes := loaded.between(from, to)
				for _, m := range minutes {
					sum += m.desired["shop"]
				}
				return float64(sum) / float64(len(minutes))
			}
			for _, from := range []time.Duration{time.Hour, 3 * time.Hour} {
				assert.InDelta(d, 6, shop(from+3*time.Minute, from+40*time.Minute)/shop(from-30*time.Minute, from), 0.45)
				assert.Less(d, shop(from, from+time.Minute)/shop(from-30*time.Minute, from), 3.0)
				for _, m := range slices.Concat(loaded.between(from-50*time.Minute, from), loaded.between(from+47*time.Minute, from+100*time.Minute)) {
					assert.LessOrEqual(d, m.desired["shop"], 11, "at %s", m.at)
				}
			}
			others := func(at time.Duration) int {
				m := loaded.between(at-time.Minute, at)[0]
				return m.sample.Demand.CPU - 1024*m.desired["shop"]
			}
			assert.InDelta(d, others(time.Hour), others(90*time.Minute), 0.25*float64(others(time.Hour)), "of the one service")
			assert.Greater(d, d.measured.UnplacedLateTaskSeconds, 1e5)
		}},
	}},
	{"quiet-night", []claim{
		{"Nothing changes for twelve hours on a cluster that is neither full nor idle.", func(d *day) {
			for _, k := range []aws.Kind{aws.DemandChanged, aws.TaskStopped, aws.TaskPlaced, aws.HostLaunched, aws.HostLeaving} {
				assert.Empty(d, d.happened(k, 0, ever), k)
			}
			for _, m := range d.between(0, 12*time.Hour) {
				// Within the default thresholds of 50 and 75 %.
				assert.Greater(d, max(m.cpu(), m.memory()), 52.0)
				assert.Less(d, max(m.cpu(), m.memory()), 73.0)
			}
		}},
		{"Every scaling action is one too many.", func(d *day) {
			assert.Zero(d, d.measured.UnplacedTaskSeconds+float64(d.measured.UnplacedAtEnd), "it fits where it is")
		}},
	}},
	{"scale-to-zero", []claim{
		{"A cluster that needs no host half of the day, with jobs every four hours and a service in office hours.", func(d *day) {
			none := 0
			for _, m := range d.between(0, 24*time.Hour) {
				if m.sample.Fewest == 0 {
					none++
				}
				hour := 2 + m.at.Hours()
				if hour > 9.5 && hour < 17 {
					assert.Positive(d, m.desired["office"], "at %g h", hour)
				}
				if hour < 9 || hour > 17.5 {
					assert.Zero(d, m.desired["office"], "at %g h", hour)
				}
			}
			assert.InDelta(d, 12*60, none, 90)
			for n := range 6 {
				at := time.Duration(n) * 4 * time.Hour
				assert.GreaterOrEqual(d, most(d.between(at, at+20*time.Minute), func(m moment) int { return m.desired["reports"] }), 6)
				assert.Zero(d, most(d.between(at+80*time.Minute, at+4*time.Hour), func(m moment) int { return m.desired["reports"] }))
			}
		}},
	}},
}
