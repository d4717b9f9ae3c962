package aws

import (
	"math"
	"strconv"
	"time"
)

// ServiceScaling is how services follow their load.
type ServiceScaling string

// Kinds of it.
const (
	// ByMinutes is Application Auto Scaling's target tracking on metrics of 60 seconds, its default.
	ByMinutes ServiceScaling = "60s"
	// BySeconds is the same on metrics of 20 seconds
	// (https://aws.amazon.com/about-aws/whats-new/2026/06/amazon-ecs-faster-autoscaling/).
	BySeconds ServiceScaling = "20s"
	// Immediate is no scaling of AWS: whoever sets the desired count knows the load.
	Immediate ServiceScaling = "immediate"
)

// ServiceScalingKnobs are those of Application Auto Scaling's target tracking
// (https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html).
type ServiceScalingKnobs struct {
	Kind                     ServiceScaling
	Out                      int
	In                       time.Duration
	Below                    float64
	Cooldown                 time.Duration
	MinuteDelay, SecondDelay Uniform
}

// tracker keeps a service at its target.
type tracker struct {
	service *Service
	least   int
	load    func(since time.Duration) float64
	points  []trackPoint // newest last
	cools   time.Time    // no step in before this
	changed time.Time    // the end of the period that the last change followed from
}

// trackPoint is a datapoint: what the load was worth in tasks, and how many were desired.
type trackPoint struct {
	load    float64
	desired int
}

// Track has Application Auto Scaling follow a service's load, which is given as tasks' worth, and never go below a least
// count. The load is shared by the desired count: tasks that wait do not make the others busier.
func (s *Service) Track(least int, load func(since time.Duration) float64) {
	w := s.Cluster.world
	w.mu.Lock()
	defer w.mu.Unlock()
	t := &tracker{service: s, least: least, load: load}
	period := time.Minute
	if w.Knobs.Services.Kind == BySeconds {
		period = 20 * time.Second
	}
	w.every(w.now.Add(period), period, "service scaling "+s.Cluster.Name+" "+s.Spec.Name, func() { t.measure(period) })
}

// measure takes the datapoint of the period that ended. What its alarms say is done some time later.
func (t *tracker) measure(period time.Duration) {
	s := t.service
	w, k := s.Cluster.world, s.Cluster.world.Knobs.Services
	if s.Status != active {
		return
	}
	in := max(1, int(k.In/period))
	t.points = append(t.points, trackPoint{t.load(w.now.Sub(w.Knobs.Start)), s.Desired})
	if over := len(t.points) - max(1, k.Out, in); over > 0 {
		t.points = t.points[over:]
	}
	high := t.all(max(1, k.Out), func(p trackPoint) bool { return p.load > float64(p.desired)+tiny })
	low := t.all(in, func(p trackPoint) bool { return p.load < k.Below*float64(p.desired)-tiny })
	if !high && !low {
		return
	}
	delay := k.MinuteDelay
	if k.Kind == BySeconds {
		delay = k.SecondDelay
	}
	ended, n := w.now, max(t.least, int(math.Ceil(t.points[len(t.points)-1].load-tiny)))
	name := "service scaling " + s.Cluster.Name + " " + s.Spec.Name
	luck := w.draw(name + " " + strconv.FormatInt(ended.Unix(), 10))
	w.after(delay.of(luck), name, func() { t.act(n, ended) })
}

// tiny is what floating point adds.
const tiny = 1e-9

// all says whether there are n datapoints, and each of the newest n is so.
func (t *tracker) all(n int, so func(trackPoint) bool) bool {
	if len(t.points) < n {
		return false
	}
	for _, p := range t.points[len(t.points)-n:] {
		if !so(p) {
			return false
		}
	}
	return true
}

// act sets the desired count that follows from a datapoint. A step out is taken at once, also while an earlier one is new:
// its datapoint counts from the capacity of its own time. A step in waits for the cooldown.
func (t *tracker) act(n int, ended time.Time) {
	s := t.service
	w := s.Cluster.world
	switch {
	case s.Status != active || ended.Before(t.changed) || n == s.Desired:
		return
	case n < s.Desired && w.now.Before(t.cools):
		return
	case n < s.Desired:
		t.cools = w.now.Add(w.Knobs.Services.Cooldown)
	}
	t.changed = ended
	s.want(n)
}
