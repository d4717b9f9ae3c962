package scaler

import (
	"fmt"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// headroom is room for so many tasks of one size.
type headroom struct {
	tasks int
	size  cluster.Resources
	// providers are the capacity providers on whose hosts alone the room counts; none: on every host.
	providers []string
	// unread are definitions without which the size is not known; then no room is kept, and nothing is scaled in.
	unread []string
}

// kind is that of one of its tasks.
func (h headroom) kind() placement.Kind {
	return placement.Kind{Size: h.size, Providers: h.providers}
}

// newHeadroom takes the size from the entry, or from the service task with the largest dominant share of a host.
func newHeadroom(f *facts, unit cluster.Resources) headroom {
	e := f.entry.Headroom
	h := headroom{tasks: e.Tasks}
	if h.tasks == 0 {
		return h
	}
	if e.CPU != nil && e.Memory != nil {
		h.size = cluster.Resources{CPU: *e.CPU, Memory: *e.Memory}
	} else {
		h.size, h.providers, h.unread = largestTask(f, unit)
	}
	if len(h.unread) > 0 || h.size == (cluster.Resources{}) {
		h.tasks = 0
	}
	return h
}

func largestTask(f *facts, unit cluster.Resources) (largest cluster.Resources, providers, unread []string) {
	share := -1.0
	for _, service := range f.s.Services {
		if !service.WantsHosts() || service.Desired == 0 {
			continue
		}
		d, known := f.s.Definitions[service.Starts()]
		if !known {
			unread = append(unread, service.Starts())
			continue
		}
		of := placement.Share(d.Size, unit)
		if of > share || of == share && d.Size.String() > largest.String() {
			largest, providers, share = d.Size, service.ProvidersOf(service.Starts()), of
		}
	}
	return largest, providers, unread
}

// keptIn is the packing with room for the headroom: newShortage packs it after the tasks, and removal without a host.
func (h headroom) keptIn(c placement.Config) placement.Config {
	if h.tasks > 0 {
		c.Spare, c.SpareProviders = h.size, h.providers
	}
	return c
}

// headroomShort tells whether headroom is missing and a new host would give it.
func (s shortage) headroomShort() bool { return s.headroom > 0 && !s.headroomUnplaceable }

// mustFit is how many headroom tasks must fit without a host: twice the headroom, so that the next task does not buy the
// host back. In a simulated week of taxi rides on some fifteen hosts, once bought back 112 hosts within half an hour, 42 of
// them although nothing had changed; twice at most one (docs/evaluation.md).
func (h headroom) mustFit() int { return 2 * h.tasks }

// breaks is the objection that too few headroom tasks fit without these hosts.
func (h headroom) breaks(without []cluster.Host, fit int) *explanation {
	return &explanation{HeadroomWouldBreak, fmt.Sprintf("without %s, %d headroom tasks (%s each) fit; %d must fit, twice the headroom, so that the next task does not buy the host back",
		namesOf(without), fit, h.size, h.mustFit())}
}
