package workload

import (
	"fmt"
	"math"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// demand is how many tasks a service's load is worth, so long after the beginning.
type demand func(since time.Duration) float64

// steady never changes.
func steady(tasks float64) demand { return func(time.Duration) float64 { return tasks } }

// daily swings between low and high once a day, highest at the hour of peak.
func daily(low, high float64, peak time.Duration) demand {
	return func(since time.Duration) float64 {
		phase := 2 * math.Pi * float64(since-peak) / float64(day)
		return low + (high-low)*(1+math.Cos(phase))/2
	}
}

// between is d, and from the one time to the other it is also over.
func (d demand) between(from, to time.Duration, over demand) demand {
	return func(since time.Duration) float64 {
		if since >= from && since < to {
			return d(since) + over(since)
		}
		return d(since)
	}
}

// noisy is d with a share of noise either way, drawn anew each minute.
func (d demand) noisy(seed uint64, name string, share float64) demand {
	return func(since time.Duration) float64 {
		r := draw(seed, fmt.Sprintf("demand %s %d", name, since/time.Minute))
		return d(since) * (1 + share*(2*r.Float64()-1))
	}
}

// damping is how long a service that is scaled immediately keeps what was wanted.
const damping = 300 * time.Second

// scaling is [aws.Immediate]: up at once, down no further than what was wanted at most within the damping.
type scaling struct {
	least int
	asked []int // newest last, one a minute
}

// desired is the count for a demand that is read each minute.
func (s *scaling) desired(tasks float64) int {
	s.asked = append(s.asked, max(s.least, ceil(tasks)))
	if over := len(s.asked) - int(damping/time.Minute) - 1; over > 0 {
		s.asked = s.asked[over:]
	}
	most := 0
	for _, n := range s.asked {
		most = max(most, n)
	}
	return most
}

// scale has a service's desired count follow a demand from now on, as [aws.ServiceScalingKnobs] say.
func (t town) scale(service *aws.Service, least int, wanted demand) {
	if t.World.Knobs.Services.Kind != aws.Immediate {
		service.Track(least, func(since time.Duration) float64 { return wanted(since - t.history) })
		return
	}
	own := scaling{least: least}
	last := service.Desired
	var minute func()
	minute = func() {
		if n := own.desired(wanted(t.since())); n != last {
			last = n
			service.SetDesired(n)
		}
		t.World.After(time.Minute, "workload scale "+service.Spec.Name, minute)
	}
	t.World.After(0, "workload scale "+service.Spec.Name, minute)
}

// ceil forgives what floating point adds.
func ceil(tasks float64) int { return int(math.Ceil(tasks - 1e-9)) }
