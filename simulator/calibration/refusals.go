package calibration

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// wait is the time from a refusal of a service's task to the next attempt that is seen: another refusal, or a placement.
type wait struct {
	// after is how many refusals in a row came before it, itself included.
	after    int
	from, to time.Time
	// joined is the first registration of a host in it; zero: none.
	joined time.Time
}

func (w wait) long() time.Duration { return w.to.Sub(w.from) }

// row is the waits of refusals in a row, without a placement between them.
type row []wait

// rows are those whose beginning was watched. A change of the revision, a fall of the desired count and a gap in what was
// read end what is known of a row.
func (e *evidence) rows(s *service) []row {
	var rows []row
	known := false
	var current row
	next := 0 // the first task that was created after the refusal
	for i, at := range s.refusals {
		began := next
		for next < len(s.tasks) && !s.tasks[next].Created.After(at) {
			next++
		}
		if next > began || i == 0 {
			// Something was placed since the last refusal, so this one is the first in a row; or it is the first of all.
			rows, current = keep(rows, current), nil
			known = next > 0 && e.within(s.tasks[next-1].Created) || at.Sub(e.From) > longestWait
		}
		to := time.Time{}
		if i+1 < len(s.refusals) {
			to = s.refusals[i+1]
		}
		if next < len(s.tasks) && (to.IsZero() || !s.tasks[next].Created.After(to)) {
			to = s.tasks[next].Created
		}
		if to.IsZero() || e.unread(at, to) || !s.undisturbed(at, to, e.look) {
			known = false
		}
		if !known {
			rows, current = keep(rows, current), nil
			continue
		}
		current = append(current, wait{after: len(current) + 1, from: at, to: to, joined: e.joined(at, to)})
	}
	return keep(rows, current)
}

func keep(rows []row, r row) []row {
	if len(r) > 0 {
		rows = append(rows, r)
	}
	return rows
}

// longestWait is more than any back-off that was seen. A row whose first refusal comes later after the beginning has begun
// with it.
const longestWait = 30 * time.Minute

// undisturbed says whether a service had one revision and wanted no fewer tasks than before for some time.
func (s *service) undisturbed(from, to time.Time, look time.Duration) bool {
	for i := 1; i < len(s.Desired); i++ {
		before, d := s.Desired[i-1], s.Desired[i]
		if d.At.After(from) && d.At.Add(-look).Before(to) && (d.Revision != before.Revision || d.Desired < before.Desired) {
			return false
		}
	}
	return true
}

// turn is the longest wait that is one turn of the scheduler; a longer one is a back-off.
func (e *evidence) turn() time.Duration { return 3 * e.knobs.ECS.Loop }

// soon says whether an attempt came with the scheduler's first turn after a host's registration.
func (e *evidence) soon(w wait) bool {
	return !w.joined.IsZero() && w.to.Sub(w.joined) <= e.knobs.ECS.Loop+2*time.Second
}

func (e *evidence) allRows() []row {
	var all []row
	for _, s := range e.inOrder() {
		if !s.Daemon {
			all = append(all, e.rows(s)...)
		}
	}
	return all
}

// backsOff finds a row's first wait that is a back-off; -1: none is known. Where a host registered in a short wait, that
// wait may be a back-off that ended by it.
func (e *evidence) backsOff(r row) int {
	for i, w := range r {
		if w.long() > e.turn() {
			return i
		}
		if !w.joined.IsZero() {
			return -1
		}
	}
	return -1
}

// loop is ecs.loop: two refusals before a back-off are a turn of the scheduler apart.
func loop(e *evidence) said {
	var seen []span
	for _, r := range e.allRows() {
		for _, w := range r {
			if w.long() > e.turn() {
				break
			}
			seen = append(seen, exactly(w.long()))
		}
	}
	return lengths("waits between refusals before a back-off", seen, always(e.knobs.ECS.Loop), func(k *aws.Knobs, o Observed) { k.ECS.Loop = max(time.Second, length(o.Median)) })
}

// refusalsToBackOff is ecs.refusals_to_back_off: how many refusals come before a row's first back-off.
func refusalsToBackOff(e *evidence) said {
	times := map[int]int{}
	rows := 0
	for _, r := range e.allRows() {
		if i := e.backsOff(r); i >= 0 {
			times[r[i].after]++
			rows++
		}
	}
	usual := 0
	for n, count := range times {
		if usual == 0 || count > times[usual] || count == times[usual] && n < usual {
			usual = n
		}
	}
	return votes("rows of refusals", fmt.Sprintf("%d waited after %d", times[usual], usual), times[e.knobs.ECS.RefusalsToBackOff], rows, 0.2,
		func(k *aws.Knobs) { k.ECS.RefusalsToBackOff = usual })
}

// backOff is ecs.back_off: the first back-off of each row that no registration ended.
func backOff(e *evidence) said {
	return lengths("first back-offs", e.firstBackOffs(), always(e.knobs.ECS.BackOff), func(k *aws.Knobs, o Observed) { k.ECS.BackOff = length(o.Median) })
}

func (e *evidence) firstBackOffs() []span {
	var seen []span
	for _, r := range e.allRows() {
		if i := e.backsOff(r); i >= 0 && !e.soon(r[i]) {
			seen = append(seen, e.backedOff(r[i]))
		}
	}
	return seen
}

// backedOff is a wait that ended at the scheduler's first turn after a back-off. A back-off as long as the wait ends there too.
func (e *evidence) backedOff(w wait) span {
	s := between(w.long()-e.knobs.ECS.Loop, w.long())
	s.likely = s.most
	return s
}

// backOffMax is ecs.back_off_max. A later back-off that is twice the one before is no longer than it; one that is shorter
// than that is as long.
func backOffMax(e *evidence) said {
	first := e.firstBackOffs()
	if len(first) == 0 {
		return nothing("There were no back-offs.")
	}
	begins := length(observed(first).Median)
	var seen []span
	for _, r := range e.allRows() {
		i := e.backsOff(r)
		if i < 0 {
			continue
		}
		doubled := begins
		for _, w := range r[i+1:] {
			doubled *= 2
			if e.soon(w) {
				continue
			}
			switch s := e.backedOff(w); {
			case s.nearly().most < doubled.Seconds():
				seen = append(seen, s)
			case w.long() > e.knobs.ECS.BackOffMax: // a shorter one tells nothing of where doubling ends
				seen = append(seen, longerThan(w.long()-e.knobs.ECS.Loop))
			}
		}
	}
	return lengths("later back-offs", seen, always(e.knobs.ECS.BackOffMax), func(k *aws.Knobs, o Observed) { k.ECS.BackOffMax = length(o.Most) })
}

// registrationRetries is ecs.registration_retries: whether the first host that registers in a back-off ends it.
func registrationRetries(e *evidence) said {
	ended, waits := 0, 0
	for _, r := range e.allRows() {
		for _, w := range r {
			if w.after < e.knobs.ECS.RefusalsToBackOff || w.joined.IsZero() {
				continue
			}
			waits++
			if e.soon(w) {
				ended++
			}
		}
	}
	yes := waits - ended
	if e.knobs.ECS.RegistrationRetries {
		yes = ended
	}
	return votes("back-offs in which a host registered", fmt.Sprintf("%d ended at the next turn", ended), yes, waits, 1./3,
		func(k *aws.Knobs) { k.ECS.RegistrationRetries = !k.ECS.RegistrationRetries })
}

// votes judges a knob by things of which each speaks for or against it. By chance, no more than a share speaks the wrong
// way.
func votes(things, of string, yes, n int, chance float64, turn func(*aws.Knobs)) said {
	s := said{verdict: NotSeen, seen: n, turn: turn, why: fmt.Sprintf("%s: %d, of which %s.", capital(things), n, of)}
	switch {
	case n == 0:
		return nothing("There were no " + things + ".")
	case atLeast(n-yes, n, chance) < wrongly:
		s.verdict = Contradicted
	case atLeast(yes, n, chance) < wrongly:
		s.verdict = Confirmed
	default:
		s.why, s.do = s.why+" That is too few to tell.", longer
	}
	return s
}
