// Package report shows runs of the simulator to people.
package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/simulator"
)

// Row is a measure as people read it.
type Row struct {
	Name string
	// Key is its place in the JSON of [simulator.Measures], Better what is better of two policies.
	Key    string
	Better Better
	// Meaning is its definition, for the documentation.
	Meaning string
	Value   func(simulator.Measures) string
}

// Better is which of two values is the better one.
type Better int

// What is better.
const (
	neither Better = iota
	less
	more
)

// Rows are the measures in the order in which a table has them.
func Rows() []Row {
	return slices.Concat(waiting(), paying(), spending(), acting(), harming(), leaving())
}

type m = simulator.Measures

// noValue stands where a run has nothing to measure, so that it is neither good nor bad.
const noValue = "–"

// waitOf is a wait in words. Where no task got a host, no wait is known.
func waitOf(w simulator.Waits, seconds float64) string {
	if w.Count == 0 {
		return noValue
	}
	return span(seconds)
}

func waiting() []Row {
	return []Row{
		{"unplaced task-seconds", "unplaced_task_seconds", less, "Time for which tasks were wanted and had no host, added up over tasks. A service's task that still serves on a draining host or with an older revision counts as placed. Daemons do not count.",
			func(m m) string { return whole(m.UnplacedTaskSeconds) }},
		{"– after 30 s", "unplaced_late_task_seconds", less, "The same without the first 30 seconds of each wait, which ECS may need to place a task that fits. It is the part that a scaler can change.",
			func(m m) string { return whole(m.UnplacedLateTaskSeconds) }},
		{"unplaced at the end", "unplaced_at_end", less, "Tasks that had been without a host for more than 30 seconds when the run ended.",
			func(m m) string { return fmt.Sprint(m.UnplacedAtEnd) }},
		{"placement wait p50", "placement_wait.p50_seconds", less, "Time from when a task is wanted until it has a host, over all tasks, including those of roll-outs and drains. A task without a host at the end counts with its wait so far. A wait that ended because the task was wanted no longer is left out, and “–” says that no task was given a host in the measured time. Percentiles are nearest rank.",
			func(m m) string { return waitOf(m.PlacementWait, m.PlacementWait.P50) }},
		{"placement wait p95", "placement_wait.p95_seconds", less, "The same, 95th percentile.", func(m m) string { return waitOf(m.PlacementWait, m.PlacementWait.P95) }},
		{"placement wait p99", "placement_wait.p99_seconds", less, "The same, 99th percentile.", func(m m) string { return waitOf(m.PlacementWait, m.PlacementWait.P99) }},
		{"placement wait longest", "placement_wait.max_seconds", less, "The same, the longest.", func(m m) string { return waitOf(m.PlacementWait, m.PlacementWait.Max) }},
		{"times out of capacity", "out_of_capacity.count", less, "How often at least one task had no host for more than 30 seconds without a break. Shorter waits come from how ECS schedules, not from a shortage of hosts.",
			func(m m) string { return fmt.Sprint(m.OutOfCapacity.Count) }},
		{"out of capacity p99", "out_of_capacity.p99_seconds", less, "How long these times were, 99th percentile.", func(m m) string { return span(m.OutOfCapacity.P99) }},
	}
}

func paying() []Row {
	return []Row{
		{"instance-hours", "instance_hours", less, "Billed hours, from launch to the end of the termination's hooks.", func(m m) string { return hours(m.InstanceHours) }},
		{"– booting", "instance_hours_booting", less, "Of these, from launch to registration in ECS. Of hosts that never registered, all hours count.",
			func(m m) string { return hours(m.InstanceHoursBooting) }},
		{"– draining", "instance_hours_draining", less, "Of these, from the beginning of the termination.", func(m m) string { return hours(m.InstanceHoursDraining) }},
		{"lower bound", "lower_bound_hours", neither, "Instance-hours that no policy can go below: for each minute, the fewest hosts that could hold what would be wanted then if no task had to wait (see below).",
			func(m m) string { return hours(m.LowerBoundHours) }},
		{"over the lower bound", "over_lower_bound", less, "Instance-hours as a multiple of the lower bound.", func(m m) string { return multiple(m.OverLowerBound) }},
		{"– boot left out", "over_lower_bound_booted", less, "The same without the hours of booting.", func(m m) string { return multiple(m.OverLowerBoundBooted) }},
		{"reserved CPU", "utilisation_cpu", more, "Reserved share of registered hosts that are not leaving, over time, without daemons.", func(m m) string { return percent(m.UtilisationCPU) }},
		{"reserved memory", "utilisation_memory", more, "The same of memory.", func(m m) string { return percent(m.UtilisationMemory) }},
	}
}

// spending is the money, which runs without prices have none of.
func spending() []Row {
	row := func(name, key string, better Better, meaning string, of func(simulator.Cost) float64) Row {
		return Row{name, "cost_usd." + key, better, meaning, func(m m) string {
			if m.Cost == nil {
				return "–"
			}
			return dollars(of(*m.Cost))
		}}
	}
	type c = simulator.Cost
	return []Row{
		row("cost", "total", less, "Hosts and scaler together, in USD, where prices are given.", func(c c) float64 { return c.Total }),
		row("– hosts", "hosts", less, "Instance-hours by their price.", func(c c) float64 { return c.Hosts }),
		row("– the scaler itself", "scaler", less, "What the policy needs beside the hosts, by AWS's list prices (see below).", func(c c) float64 { return c.Scaler }),
		row("– – its functions", "functions", less, "Invocations, their time, and schedules.", func(c c) float64 { return c.Functions }),
		row("– – its metrics", "metrics", less, "Custom metrics, and the calls that publish them.", func(c c) float64 { return c.Metrics }),
		row("– – its alarms", "alarms", less, "CloudWatch alarms that scale.", func(c c) float64 { return c.Alarms }),
		row("cost a month", "per_month", less, "The cost at this rate for 730 hours.", func(c c) float64 { return c.PerMonth }),
		row("cost of the lower bound", "lower_bound", neither, "The lower bound by the price of the cheapest type that ran.", func(c c) float64 { return c.LowerBound }),
	}
}

func acting() []Row {
	return []Row{
		{"scaled out", "scaled_out", neither, "Changes of desired capacity upwards, by a scaling policy.", func(m m) string { return fmt.Sprint(m.ScaledOut) }},
		{"scaled in", "scaled_in", neither, "The same downwards.", func(m m) string { return fmt.Sprint(m.ScaledIn) }},
		{"reversals in 30 min", "reversals", less, "Scaling actions in the other direction than the group's last one, at most 30 minutes after it.", func(m m) string { return fmt.Sprint(m.Reversals) }},
		{"– on unchanged demand", "reversals_unchanged", less, "Of these, with no change of demand between the two: no desired count changed, no roll-out began or replaced a task, no standalone task came or ended.",
			func(m m) string { return fmt.Sprint(m.ReversalsUnchanged) }},
		{"hosts launched", "hosts_launched", neither, "Hosts that were bought.", func(m m) string { return fmt.Sprint(m.HostsLaunched) }},
		{"– never registered", "never_registered", less, "Of these, hosts that had at least 10 minutes and had not registered when they ended or the run ended.", func(m m) string { return fmt.Sprint(m.NeverRegistered) }},
		{"launches failed", "launches_failed", neither, "Launches for which EC2 had no capacity.", func(m m) string { return fmt.Sprint(m.LaunchesFailed) }},
	}
}

func harming() []Row {
	return []Row{
		{"tasks ended by scaling in", "tasks_ended_by_scale_in", less, "Tasks that still ran when scaling in terminated their host.", func(m m) string { return fmt.Sprint(m.TasksEndedByScaleIn) }},
		{"tasks ended otherwise", "tasks_ended_otherwise", neither, "The same for hosts that ended for another cause: health, spot, manual, rebalance.", func(m m) string { return causes(m.TasksEndedOtherwise) }},
		{"below floor by scaling", "below_floor_scaling_seconds", less, "Time for which services had fewer running tasks than ceil(desired × minimumHealthyPercent / 100) because scaling in removed a host, added up over services.",
			func(m m) string { return span(m.BelowFloorScaling) }},
		{"below floor otherwise", "below_floor_other_seconds", neither, "The same for any other cause, such as a crash, a lost host or a service that has just grown.", func(m m) string { return span(m.BelowFloorOther) }},
		{"tasks moved", "tasks_moved", less, "Service tasks stopped because their host drains.", func(m m) string { return fmt.Sprint(m.TasksMoved) }},
	}
}

func leaving() []Row {
	return []Row{
		{"drains", "drains", neither, "Hosts that began to leave, for any cause.", func(m m) string { return fmt.Sprint(m.Drains) }},
		{"longest drain", "longest_drain_seconds", less, "From Terminating to the end of the bill, or of the run.", func(m m) string { return span(m.LongestDrain) }},
		{"hooks expired", "hooks_expired", less, "Lifecycle actions that ended by their timeout.", func(m m) string { return fmt.Sprint(m.HooksExpired) }},
	}
}

// span is a time as people say it, in its two largest units.
func span(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	h, m, s := int(d/time.Hour), int(d/time.Minute)%60, int(d/time.Second)%60
	switch {
	case h >= 48:
		return units(h/24, "d", h%24, "h")
	case h > 0:
		return units(h, "h", m, "min")
	case m > 0:
		return units(m, "min", s, "s")
	default:
		return fmt.Sprintf("%d s", s)
	}
}

func units(large int, unit string, small int, part string) string {
	if small == 0 {
		return fmt.Sprintf("%d %s", large, unit)
	}
	return fmt.Sprintf("%d %s %02d %s", large, unit, small, part)
}

func whole(x float64) string   { return fmt.Sprintf("%.0f", x) }
func hours(x float64) string   { return fmt.Sprintf("%.1f", x) }
func percent(x float64) string { return fmt.Sprintf("%.1f %%", x) }

// dollars has cents, and of less than one dollar four figures: a scaler costs cents a day.
func dollars(x float64) string {
	if x != 0 && math.Abs(x) < 1 {
		return fmt.Sprintf("$%.4f", x)
	}
	return fmt.Sprintf("$%.2f", x)
}

func multiple(x float64) string {
	if x == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f ×", x)
}

func causes(n map[string]int) string {
	if len(n) == 0 {
		return "0"
	}
	var parts []string
	for _, cause := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d %s", n[cause], cause))
	}
	return strings.Join(parts, ", ")
}
