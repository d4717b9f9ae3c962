package report

import (
	"encoding/json"
	"slices"
	"strings"

	"ecs-cluster-scaler/simulator"
)

// line is a measure of every run, as the page's table has it.
type line struct {
	Row
	Cells []cell
}

// cell has the JSON's Value, where it is a number, and the same for people.
type cell struct {
	Value, Text string
	Best        bool
}

// tableGroup is a part of the page's table: the lines that a reader needs first, and all of them, which are folded away.
type tableGroup struct {
	Name       string
	First, All []line
}

// first are the measures that decide.
var first = []string{
	"unplaced_task_seconds", "unplaced_late_task_seconds", "placement_wait.p99_seconds", "instance_hours", "over_lower_bound",
	"cost_usd.total", "cost_usd.hosts", "cost_usd.scaler", "cost_usd.per_month",
	"scaled_out", "scaled_in", "reversals", "tasks_moved",
	"tasks_ended_by_scale_in", "below_floor_scaling_seconds", "longest_drain_seconds",
}

// further are figures of the JSON that only the page has room for.
func further() []Row {
	return []Row{
		{"tasks that wanted a host", "placement_wait.count", neither, "Placed, or waiting at the end.", func(m m) string { return figure(float64(m.PlacementWait.Count)) }},
		{"out of capacity p50", "out_of_capacity.p50_seconds", less, "", func(m m) string { return span(m.OutOfCapacity.P50) }},
		{"out of capacity p95", "out_of_capacity.p95_seconds", less, "", func(m m) string { return span(m.OutOfCapacity.P95) }},
		{"out of capacity longest", "out_of_capacity.max_seconds", less, "", func(m m) string { return span(m.OutOfCapacity.Max) }},
		{"measured", "hours", neither, "From the end of settling to the end of the run.", func(m m) string { return span(m.Hours * 3600) }},
	}
}

// tableOf has every measure of every run, the best marked where they differ.
func tableOf(runs []simulator.Result) ([]tableGroup, error) {
	values := make([]map[string]json.Number, len(runs))
	for i, run := range runs {
		var err error
		if values[i], err = numbers(run.Measures); err != nil {
			return nil, err
		}
	}
	var groups []tableGroup
	for _, part := range []struct {
		name string
		rows []Row
	}{
		{"Waiting", waiting()}, {"Cost", paying()}, {"Money", priced(runs)}, {"Calm", acting()}, {"Harm", harming()}, {"Leaving", leaving()}, {"Further", further()},
	} {
		if len(part.rows) == 0 {
			continue
		}
		g := tableGroup{Name: part.name}
		for _, r := range part.rows {
			l := r.line(runs, values)
			if slices.Contains(first, r.Key) {
				g.First = append(g.First, l)
			}
			g.All = append(g.All, l)
		}
		groups = append(groups, g)
	}
	return groups, nil
}

// numbers are the JSON's figures by their place, as placement_wait.p50_seconds.
func numbers(m simulator.Measures) (map[string]json.Number, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	var tree map[string]any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	flat := map[string]json.Number{}
	flatten(flat, "", tree)
	return flat, nil
}

func flatten(flat map[string]json.Number, prefix string, tree map[string]any) {
	for name, value := range tree {
		switch v := value.(type) {
		case json.Number:
			flat[prefix+name] = v
		case map[string]any:
			flatten(flat, prefix+name+".", v)
		}
	}
}

func (r Row) line(runs []simulator.Result, values []map[string]json.Number) line {
	l := line{Row: r}
	best, known, differ := 0.0, false, false
	for i, run := range runs {
		c := cell{Value: values[i][r.Key].String(), Text: r.Value(run.Measures)}
		v, err := values[i][r.Key].Float64()
		if c.Text == whole(v) {
			c.Text = figure(round(v, 0))
		}
		l.Cells = append(l.Cells, c)
		if err != nil || c.Text == noValue {
			continue // tasks ended otherwise are by cause, and no number
		}
		if !known {
			best, known = v, true
		}
		differ = differ || values[i][r.Key] != values[0][r.Key]
		if r.Better == less && v < best || r.Better == more && v > best {
			best = v
		}
	}
	if r.Better == neither || !differ {
		return l
	}
	for i := range l.Cells {
		v, err := values[i][r.Key].Float64()
		l.Cells[i].Best = err == nil && l.Cells[i].Text != noValue && v == best
	}
	return l
}
