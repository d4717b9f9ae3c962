package workload

import (
	"fmt"
	"io"
	"regexp"

	"ecs-cluster-scaler/simulator/csvfile"
)

// TraceTask is a line of a trace of standalone tasks. Times are seconds since the trace's beginning; 0 is a task that was
// running already, and End at the trace's last second one that still was.
type TraceTask struct {
	Start, End       int
	CPU, Memory, GPU int
}

// Point is a line of a trace of demand.
type Point struct {
	At    int // seconds since the trace's beginning
	Value float64
}

// ServiceLine is a line of a trace of services: from At on the service wants so many tasks of that size. Another Revision
// than the line before is a roll-out.
type ServiceLine struct {
	At          int // seconds; where they begin is the trace's own affair
	Service     string
	Desired     int
	CPU, Memory int
	Revision    string
}

// ParseTasks reads a trace with the columns start_s, end_s, cpu_units, memory_mib, gpus and group, ordered by start_s.
// group says what belongs together in the original; nothing here depends on it. name is the file's, for errors.
func ParseTasks(name string, from io.Reader) ([]TraceTask, error) {
	var tasks []TraceTask
	err := csvfile.Tasks.Read(name, from, func(l *csvfile.Line) {
		t := TraceTask{l.Seconds("start_s"), l.Seconds("end_s"), l.Whole("cpu_units", 1), l.Whole("memory_mib", 1), l.Whole("gpus", 0)}
		switch {
		case l.Faulty():
		case t.End <= t.Start:
			l.Fault("end_s is %d, not after start_s %d; leave out tasks that did not run", t.End, t.Start)
		case len(tasks) > 0 && t.Start < tasks[len(tasks)-1].Start:
			l.Fault("start_s is %d, before the line above; sort the lines by start_s", t.Start)
		}
		tasks = append(tasks, t)
	})
	if err != nil {
		return nil, err
	}
	return tasks, nil
}

// ParseDemand reads a trace with the columns t_s and value, ordered by t_s. name is the file's, for errors.
func ParseDemand(name string, from io.Reader) ([]Point, error) {
	var points []Point
	err := csvfile.Demand.Read(name, from, func(l *csvfile.Line) {
		p := Point{l.Seconds("t_s"), l.Number("value")}
		if !l.Faulty() && len(points) > 0 && p.At <= points[len(points)-1].At {
			l.Fault("t_s is %d, not after the line above; sort the lines by t_s, one for each time", p.At)
		}
		points = append(points, p)
	})
	if err != nil {
		return nil, err
	}
	return points, nil
}

// serviceName is what ECS takes for a service's name
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html).
var serviceName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)

// mostTasks is how many tasks a service may have
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html).
const mostTasks = 5000

// ParseServices reads a trace with the columns t_s, service, desired, cpu_units, memory_mib and, where it is there,
// revision, ordered by t_s. Without the column a size is a revision. name is the file's, for errors.
func ParseServices(name string, from io.Reader) ([]ServiceLine, error) {
	var lines []ServiceLine
	newest := map[string]int{}    // each service's newest line, and where in the file
	revisions := map[string]int{} // each revision's first
	at := map[int]int{}
	err := csvfile.Services.Read(name, from, func(l *csvfile.Line) {
		s := ServiceLine{
			At: l.Seconds("t_s"), Service: l.Text("service"), Desired: l.Whole("desired", 0),
			CPU: l.Whole("cpu_units", 1), Memory: l.Whole("memory_mib", 1),
		}
		s.Revision = fmt.Sprintf("%d CPU, %d MiB", s.CPU, s.Memory)
		if l.Has("revision") {
			s.Revision = l.Text("revision")
		}
		last, known := newest[s.Service]
		key := s.Service + "\x00" + s.Revision
		first, deployed := revisions[key]
		switch {
		case l.Faulty():
		case !serviceName.MatchString(s.Service):
			l.Fault("service is %q; it must be a service's name, of letters, digits, hyphens and underscores", s.Service)
		case s.Desired > mostTasks:
			l.Fault("desired is %d; ECS runs %d tasks of a service at most", s.Desired, mostTasks)
		case s.Revision == "":
			l.Fault("revision is empty; write the task definition's, or leave the whole column out")
		case len(lines) > 0 && s.At < lines[len(lines)-1].At:
			l.Fault("t_s is %d, before the line above; sort the lines by t_s", s.At)
		case known && lines[last].At == s.At:
			l.Fault("service is %q, of which line %d says what it wants at t_s %d; keep one of them", s.Service, at[last], s.At)
		case deployed && lines[first].CPU != s.CPU:
			l.Fault("cpu_units is %d, and %d in line %d, of the same revision; a task definition of another size is another revision", s.CPU, lines[first].CPU, at[first])
		case deployed && lines[first].Memory != s.Memory:
			l.Fault("memory_mib is %d, and %d in line %d, of the same revision; a task definition of another size is another revision", s.Memory, lines[first].Memory, at[first])
		}
		newest[s.Service], at[len(lines)] = len(lines), l.Row
		if !deployed {
			revisions[key] = len(lines)
		}
		lines = append(lines, s)
	})
	if err != nil {
		return nil, err
	}
	return lines, nil
}
