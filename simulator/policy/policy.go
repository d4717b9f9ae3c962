// Package policy has what scales a simulated cluster: this project's publisher and drainer with each set of alarms that
// Terraform offers, and what people run today.
package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator/workload"
)

// Options are what all policies are made with.
type Options struct {
	// Entry is the entry of every cluster, as JSON; nil is {}. Only ours read it.
	Entry []byte
	// Pace is how often the alarm looks that scales out by size; zero is the default.
	Pace alarms.Pace
	// Verdict is told each verdict that the publisher reaches; may be nil.
	Verdict func(minute time.Time, v scaler.Verdict)
}

// Names of policies, as they are typed, the default first; those with a number have others too, as managed-90, and some end
// with one of [Drains]. [Title] is what they are called.
func Names() []string {
	return []string{Gap, Surge, Signal, "alarms-75", "schedulable-2", "managed-100", "managed-90", "managed-80"}
}

// New makes the policy of a name.
func New(name string, o Options) (workload.Policy, error) {
	kind, rest, _ := strings.Cut(name, "-")
	knob, drains, apart := strings.Cut(rest, "-")
	number, err := strconv.Atoi(knob)
	function := slices.IndexFunc(drainFunctions, func(f drainFunction) bool { return f.name == drains })
	switch {
	case name == Ours:
		return newOurs(Gap, o)
	case slices.Contains([]string{Signal, Surge, Gap}, name):
		return newOurs(name, o)
	case err != nil, function < 0, apart && drains == "":
	case kind == "alarms" && number > 25 && number <= 100:
		return &alarmPairs{peer: peer{function: drainFunctions[function]}, out: float64(number)}, nil
	case kind == "schedulable" && number >= 1:
		return &schedulable{peer: peer{function: drainFunctions[function]}, least: float64(number)}, nil
	case kind == "managed" && !apart && number >= 1 && number <= 100:
		return &managed{target: number}, nil
	}
	return nil, fmt.Errorf("there is no policy %q; take %s (ours is gap; alarms-N: scale out at N %% of reservation, 26 to 100; schedulable-N: below N schedulable tasks; managed-N: target capacity, 1 to 100; alarms-N and schedulable-N may end with -%s)",
		name, strings.Join(Names(), ", "), strings.Join(Drains(), " or -"))
}
