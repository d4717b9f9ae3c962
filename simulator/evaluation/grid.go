// Package evaluation runs every policy, at every setting of its main knob, on every trace and scenario, and gathers
// what it came to.
package evaluation

import (
	"fmt"

	"ecs-cluster-scaler/simulator"
)

// Setting is a policy with its main knob at one place.
type Setting struct {
	// Family is the policy without its knob; settings of one are a line of the frontier. Name is what it is called in
	// tables, Knob its place in words.
	Family, Name, Knob string
	// Policy and Entry are what is simulated.
	Policy, Entry string
	// Ours is one of this project's, Default what it comes with. Apart is no neighbour of others of its family.
	Ours, Default, Apart bool
}

// The knobs, each swept over a range in which people might set it.
var (
	targets     = []int{70, 75, 80, 85, 90, 95, 100}
	alarms      = []int{60, 65, 70, 75, 80, 85, 90}
	schedulable = []int{1, 2, 4, 8}
	// scaleOutAt is ours; in is band below. One entry serves every trace.
	scaleOutAt = []int{60, 65, 70, 75, 80, 85, 90, 95, 100}
	headroom   = []int{1, 2, 3, 4}
)

const (
	band = 20
	// fullOut and fullIn are for headroom alone to say when a host is wanted.
	fullOut, fullIn = 95, 90
	// half is headroom's unit, half a host of the traces': standalone tasks have no service to take a size from.
	half = `,"cpu":2048,"memory":7700`
)

// Against are the settings that ours are held against one by one.
func Against() []string { return []string{"managed-100", "managed-90", "managed-80"} }

// Grid are all settings, for traces.
func Grid() []Setting {
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
		all = append(all, peer("managed", n, "target capacity %d %%", 100))
	}
	for _, n := range alarms {
		all = append(all, peer("alarms", n, "out at %d %%, in 25 below", 75))
	}
	for _, n := range schedulable {
		all = append(all, peer("schedulable", n, "out below %d of the largest task", 0))
	}
	return all
}

func entry(out, in int, more string) string {
	return fmt.Sprintf(`{"cpu":{"scale_out_at":%d,"scale_in_below":%d},"memory":{"scale_out_at":%d,"scale_in_below":%d}%s}`, out, in, out, in, more)
}

func peer(family string, n int, knob string, comesWith int) Setting {
	name := fmt.Sprintf("%s-%d", family, n)
	return Setting{Family: family, Name: name, Knob: fmt.Sprintf(knob, n), Policy: name, Default: n == comesWith}
}

// AsTheyCome is every policy at its default, for scenarios.
func AsTheyCome() []Setting {
	var all []Setting
	for _, name := range simulator.Policies() {
		ours := name == "signal" || name == "surge" || name == "gap"
		all = append(all, Setting{Family: name, Name: name, Policy: name, Ours: ours, Default: true})
	}
	return all
}
