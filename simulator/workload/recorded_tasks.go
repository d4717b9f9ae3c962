package workload

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// pickTasks takes the standalone tasks that run or are asked for in the window. One that never had a host has no known
// length.
func (p *replay) pickTasks() {
	for _, t := range p.recording.StandaloneTasks {
		over := !t.Ended.IsZero() && !t.Ended.After(p.from)
		if !t.Placed.IsZero() && !over && asked(t).Before(p.to) {
			p.tasks = append(p.tasks, t)
		}
	}
}

// asked is when a task was wanted first, as far as is known.
func asked(t recording.StandaloneTask) time.Time {
	if t.Asked.IsZero() {
		return t.Placed
	}
	return t.Asked
}

func (p *replay) noteTasks() {
	never, cut := 0, 0
	for _, t := range p.recording.StandaloneTasks {
		if t.Placed.IsZero() && t.Asked.Before(p.to) && !t.Asked.Before(p.from) {
			never++
		}
	}
	for _, t := range p.tasks {
		if t.Cut && t.Ended.Before(p.to) {
			cut++
		}
	}
	if never > 0 {
		p.note("%s left out that never had a host, because nobody knows how long it would have run", plural.Count(never, "standalone task is", "standalone tasks are"))
	}
	if cut > 0 {
		p.note("%s stopped from outside there; it is taken to end by itself at that time", plural.Count(cut, "standalone task was", "standalone tasks were"))
	}
}

// noteExits tells of services whose tasks ended by themselves, as in a crash loop. A few do everywhere.
func (p *replay) noteExits() {
	const few = 10
	n := 0
	for _, t := range p.recording.ServiceTasks {
		if t.Cause == recording.StoppedByExit && p.inWindow(t.Stopped) {
			n++
		}
	}
	if n > few {
		p.note("%d tasks of services ended by themselves there, and none does here", n)
	}
}

// run has a client ask for every standalone task when it was asked for, and again until it is placed.
func (p *replay) run(t town, there map[string]*aws.Host) {
	jobs := t.client("recorded")
	kinds := map[string]*aws.TaskDefinition{}
	revisions := map[string]int{}
	for n, one := range p.tasks {
		family := recordedFamily(one.Group)
		if family == "" {
			family = sizeName(one.Size)
		}
		key := fmt.Sprint(family, " ", sizeName(one.Size), " ", one.StopTimeout)
		d := kinds[key]
		if d == nil {
			revisions[family]++
			d = sized(family, one.Size, one.StopTimeout)
			d.Revision = revisions[family]
			kinds[key] = d
		}
		at, lasts := p.time(one)
		if at == 0 {
			jobs.runOn(there[one.Host], d, lasts)
			continue
		}
		t.at(at, fmt.Sprintf("recorded %06d", n), func() { jobs.run(d, lasts) })
	}
}

// time is when a task is wanted, since the workload's beginning, and how long it runs once it is RUNNING.
func (p *replay) time(t recording.StandaloneTask) (at, lasts time.Duration) {
	began := t.Placed
	if !t.Running.IsZero() {
		began = t.Running
	}
	at = p.after(asked(t))
	if !t.Placed.After(p.from) {
		at, began = 0, p.from.Add(-traceSettle) // it is there when the window begins
	}
	if t.Ended.IsZero() {
		return at, p.to.Sub(p.from) + 2*traceSettle // nobody saw its end
	}
	return max(0, at), max(time.Second, t.Ended.Sub(began))
}
