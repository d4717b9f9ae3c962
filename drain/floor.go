package drain

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ours is how long after its last task here stopped a service that is below its floor may be so because of this drain:
// ECS starts a replacement within seconds, a slow image and a load balancer's health check take minutes.
const ours = 10 * time.Minute

// shortfall is one service below its floor.
type shortfall struct {
	service        string
	floor, running int
	// counted: running is known.
	counted bool
	// ours: this drain may be why.
	ours bool
}

func (s shortfall) String() string {
	if !s.counted {
		return fmt.Sprintf("service %s: it is not known how many tasks run (floor %d)", s.service, s.floor)
	}
	return fmt.Sprintf("service %s: %d running on ACTIVE hosts (floor %d)", s.service, s.running, s.floor)
}

// shortfalls are the services with a floor that lost a task on the host to this drain and are below it.
func (p *picture) shortfalls(h Host) []shortfall {
	var short []shortfall
	for name, last := range p.lost(h) {
		service, known := p.services[name]
		if !known || !service.WantsHosts() || service.Desired == 0 {
			continue
		}
		running, counted := p.Healthy[name]
		if floor := service.Floor(); !counted || running < floor {
			short = append(short, shortfall{name, floor, running, counted, p.now.Sub(last) < ours})
		}
	}
	slices.SortFunc(short, func(a, b shortfall) int { return strings.Compare(a.service, b.service) })
	return short
}

// lost is when the last task of each service on the host stopped; a task that had stopped before the termination began
// is no loss of this drain. Where it is not known when that was, every task that ECS still shows counts: about an hour's.
func (p *picture) lost(h Host) map[string]time.Time {
	last := map[string]time.Time{}
	for _, t := range h.Tasks {
		if t.Service == "" || !t.Stopped() {
			continue
		}
		at := t.StoppedAt
		if at.IsZero() {
			at = p.now
		}
		if h.BeganKnown && at.Before(h.Began) {
			continue
		}
		if at.After(last[t.Service]) {
			last[t.Service] = at
		}
	}
	return last
}

// Lost are the services with a task among the host's that stopped since its termination began: those whose floors
// decide whether it may go.
func (h Host) Lost(now time.Time) []string {
	p := picture{now: now}
	var names []string
	for name := range p.lost(h) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func list(short []shortfall) string {
	var text []string
	for _, s := range short {
		text = append(text, s.String())
	}
	return strings.Join(text, "; ")
}
