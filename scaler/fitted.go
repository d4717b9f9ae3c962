package scaler

import (
	"fmt"
	"math"
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

const (
	// knownFrom is how many minutes of the last day must be known before headroom goes by them.
	knownFrom = 6 * 60
	// mostFitted bounds the tasks that are kept room for, as the schema bounds headroom.tasks.
	mostFitted = 5000
)

// basis is what headroom, and the thresholds that nobody named, go by.
type basis string

const (
	// byEntry: headroom.tasks alone, because headroom.fitted is false.
	byEntry basis = "entry"
	// bySight: the same, because no service tells what the cluster demands.
	bySight basis = "sight"
	// awaiting: what demand was is not read yet. The room for one task is kept meanwhile, and nothing leaves.
	awaiting basis = "awaiting"
	// byLittle: too little of the last day is known. Thresholds hold, and leaving respects what is known.
	byLittle basis = "little"
	// byDemand: what demand rose by.
	byDemand basis = "demand"
)

func basisOf(entry thresholds.Entry, s cluster.Snapshot) basis {
	switch {
	case !entry.Headroom.Fitted.On:
		return byEntry
	case !slices.ContainsFunc(s.Services, cluster.Service.WantsHosts):
		return bySight
	case s.Past.Minutes < knownFrom && s.Past.Awaited:
		return awaiting
	case s.Past.Minutes < knownFrom:
		return byLittle
	default:
		return byDemand
	}
}

// holding is the entry with the thresholds that hold. By demand those of CPU and memory that nobody named do not: they keep a
// quarter of the cluster free for what demand may do, and that is known.
func (b basis) holding(entry thresholds.Entry) thresholds.Entry {
	if !b.lifts() {
		return entry
	}
	for _, of := range []struct {
		band  *thresholds.Band
		named thresholds.NamedBand
	}{{&entry.CPU, entry.Named.CPU}, {&entry.Memory, entry.Named.Memory}} {
		if !of.named.ScaleOutAt {
			of.band.ScaleOutAt = nil
		}
		if !of.named.ScaleInBelow {
			of.band.ScaleInBelow = noScaleInBelow
		}
	}
	return entry
}

// noScaleInBelow is a scale_in_below that forbids nothing: a cluster that is full has no room for its headroom either.
const noScaleInBelow = 100

// fit sizes the headroom by what demand rose by: the largest of that, of headroom.tasks and of one task of the largest size, in
// each resource.
func (h *headroom) fit(f *facts, largest cluster.Resources) {
	past, fitted := f.s.Past, f.entry.Headroom.Fitted
	demand, known := f.s.Demanded(f.now)
	if !known {
		demand = f.reserved
	}
	h.rise = capped(past.Rise, demand, fitted)
	h.floor = h.size.Times(int64(h.tasks))
	if !past.AtZero {
		h.floor = most(h.floor, largest)
	}
	h.need = most(h.rise, h.floor)
	if f.basis != byLittle {
		h.tasks = max(h.tasks, covering(h.need, h.size))
	}
	lately := most(h.need, past.Needed)
	whole := max(h.tasks, covering(lately, h.size)) // what would be bought back must fit in whole tasks, as it is bought
	leave := half(lately)
	h.leave = max(whole, covering(leave, h.size))
	if h.leave > whole {
		h.rest = beyond(leave, h.size.Times(int64(h.leave-1)))
	}
}

// beyond is what one amount has more than another.
func beyond(a, b cluster.Resources) cluster.Resources {
	return most(a.Minus(b), cluster.Resources{})
}

// half adds half as much again: what hosts may leave must be, so that the next task does not buy one back.
func half(r cluster.Resources) cluster.Resources {
	of := func(n int64) int64 { return n + (n+1)/2 }
	return cluster.Resources{CPU: of(r.CPU), Memory: of(r.Memory), GPU: of(r.GPU)}
}

// covering is how many tasks of a size have as much of each resource. A resource that the size has nothing of is left out: no
// number of tasks covers it.
func covering(need, size cluster.Resources) int {
	n := int64(0)
	for r, of := range amounts(size) {
		if of > 0 {
			n = max(n, (amounts(need)[r]+of-1)/of)
		}
	}
	return int(min(n, mostFitted))
}

// why says what is kept free, and by what.
func (h headroom) why(f *facts) string {
	kept := fmt.Sprintf("%d × %s kept free", h.tasks, h.called())
	if h.tasks == 0 {
		kept = "none"
	}
	switch p := f.s.Past; {
	case f.basis == byEntry:
		return kept + ", as the entry says"
	case f.basis == bySight:
		return kept + "; thresholds hold, because no service shows what the cluster demands"
	case f.basis == byLittle && p.Unread != "":
		return kept + "; thresholds hold, because what demand was is not known: " + p.Unread
	case f.basis == awaiting:
		return kept + "; " + awaited
	case f.basis == byLittle:
		return fmt.Sprintf("%s; thresholds hold until %d hours of demand are known, now %.1f", kept, knownFrom/60, float64(p.Minutes/6)/10)
	case len(h.unread) > 0:
		return kept + " until the size of its tasks is known"
	default:
		return kept + h.because(f)
	}
}

// awaited is said where a pass had no time to read what demand was.
const awaited = "what demand was in the last day is not read yet"

// fits tells whether headroom is fitted, or will be.
func (b basis) fits() bool { return b == byDemand || b == awaiting || b == byLittle }

// lifts tells whether thresholds that nobody named do not hold.
func (b basis) lifts() bool { return b == byDemand || b == awaiting }

// because says what decides how many tasks are kept.
func (h headroom) because(f *facts) string {
	r := h.decisive()
	rose := fmt.Sprintf("within %d minutes demand rose by at most %s %s times of 100 in the last day",
		int(f.s.Past.Lead.Minutes()), amountOf(r, amounts(f.s.Past.Rise)[r]), plain(f.entry.Headroom.Fitted.Percentile))
	switch {
	case h.tasks == 0 && f.s.Past.AtZero:
		return ": " + rose + ", and it was 0 for hours"
	case h.tasks == 0:
		return ": no service wants a task whose size could be kept free"
	case amounts(h.rise)[r] < amounts(h.floor)[r] && f.entry.Headroom.Tasks >= h.tasks:
		return ", as headroom.tasks says: " + rose
	case amounts(h.rise)[r] < amounts(h.floor)[r]:
		return ", the largest task: " + rose
	case amounts(h.rise)[r] < amounts(f.s.Past.Rise)[r]:
		return fmt.Sprintf(": %s, of which at most %s%% of present demand are kept", rose, plain(f.entry.Headroom.Fitted.MostPercent))
	default:
		return ": " + rose
	}
}

// decisive is the resource that takes the most tasks to cover.
func (h headroom) decisive() int {
	first, tasks := 0, -1.0
	for r, of := range amounts(h.size) {
		if n := float64(amounts(h.need)[r]) / float64(of); of > 0 && n > tasks {
			first, tasks = r, n
		}
	}
	return first
}

func amountOf(r int, n int64) string {
	return fmt.Sprintf("%d %s", n, [...]string{"CPU", "MiB", "GPU"}[r])
}

// plain is a number with no more decimals than it needs.
func plain(n float64) string {
	if n == math.Trunc(n) {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%g", n)
}
