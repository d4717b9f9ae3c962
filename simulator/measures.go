// Package simulator watches the real publisher and drainer, or what people run instead, scale a simulated cluster: the
// world is in aws, what happens in it in workload, who scales it in policy, and here is who runs and measures it.
package simulator

import (
	"slices"
	"time"
)

// Measures is what a run cost and what it was worth, from the end of the workload's settling to the end of the run. An
// hour is an hour of the simulated world; nothing here depends on how fast it was simulated.
type Measures struct {
	// Hours is how long was measured.
	Hours float64 `json:"hours"`

	// UnplacedTaskSeconds is the time that tasks were wanted and had no host, added up over tasks. Daemons do not count.
	UnplacedTaskSeconds float64 `json:"unplaced_task_seconds"`
	// UnplacedLateTaskSeconds leaves out the first 30 seconds of each wait, which ECS may take to place a task that fits:
	// no scaler can change those.
	UnplacedLateTaskSeconds float64 `json:"unplaced_late_task_seconds"`
	// UnplacedAtEnd is how many had had none for more than 30 seconds when the run ended.
	UnplacedAtEnd int `json:"unplaced_at_end"`
	// PlacementWait is from a task's being wanted to its having a host. Tasks that had none at the end are in it with what
	// they had waited by then, because a policy that never places them must not look better for it.
	PlacementWait Waits `json:"placement_wait"`
	// OutOfCapacity are the times on end, of more than 30 seconds, in which at least one task had no host.
	OutOfCapacity Waits `json:"out_of_capacity"`

	// InstanceHours are billed: launch to termination. Of these Booting were spent before registration in ECS, by hosts
	// that never registered too, and Draining after termination began.
	InstanceHours         float64 `json:"instance_hours"`
	InstanceHoursBooting  float64 `json:"instance_hours_booting"`
	InstanceHoursDraining float64 `json:"instance_hours_draining"`
	// LowerBoundHours is what no policy can go below; see [fewest] and [ideal]. OverLowerBound is InstanceHours as its multiple, and
	// OverLowerBoundBooted the same without Booting.
	LowerBoundHours      float64 `json:"lower_bound_hours"`
	OverLowerBound       float64 `json:"over_lower_bound"`
	OverLowerBoundBooted float64 `json:"over_lower_bound_booted"`
	// UtilisationCPU and UtilisationMemory are the reserved share of registered hosts that do not leave, over time, in
	// percent.
	UtilisationCPU    float64 `json:"utilisation_cpu"`
	UtilisationMemory float64 `json:"utilisation_memory"`

	// ScaledOut and ScaledIn are changes of desired capacity by a scaling policy; a person's do not count.
	ScaledOut int `json:"scaled_out"`
	ScaledIn  int `json:"scaled_in"`
	// Reversals are those that undo the group's last one, of the other direction, within 30 minutes. Of these
	// ReversalsUnchanged had no change of demand between the two: no desired count changed, no roll-out began or replaced a
	// task, no standalone task came or ended.
	Reversals          int `json:"reversals"`
	ReversalsUnchanged int `json:"reversals_unchanged"`

	// TasksMoved are service tasks stopped because their host drained.
	TasksMoved int `json:"tasks_moved"`
	// TasksEndedByScaleIn went with a host that scaling in took; TasksEndedOtherwise with a host that went for another
	// cause, by that cause.
	TasksEndedByScaleIn int            `json:"tasks_ended_by_scale_in"`
	TasksEndedOtherwise map[string]int `json:"tasks_ended_otherwise"`
	// BelowFloorScaling is the time that services had fewer running tasks than their minimumHealthyPercent allows because
	// of hosts that left by scaling in, added up over services, in seconds; BelowFloorOther for any other cause.
	BelowFloorScaling float64 `json:"below_floor_scaling_seconds"`
	BelowFloorOther   float64 `json:"below_floor_other_seconds"`

	// Drains are hosts that left for whatever cause; the longest, in seconds, is from Terminating to the end of the bill
	// or of the run.
	Drains       int     `json:"drains"`
	LongestDrain float64 `json:"longest_drain_seconds"`
	// HooksExpired ended by their time; LaunchesFailed found EC2 without capacity; HostsLaunched and NeverRegistered say
	// what was bought, and how much of it for nothing.
	HooksExpired    int `json:"hooks_expired"`
	LaunchesFailed  int `json:"launches_failed"`
	HostsLaunched   int `json:"hosts_launched"`
	NeverRegistered int `json:"never_registered"`

	// Cost is in USD; nil where no price is known.
	Cost *Cost `json:"cost_usd,omitempty"`
}

// Waits is a distribution of times, in seconds. A percentile is the smallest time that so many percent do not exceed.
type Waits struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50_seconds"`
	P95   float64 `json:"p95_seconds"`
	P99   float64 `json:"p99_seconds"`
	Max   float64 `json:"max_seconds"`
}

// waits are times by the second, counted: a week of a large cluster places millions of tasks.
type waits map[time.Duration]int

func (w waits) add(d time.Duration) { w[d.Round(time.Second)]++ }

func (w waits) summary() Waits {
	times := make([]time.Duration, 0, len(w))
	count := 0
	for d, n := range w {
		times = append(times, d)
		count += n
	}
	if count == 0 {
		return Waits{}
	}
	slices.Sort(times)
	at := func(percent int) float64 {
		rank := (count*percent + 99) / 100 // nearest rank, counted from 1
		for _, d := range times {
			if rank -= w[d]; rank <= 0 {
				return d.Seconds()
			}
		}
		return 0
	}
	return Waits{Count: count, P50: at(50), P95: at(95), P99: at(99), Max: times[len(times)-1].Seconds()}
}

// Sample is the world at the end of a minute.
type Sample struct {
	At time.Time `json:"at"`
	// Active hosts are registered and do not leave; Launching ones are billed and not registered; Draining ones leave.
	Active    int `json:"active"`
	Launching int `json:"launching"`
	Draining  int `json:"draining"`
	// Desired is the groups' desired capacity, and Fewest how many hosts the demand needs at least; see [fewest].
	Desired int `json:"desired"`
	Fewest  int `json:"fewest"`
	// Capacity and Reserved are of the active hosts; Demand is what services desire and standalone callers want.
	Capacity Size `json:"capacity"`
	Reserved Size `json:"reserved"`
	Demand   Size `json:"demand"`
	Unplaced int  `json:"unplaced"`
}

// Size is an amount of CPU units, MiB and GPUs.
type Size struct {
	CPU    int `json:"cpu"`
	Memory int `json:"memory"`
	GPU    int `json:"gpu,omitempty"`
}

// Drain is a host's way out.
type Drain struct {
	Instance string    `json:"instance"`
	Group    string    `json:"group"`
	Cause    string    `json:"cause"`
	From     time.Time `json:"from"`
	// To is the end of the bill, or of the run where Open.
	To   time.Time `json:"to"`
	Open bool      `json:"open,omitempty"`
}
