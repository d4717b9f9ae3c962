package scaler

import (
	"fmt"
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// removableHosts returns the hosts that Auto Scaling may choose, by followed group: in service and unprotected. Without
// any group it is all ACTIVE hosts. Disconnected hosts are among them, because their tasks still run.
func removableHosts(s cluster.Snapshot) [][]cluster.Host {
	if len(s.Groups) == 0 {
		return [][]cluster.Host{slices.DeleteFunc(slices.Clone(s.Hosts), func(h cluster.Host) bool { return h.Status != cluster.Active || h.External })}
	}
	followers := s.Followers()
	of := make([][]cluster.Host, len(followers))
	mayGo := map[string][]int{}
	for g := range followers {
		for _, i := range followers[g].Instances {
			if i.Phase == cluster.InService && !i.Protected && !slices.Contains(mayGo[i.ID], g) {
				mayGo[i.ID] = append(mayGo[i.ID], g)
			}
		}
	}
	for _, h := range s.Hosts {
		for _, g := range mayGo[h.InstanceID] {
			of[g] = append(of[g], h)
		}
	}
	return of
}

// rebound tells whether the reservation would reach a threshold without some hosts. Unplaced tasks and daemons to come
// count as placed. Daemons and standalone tasks end with their host.
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
			moves, ends := f.reservedBy(h)
			if h.IsCapacity() {
				r.without[h.ARN] = change{registered: h.Registered, ends: ends, daemons: f.toCome.possible[h.ARN].size}
			} else {
				r.without[h.ARN] = change{moves: moves}
			}
		}
	}
	return r
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
		c := r.without[h.ARN]
		registered, reserved = registered.Minus(c.registered), reserved.Minus(c.ends).Minus(c.daemons).Plus(c.moves)
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
