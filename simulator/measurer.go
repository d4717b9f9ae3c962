package simulator

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// Measurer makes measures out of what happens. It goes by what the world tells alone, so that it can be tried with a
// handful of events, and never by a clock.
type Measurer struct {
	from time.Time // measuring begins
	now  time.Time // told so far
	next time.Time // end of the minute under way
	// facts reads what is in no event of each cluster.
	facts func() map[string]facts

	out    Measures
	series []Sample
	drains []Drain
	waits  waits
	short  shortage
	ideal  ideal

	hosts   map[string]*host
	tasks   map[string]placed
	lacking map[kind][]time.Time // since when, oldest first
	below   map[serviceKey]floor
	groups  map[string]*scaled

	// Sums over hosts, demand and services, so that an event costs no walk.
	billed, booting, draining, active int
	capacity, reserved, wantedNow     aws.Resources
	unplaced, changes                 int
	belowScaling, belowOther          int

	reservedCPU, capacityCPU, reservedMemory, capacityMemory float64
}

type serviceKey struct{ cluster, service string }

type kind struct {
	serviceKey
	size aws.Resources
}

type placed struct {
	kind
	instance string
	wait     time.Duration
}

type floor struct {
	short   int
	scaling bool
}

// stage is how far a host has come.
type stage int

const (
	booting stage = iota
	active
	leaving
)

type host struct {
	stage    stage
	joined   bool
	launched time.Time
	size     aws.Resources
	reserved aws.Resources
	drain    int // in drains, counted from 1; 0 is none
}

// NewMeasurer watches from now on what happens in a world, in which nothing has been built, and measures it from the
// end of settling.
func NewMeasurer(w *aws.World, settle time.Duration) *Measurer {
	r := newMeasurer(w.Now(), settle, func() map[string]facts { return read(w) })
	w.Observe(r.Observe)
	return r
}

func newMeasurer(begin time.Time, settle time.Duration, read func() map[string]facts) *Measurer {
	return &Measurer{
		from: begin.Add(settle), now: begin, next: begin.Add(time.Minute), facts: read,
		out:   Measures{TasksEndedOtherwise: map[string]int{}},
		waits: waits{}, short: shortage{times: waits{}},
		hosts: map[string]*host{}, tasks: map[string]placed{},
		lacking: map[kind][]time.Time{}, below: map[serviceKey]floor{}, groups: map[string]*scaled{},
	}
}

// measured says whether what happens now counts.
func (r *Measurer) measured() bool { return !r.now.Before(r.from) }

// Observe takes in one event. They come in the order of time.
func (r *Measurer) Observe(h aws.Happened) {
	r.advance(h.At)
	switch h.Kind {
	case aws.DemandChanged, aws.TaskWanted, aws.TaskPlaced, aws.TaskMoved, aws.TaskStopped, aws.TaskEndedByHost, aws.BelowFloor:
		r.ofTask(h)
	case aws.HostLaunched, aws.HostRegistered, aws.HostLeaving, aws.HostGone:
		r.ofHost(h)
	case aws.DesiredChanged:
		r.ofGroup(h)
	case aws.LaunchFailed:
		r.count(&r.out.LaunchesFailed)
	case aws.HookExpired:
		r.count(&r.out.HooksExpired)
	default: // costs nobody anything
	}
}

// count adds one if it happens in the measured time.
func (r *Measurer) count(n *int) {
	if r.measured() {
		*n++
	}
}

// advance lets time pass until an event: what was so until then is added up, and ended minutes become samples. What
// happens at a minute's end belongs to the next one.
func (r *Measurer) advance(to time.Time) {
	for !r.next.After(to) {
		r.integrate(r.next)
		r.sample()
		r.next = r.next.Add(time.Minute)
	}
	r.integrate(to)
}

// integrate adds up the time until to, as far as it is measured.
func (r *Measurer) integrate(to time.Time) {
	since := r.now
	if since.Before(r.from) {
		since = r.from
	}
	r.now = to
	seconds := to.Sub(since).Seconds()
	if seconds <= 0 {
		return
	}
	hours := seconds / time.Hour.Seconds()
	m := &r.out
	m.Hours += hours
	m.UnplacedTaskSeconds += seconds * float64(r.unplaced)
	m.InstanceHours += hours * float64(r.billed)
	m.InstanceHoursBooting += hours * float64(r.booting)
	m.InstanceHoursDraining += hours * float64(r.draining)
	m.BelowFloorScaling += seconds * float64(r.belowScaling)
	m.BelowFloorOther += seconds * float64(r.belowOther)
	r.reservedCPU += seconds * float64(r.reserved.CPU)
	r.capacityCPU += seconds * float64(r.capacity.CPU)
	r.reservedMemory += seconds * float64(r.reserved.Memory)
	r.capacityMemory += seconds * float64(r.capacity.Memory)
	r.short.passes(to.Sub(since), r.unplaced > 0)
}

// sample ends a minute.
func (r *Measurer) sample() {
	desired := 0
	now := r.facts()
	for _, f := range now {
		desired += f.fleet.desired
	}
	r.ideal.minute(r.now, now)
	r.series = append(r.series, Sample{
		At: r.now, Active: r.active, Launching: r.booting, Draining: r.draining, Desired: desired,
		Capacity: Size(r.capacity), Reserved: Size(r.reserved), Demand: Size(r.wantedNow), Unplaced: r.unplaced,
	})
}

// Finish ends the record at the end of the run.
func (r *Measurer) Finish(at time.Time) (Measures, []Sample, []Drain) {
	r.advance(at)
	r.short.passes(0, false)
	for _, h := range r.hosts {
		r.neverJoined(h)
	}
	for _, since := range r.lacking {
		r.late(since)
	}
	m := r.out
	for _, since := range r.lacking {
		for _, s := range since {
			r.waits.add(at.Sub(s))
			if at.Sub(s) > scheduling {
				m.UnplacedAtEnd++
			}
		}
	}
	m.LowerBoundHours = r.bound(at)
	m.PlacementWait, m.OutOfCapacity = r.waits.summary(), r.short.times.summary()
	m.OverLowerBound = ratio(m.InstanceHours, m.LowerBoundHours)
	m.OverLowerBoundBooted = ratio(m.InstanceHours-m.InstanceHoursBooting, m.LowerBoundHours)
	m.UtilisationCPU = 100 * ratio(r.reservedCPU, r.capacityCPU)
	m.UtilisationMemory = 100 * ratio(r.reservedMemory, r.capacityMemory)
	for i := range r.drains {
		d := &r.drains[i]
		if d.To.IsZero() {
			d.To, d.Open = at, true
		}
		m.LongestDrain = max(m.LongestDrain, d.To.Sub(d.From).Seconds())
	}
	m.Drains = len(r.drains)
	return m, r.series, append([]Drain{}, r.drains...) // none is a list too, in JSON
}

// bound fills in the samples' lower bounds and adds them up, as far as they are measured. What holds at a minute's end
// holds for all of it.
func (r *Measurer) bound(end time.Time) float64 {
	r.ideal.minute(end, r.facts()) // what is left of a minute
	hours, since := 0.0, r.from
	for i, hosts := range r.ideal.hosts() {
		until := end
		if i < len(r.series) {
			r.series[i].Fewest, until = hosts, r.series[i].At
		}
		if until.After(since) {
			hours += float64(hosts) * until.Sub(since).Hours()
			since = until
		}
	}
	return hours
}

// ratio is 0 where there is nothing to compare with.
func ratio(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}

// scheduling is how long ECS itself may take to place a task that fits: two looks at its service, and some. What is
// short no longer than that is not short of capacity.
const scheduling = 30 * time.Second

// shortage is the times on end in which something is short.
type shortage struct {
	times   waits
	current time.Duration
}

func (s *shortage) passes(d time.Duration, short bool) {
	if short {
		s.current += d
		return
	}
	if s.current > scheduling {
		s.times.add(s.current)
	}
	s.current = 0
}
