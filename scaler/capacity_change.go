package scaler

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/cluster"
)

// sizing is what a step policy of the active group counts, and what it should.
type sizing struct {
	// gap is the decision's; enough: there is a cause, and what is launching clears it.
	gap    int
	enough bool
	// useful are the hosts that are capacity or may still become it, all are those that are in service or will be.
	useful, all inWarmup
	// desired is the group's desired capacity; -1 where it is not known in hosts.
	desired int
	// counted: it is known what the policy counts. within is how long after publishing it may act.
	counted bool
	within  time.Duration
}

// inWarmup are hosts, and when the warm-ups end that are not known to be over.
type inWarmup struct {
	hosts int
	ends  []time.Time
}

func (w *inWarmup) add(ends time.Time) {
	w.hosts++
	if !ends.IsZero() {
		w.ends = append(w.ends, ends)
	}
}

// at counts the hosts whose warm-up ends later than the given moment.
func (w inWarmup) at(moment time.Time) int {
	n := 0
	for _, end := range w.ends {
		if end.After(moment) {
			n++
		}
	}
	return n
}

// size gathers what the capacity change follows from.
func (j *Judgement) size(d decision) sizing {
	z := sizing{gap: d.gap, enough: d.enough, desired: -1}
	s, _ := returned(j.s, j.now) // an agent that has just disconnected comes back: so it is for the gap
	if len(s.Groups) == 0 {
		z.useful.hosts = s.Count().Active
		return z
	}
	useful := usefulInstances(s, j.now)
	for _, g := range s.Followers() {
		for _, i := range g.Instances {
			if i.Phase == cluster.Pending || i.Phase == cluster.InService {
				z.all.add(g.WarmFrom(i))
				if useful[i.ID] {
					z.useful.add(g.WarmFrom(i))
				}
			}
		}
	}
	active := s.ActiveGroup()
	z.counted = active != nil && !s.GroupsUnread
	if z.counted {
		z.within = active.ActsWithin
	}
	if z.counted && active.Unit == "" {
		z.desired = active.Desired
	}
	return z
}

// usefulInstances are those that are capacity, and those of followed groups that may still become it.
func usefulInstances(s cluster.Snapshot, now time.Time) map[string]bool {
	useful := map[string]bool{}
	for _, h := range s.Hosts {
		if h.IsCapacity() {
			useful[h.InstanceID] = true
		}
	}
	for _, n := range newcomers(s, s.Followers()) {
		if n.young(now) {
			useful[n.ID] = true
		}
	}
	return useful
}

// Sized returns the verdict with the capacity change as it is to be published at the given moment. Hosts that will be warm
// by the time that Auto Scaling may act on it count as warm.
//
// A step policy adds to the hosts that are past their warm-up, and a host without capacity that is past it stands among
// them. So the change is the hosts wanted, and the warm ones without capacity, less all warm ones. That is how many are
// missing, and how many have come that the policy does not count yet
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-step-scaling-warmup).
//
// If what is launching is enough, the policy arrives at the capacity that is desired already, and never above it: while
// Auto Scaling rebalances zones, one host more than that may be there.
//
// If it is not known what the policy counts, all hosts count as warm. That buys late, and nothing twice.
func (v Verdict) Sized(published time.Time) Verdict {
	z, until := v.sizing, published.Add(v.sizing.within)
	v.CapacityChange = z.gap
	if z.counted && (z.gap > 0 || z.enough) {
		v.CapacityChange += z.useful.at(until)
	}
	if z.enough && z.desired >= 0 {
		v.CapacityChange = min(v.CapacityChange, max(0, z.desired-z.all.hosts+z.all.at(until)))
	}
	return v
}

// warmupNotes tell an operator that hosts are bought late because it is not known what a step policy counts.
func warmupNotes(s cluster.Snapshot) []string {
	var notes []string
	for _, g := range s.Followers() {
		if g.WarmupUnread != "" {
			notes = append(notes, fmt.Sprintf("hosts of group %s that warm up may count as warm, so that some that are missing are bought later: %s", g.Name, g.WarmupUnread))
		}
	}
	return notes
}
