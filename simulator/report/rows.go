// Package report shows runs of the simulator to people.
package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/simulator"
)

// Row is a measure as people read it.
type Row struct {
	Name string
	// Meaning is its definition, for the documentation.
	Meaning string
	Value   func(simulator.Measures) string
}

// Rows are the measures in the order in which a table has them.
func Rows() []Row {
	return slices.Concat(waiting(), paying(), acting(), harming(), leaving())
}

type m = simulator.Measures

func waiting() []Row {
	return []Row{
		{"unplaced task-seconds", "Time that tasks were wanted and had no host, added up over tasks. Tasks of a service that still serve, of an older revision or on a draining host, are no lack; daemons are none either.",
			func(m m) string { return whole(m.UnplacedTaskSeconds) }},
		{"unplaced at the end", "Tasks that had had no host for more than 30 seconds when the run ended.",
			func(m m) string { return fmt.Sprint(m.UnplacedAtEnd) }},
		{"placement wait p50", "Time from a task's being wanted to its having a host, of all tasks, those of roll-outs and drains included; a task that had none at the end counts with its wait so far. Percentiles are nearest rank.",
			func(m m) string { return span(m.PlacementWait.P50) }},
		{"placement wait p95", "The same, 95th percentile.", func(m m) string { return span(m.PlacementWait.P95) }},
		{"placement wait p99", "The same, 99th percentile.", func(m m) string { return span(m.PlacementWait.P99) }},
		{"placement wait longest", "The same, the longest.", func(m m) string { return span(m.PlacementWait.Max) }},
		{"times out of capacity", "How often at least one task had no host for more than 30 seconds on end; what is shorter is how ECS schedules, not a lack of hosts.",
			func(m m) string { return fmt.Sprint(m.OutOfCapacity.Count) }},
		{"out of capacity p99", "How long these times were, 99th percentile.", func(m m) string { return span(m.OutOfCapacity.P99) }},
	}
}

func paying() []Row {
	return []Row{
		{"instance-hours", "Billed hours, from launch to the end of the termination's hooks.", func(m m) string { return hours(m.InstanceHours) }},
		{"– booting", "Of these, from launch to registration in ECS; hosts that never registered with all of theirs.",
			func(m m) string { return hours(m.InstanceHoursBooting) }},
		{"– draining", "Of these, from the beginning of the termination on.", func(m m) string { return hours(m.InstanceHoursDraining) }},
		{"lower bound", "Instance-hours that no policy can go below: minute by minute the fewest hosts that could hold what would be wanted then if no task had to wait (see below).",
			func(m m) string { return hours(m.LowerBoundHours) }},
		{"over the lower bound", "Instance-hours as a multiple of the lower bound.", func(m m) string { return multiple(m.OverLowerBound) }},
		{"– boot left out", "The same, of the instance-hours without booting.", func(m m) string { return multiple(m.OverLowerBoundBooted) }},
		{"reserved CPU", "Reserved share of registered hosts that do not leave, over time; daemons left out.", func(m m) string { return percent(m.UtilisationCPU) }},
		{"reserved memory", "The same of memory.", func(m m) string { return percent(m.UtilisationMemory) }},
	}
}

func acting() []Row {
	return []Row{
		{"scaled out", "Changes of desired capacity upwards, by a scaling policy.", func(m m) string { return fmt.Sprint(m.ScaledOut) }},
		{"scaled in", "The same downwards.", func(m m) string { return fmt.Sprint(m.ScaledIn) }},
		{"reversals in 30 min", "Those that go the other way than the group's last one, at most 30 minutes before.", func(m m) string { return fmt.Sprint(m.Reversals) }},
		{"– on unchanged demand", "Of these, with no change of demand between the two: no desired count changed, no roll-out began or replaced a task, no standalone task came or ended.",
			func(m m) string { return fmt.Sprint(m.ReversalsUnchanged) }},
		{"hosts launched", "Hosts that were bought.", func(m m) string { return fmt.Sprint(m.HostsLaunched) }},
		{"– never registered", "Of these, that had not registered when they went or the run ended, and had 10 minutes to.", func(m m) string { return fmt.Sprint(m.NeverRegistered) }},
		{"launches failed", "Launches that EC2 had no capacity for.", func(m m) string { return fmt.Sprint(m.LaunchesFailed) }},
	}
}

func harming() []Row {
	return []Row{
		{"tasks ended by scaling in", "Tasks that were not stopped when a host that scaling in took was terminated under them.", func(m m) string { return fmt.Sprint(m.TasksEndedByScaleIn) }},
		{"tasks ended otherwise", "The same for hosts that went for another cause: health, spot, manual, rebalance.", func(m m) string { return causes(m.TasksEndedOtherwise) }},
		{"below floor by scaling", "Time that services had fewer running tasks than ceil(desired × minimumHealthyPercent / 100) because of a host that left by scaling in, added up over services.",
			func(m m) string { return span(m.BelowFloorScaling) }},
		{"below floor otherwise", "The same for any other cause, such as a crash, a lost host or a service that has just grown.", func(m m) string { return span(m.BelowFloorOther) }},
		{"tasks moved", "Service tasks stopped because their host drains.", func(m m) string { return fmt.Sprint(m.TasksMoved) }},
	}
}

func leaving() []Row {
	return []Row{
		{"drains", "Hosts that began to leave, for whatever cause.", func(m m) string { return fmt.Sprint(m.Drains) }},
		{"longest drain", "From Terminating to the end of the bill, or of the run.", func(m m) string { return span(m.LongestDrain) }},
		{"hooks expired", "Lifecycle actions that ended by their time.", func(m m) string { return fmt.Sprint(m.HooksExpired) }},
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
