package simulator

import (
	"slices"
	"time"
)

// ideal is the demand as it would be if every task had a host at once, whatever the policy did: a standalone task that
// had to wait is moved to when it was first wanted, and lasts as long as it did. A policy that lets tasks wait so has the
// same lower bound as one that does not. A standalone task that never had a host, and so showed no length, is left out.
type ideal struct {
	log     []change
	minutes []minute
}

type change struct {
	at time.Time
	kind
	n int
}

type minute struct {
	end    time.Time
	fleets map[string]facts
}

func (d *ideal) changes(at time.Time, k kind, n int) { d.log = append(d.log, change{at, k, n}) }

func (d *ideal) minute(end time.Time, f map[string]facts) {
	d.minutes = append(d.minutes, minute{end, f})
}

// hosts is the lower bound of each minute, by the demand just before its end, over all clusters.
func (d *ideal) hosts() []int {
	slices.SortStableFunc(d.log, func(a, b change) int { return a.at.Compare(b.at) })
	wantedNow := map[kind]int{}
	next := 0
	bounds := make([]int, 0, len(d.minutes))
	for _, m := range d.minutes {
		for ; next < len(d.log) && d.log[next].at.Before(m.end); next++ {
			c := d.log[next]
			if wantedNow[c.kind] += c.n; wantedNow[c.kind] == 0 {
				delete(wantedNow, c.kind)
			}
		}
		bounds = append(bounds, m.fewest(wantedNow))
	}
	return bounds
}

func (m minute) fewest(demand map[kind]int) int {
	tasks := map[string][]wanted{}
	for k, n := range demand {
		w := m.fleets[k.cluster].services[k.service]
		w.n, w.size = n, k.size
		tasks[k.cluster] = append(tasks[k.cluster], w)
	}
	hosts := 0
	for name, f := range m.fleets {
		hosts += fewest(append(tasks[name], f.daemons...), f.fleet)
	}
	return hosts
}
