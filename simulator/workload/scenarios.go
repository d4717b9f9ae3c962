package workload

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	day = 24 * time.Hour
	// settle is what a scenario gives every policy to find its size before it counts.
	settle = 2 * time.Hour
)

// All are the named scenarios.
func All() []Workload {
	return []Workload{
		diurnal(), flashCrowd(), quietNight(), scaleToZero(),
		batchStorm(), longBatch(),
		rollingDeploy(), stuckDeploy(), crashLoop(),
		fragmentation(), twoHostsOneService(), eniLimit(), gpu(),
		badAMI(), noCapacity(), agentBlips(), azOutage(),
		colourSwitch(),
	}
}

// Named finds a scenario.
func Named(name string) (Workload, error) {
	all := All()
	if i := slices.IndexFunc(all, func(w Workload) bool { return w.Name == name }); i >= 0 {
		return all[i], nil
	}
	return Workload{}, fmt.Errorf("there is no scenario %q; there are %s", name, strings.Join(Names(), ", "))
}

// Names are the scenarios' names.
func Names() []string {
	var names []string
	for _, w := range All() {
		names = append(names, w.Name)
	}
	return names
}
