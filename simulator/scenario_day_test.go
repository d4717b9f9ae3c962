package simulator

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/workload"
)

// day is a scenario that ran, under the knobs that users have. Times are since the settling ended, as in the scenarios'
// own words.
type day struct {
	*testing.T // whose day it is

	scenario workload.Workload
	world    *aws.World
	group    *aws.Group
	told     []aws.Happened
	minutes  []moment
	zones    map[string]string // by instance
	measured Measures
	drains   []Drain
	samples  []Sample
}

// moment is the world at the end of one.
type moment struct {
	at time.Duration
	// desired are the services' counts. tasks are those not STOPPED.
	desired map[string]int
	tasks   []taskThen
	hosts   []hostThen
	// instances are those of all groups that do not leave.
	instances []instanceThen
	sample    Sample
}

type taskThen struct {
	*aws.Task
	last, instance string // no instance: it has no host
	stops, healthy bool
}

type hostThen struct {
	*aws.Host
	instance          string
	active, connected bool
}

type instanceThen struct {
	*aws.Instance
	registered bool
}

// live is a scenario's day under a policy, with knobs that differ from the defaults as turn says.
func live(t *testing.T, scenario string, p workload.Policy, turn func(*aws.Knobs)) *day {
	t.Helper()
	w, err := workload.Named(scenario)
	require.NoError(t, err)
	knobs := aws.Defaults()
	if turn != nil {
		turn(&knobs)
	}
	d := &day{T: t, scenario: w, world: aws.New(knobs), zones: map[string]string{}}
	r := NewMeasurer(d.world, w.Settle)
	d.world.Observe(func(h aws.Happened) { d.told = append(d.told, h) })
	w.Build(workload.Site{World: d.world, Policy: p})
	d.group = d.world.Groups()[0]
	for at := time.Minute; at <= w.Lasts; at += time.Minute {
		d.world.Run(knobs.Start.Add(at - 1)) // what happens at a minute's end belongs to the next one
		d.minutes = append(d.minutes, d.now(at-w.Settle))
	}
	d.world.Run(knobs.Start.Add(w.Lasts))
	d.measured, d.samples, d.drains = r.Finish(d.world.Now())
	for i := range d.minutes {
		d.minutes[i].sample = d.samples[i]
	}
	return d
}

func (d *day) now(at time.Duration) moment {
	m := moment{at: at, desired: map[string]int{}}
	for _, c := range d.world.Clusters() {
		for _, s := range c.Services() {
			m.desired[s.Spec.Name] = s.Desired
		}
		for _, task := range c.Tasks() {
			then := taskThen{Task: task, last: task.Last, stops: task.Desired == "STOPPED", healthy: task.Healthy}
			if task.Host != nil {
				then.instance = task.Host.Instance.ID
			}
			m.tasks = append(m.tasks, then)
		}
		for _, h := range c.Hosts() {
			m.hosts = append(m.hosts, hostThen{h, h.Instance.ID, h.Status == "ACTIVE", h.Connected})
		}
	}
	for _, g := range d.world.Groups() {
		for _, i := range g.Instances() {
			d.zones[i.ID] = i.Zone
			if i.Cause == "" {
				m.instances = append(m.instances, instanceThen{i, i.Host != nil})
			}
		}
	}
	return m
}

// between are the minutes that end after from and not after to.
func (d *day) between(from, to time.Duration) []moment {
	return slices.DeleteFunc(slices.Clone(d.minutes), func(m moment) bool { return m.at <= from || m.at > to })
}

// since is when something happened.
func (d *day) since(h aws.Happened) time.Duration {
	return h.At.Sub(d.world.Knobs.Start) - d.scenario.Settle
}

// happened are the events of a kind from the one time until before the other.
func (d *day) happened(k aws.Kind, from, to time.Duration) []aws.Happened {
	var found []aws.Happened
	for _, h := range d.told {
		if at := d.since(h); h.Kind == k && at >= from && at < to {
			found = append(found, h)
		}
	}
	return found
}

// of are the tasks of a service that do not stop.
func (m moment) of(service string) []taskThen {
	var found []taskThen
	for _, t := range m.tasks {
		if t.Service != nil && t.Service.Spec.Name == service && !t.stops {
			found = append(found, t)
		}
	}
	return found
}

// on are the tasks on a host that do not stop.
func (m moment) on(instance string) []taskThen {
	var found []taskThen
	for _, t := range m.tasks {
		if t.instance == instance && !t.stops {
			found = append(found, t)
		}
	}
	return found
}
