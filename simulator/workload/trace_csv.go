package workload

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
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

var (
	taskColumns   = []string{"start_s", "end_s", "cpu_units", "memory_mib", "gpus", "group"}
	demandColumns = []string{"t_s", "value"}
)

// ParseTasks reads a trace with the columns start_s, end_s, cpu_units, memory_mib, gpus and group, ordered by start_s.
// group says what belongs together in the original; nothing here depends on it. name is the file's, for errors.
func ParseTasks(name string, from io.Reader) ([]TraceTask, error) {
	var tasks []TraceTask
	err := lines(name, from, taskColumns, func(l *line) {
		t := TraceTask{l.whole(0, 0), l.whole(1, 0), l.whole(2, 1), l.whole(3, 1), l.whole(4, 0)}
		switch {
		case l.err != nil:
		case t.End <= t.Start:
			l.fault("end_s is %d, not after start_s %d; leave out tasks that did not run", t.End, t.Start)
		case len(tasks) > 0 && t.Start < tasks[len(tasks)-1].Start:
			l.fault("start_s is %d, before the line above; sort the lines by start_s", t.Start)
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
	err := lines(name, from, demandColumns, func(l *line) {
		p := Point{l.whole(0, 0), l.number(1)}
		if l.err == nil && len(points) > 0 && p.At <= points[len(points)-1].At {
			l.fault("t_s is %d, not after the line above; sort the lines by t_s, one for each time", p.At)
		}
		points = append(points, p)
	})
	if err != nil {
		return nil, err
	}
	return points, nil
}

// line is a line of a trace, and the first thing that is wrong with it.
type line struct {
	fields, columns []string
	err             error
}

func (l *line) fault(format string, args ...any) {
	if l.err == nil {
		l.err = fmt.Errorf(format, args...)
	}
}

// whole is a column's value, a whole number of at least least.
func (l *line) whole(column, least int) int {
	n, err := strconv.Atoi(l.fields[column])
	if err != nil || n < least {
		l.fault("%s is %q; it must be a whole number, %d or more", l.columns[column], l.fields[column], least)
	}
	return n
}

// number is a column's value, a number of at least 0.
func (l *line) number(column int) float64 {
	x, err := strconv.ParseFloat(l.fields[column], 64)
	if err != nil || x < 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		l.fault("%s is %q; it must be a number, 0 or more", l.columns[column], l.fields[column])
	}
	return x
}

// lines calls each with every line below the header, and stops at the first fault.
func lines(name string, from io.Reader, columns []string, each func(*line)) error {
	r := csv.NewReader(from)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	want := strings.Join(columns, ",")
	header, err := r.Read()
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s: it is empty; the first line must be %s", name, want)
	case err != nil:
		return broken(name, err)
	case !slices.Equal(header, columns) && slices.Equal(header, taskColumns):
		return fmt.Errorf("%s:1: this is a trace of tasks; give it to --tasks", name)
	case !slices.Equal(header, columns) && slices.Equal(header, demandColumns):
		return fmt.Errorf("%s:1: this is a trace of demand; give it to --demand", name)
	case !slices.Equal(header, columns):
		return fmt.Errorf("%s:1: the first line is %q; it must be %s", name, strings.Join(header, ","), want)
	}
	for n := 0; ; n++ {
		fields, err := r.Read()
		switch {
		case errors.Is(err, io.EOF) && n == 0:
			return fmt.Errorf("%s: nothing follows the first line; add a line for each of %s", name, want)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return broken(name, err)
		}
		number, _ := r.FieldPos(0)
		l := &line{fields: fields, columns: columns}
		if len(fields) != len(columns) {
			return fmt.Errorf("%s:%d: it has %d columns; it must have %d: %s", name, number, len(fields), len(columns), want)
		}
		each(l)
		if l.err != nil {
			return fmt.Errorf("%s:%d: %w", name, number, l.err)
		}
	}
}

// broken is a line that is no CSV, or a file that cannot be read to its end.
func broken(name string, err error) error {
	if fault, ok := errors.AsType[*csv.ParseError](err); ok {
		return fmt.Errorf("%s:%d: %w; write it without quotes", name, fault.Line, fault.Err)
	}
	return fmt.Errorf("read %s: %w", name, err)
}
