package scaler

import (
	"fmt"
	"slices"

	"ecs-cluster-scaler/cluster"
)

// candidates are the hosts of which one may be chosen to go, by group that follows the signal: those that it holds in
// service unprotected. Without any group, all that are ACTIVE. A disconnected host is one too: its tasks still run.
func (j *judgement) candidates() [][]cluster.Host {
	if len(j.s.Groups) == 0 {
		var all []cluster.Host
		for _, h := range j.s.Hosts {
			if h.Status == cluster.Active && !h.External {
				all = append(all, h)
			}
		}
		return [][]cluster.Host{all}
	}
	followers := j.s.Followers()
	mayGo := map[string][]int{}
	for g := range followers {
		for _, i := range followers[g].Instances {
			if i.Phase == cluster.InService && !i.Protected && !slices.Contains(mayGo[i.ID], g) {
				mayGo[i.ID] = append(mayGo[i.ID], g)
			}
		}
	}
	of := make([][]cluster.Host, len(followers))
	for _, h := range j.s.Hosts {
		for _, g := range mayGo[h.InstanceID] {
			of[g] = append(of[g], h)
		}
	}
	return of
}

// wouldBounce says which resource would ask for a host back, whichever goes. As long as a host's tasks are not known,
// all of its reservation is taken to go with it.
func (j *judgement) wouldBounce() string {
	for _, of := range j.candidates() {
		for i := range of {
			if bounce := j.bounce(of[i : i+1]); bounce != "" {
				return bounce
			}
		}
	}
	return ""
}

// bounce says which resource would land at or above its threshold without these hosts; empty: none. Unplaced tasks
// and daemons that are to come count as placed; daemons and standalone tasks go with their host.
func (j *judgement) bounce(gone []cluster.Host) string {
	registered, reserved := j.registered, j.reserved.Plus(j.toBePlaced()).Plus(j.coming.sum)
	for _, h := range gone {
		stays, goes := j.reservedBy(h)
		if h.IsCapacity() {
			registered, reserved = registered.Minus(h.Registered), reserved.Minus(goes).Minus(j.coming.possible[h.ARN].size)
		} else {
			reserved = reserved.Plus(stays)
		}
	}
	for _, r := range resources(j.entry, cluster.ReservationOf(registered, reserved)) {
		switch {
		case r.atScaleOut():
			return fmt.Sprintf("without %s, %s reservation would be %s, at or above %s", called(gone), r.name, show(float64(*r.reserved)), show(*r.band.ScaleOutAt))
		case r.reserved == nil && r.amount(reserved) > 0:
			return fmt.Sprintf("without %s, no %s would be left for the tasks that reserve it", called(gone), r.name)
		}
	}
	return ""
}

// reservedBy splits what a host's tasks reserve: what has to find room elsewhere, and what goes with the host. Of a
// task whose size is not known, nothing goes.
func (j *judgement) reservedBy(h cluster.Host) (stays, goes cluster.Resources) {
	if known, ok := j.split[h.ARN]; ok {
		return known[0], known[1]
	}
	defer func() { j.split[h.ARN] = [2]cluster.Resources{stays, goes} }()
	if !read(h) {
		return cluster.Resources{}, h.Reserved()
	}
	for _, t := range j.tasks[h.ARN] {
		size, _ := t.SizeIn(j.s.Definitions)
		if t.Service == "" || j.services[t.Service].Daemon {
			goes = goes.Plus(size)
		} else {
			stays = stays.Plus(size)
		}
	}
	return stays, goes
}

func called(hosts []cluster.Host) string {
	if len(hosts) == 1 {
		return name(hosts[0])
	}
	return fmt.Sprintf("%s and %d more", name(hosts[0]), len(hosts)-1)
}
