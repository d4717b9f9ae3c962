package scaler

import (
	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// headroom is room for so many tasks of one size.
type headroom struct {
	tasks int
	size  cluster.Resources
	// providers are those of the service whose task it is, on whose hosts alone the room counts; none: every host's does.
	providers []string
	// unread are definitions without which the size is not known; then no room is kept, and nothing is scaled in.
	unread []string
}

// kind is that of one of its tasks.
func (h headroom) kind() placement.Kind {
	return placement.Kind{Size: h.size, Providers: h.providers}
}

// newHeadroom takes the size from the entry, or else that of the service task with the largest dominant share of a
// host.
func newHeadroom(j *judgement) headroom {
	h := headroom{tasks: j.entry.Headroom.Tasks}
	if h.tasks == 0 {
		return h
	}
	if j.entry.Headroom.CPU != nil && j.entry.Headroom.Memory != nil {
		h.size = cluster.Resources{CPU: *j.entry.Headroom.CPU, Memory: *j.entry.Headroom.Memory}
	} else {
		h.size, h.providers, h.unread = j.largestTask()
	}
	if len(h.unread) > 0 || h.size == (cluster.Resources{}) {
		h.tasks = 0
	}
	return h
}

func (j *judgement) largestTask() (largest cluster.Resources, providers, unread []string) {
	share, unit := -1.0, j.unit()
	for _, service := range j.s.Services {
		if !service.WantsHosts() || service.Desired == 0 {
			continue
		}
		d, known := j.s.Definitions[service.Starts()]
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
