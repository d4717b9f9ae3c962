package scaler

import (
	"fmt"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// rebound says what the thresholds would say without some hosts, and without those that are leaving: whether the reservation
// would reach one. Unplaced tasks and daemons to come count as placed. Daemons and standalone tasks end with their host.
type rebound struct {
	entry                thresholds.Entry
	registered, reserved cluster.Resources
	removable            [][]cluster.Host
	// without is what the removal of a host changes, by ARN.
	without map[string]change
}

// change is what is registered and reserved no more, and what is reserved elsewhere.
type change struct {
	registered, ends, daemons, moves cluster.Resources
}

func newRebound(f *findings) rebound {
	r := rebound{
		entry: f.entry, registered: f.registered, reserved: f.reserved.Plus(f.toBePlaced()).Plus(f.toCome.sum),
		removable: removableHosts(f.s), without: map[string]change{},
	}
	for _, of := range r.removable {
		for _, h := range of {
			r.without[h.ARN] = f.changeWithout(h)
		}
	}
	for _, h := range f.leaving {
		r.registered, r.reserved = f.changeWithout(h).of(r.registered, r.reserved)
	}
	return r
}

// changeWithout is what the removal of a host changes.
func (f *findings) changeWithout(h cluster.Host) change {
	moves, ends := f.reservedBy(h)
	if !h.IsCapacity() {
		return change{moves: moves}
	}
	return change{registered: h.Registered, ends: ends, daemons: f.toCome.possible[h.ARN].size}
}

// of is what is registered and reserved after the change.
func (c change) of(registered, reserved cluster.Resources) (cluster.Resources, cluster.Resources) {
	return registered.Minus(c.registered), reserved.Minus(c.ends).Minus(c.daemons).Plus(c.moves)
}

// reservedBy splits what the tasks of a host reserve into what must move and what ends with the host. If they are not
// known, all of it ends. A task whose size is not known counts as nothing.
func (f *facts) reservedBy(h cluster.Host) (moves, ends cluster.Resources) {
	if !tasksKnown(h) {
		return cluster.Resources{}, h.Reserved()
	}
	for _, t := range f.tasks[h.ARN] {
		size, _ := t.SizeIn(f.s.Definitions)
		if t.Service == "" || f.services[t.Service].Daemon {
			ends = ends.Plus(size)
		} else {
			moves = moves.Plus(size)
		}
	}
	return moves, ends
}

// ofAny says which resource would ask for a host back, whichever is removed; empty: none.
func (r rebound) ofAny() string {
	for _, of := range r.removable {
		for i := range of {
			if bounce := r.of(of[i : i+1]); bounce != "" {
				return bounce
			}
		}
	}
	return ""
}

// of says which resource would land at or above its threshold without these hosts; empty: none.
func (r rebound) of(gone []cluster.Host) string {
	registered, reserved := r.registered, r.reserved
	for _, h := range gone {
		registered, reserved = r.without[h.ARN].of(registered, reserved)
	}
	for _, of := range resources(r.entry, cluster.ReservationOf(registered, reserved)) {
		switch {
		case of.atScaleOut():
			return fmt.Sprintf("without %s, %s reservation would be %s, at or above %s", namesOf(gone), of.name, show(float64(*of.reserved)), show(*of.band.ScaleOutAt))
		case of.reserved == nil && of.amount(reserved) > 0:
			return fmt.Sprintf("without %s, no %s would be left for the tasks that reserve it", namesOf(gone), of.name)
		}
	}
	return ""
}
