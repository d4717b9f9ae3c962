// Package evaluation runs every policy, at every setting of its main knob, on every trace and scenario, and gathers
// what it came to.
package evaluation

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
	"ecs-cluster-scaler/thresholds"
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
	// Compared: a target compares it, so that it has all seeds. Others have one.
	Compared bool
}

// The knobs, each swept over a range in which people might set it. One entry serves every trace.
var (
	targets     = []int{30, 40, 50, 60, 70, 75, 80, 85, 90, 95, 100}
	alarms      = []int{60, 65, 70, 75, 80, 85, 90}
	schedulable = []int{1, 2, 4, 8}
	// fits are percentile and most_percent of ours, beside those that are built in.
	fits = [][2]float64{{90, 25}, {95, 50}, {99, 100}}
	// bands are thresholds of ours without fitted headroom, 75 and 50 what was built in before there was any.
	bands = [][2]int{{60, 40}, {75, 50}, {90, 70}}
	// halves are fixed headrooms of ours in half hosts of the traces'.
	halves = []int{1, 4}
)

const (
	// fullOut and fullIn are for headroom alone to say when a host is wanted.
	fullOut, fullIn = 95, 90
	// half is the unit of a fixed headroom: standalone tasks have no service to take a size from.
	half = `"cpu":2048,"memory":7700`
)

// Against are the settings that ours are held against one by one.
func Against() []string {
	var names []string
	for _, policy := range []string{"managed-100", "managed-90", "managed-80", "alarms-75", "schedulable-2"} {
		names = append(names, simulator.Title(policy))
	}
	return names
}

// ours are all settings of this project, for traces.
func ours() []Setting {
	var all []Setting
	built := thresholds.Builtin().Headroom.Fitted
	careful := slices.SortedFunc(slices.Values(append(slices.Clone(fits), [2]float64{built.Percentile, built.MostPercent})),
		func(a, b [2]float64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, f := range slices.Compact(careful) {
		s := Setting{
			Family: "ours", Name: fmt.Sprintf("ours, fitted at %g up to %g %%", f[0], f[1]), Knob: fmt.Sprintf("percentile %g, most_percent %g", f[0], f[1]),
			Policy: policy.Gap, Entry: fmt.Sprintf(`{"headroom":{"fitted":{"percentile":%g,"most_percent":%g}}}`, f[0], f[1]), Ours: true,
		}
		if f == [2]float64{built.Percentile, built.MostPercent} {
			s.Name, s.Entry, s.Default, s.Compared = simulator.Title(policy.Gap), "", true, true
		}
		all = append(all, s)
	}
	for _, b := range bands {
		all = append(all, Setting{
			Family: "ours, thresholds", Name: fmt.Sprintf("ours, thresholds %d/%d", b[0], b[1]), Knob: fmt.Sprintf("scale_out_at %d %%, scale_in_below %d %%, nothing fitted", b[0], b[1]),
			Policy: policy.Gap, Entry: entry(b[0], b[1], `"fitted":false`), Ours: true,
		})
	}
	for _, n := range halves {
		all = append(all, Setting{
			Family: "ours, fixed headroom", Name: fmt.Sprintf("ours, %d half hosts free", n), Knob: fmt.Sprintf("headroom of %d half hosts, scale_out_at %d %%, scale_in_below %d %%", n, fullOut, fullIn),
			Policy: policy.Gap, Entry: entry(fullOut, fullIn, fmt.Sprintf(`"fitted":false,"tasks":%d,%s`, n, half)), Ours: true,
		})
	}
	for _, name := range []string{policy.Surge, policy.Signal} {
		all = append(all, Setting{Family: "ours, other wiring", Name: simulator.Title(name), Knob: "entry {}, scale_in_by signal", Policy: name, Ours: true, Apart: true})
	}
	return all
}

// grid are all settings, for traces. Managed scaling comes with both placement strategies, unless one strategy is given,
// which then places every policy's tasks.
func grid(one workload.Strategy) []Setting {
	all := ours()
	for _, n := range targets {
		all = append(all, managed(n, one)...)
	}
	for _, n := range alarms {
		s := peer("alarms", n, "out at %d %%, in 25 below", 75)
		s.Compared = true
		all = append(all, s)
	}
	for _, n := range schedulable {
		all = append(all, peer("schedulable", n, "out below %d of the largest task", 0))
	}
	all = append(all, drains()...)
	// A family's settings are neighbours on its line, so they come one after the other.
	var order []string
	for _, s := range all {
		if !slices.Contains(order, s.Family) {
			order = append(order, s.Family)
		}
	}
	slices.SortStableFunc(all, func(a, b Setting) int { return slices.Index(order, a.Family) - slices.Index(order, b.Family) })
	return all
}

// familyOf are others' policies by the kind that their names begin with.
var familyOf = map[string]string{"managed": "ECS managed scaling", "alarms": "two alarm pairs", "schedulable": "schedulable tasks"}

// drains are the alarms at their default with the drains that many of their users have. Elsewhere they have the best.
func drains() []Setting {
	var all []Setting
	for _, ending := range simulator.Drains() {
		name := "alarms-75-" + ending
		all = append(all, Setting{Family: "drains as published", Rival: name, Name: simulator.Title(name), Knob: "out at 75 %, in 25 below", Policy: name, Apart: true})
	}
	return all
}

// managed is ECS managed scaling at a target capacity, with the strategy that AWS advises for it and with AWS's default.
func managed(n int, one workload.Strategy) []Setting {
	best := peer("managed", n, "target capacity %d %%", 100)
	best.Compared = true
	if one != "" {
		return []Setting{best}
	}
	apart := best
	best.Strategy, best.Knob = workload.Binpack, best.Knob+", binpack"
	apart.Strategy, apart.Knob = workload.AWSDefault, apart.Knob+", AWS's default placement"
	apart.Family, apart.Name, apart.Default = apart.Family+", spread out", apart.Name+", spread out", false
	return []Setting{best, apart}
}

// entry is one with thresholds and fields of headroom.
func entry(out, in int, headroom string) string {
	return fmt.Sprintf(`{"cpu":{"scale_out_at":%d,"scale_in_below":%d},"memory":{"scale_out_at":%d,"scale_in_below":%d},"headroom":{%s}}`, out, in, out, in, headroom)
}

func peer(kind string, n int, knob string, comesWith int) Setting {
	name := fmt.Sprintf("%s-%d", kind, n)
	return Setting{Family: familyOf[kind], Rival: kind, Name: simulator.Title(name), Knob: fmt.Sprintf(knob, n), Policy: name, Default: n == comesWith}
}

// asTheyCome is every policy at its default, for scenarios; managed scaling at three targets, with both strategies.
func asTheyCome(one workload.Strategy) []Setting {
	var all []Setting
	for _, name := range simulator.Policies() {
		kind, number, _ := strings.Cut(name, "-")
		if n, err := strconv.Atoi(number); kind == "managed" && err == nil {
			all = append(all, managed(n, one)...)
			continue
		}
		s := Setting{Family: simulator.Title(name), Name: simulator.Title(name), Policy: name, Default: name == policy.Gap || number != "", Ours: number == ""}
		s.Compared = name == policy.Gap || kind == "alarms"
		if !s.Ours {
			s.Rival = kind
		}
		all = append(all, s)
	}
	return all
}
