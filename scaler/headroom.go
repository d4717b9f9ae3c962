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
	// name is that of the service whose task has the size; empty: the entry gives the size.
	name string
	// leave is how many must still fit where a host leaves.
	leave int
	// rest is what the last of them needs, if it need not be a whole one.
	rest cluster.Resources
	// need is what is needed in each resource: the larger of rise, which demand may do, and floor.
	need, rise, floor cluster.Resources
	// providers are the capacity providers on whose hosts alone the room counts; none: on every host.
	providers []string
	// unread are definitions without which the size is not known; then no room is kept, and nothing is scaled in.
	unread []string
}

// kind is that of one of its tasks.
func (h headroom) kind() placement.Kind {
	return placement.Kind{Size: h.size, Providers: h.providers}
}

// restKind is the kind of a task of the size that the last one needs.
func (h headroom) restKind() placement.Kind {
	k := placement.KindOf(cluster.Service{Name: "the rest of the headroom"}, cluster.Definition{Size: h.rest})
	k.Providers = h.providers
	return k
}

// called is what one of its tasks is called in a sentence.
func (h headroom) called() string {
	if h.name == "" {
		return fmt.Sprintf("(%s)", h.size)
	}
	return fmt.Sprintf("%s (%s)", h.name, h.size)
}

// newHeadroom takes the size from the entry, or from the service task with the largest dominant share of a host. Headroom that
// fits itself is never of a size that lacks CPU or memory: no number of such tasks covers what demand may rise by.
func newHeadroom(f *facts, unit cluster.Resources) headroom {
	e := f.entry.Headroom
	h := headroom{tasks: e.Tasks, leave: 2 * e.Tasks}
	fits := f.basis.fits()
	if h.tasks == 0 && !fits {
		return h
	}
	largest := largestTask(f, unit)
	if given := e.CPU != nil && e.Memory != nil; given && (!fits || *e.CPU > 0 && *e.Memory > 0) {
		h.size = cluster.Resources{CPU: *e.CPU, Memory: *e.Memory}
		if fits {
			h.unread = largest.unread
		}
	} else {
		h.size, h.name, h.providers, h.unread = largest.size, largest.name, largest.providers, largest.unread
	}
	switch {
	case len(h.unread) > 0 || h.size == (cluster.Resources{}):
		h.tasks, h.leave = 0, 0
	case fits:
		h.fit(f, largest.size)
	}
	return h
}

// largest is the service task with the largest dominant share of a host.
type largest struct {
	size      cluster.Resources
	name      string
	providers []string
	// unread are definitions without which it is not known.
	unread []string
}

func largestTask(f *facts, unit cluster.Resources) largest {
	var of largest
	most := -1.0
	for _, service := range f.s.Services {
		if !service.WantsHosts() || service.Desired == 0 {
			continue
		}
		d, known := f.s.Definitions[service.Starts()]
		if !known {
			of.unread = append(of.unread, service.Starts())
			continue
		}
		share := placement.Share(d.Size, unit)
		if share > most || share == most && d.Size.String() > of.size.String() {
			of.size, of.name, of.providers, most = d.Size, service.Name, service.ProvidersOf(service.Starts()), share
		}
	}
	return of
}

// keptIn is the packing with room for the headroom: newShortage packs it after the tasks, and removal without a host.
func (h headroom) keptIn(c placement.Config) placement.Config {
	if h.tasks > 0 || h.leave > 0 {
		c.Spare, c.SpareProviders = h.size, h.providers
	}
	return c
}

// headroomShort tells whether headroom is missing and a new host would give it.
func (s shortage) headroomShort() bool { return s.headroom > 0 && !s.headroomUnplaceable }

// mustFit is how many headroom tasks must fit without a host: half as much again as was needed lately or, where the entry says
// how many, twice as many, so that the next task does not buy the host back. In a simulated week of taxi rides on some fifteen
// hosts, once bought back 112 hosts within half an hour, 42 of them although nothing had changed; twice at most one.
func (h headroom) mustFit() int { return h.leave }

// breaks is the objection that too few headroom tasks fit without these hosts.
func (h headroom) breaks(without []cluster.Host, fit int) *explanation {
	return &explanation{HeadroomWouldBreak, fmt.Sprintf("without %s, %d headroom tasks (%s each) fit; %d must fit, %s, so that the next task does not buy the host back",
		namesOf(without), fit, h.size, h.mustFit(), h.margin())}
}

// margin says what must fit without a host.
func (h headroom) margin() string {
	if h.need == (cluster.Resources{}) && h.leave == 2*h.tasks {
		return "twice the headroom"
	}
	return "half as much again as was needed lately"
}

// shown is the headroom as a verdict says it.
func (h headroom) shown(f *facts) *Headroom {
	return &Headroom{Tasks: h.tasks, Size: h.size, Fitted: f.basis.fits(), Why: h.why(f), Needed: h.need}
}
