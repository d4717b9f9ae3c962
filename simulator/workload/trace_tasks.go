package workload

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// Tasks is a workload of standalone tasks from a trace. A client asks for each when it started there, and again until
// it is placed; then it runs as long as it did there. What ran at the window's beginning is there before it, on hosts
// that are there. Tasks larger than a host are left out; the notes say how many.
func Tasks(name string, tasks []TraceTask, w Window) (made Workload, notes []string, err error) {
	end := 0
	for _, t := range tasks {
		end = max(end, t.End)
	}
	w, err = w.within(end)
	if err != nil {
		return Workload{}, nil, fmt.Errorf("%s: %w", name, err)
	}
	var in []TraceTask
	dropped, largest := 0, aws.Resources{}
	for _, t := range tasks {
		switch {
		case t.End <= w.From || t.Start >= w.To:
		case !fits(t):
			dropped++
			largest = aws.Resources{CPU: max(largest.CPU, t.CPU), Memory: max(largest.Memory, t.Memory), GPU: max(largest.GPU, t.GPU)}
		default:
			in = append(in, t)
		}
	}
	if dropped > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d tasks are larger than a host (%s: %d CPU, %d MiB) and left out; they need up to %d CPU, %d MiB, %d GPUs",
			dropped, dropped+len(in), general.Name, general.Resources.CPU, general.Resources.Memory, largest.CPU, largest.Memory, largest.GPU))
	}
	if len(in) == 0 {
		return Workload{}, nil, nothingLeft(name, "no task runs in the window", notes)
	}
	trace := taskTrace{tasks: in, window: w, end: end}
	return Workload{
		Name:  name,
		Why:   fmt.Sprintf("A trace of %d standalone tasks, each asked for until it is placed.", len(in)),
		Lasts: traceSettle + w.length(), Settle: traceSettle,
		Build: trace.build,
	}, notes, nil
}

func fits(t TraceTask) bool {
	host := general.Resources
	return t.CPU <= host.CPU && t.Memory <= host.Memory && t.GPU <= host.GPU
}

type taskTrace struct {
	tasks  []TraceTask
	window Window
	end    int // the trace's, at which tasks still ran
}

func (t taskTrace) build(s Site) {
	town := s.town(aws.GroupSpec{Min: 3, Max: 2*t.most() + 10, Desired: max(3, firstFit(t.running()))})
	jobs := town.client("trace")
	kinds := map[aws.Resources]*aws.TaskDefinition{}
	for n, line := range t.tasks {
		size := aws.Resources{CPU: line.CPU, Memory: line.Memory, GPU: line.GPU}
		d := kinds[size]
		if d == nil {
			d = task(fmt.Sprintf("task-%d-%d-%d", size.CPU, size.Memory, size.GPU), size.CPU, size.Memory)
			d.Resources.GPU = size.GPU
			kinds[size] = d
		}
		at, lasts := t.time(line)
		town.at(at, fmt.Sprintf("trace %06d", n), func() { jobs.run(d, lasts) })
	}
	town.scaled()
}

// time is when a task is wanted, since the beginning, and for how long.
func (t taskTrace) time(line TraceTask) (at, lasts time.Duration) {
	seconds := func(n int) time.Duration { return time.Duration(n) * time.Second }
	at, lasts = traceSettle+seconds(line.Start-t.window.From), seconds(line.End-line.Start)
	if line.Start < t.window.From || line.Start == 0 {
		at, lasts = 0, traceSettle+seconds(line.End-t.window.From)
	}
	if line.End == t.end {
		lasts += t.window.length() + traceSettle // nobody saw its end
	}
	return at, lasts
}

// running are the tasks that are there at the beginning.
func (t taskTrace) running() []aws.Resources {
	var sizes []aws.Resources
	for _, line := range t.tasks {
		if at, _ := t.time(line); at == 0 {
			sizes = append(sizes, aws.Resources{CPU: line.CPU, Memory: line.Memory, GPU: line.GPU})
		}
	}
	return sizes
}

// most is how many hosts' worth of CPU or memory is wanted at most at one time, were each task placed at once.
func (t taskTrace) most() int {
	type change struct{ at, cpu, memory int }
	var changes []change
	for _, line := range t.tasks {
		changes = append(changes, change{line.Start, line.CPU, line.Memory}, change{line.End, -line.CPU, -line.Memory})
	}
	slices.SortFunc(changes, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.cpu, b.cpu)) })
	host, now, most := general.Resources, change{}, 0
	for _, c := range changes {
		now.cpu += c.cpu
		now.memory += c.memory
		most = max(most, over(now.cpu, host.CPU), over(now.memory, host.Memory))
	}
	return most
}

// over is a quotient, rounded up.
func over(a, b int) int { return (a + b - 1) / b }

// firstFit is how many hosts hold the tasks, largest first.
func firstFit(tasks []aws.Resources) int {
	share := func(r aws.Resources) float64 {
		return max(float64(r.CPU)/float64(general.Resources.CPU), float64(r.Memory)/float64(general.Resources.Memory))
	}
	slices.SortStableFunc(tasks, func(a, b aws.Resources) int { return cmp.Compare(share(b), share(a)) })
	var free []aws.Resources
	for _, t := range tasks {
		i := slices.IndexFunc(free, func(f aws.Resources) bool { return f.CPU >= t.CPU && f.Memory >= t.Memory })
		if i < 0 {
			free = append(free, general.Resources)
			i = len(free) - 1
		}
		free[i].CPU -= t.CPU
		free[i].Memory -= t.Memory
	}
	return len(free)
}
