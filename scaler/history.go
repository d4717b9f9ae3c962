package scaler

import (
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

const (
	// dayOf is how many minutes back demand tells what it may rise by.
	dayOf = 24 * 60
	// neededFor is how many minutes a need of headroom forbids that hosts leave which it would buy back.
	neededFor = 30
	// minutesKept are enough for a day that ended so long ago, with rises of its last minutes.
	minutesKept = dayOf + neededFor + int(mostLead/time.Minute)
	// zeroFor is how many minutes of a day without demand show that a cluster is meant to have no host at times.
	zeroFor = 120
)

// Remembered is how far back a History goes.
const Remembered = time.Duration(minutesKept) * time.Minute

// History is a cluster's demand over the last day, one value a minute, and what it needed as headroom lately. It takes some
// 6 KB for each resource that was ever demanded. The zero value knows nothing. Its methods are for one goroutine.
type History struct {
	// minutes of CPU, memory and GPU are demand, minute m of 1970 at m modulo minutesKept; nil: 0 in every known minute.
	minutes [3][]int32
	// known are the minutes that were seen, newest the last of them; nil: none.
	known  []bool
	newest int64
	needed [neededFor]need
}

// need is what was needed as headroom in a minute.
type need struct {
	minute int64
	of     cluster.Resources
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

func amounts(r cluster.Resources) [3]int64 { return [...]int64{r.CPU, r.Memory, r.GPU} }

// Newest is the last minute of which demand is known; zero: none is.
func (h *History) Newest() time.Time {
	if h.known == nil {
		return time.Time{}
	}
	return time.Unix(h.newest*60, 0).UTC()
}

// Note notes the demand of a minute, unless that is over for more than a day. A later value of the same minute counts in place
// of an earlier one.
func (h *History) Note(minute time.Time, demand cluster.Resources) {
	m := minuteOf(minute)
	if !h.advance(m) {
		return
	}
	at := int(m % int64(minutesKept))
	h.known[at] = true
	for r, amount := range amounts(demand) {
		if h.minutes[r] == nil && amount > 0 {
			h.minutes[r] = make([]int32, minutesKept)
		}
		if h.minutes[r] != nil {
			h.minutes[r][at] = int32(max(0, min(amount, 1<<31-1)))
		}
	}
}

// advance makes room for a minute. false: it is over for more than a day.
func (h *History) advance(m int64) bool {
	if h.known == nil {
		h.known, h.newest = make([]bool, minutesKept), m
	}
	for gone := max(h.newest+1, m-int64(minutesKept)+1); gone <= m; gone++ {
		h.known[gone%int64(minutesKept)] = false
	}
	h.newest = max(h.newest, m)
	return m > h.newest-int64(minutesKept)
}

// NoteNeed notes what was needed as headroom in a minute.
func (h *History) NoteNeed(minute time.Time, of cluster.Resources) {
	m := minuteOf(minute)
	h.needed[m%neededFor] = need{m, of}
}

// Past is what the day before a moment tells: by how much demand rose within the time that a host takes to come, at most, in
// the entry's share of its minutes.
func (h *History) Past(now time.Time, lead time.Duration, f thresholds.Fitted) cluster.Past {
	m, p := minuteOf(now), cluster.Past{Lead: lead}
	for _, n := range &h.needed {
		if n.minute > m-neededFor && n.minute <= m {
			p.Needed = most(p.Needed, n.of)
		}
	}
	if h.known == nil {
		return p
	}
	zeros := 0
	for t := m - dayOf; t < m; t++ {
		if at, known := h.at(t); known {
			p.Minutes++
			if h.zero(at) {
				zeros++
			}
		}
	}
	p.AtZero = zeros >= zeroFor
	p.Rise = h.rise(m, lead, f.Percentile)
	return p
}

// Recall works out what was needed as headroom for rises before this process, from the demand of that time.
func (h *History) Recall(now time.Time, lead time.Duration, f thresholds.Fitted) {
	if h.known == nil {
		return
	}
	var rise, demand cluster.Resources
	m := minuteOf(now)
	for _, ago := range []int64{0, neededFor / 2, neededFor} {
		rise = most(rise, h.rise(m-ago, lead, f.Percentile))
	}
	for t := m - neededFor; t < m; t++ {
		if at, known := h.at(t); known {
			demand = most(demand, h.amounts(at))
		}
	}
	h.NoteNeed(now.Add(-time.Minute), capped(rise, demand, f))
}

// at is where a minute is; false: it is not known.
func (h *History) at(m int64) (int, bool) {
	if m > h.newest || m <= h.newest-int64(minutesKept) {
		return 0, false
	}
	at := int(m % int64(minutesKept))
	return at, h.known[at]
}

func (h *History) zero(at int) bool { return h.amounts(at) == cluster.Resources{} }

func (h *History) amounts(at int) cluster.Resources {
	var of [3]int64
	for r, minutes := range h.minutes {
		if minutes != nil {
			of[r] = int64(minutes[at])
		}
	}
	return cluster.Resources{CPU: of[0], Memory: of[1], GPU: of[2]}
}

// rise is the rise of each resource that is exceeded in less than the rest of the day's minutes. A minute that is not known
// counts as one without a rise: what came once in the first hours would else be taken for what comes each hour.
func (h *History) rise(m int64, lead time.Duration, percentile float64) cluster.Resources {
	var of [3]int64
	exceeded := int((100 - percentile) / 100 * dayOf)
	top := make([]int32, 0, exceeded+1) // the largest rises, ascending
	for r, minutes := range h.minutes {
		if minutes == nil {
			continue
		}
		top = top[:0]
		for t := m - dayOf; t < m-int64(lead/time.Minute); t++ {
			from, known := h.at(t)
			if !known {
				continue
			}
			risen := int32(0)
			for s := t + 1; s <= t+int64(lead/time.Minute); s++ {
				if to, known := h.at(s); known {
					risen = max(risen, minutes[to]-minutes[from])
				}
			}
			switch {
			case risen == 0:
				continue
			case len(top) <= exceeded:
			case risen <= top[0]:
				continue
			default:
				top = slices.Delete(top, 0, 1)
			}
			i, _ := slices.BinarySearch(top, risen)
			top = slices.Insert(top, i, risen)
		}
		if len(top) > exceeded {
			of[r] = int64(top[0])
		}
	}
	return cluster.Resources{CPU: of[0], Memory: of[1], GPU: of[2]}
}

// capped is a rise, at most the entry's share of a demand.
func capped(rise, demand cluster.Resources, f thresholds.Fitted) cluster.Resources {
	of := func(n int64) int64 { return int64(float64(n) * f.MostPercent / 100) }
	return least(rise, cluster.Resources{CPU: of(demand.CPU), Memory: of(demand.Memory), GPU: of(demand.GPU)})
}

// most is the larger of two amounts, resource by resource.
func most(a, b cluster.Resources) cluster.Resources {
	return cluster.Resources{CPU: max(a.CPU, b.CPU), Memory: max(a.Memory, b.Memory), GPU: max(a.GPU, b.GPU)}
}
