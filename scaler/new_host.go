package scaler

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
	"ecs-cluster-scaler/thresholds"
)

const (
	// twice is how many hosts in a row must come up too small before no larger one is expected.
	twice = 2
	// inARow is the same for what may change from launch to launch, such as an attribute that hosts of one group do not
	// share, or another type that the group allows.
	inARow = 8
	// Two hosts that came up within justNow tell what the group launches now. So do two that came up within lately and
	// are unused: they did not help the tasks that wait.
	justNow, lately = 30 * time.Minute, 24 * time.Hour
)

// newHost is what the groups that follow the signal would launch now, told by the hosts that they launched last.
type newHost struct {
	// known: the size of a new host is. size is what the newest registered, daemons what DAEMON tasks take of it.
	known         bool
	size, daemons cluster.Resources
	// host is the newest as an empty one: size less daemons, its zone open.
	host placement.Host
	// unit is the host by which dominant shares are judged.
	unit cluster.Resources
	// launchers are the groups, or one for all hosts where there is no group.
	launchers []launcher
	// overruled says why the size that the entry gives a new host does not count; empty: it does.
	overruled string
}

// launcher is what one group launches.
type launcher struct {
	// samples are its newest hosts, the newest first: a new one is taken to be like one of them.
	samples []*sample
	// several: it chooses between instance types, so that a launch tells less of the next.
	several bool
	// unseen is the host that no launch has shown yet; nil: every launch is like a sample.
	unseen *sample
	// renewed: the newest host came from another template, so the next may be like none before.
	renewed bool
	// telling: the two newest hosts came up so lately that they show what the group launches.
	telling   bool
	overruled string
}

func expectNewHost(f *facts) newHost {
	var n newHost
	var newest *sample
	for _, g := range launcherGroups(f.s) {
		l := newLauncher(f, g)
		n.launchers, n.overruled = append(n.launchers, l), cmp.Or(l.overruled, n.overruled)
		for _, of := range l.all() {
			if of.sized && (newest == nil || of.joined.After(newest.joined)) {
				newest = of
			}
		}
	}
	if newest != nil {
		n.known, n.size, n.daemons, n.host = true, newest.size, newest.daemons, newest.host
	}
	n.unit = n.size
	if largest, found := f.s.LargestHost(); found && (f.entry.Instance.CPU == nil || f.entry.Instance.Memory == nil) {
		n.unit = largest
	}
	return n
}

// launcherGroups are the groups that follow the signal; nil stands for any, where there is none.
func launcherGroups(s cluster.Snapshot) []*cluster.Group {
	var groups []*cluster.Group
	for _, g := range s.Followers() {
		groups = append(groups, &g)
	}
	if len(groups) == 0 {
		return []*cluster.Group{nil}
	}
	return groups
}

func newLauncher(f *facts, g *cluster.Group) launcher {
	var l launcher
	hosts, own := launched(f, g)
	for _, h := range hosts[:min(inARow, len(hosts))] {
		l.samples = append(l.samples, newSample(f, g, h))
	}
	unseen := !own
	if g != nil {
		l.several = g.AnyType || len(g.Types) > 1
		l.renewed = own && !g.LaunchesFrom(templateOf(*g, hosts[0].InstanceID))
		unseen = unseen || l.renewed || g.AnyType || slices.ContainsFunc(g.Types, func(t string) bool {
			return !slices.ContainsFunc(hosts, func(h *cluster.Host) bool { return h.Type() == t })
		})
	}
	if unseen {
		l.unseen = newSample(f, g, nil)
	}
	l.telling = telling(l.samples, f.now)
	l.overruled = l.sizeByEntry(f.entry)
	for _, of := range l.all() {
		of.host.Free = of.size
		if of.sized {
			of.bringDaemons(f)
		}
	}
	return l
}

// telling tells whether the two newest hosts show what the group launches, though it might launch something else.
func telling(samples []*sample, now time.Time) bool {
	if len(samples) < twice {
		return false
	}
	since := now.Sub(samples[twice-1].joined)
	return since < justNow || since < lately && samples[0].unused && samples[1].unused
}

// sizeByEntry gives the hosts the size in the entry, which may announce a larger type before its first launch. If the
// two newest hosts came up lately, both smaller, the entry is wrong and would buy hosts for nothing, up to MaxSize. Then
// sizeByEntry returns that instead.
func (l launcher) sizeByEntry(entry thresholds.Entry) (overruled string) {
	e := entry.Instance
	if e.CPU == nil || e.Memory == nil {
		return ""
	}
	size := cluster.Resources{CPU: *e.CPU, Memory: *e.Memory}
	if e.GPU != nil {
		size.GPU = *e.GPU
	}
	if len(l.samples) >= twice && !l.renewed && l.believed(twice) && !isAtLeast(l.samples[0].size, size) && !isAtLeast(l.samples[1].size, size) {
		return fmt.Sprintf("instance in the entry says %s, but the two newest hosts registered %s and %s, and that counts; correct the entry",
			size, l.samples[0].size, l.samples[1].size)
	}
	for _, of := range l.all() {
		of.size, of.sized = size, true
	}
	return ""
}

// isAtLeast tells whether a host has at least that size. Hosts of one type register slightly different memory, so a
// twentieth less counts as the same.
func isAtLeast(host, size cluster.Resources) bool {
	return host.CPU >= size.CPU && host.Memory >= size.Memory-size.Memory/20 && host.GPU >= size.GPU
}

// all are the hosts that a new one may be like.
func (l launcher) all() []*sample {
	if l.unseen == nil {
		return l.samples
	}
	return append(slices.Clip(l.samples), l.unseen)
}

// hostFor is the new host that would take a task of the kind, of each group the newest; nil: none, as far as is known.
func (n newHost) hostFor(k placement.Kind) *sample {
	var blind *sample
	for _, l := range n.launchers {
		switch of := l.hostFor(k); {
		case of == nil:
		case of.sized:
			return of
		default:
			blind = of
		}
	}
	return blind
}

func (l launcher) hostFor(k placement.Kind) *sample {
	for n, of := range l.samples {
		if n >= twice && (l.believed(n) || !l.several && l.tooSmall(k)) {
			break
		}
		if of.takes(k) {
			return of
		}
	}
	if l.unseen != nil && (l.renewed || !l.believed(len(l.samples))) && l.unseen.takes(k) {
		return l.unseen
	}
	return nil
}

// believed tells whether the newest n hosts show what the group launches.
func (l launcher) believed(n int) bool {
	return n >= twice && (n >= inARow || l.telling)
}

// tooSmall tells whether neither of the two newest hosts would take a task of the kind whatever their attributes: it is
// too large, or its port is taken on both.
func (l launcher) tooSmall(k placement.Kind) bool {
	bare := placement.Kind{Size: k.Size, Ports: k.Ports}
	return !slices.ContainsFunc(l.samples[:twice], func(of *sample) bool { return of.takes(bare) })
}

// takes tells whether an empty new host would take a task of the kind, as far as is known.
func (n newHost) takes(k placement.Kind) bool {
	return n.hostFor(k) != nil
}

// isOfNewSize tells whether the host is at least as large as a new one may turn out.
func (n newHost) isOfNewSize(h cluster.Host) bool {
	for _, l := range n.launchers {
		for _, of := range l.samples[:min(twice, len(l.samples))] {
			if !isAtLeast(h.Registered, of.size) {
				return false
			}
		}
	}
	return n.known
}
