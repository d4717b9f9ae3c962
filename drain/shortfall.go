package drain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// causedFor is how long this drain counts as the cause of a shortfall, from when the service's last task here stopped.
// ECS starts a replacement within seconds; a slow image and a load balancer's health check take minutes.
const causedFor = 10 * time.Minute

// shortfall is one service below its floor.
type shortfall struct {
	service        string
	floor, running int
	// counted: running is known.
	counted bool
	// caused: this drain may be the cause.
	caused bool
}

func (s shortfall) String() string {
	if !s.counted {
		return fmt.Sprintf("service %s: it is not known how many tasks run (floor %d)", s.service, s.floor)
	}
	return fmt.Sprintf("service %s: %d running on ACTIVE hosts (floor %d)", s.service, s.running, s.floor)
}

// shortfalls are the services that lost a task on the host to this drain and are below their floor.
func (f *facts) shortfalls(h Host) []shortfall {
	var short []shortfall
	for name, last := range lost(h, f.now) {
		service, known := f.services[name]
		if !known || !service.WantsHosts() || service.Desired == 0 {
			continue
		}
		running, counted := f.Healthy[name]
		if !counted && service.Running < service.Floor() {
			// ECS's count includes leaving hosts, and even that is too few.
			running, counted = service.Running, true
		}
		if floor := service.Floor(); !counted || running < floor {
			short = append(short, shortfall{name, floor, running, counted, f.now.Sub(last) < causedFor})
		}
	}
	slices.SortFunc(short, func(a, b shortfall) int { return strings.Compare(a.service, b.service) })
	return short
}

// lost is when the last task of each service on the host stopped. A task that had stopped before the termination is not
// lost to this drain. If the start is not known, every stopped task counts that ECS still shows, about an hour's.
func lost(h Host, now time.Time) map[string]time.Time {
	last := map[string]time.Time{}
	for _, t := range h.Tasks {
		if t.Service == "" || !t.Stopped() {
			continue
		}
		at := cmp.Or(t.StoppedAt, now)
		if h.BeganKnown && at.Before(h.Began) {
			continue
		}
		if at.After(last[t.Service]) {
			last[t.Service] = at
		}
	}
	return last
}

func list(short []shortfall) string {
	var text []string
	for _, s := range short {
		text = append(text, s.String())
	}
	return strings.Join(text, "; ")
}
