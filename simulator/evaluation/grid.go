// Package evaluation runs every policy, at every setting of its main knob, on every trace and scenario, and gathers
// what it came to.
package evaluation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/workload"
)

// Setting is a policy with its main knob at one place.
type Setting struct {
	// Family is the policy without its knob; settings of one are a line of the frontier. Name is what it is called in
	// tables, Knob its place in words.
	Family, Name, Knob string
	// Rival is the policy that it is a setting of, whatever its family; empty for ours.
	Rival string
	// Policy and Entry are what is simulated.
	Policy, Entry string
	// Strategy places the tasks, in every set; empty is the set's.
	Strategy workload.Strategy
	// Ours is one of this project's, Default what it comes with. Apart is no neighbour of others of its family.
	Ours, Default, Apart bool
}

// The knobs, each swept over a range in which people might set it.
var (
	targets     = []int{30, 40, 50, 60, 70, 75, 80, 85, 90, 95, 100}
	alarms      = []int{60, 65, 70, 75, 80, 85, 90}
	schedulable = []int{1, 2, 4, 8}
	// scaleOutAt is ours; in is band below. One entry serves every trace. The frontier of more settings had its points
	// between these.
	scaleOutAt = []int{60, 70, 75, 85, 95}
	headroom   = []int{1, 2, 4}
)

const (
	band = 20
	// fullOut and fullIn are for headroom alone to say when a host is wanted.
	fullOut, fullIn = 95, 90
	// half is headroom's unit, half a host of the traces': standalone tasks have no service to take a size from.
	half = `,"cpu":2048,"memory":7700`
)

// Against are the settings that ours are held against one by one.
func Against() []string {
	return []string{"managed-100", "managed-90", "managed-80", "alarms-75", "schedulable-2"}
}

// grid are all settings, for traces. Managed scaling comes with both placement strategies, unless one strategy is given,
// which then places every policy's tasks.
func grid(one workload.Strategy) []Setting {
	var all []Setting
	for _, n := range scaleOutAt {
		all = append(all, Setting{Family: "gap", Name: fmt.Sprintf("gap at %d", n), Knob: fmt.Sprintf("scale_out_at %d %%, scale_in_below %d %%", n, n-band),
			Policy: "gap", Entry: entry(n, n-band, ""), Ours: true})
	}
	for _, n := range headroom {
		all = append(all, Setting{Family: "gap+headroom", Name: fmt.Sprintf("gap, headroom %d", n), Knob: fmt.Sprintf("headroom of %d half hosts, scale_out_at %d %%, scale_in_below %d %%", n, fullOut, fullIn),
			Policy: "gap", Entry: entry(fullOut, fullIn, fmt.Sprintf(`,"headroom":{"tasks":%d%s}`, n, half)), Ours: true})
	}
	for _, name := range []string{"signal", "surge", "gap"} {
		all = append(all, Setting{Family: "ours as they come", Name: name, Knob: "entry {}", Policy: name, Ours: true, Default: true, Apart: true})
	}
	for _, n := range targets {
		all = append(all, managed(n, one)...)
	}
	for _, n := range alarms {
		all = append(all, peer("alarms", n, "out at %d %%, in 25 below", 75))
	}
	for _, n := range schedulable {
		all = append(all, peer("schedulable", n, "out below %d of the largest task", 0))
	}
	all = append(all, drains()...)
	// A family's settings are neighbours on its line, so they come one after the other.
	slices.SortStableFunc(all, func(a, b Setting) int { return families[a.Family] - families[b.Family] })
	return all
}

// families is the order in which tables have them.
var families = map[string]int{"gap": 0, "gap+headroom": 1, "ours as they come": 2, "managed": 3, spreadOut: 4, "alarms": 5, "schedulable": 6, asPublished: 7}

// spreadOut is managed scaling where ECS places services as it does without a strategy.
const spreadOut = "managed, spread out"

// asPublished are the alarms at their default with the drains that many of their users have. Elsewhere they have the best.
const asPublished = "drains as published"

func drains() []Setting {
	var all []Setting
	for _, ending := range simulator.Drains() {
		name := "alarms-75-" + ending
		all = append(all, Setting{Family: asPublished, Rival: name, Name: name, Knob: "out at 75 %, in 25 below", Policy: name, Apart: true})
	}
	return all
}

// managed is ECS managed scaling at a target capacity, with the strategy that AWS advises for it and with AWS's default.
func managed(n int, one workload.Strategy) []Setting {
	best := peer("managed", n, "target capacity %d %%", 100)
	if one != "" {
		return []Setting{best}
	}
	apart := best
	best.Strategy, best.Knob = workload.Binpack, best.Knob+", binpack"
	apart.Strategy, apart.Knob = workload.AWSDefault, apart.Knob+", AWS's default placement"
	apart.Family, apart.Name, apart.Default = spreadOut, apart.Name+", spread out", false
	return []Setting{best, apart}
}

func entry(out, in int, more string) string {
	return fmt.Sprintf(`{"cpu":{"scale_out_at":%d,"scale_in_below":%d},"memory":{"scale_out_at":%d,"scale_in_below":%d}%s}`, out, in, out, in, more)
}

func peer(family string, n int, knob string, comesWith int) Setting {
	name := fmt.Sprintf("%s-%d", family, n)
	return Setting{Family: family, Rival: family, Name: name, Knob: fmt.Sprintf(knob, n), Policy: name, Default: n == comesWith}
}

// asTheyCome is every policy at its default, for scenarios; managed scaling at three targets, with both strategies.
func asTheyCome(one workload.Strategy) []Setting {
	var all []Setting
	for _, name := range simulator.Policies() {
		family, number, _ := strings.Cut(name, "-")
		if n, err := strconv.Atoi(number); family == "managed" && err == nil {
			all = append(all, managed(n, one)...)
			continue
		}
		s := Setting{Family: name, Name: name, Policy: name, Default: true, Ours: number == ""}
		if !s.Ours {
			s.Rival = family
		}
		all = append(all, s)
	}
	return all
}
