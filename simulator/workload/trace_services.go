package workload

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/aws"
)

// mostHosts is how many container instances a cluster may have
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html).
const mostHosts = 5000

// Services is a workload of services with a trace of their own: what a line says holds until the service's next one.
// Without a window all of the trace is run, from its first line to its last one. Services whose tasks are larger than
// a host are left out; the notes say which.
func Services(name string, lines []ServiceLine, w Window) (made Workload, notes []string, err error) {
	begin, end := lines[0].At, lines[len(lines)-1].At
	if begin == end {
		return Workload{}, nil, fmt.Errorf("%s: all lines are of t_s %d, so that it lasts no time; add a line for the time at which it ends", name, begin)
	}
	if w == (Window{}) {
		w.From = begin
	}
	if w, err = w.within(end); err != nil {
		return Workload{}, nil, fmt.Errorf("%s: %w", name, err)
	}
	trace := serviceTrace{window: w, lines: map[string][]ServiceLine{}}
	for _, l := range lines {
		of := trace.lines[l.Service]
		if l.At <= w.From {
			of = nil // only the newest of these holds in the window
		}
		if l.At < w.To {
			trace.lines[l.Service] = append(of, l)
		}
	}
	notes = trace.leaveOut()
	if len(trace.lines) == 0 {
		return Workload{}, nil, nothingLeft(name, "no service has a line in the window", notes)
	}
	if most := trace.most(); most > mostHosts {
		return Workload{}, nil, fmt.Errorf("%s: it wants %d hosts at once (%s), and ECS takes %d in a cluster; give a part of its services", name, most, general.Name, mostHosts)
	}
	return Workload{
		Name:  name,
		Why:   fmt.Sprintf("A trace of what %s wanted, with %s.", plural.Count(len(trace.lines), "service"), plural.Count(trace.rollouts(), "roll-out")),
		Lasts: traceSettle + w.length(), Settle: traceSettle,
		Build: trace.build,
	}, notes, nil
}

type serviceTrace struct {
	// lines are each service's that hold in the window, oldest first.
	lines  map[string][]ServiceLine
	window Window
}

// leaveOut drops the services that no host holds, and says so.
func (t serviceTrace) leaveOut() (notes []string) {
	var dropped []string
	var largest aws.Resources
	for _, service := range slices.Sorted(maps.Keys(t.lines)) {
		large := false
		for _, l := range t.lines[service] {
			if l.CPU > general.Resources.CPU || l.Memory > general.Resources.Memory {
				large = true
				largest = aws.Resources{CPU: max(largest.CPU, l.CPU), Memory: max(largest.Memory, l.Memory)}
			}
		}
		if large {
			dropped = append(dropped, service)
			delete(t.lines, service)
		}
	}
	if len(dropped) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("tasks of %s are larger than a host (%s: %d CPU, %d MiB) and left out; they need up to %d CPU, %d MiB",
		strings.Join(dropped, ", "), general.Name, general.Resources.CPU, general.Resources.Memory, largest.CPU, largest.Memory)}
}

// rollouts are how many times a service changes its revision in the window.
func (t serviceTrace) rollouts() int {
	n := 0
	for _, lines := range t.lines {
		for i := range lines[1:] {
			if lines[i].Revision != lines[i+1].Revision {
				n++
			}
		}
	}
	return n
}

// changes are what is wanted more or less at which time, in all resources, oldest first.
func (t serviceTrace) changes() []ServiceLine {
	var all []ServiceLine
	for _, lines := range t.lines {
		var had aws.Resources
		for _, l := range lines {
			wants := aws.Resources{CPU: l.Desired * l.CPU, Memory: l.Desired * l.Memory}
			all = append(all, ServiceLine{At: max(l.At, t.window.From), CPU: wants.CPU - had.CPU, Memory: wants.Memory - had.Memory})
			had = wants
		}
	}
	slices.SortFunc(all, func(a, b ServiceLine) int { return a.At - b.At })
	return all
}

// hosts are how many hosts' worth of CPU or memory is wanted after each second in which that changes.
func (t serviceTrace) hosts() (first, most int) {
	var now aws.Resources
	changes := t.changes()
	for i, c := range changes {
		now.CPU += c.CPU
		now.Memory += c.Memory
		if i+1 < len(changes) && changes[i+1].At == c.At {
			continue // all that changes in a second changes at once
		}
		wanted := max(over(now.CPU, general.Resources.CPU), over(now.Memory, general.Resources.Memory))
		if c.At == t.window.From {
			first = wanted
		}
		most = max(most, wanted)
	}
	return first, most
}

func (t serviceTrace) most() int {
	_, most := t.hosts()
	return most
}

func (t serviceTrace) build(s Site) {
	first, most := t.hosts()
	town := s.town(aws.GroupSpec{Min: 3, Max: 2*most + 10, Desired: max(3, over(first*3, 2))})
	for _, name := range slices.Sorted(maps.Keys(t.lines)) {
		f := &tracedService{town: town, definitions: map[string]*aws.TaskDefinition{}}
		for _, l := range t.lines[name] {
			if l.At <= t.window.From {
				f.follow(l)
				continue
			}
			town.at(traceSettle+time.Duration(l.At-t.window.From)*time.Second, name, func() { f.follow(l) })
		}
	}
	town.scaled()
}

// tracedService is a service that does what its trace says.
type tracedService struct {
	town
	service     *aws.Service // nil before its first line
	now         *aws.TaskDefinition
	definitions map[string]*aws.TaskDefinition // by revision: one that is deployed again is the same
}

func (f *tracedService) follow(l ServiceLine) {
	d := f.definitions[l.Revision]
	if d == nil {
		d = task(l.Service, l.CPU, l.Memory)
		d.Revision = len(f.definitions) + 1
		f.definitions[l.Revision] = d
	}
	switch {
	case f.service == nil:
		f.service = f.town.service(worker(d, l.Desired))
	case d != f.now:
		f.service.Deploy(d)
	}
	f.now = d
	if f.service.Desired != l.Desired {
		f.service.SetDesired(l.Desired)
	}
}

// nothingLeft is the error for a trace of which nothing can be run: why, and what was left out.
func nothingLeft(name, why string, leftOut []string) error {
	if len(leftOut) > 0 {
		return fmt.Errorf("%s: nothing is left to run: %s; a trace runs on this type alone, a recording on the types of its cluster", name, strings.Join(leftOut, "; "))
	}
	return fmt.Errorf("%s: %s; choose another", name, why)
}
