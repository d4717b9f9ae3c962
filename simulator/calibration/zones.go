package calibration

import (
	"slices"
	"time"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// azRebalance is ec2.az_rebalance: a group in which nothing comes or goes, with two hosts more in one zone than in another,
// launches one in the emptiest zone at the next look at it. Groups whose hosts are protected have none to give.
func azRebalance(e *evidence) said {
	var seen []span
	for _, g := range e.groupsInOrder() {
		if g.suspended("AZRebalance", "Launch", "Terminate") || g.Provider != nil && g.Provider.Protection || len(g.Desired) == 0 {
			continue
		}
		seen = append(seen, e.unbalanced(g)...)
	}
	every := e.knobs.EC2.AZRebalance
	l := evenly(aws.Uniform{Max: every})
	if every == 0 {
		l = never
	}
	return lengths("times that zones were out of balance", seen, l, func(k *aws.Knobs, o Observed) { k.EC2.AZRebalance = length(o.Most) })
}

// suspended says whether one of some processes is suspended.
func (g *group) suspended(processes ...string) bool {
	return slices.ContainsFunc(processes, func(p string) bool { return slices.Contains(g.Suspended, p) })
}

// moment is when a host takes a step from its launch to its end.
type moment struct {
	at   time.Time
	host *recording.Host
	step step
}

type step int

const (
	launches step = iota
	serves
	leaves
	ends
)

// moments are those of a group's hosts, in their order.
func (g *group) moments() []moment {
	var all []moment
	for i := range g.hosts {
		h := &g.hosts[i]
		for n, at := range []time.Time{h.Launched, h.InService, h.Leaving, h.Ended} {
			if !at.IsZero() {
				all = append(all, moment{at, h, step(n)})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int { return a.at.Compare(b.at) })
	return all
}

// fleet is how many hosts stand in each zone, and how many are coming or going.
type fleet struct {
	zones            map[string]int
	standing, moving int
}

func (f *fleet) takes(m moment) {
	switch m.step {
	case launches:
		f.zones[m.host.Zone]++
		f.standing, f.moving = f.standing+1, f.moving+1
	case serves:
		f.moving--
	case leaves:
		f.zones[m.host.Zone]--
		f.standing, f.moving = f.standing-1, f.moving+1
		if m.host.InService.IsZero() {
			f.moving-- // it counted as coming
		}
	case ends:
		if !m.host.Leaving.IsZero() {
			f.moving--
		}
	}
}

// unbalanced are the times from when a group is at rest and out of balance to the launch that mends it, or for which that
// was watched and none came.
func (e *evidence) unbalanced(g *group) []span {
	var seen []span
	f := fleet{zones: map[string]int{}}
	var since time.Time // at rest and out of balance; zero: it is not
	all := g.moments()
	for i, m := range all {
		if s, ok := e.mended(g, f, since, m); ok {
			seen = append(seen, s)
		}
		f.takes(m)
		since = time.Time{}
		if last := i+1 == len(all) || all[i+1].at.After(m.at); last && g.lopsided(f, m.at) {
			since = m.at
		}
	}
	if !since.IsZero() && e.within(since) {
		seen = append(seen, longerThan(e.To.Sub(since)))
	}
	return seen
}

// mended is how long a group was out of balance until something moved: exactly, where that was a launch in the emptiest zone
// which nobody asked for.
func (e *evidence) mended(g *group, f fleet, since time.Time, m moment) (span, bool) {
	switch {
	case since.IsZero() || !e.within(since) || e.unread(since, m.at):
		return span{}, false
	case m.step == launches && m.host.Zone == g.emptiest(f.zones) && !g.changed(since.Add(-time.Nanosecond), m.at):
		return exactly(m.at.Sub(since)), true
	default:
		return longerThan(m.at.Sub(since)), true
	}
}

// lopsided says whether a group is at rest and out of balance, and EC2 has hosts for it.
func (g *group) lopsided(f fleet, at time.Time) bool {
	return f.moving == 0 && f.standing == g.desiredAt(at) && g.apart(f.zones) >= 2 && !g.refusedNear(at)
}

func (g *group) desiredAt(t time.Time) int {
	n := 0
	for i, c := range g.Desired {
		if i == 0 || !c.At.After(t) {
			n = c.Desired
		}
	}
	return n
}

func (g *group) emptiest(zones map[string]int) string {
	empty := g.Zones[0]
	for _, z := range g.Zones {
		if zones[z] < zones[empty] {
			empty = z
		}
	}
	return empty
}

// apart is how many hosts the fullest zone has more than the emptiest.
func (g *group) apart(zones map[string]int) int {
	least, most := zones[g.Zones[0]], zones[g.Zones[0]]
	for _, z := range g.Zones {
		least, most = min(least, zones[z]), max(most, zones[z])
	}
	return most - least
}

// refusedNear says whether EC2 refused launches so recently that it may do so still.
func (g *group) refusedNear(t time.Time) bool {
	return slices.ContainsFunc(g.LaunchFailures, func(f recording.LaunchFailure) bool { return f.At.Before(t) && t.Sub(f.At) < 2*time.Hour })
}
