package report

import (
	"time"

	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator"
)

// hour is an hour of a run's samples, for those who read rather than look.
type hour struct {
	From time.Time
	// Hosts is the mean of those billed, Fewest of what the demand needs at least; Launching and Draining are the most.
	Hosts, Fewest       float64
	Launching, Draining int
	// CPU and Memory are the largest reservation in percent, Unplaced the most at a minute's end.
	CPU, Memory float64
	Unplaced    int
	// Outs and Ins are minutes of signal 1 and −1; Drains began in it.
	Outs, Ins, Drains int
	minutes           float64
}

func hourly(r simulator.Result) []hour {
	var out []hour
	at := map[time.Time]int{}
	of := func(t time.Time) *hour {
		// A sample at the full hour ends the minute before it.
		from := t.Add(-time.Nanosecond).Truncate(time.Hour)
		i, known := at[from]
		if !known {
			i = len(out)
			at[from] = i
			out = append(out, hour{From: from})
		}
		return &out[i]
	}
	for _, s := range r.Series {
		h := of(s.At)
		h.minutes++
		h.Hosts += float64(billed(s))
		h.Fewest += float64(s.Fewest)
		h.Launching, h.Draining = max(h.Launching, s.Launching), max(h.Draining, s.Draining)
		h.CPU = max(h.CPU, share(s.Reserved.CPU, s.Capacity.CPU))
		h.Memory = max(h.Memory, share(s.Reserved.Memory, s.Capacity.Memory))
		h.Unplaced = max(h.Unplaced, s.Unplaced)
	}
	for i, v := range byMinute(r) {
		if v == nil {
			continue
		}
		switch h := of(r.Series[i].At); v.Signal {
		case scaler.ScaleOut:
			h.Outs++
		case scaler.ScaleIn:
			h.Ins++
		case scaler.Stay:
		}
	}
	for _, d := range r.Drains {
		if i, known := at[d.From.Truncate(time.Hour)]; known {
			out[i].Drains++
		}
	}
	for i := range out {
		out[i].Hosts /= out[i].minutes
		out[i].Fewest /= out[i].minutes
	}
	return out
}

func share(of, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(of) / float64(whole)
}

// change is a minute in which the signal became another.
type change struct {
	At          time.Time
	Signal, Gap int
	Why         string
}

// mostChanges bounds the list: a signal that changes more often than that is read from the plot.
const mostChanges = 300

func changesOf(r simulator.Result) (list []change, left int) {
	last := scaler.Stay
	for _, v := range byMinute(r) {
		if v == nil || v.Signal == last {
			continue
		}
		last = v.Signal
		if len(list) == mostChanges {
			left++
			continue
		}
		list = append(list, change{At: v.At, Signal: int(v.Signal), Gap: v.Gap, Why: v.Why})
	}
	return list, left
}
