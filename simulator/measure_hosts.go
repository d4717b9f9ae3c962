package simulator

import (
	"strings"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// ofHost takes in what happens to hosts. An agent may register in the moment in which EC2 begins the bill, and be told
// first; a host that went before that was never billed.
func (r *Measurer) ofHost(e aws.Happened) {
	h := r.hosts[e.Instance]
	if h == nil && (e.Kind == aws.HostLaunched || e.Kind == aws.HostRegistered) {
		h = &host{launched: r.now}
		r.hosts[e.Instance] = h
		r.booting++
	}
	switch {
	case h == nil:
	case e.Kind == aws.HostLaunched:
		r.billed++
		r.count(&r.out.HostsLaunched)
	case e.Kind == aws.HostRegistered:
		r.registered(h, e.Size)
	case e.Kind == aws.HostLeaving:
		r.leaves(h, e)
	case e.Kind == aws.HostGone:
		r.gone(e.Instance, h)
	}
}

func (r *Measurer) registered(h *host, size aws.Resources) {
	h.joined = true
	if h.stage != booting {
		return // it registered on its way out
	}
	r.booting--
	h.stage, h.size = active, size
	r.counts(h, 1)
}

// counts takes an active host into the sums, or out of them.
func (r *Measurer) counts(h *host, times int) {
	r.active += times
	r.capacity = add(r.capacity, h.size, times)
	r.reserved = add(r.reserved, h.reserved, times)
}

// depart takes a host out of the stage that it is in.
func (r *Measurer) depart(h *host) {
	switch h.stage {
	case booting:
		r.booting--
	case active:
		r.counts(h, -1)
	case leaving:
		r.draining--
	}
}

func (r *Measurer) leaves(h *host, e aws.Happened) {
	if h.stage == leaving {
		return
	}
	r.depart(h)
	h.stage = leaving
	r.draining++
	if r.measured() {
		r.drains = append(r.drains, Drain{Instance: e.Instance, Group: e.Group, Cause: e.Cause, From: r.now})
		h.drain = len(r.drains)
	}
}

func (r *Measurer) gone(instance string, h *host) {
	r.depart(h)
	r.billed--
	if h.drain > 0 {
		r.drains[h.drain-1].To = r.now
	}
	r.neverJoined(h)
	delete(r.hosts, instance)
}

// tooLong after its launch a host that has not registered counts as one that never will.
const tooLong = 10 * time.Minute

// neverJoined counts a host, as it goes or the run ends, if it was bought for nothing.
func (r *Measurer) neverJoined(h *host) {
	if !h.joined && !h.launched.Before(r.from) && r.now.Sub(h.launched) > tooLong {
		r.out.NeverRegistered++
	}
}

// reversal is how soon an action must undo the one before to count as one.
const reversal = 30 * time.Minute

// scaled is a group as its scaling policy left it.
type scaled struct {
	// up, at and changes are the last action's direction, its time, and how often demand had changed by then.
	up      bool
	at      time.Time
	changes int
}

// ofGroup takes in a change of desired capacity.
func (r *Measurer) ofGroup(e aws.Happened) {
	g := r.groups[e.Group]
	if g == nil {
		g = &scaled{}
		r.groups[e.Group] = g
	}
	if e.From == e.To || !byPolicy(e.Cause) {
		return
	}
	up := e.To > e.From
	if up {
		r.count(&r.out.ScaledOut)
	} else {
		r.count(&r.out.ScaledIn)
	}
	if !g.at.IsZero() && g.up != up && r.now.Sub(g.at) <= reversal {
		r.count(&r.out.Reversals)
		if g.changes == r.changes {
			r.count(&r.out.ReversalsUnchanged)
		}
	}
	g.up, g.at, g.changes = up, r.now, r.changes
}

// byPolicy tells what scales a group from people and their tools.
func byPolicy(cause string) bool { return strings.HasPrefix(cause, "policy:") || cause == "managed" }
