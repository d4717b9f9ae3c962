package report

import (
	"fmt"
	"math"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/thresholds"
)

var begin = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// madeUp is a comparison that looks like one: a demand by the hour of day, followed with a lag that differs by policy.
func madeUp(minutes int, policies ...string) Comparison {
	c := Comparison{
		Workload: "diurnal", Why: "Three services breathe with the day; at nine everybody comes at once.",
		Hosts: "m5.xlarge (4 vCPU, 15 GiB), 2 to 40", Settle: 2 * time.Hour, Entry: []byte(`{"cpu": {"scale_out_at": 75}}`),
	}
	for i, name := range policies {
		c.Runs = append(c.Runs, madeUpRun(name, i, minutes))
	}
	return c
}

func madeUpRun(name string, nth, minutes int) simulator.Result {
	ours := nth < 1 || name == "signal"
	out75 := 75.0
	r := simulator.Result{Workload: "diurnal", Policy: name, Seed: 7, Verdicts: []simulator.Verdict{}, Drains: []simulator.Drain{}}
	if ours {
		band := thresholds.Band{ScaleOutAt: &out75, ScaleInBelow: 50}
		r.Thresholds = &scaler.Thresholds{CPU: band, Memory: band}
	}
	hosts, since := 4, 0
	for m := 1; m <= minutes; m++ {
		at := begin.Add(time.Duration(m) * time.Minute)
		h := float64(m%1440) / 60
		vcpu := 10 + 16*bell((h-14)/4.5) + 8*bell((h-9.2)/0.5) + 1.2*math.Sin(float64(m)/17) + 0.3*math.Sin(float64(m/9)*1.7)
		demand := simulator.Size{CPU: int(vcpu*4) * 256, Memory: int(vcpu*2.6*2) * 512}
		fewest := (demand.CPU + 4095) / 4096
		need, gap := fewest+1-min(nth, 1), 0
		reasons := []scaler.Reason{scaler.WithinBand}
		capacity := simulator.Size{CPU: hosts * 4096, Memory: hosts * 15400}
		cpu, memory := 100*float64(min(demand.CPU, capacity.CPU))/float64(capacity.CPU), 100*float64(demand.Memory)/float64(capacity.Memory)
		unplaced := max(0, (demand.CPU-capacity.CPU)/512)
		why := fmt.Sprintf("CPU reservation %.1f%% is not below 50%%.", cpu)
		launching := 0
		switch {
		case need > hosts:
			gap, launching = need-hosts, need-hosts
			reasons = []scaler.Reason{scaler.CPUAtScaleOut}
			why = fmt.Sprintf("CPU reservation %.1f%% is at or above 75%%.", cpu)
			if unplaced > 0 {
				reasons = append(reasons, scaler.UnplacedTasks)
				why = fmt.Sprintf("%d tasks of web (512 CPU, 1024 MiB) fit on no host; the freest has 256 CPU.", unplaced)
			}
			since++
			if since > 4+9*nth {
				hosts, since = hosts+1+(1-min(nth, 1)), 0
			}
		case need < hosts-1 && m%13 == 0:
			gap, reasons, why = -1, []scaler.Reason{scaler.AllBelowScaleIn}, "If i-0a3f9 goes, all its 9 tasks fit elsewhere."
			hosts--
			took := time.Duration(4+(m*7)%11) * time.Minute
			if len(r.Drains)%6 == 3 {
				took = 52 * time.Minute
			}
			d := simulator.Drain{Instance: fmt.Sprintf("i-%08x", m*2654435761&0xffffffff), Group: "web-blue", Cause: "scale_in", From: at, To: at.Add(took)}
			if end := begin.Add(time.Duration(minutes) * time.Minute); d.To.After(end) {
				d.To, d.Open = end, true
			}
			r.Drains = append(r.Drains, d)
		}
		draining := 0
		for _, d := range r.Drains {
			if at.Before(d.To) {
				draining++
			}
		}
		if draining > 0 && gap == 0 {
			reasons = append(reasons, scaler.InstancesDraining)
		}
		r.Series = append(r.Series, simulator.Sample{
			At: at, Active: hosts, Launching: launching, Draining: draining, Desired: hosts + launching, Fewest: fewest,
			Capacity: capacity, Reserved: simulator.Size{CPU: min(demand.CPU, capacity.CPU), Memory: demand.Memory}, Demand: demand, Unplaced: unplaced,
		})
		if m > 120 {
			r.Measures.UnplacedTaskSeconds += float64(unplaced * 60)
			r.Measures.InstanceHours += float64(hosts+launching+draining) / 60
			r.Measures.LowerBoundHours += float64(fewest) / 60
			if unplaced > 0 {
				r.Measures.PlacementWait.Count++
			}
		}
		if ours && m%97 != 0 {
			signal := scaler.Signal(min(max(gap, -1), 1))
			r.Verdicts = append(r.Verdicts, simulator.Verdict{At: at, Cluster: "web", Signal: signal, Gap: gap, Reasons: reasons, Why: why, CPU: percentOf(cpu), Memory: percentOf(memory)})
		}
	}
	r.Measures.Hours = float64(minutes)/60 - 2
	r.Measures.OverLowerBound = r.Measures.InstanceHours / r.Measures.LowerBoundHours
	r.Measures.PlacementWait.P99 = float64(60 + 90*nth)
	r.Measures.PlacementWait.Max = float64(120 + 200*nth)
	r.Measures.Drains, r.Measures.LongestDrain = len(r.Drains), 3120
	r.Measures.TasksEndedOtherwise = map[string]int{"spot": 2, "health": 1}
	r.Measures.TasksEndedByScaleIn = nth * 3
	r.Measures.ReversalsUnchanged, r.Measures.Reversals = nth*2, nth*3
	return r
}

func bell(x float64) float64 { return math.Exp(-x * x) }

func percentOf(v float64) *cluster.Percent {
	p := cluster.Percent(v)
	return &p
}
