package scaler

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

const (
	// twice is how many hosts in a row have to come up too small before it is believed that no larger one comes.
	twice = 2
	// inARow is the same for what may still change from launch to launch, such as an attribute that hosts of one group do
	// not share, or a type that the group allows beside others; unless they came up lately.
	inARow = 8
	// Two hosts that came up within justNow tell what the group launches now, of all that it might. So do two that came up
	// within lately and stand unused: they were bought in vain for what waits.
	justNow, lately = 30 * time.Minute, 24 * time.Hour
)

// instance is what the groups that follow the signal would launch now. It is told by the hosts that they launched last,
// never by those of other groups.
type instance struct {
	// known: the size of a new host is. size is what the newest registered, daemons what the DAEMON services' tasks take of
	// it at once.
	known         bool
	size, daemons cluster.Resources
	// host is the newest as an empty one: size less daemons, its zone open.
	host placement.Host
	// bring are the daemons that are known.
	bring []placement.Kind
	// launchers are the groups, or one for all hosts where there is no group.
	launchers []launcher
	// unread are the definitions of DAEMON services that are not known; their tasks are left out.
	unread []string
}

// launcher is what one group launches.
type launcher struct {
	// likes are its newest hosts, the newest first: a new one is taken to be like one of them.
	likes []*like
	// several: it chooses between instance types, so that a launch tells less of the next.
	several bool
	// open is the host that no launch has shown yet; nil: there is none such.
	open *like
	// renewed: the newest host came from another template, so that what comes next is open whatever it was.
	renewed bool
}

// like is a host that was launched, or one that was not seen yet, as an empty new one.
type like struct {
	// seen is the host that it is like; nil: none.
	seen          *cluster.Host
	host          placement.Host
	size, daemons cluster.Resources
	joined        time.Time
	steps         *placement.Steps
	// sized: its size is known. unused: it has no task of a service that is no daemon.
	sized, unused bool
}

func newInstance(j *judgement) instance {
	i := instance{}
	for _, d := range j.daemons() {
		if d.known {
			i.bring = append(i.bring, d.kind)
		} else {
			i.unread = append(i.unread, d.definition)
		}
	}
	for _, g := range j.launching() {
		i.launchers = append(i.launchers, j.launcher(g, i.bring, len(i.unread) > 0))
	}
	var newest *like
	for _, l := range i.launchers {
		for _, of := range l.all() {
			if of.sized && (newest == nil || of.joined.After(newest.joined)) {
				newest = of
			}
		}
	}
	if newest != nil {
		i.known, i.size, i.daemons, i.host = true, newest.size, newest.daemons, newest.host
	}
	return i
}

// launching are the groups that follow the signal; nil stands for any, where there is none.
func (j *judgement) launching() []*cluster.Group {
	followers := j.s.Followers()
	if len(followers) == 0 {
		return []*cluster.Group{nil}
	}
	groups := make([]*cluster.Group, len(followers))
	for i := range followers {
		groups[i] = &followers[i]
	}
	return groups
}

func (j *judgement) launcher(g *cluster.Group, daemons []placement.Kind, unread bool) launcher {
	var l launcher
	hosts, own := j.launched(g)
	for _, h := range hosts[:min(inARow, len(hosts))] {
		l.likes = append(l.likes, j.like(g, h))
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
		l.open = j.like(g, nil)
	}
	j.sizeByEntry(&l)
	for _, of := range l.all() {
		of.host.Free = of.size
		if of.sized {
			of.bringDaemons(daemons)
			if unread {
				of.host.Free = least(of.host.Free, of.size.Minus(j.daemonLoad()))
			}
		}
	}
	return l
}

// sizeByEntry gives the hosts the size that the entry's instance says, if it does. An entry may announce a larger type
// before its first launch. Where the two newest hosts came up lately, both with less than it says, it is wrong: it would
// buy hosts in vain, up to MaxSize.
func (j *judgement) sizeByEntry(l *launcher) {
	e := j.entry.Instance
	if e.CPU == nil || e.Memory == nil {
		return
	}
	size := cluster.Resources{CPU: *e.CPU, Memory: *e.Memory}
	if e.GPU != nil {
		size.GPU = *e.GPU
	}
	if len(l.likes) >= twice && !l.renewed && l.believed(twice, j.now) && !isAtLeast(l.likes[0].size, size) && !isAtLeast(l.likes[1].size, size) {
		j.overruled = fmt.Sprintf("instance in the entry says %s, but the two newest hosts registered %s and %s, and that counts; correct the entry",
			size, l.likes[0].size, l.likes[1].size)
		return
	}
	for _, of := range l.all() {
		of.size, of.sized = size, true
	}
}

// isAtLeast tells whether a host is at least of a size. Agents of one instance type register a few MiB more or less of
// memory, so that a twentieth less is still the same.
func isAtLeast(host, size cluster.Resources) bool {
	return host.CPU >= size.CPU && host.Memory >= size.Memory-size.Memory/20 && host.GPU >= size.GPU
}

// launched are the hosts of the group, the newest first. Those that leave or are away count only where there is no other. Where
// it has none, those that no group holds stand for its own. A host of a type that the group may not launch any more says
// nothing. own: they are the group's.
func (j *judgement) launched(g *cluster.Group) (hosts []*cluster.Host, own bool) {
	name := ""
	if g != nil {
		name = g.Name
	}
	if hosts = mayLaunch(g, j.heldBy(name)); len(hosts) > 0 || g == nil {
		return hosts, len(hosts) > 0
	}
	return mayLaunch(g, j.heldBy("")), false
}

// heldBy are the hosts that a group holds; "": those that none does. They are sorted out once: a cluster may have
// hundreds of groups.
func (j *judgement) heldBy(group string) []*cluster.Host {
	if j.held == nil {
		j.held = map[string][]*cluster.Host{}
		holder := j.holders()
		for n := range j.s.Hosts {
			h := &j.s.Hosts[n]
			j.held[holder[h.InstanceID]] = append(j.held[holder[h.InstanceID]], h)
		}
	}
	return j.held[group]
}

// holders are the groups' names by instance.
func (j *judgement) holders() map[string]string {
	if j.holder == nil {
		j.holder = map[string]string{}
		for _, of := range j.s.Groups {
			for _, i := range of.Instances {
				j.holder[i.ID] = of.Name
			}
		}
	}
	return j.holder
}

// mayLaunch are those of the hosts that are like what the group may launch, the newest first.
func mayLaunch(g *cluster.Group, of []*cluster.Host) []*cluster.Host {
	var hosts, others []*cluster.Host
	for _, h := range of {
		switch {
		case h.External || h.Registered == (cluster.Resources{}) || g != nil && !launches(*g, h.Type()):
		case h.IsCapacity():
			hosts = append(hosts, h)
		default:
			others = append(others, h)
		}
	}
	if len(hosts) == 0 {
		hosts = others
	}
	slices.SortFunc(hosts, newestFirst)
	return hosts
}

// newestFirst orders hosts by registration. Of two that joined at once, or at a time that is not known, the larger is first.
func newestFirst(a, b *cluster.Host) int {
	return cmp.Or(
		b.RegisteredAt.Compare(a.RegisteredAt), cmp.Compare(b.Registered.CPU, a.Registered.CPU), cmp.Compare(b.Registered.Memory, a.Registered.Memory),
		cmp.Compare(b.Registered.GPU, a.Registered.GPU), cmp.Compare(a.ARN, b.ARN), cmp.Compare(a.InstanceID, b.InstanceID),
	)
}

// launches tells whether the group may launch a type; of one that is not known it may.
func launches(g cluster.Group, of string) bool {
	return len(g.Types) == 0 || g.AnyType || of == "" || slices.Contains(g.Types, of)
}

func templateOf(g cluster.Group, instance string) string {
	for _, i := range g.Instances {
		if i.ID == instance {
			return i.Template
		}
	}
	return ""
}

// boundless is the room of a host of which nothing is known: it takes any task.
var boundless = cluster.Resources{CPU: math.MaxInt32, Memory: math.MaxInt32, GPU: math.MaxInt32}

// like is a new host that is like h; nil: like none that was seen.
func (j *judgement) like(g *cluster.Group, h *cluster.Host) *like {
	l := &like{size: boundless, steps: j.steps}
	l.host = placement.Host{ID: "a new host", AwsvpcLimit: j.awsvpcLimit(), Groups: map[string]int{}, GroupsKnown: true, Providers: j.providersOf(g, h)}
	if h != nil {
		l.size, l.sized, l.joined = h.Registered, true, h.RegisteredAt
		l.host.Ports, l.seen = j.reservedPorts(h), h
		l.unused = !j.used(h)
	}
	if h != nil && h.Attributes != nil {
		l.host.Attributes = maps.Clone(h.Attributes)
		l.host.Open = map[string][]string{cluster.ZoneAttribute: zones(g), cluster.SubnetAttribute: nil}
		for name := range h.Attributes {
			if strings.HasPrefix(name, cluster.ZoneAttribute+"-") {
				l.host.Open[name] = nil // the zone's id
			}
		}
		for name := range l.host.Open {
			delete(l.host.Attributes, name)
		}
	}
	return l
}

func (l *like) bringDaemons(daemons []placement.Kind) {
	for _, k := range daemons {
		if !l.takes(k) {
			continue
		}
		l.daemons = l.daemons.Plus(k.Size)
		l.host.Free = l.host.Free.Minus(k.Size)
		l.host.Ports = append(l.host.Ports, k.Ports...)
		l.host.Groups[k.Group]++
		if k.Awsvpc {
			l.host.Awsvpc++
		}
	}
}

func (l *like) takes(k placement.Kind) bool {
	return placement.TakesEmpty(l.host, k, placement.Config{Steps: l.steps})
}

func least(a, b cluster.Resources) cluster.Resources {
	return cluster.Resources{CPU: min(a.CPU, b.CPU), Memory: min(a.Memory, b.Memory), GPU: min(a.GPU, b.GPU)}
}

// zones are those that a new host of the group can come up in; none: not known.
func zones(g *cluster.Group) []string {
	if g == nil {
		return nil
	}
	return g.Zones
}

// all are the hosts that a new one may be like.
func (l launcher) all() []*like {
	if l.open == nil {
		return l.likes
	}
	return append(slices.Clip(l.likes), l.open)
}

// lands is the new host that would take a task of the kind: of each group the newest that does. nil: none would, so far as
// is known.
func (j *judgement) lands(k placement.Kind) *like {
	var blind *like
	for _, l := range j.instance.launchers {
		switch of := l.lands(k, j.now); {
		case of == nil:
		case of.sized:
			return of
		default:
			blind = of
		}
	}
	return blind
}

func (l launcher) lands(k placement.Kind, now time.Time) *like {
	for n, of := range l.likes {
		if n >= twice && (l.believed(n, now) || !l.several && l.tooSmall(k)) {
			break
		}
		if of.takes(k) {
			return of
		}
	}
	if l.open != nil && (l.renewed || !l.believed(len(l.likes), now)) && l.open.takes(k) {
		return l.open
	}
	return nil
}

// believed tells whether the newest n hosts show what the group launches, though it might launch something else.
func (l launcher) believed(n int, now time.Time) bool {
	if n < twice {
		return false
	}
	since := now.Sub(l.likes[twice-1].joined)
	return n >= inARow || since < justNow || since < lately && l.likes[0].unused && l.likes[1].unused
}

// tooSmall tells whether the two newest hosts would not take a task of the kind whatever their attributes were: by size,
// or by a port that is taken on both.
func (l launcher) tooSmall(k placement.Kind) bool {
	bare := placement.Kind{Size: k.Size, Ports: k.Ports}
	return !slices.ContainsFunc(l.likes[:twice], func(of *like) bool { return of.takes(bare) })
}

// takes tells whether an empty new host would take a task of the kind. What is not known of it tells nothing against it.
func (j *judgement) takes(k placement.Kind) bool {
	return j.lands(k) != nil
}

// isOfNewSize tells whether the host is at least as large as a new one may turn out.
func (j *judgement) isOfNewSize(h cluster.Host) bool {
	for _, l := range j.instance.launchers {
		for _, of := range l.likes[:min(twice, len(l.likes))] {
			if !isAtLeast(h.Registered, of.size) {
				return false
			}
		}
	}
	return j.instance.known
}
