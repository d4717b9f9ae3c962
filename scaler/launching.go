package scaler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

const (
	// leastToJoin is how long any host may take from launch to registration. Until then it counts as the host that it
	// will be, later as nothing. The image of a GPU host takes 5 to 7 minutes. A group whose hosts were seen to take
	// longer has that and a quarter more.
	leastToJoin = 10 * time.Minute
	// probesEvery is how often a single host is tried while none joins.
	probesEvery = 30 * time.Minute
)

// toJoin is how long a host of the group may take to join.
func toJoin(g cluster.Group) time.Duration {
	return min(max(leastToJoin, g.SlowestJoin+g.SlowestJoin/4), cluster.MostToJoin)
}

// newcomer is an instance that is no container instance, with its group.
type newcomer struct {
	cluster.Instance
	group cluster.Group
}

func newcomers(s cluster.Snapshot, groups []cluster.Group) []newcomer {
	unregistered := map[string]bool{}
	for _, i := range s.Unregistered() {
		unregistered[i.ID] = true
	}
	var found []newcomer
	for _, g := range groups {
		for _, i := range g.Instances {
			if unregistered[i.ID] {
				found = append(found, newcomer{i, g})
			}
		}
	}
	return found
}

// young tells whether the instance may still join. While a launch hook holds it, its time does not run, but nothing
// waits longer than MostToJoin. If its launch time is not known, only a Pending instance is young.
func (n newcomer) young(now time.Time) bool {
	if n.LaunchedAt.IsZero() {
		return n.Phase == cluster.Pending
	}
	age := now.Sub(n.LaunchedAt)
	return age < toJoin(n.group) || age < cluster.MostToJoin && (n.InLaunchHook() || now.Sub(n.HeldUntil) < toJoin(n.group))
}

// overdue tells whether the instance should have joined and has not, so that its image may be bad. Only launches of the
// last minutes, and those watched all along, count: ECS does not tell whether an instance was registered before. An
// instance from a warm pool joined there, or fails for other reasons.
func (n newcomer) overdue(now time.Time) bool {
	return !n.LaunchedAt.IsZero() && !n.Warmed && !n.InLaunchHook() && !n.young(now) &&
		(n.Watched || now.Sub(n.LaunchedAt) < 2*toJoin(n.group))
}

// launching counts the hosts that were launched lately and have not registered yet.
func launching(s cluster.Snapshot, groups []cluster.Group, now time.Time) int {
	n := 0
	for _, i := range newcomers(s, groups) {
		if i.young(now) {
			n++
		}
	}
	return n
}

// helpful counts the launching hosts whose group launches what would take a waiting task or one of the headroom. A host
// of another capacity provider, or without a GPU, may not. Where nothing waits, all help.
func (f *findings) helpful() int {
	var kinds []placement.Kind
	for _, l := range f.shortage.needHost() {
		kinds = append(kinds, f.demand.kinds[l.Kind])
	}
	if f.shortage.headroomShort() {
		kinds = append(kinds, f.demand.headroom.kind())
	}
	n := 0
	for i := range f.s.Groups {
		if young := launching(f.s, f.s.Groups[i:i+1], f.now); young > 0 && (len(kinds) == 0 || f.groupHelps(&f.s.Groups[i], kinds)) {
			n += young
		}
	}
	return n
}

// groupHelps tells whether a new host of the group would take a task of one of the kinds.
func (f *findings) groupHelps(g *cluster.Group, kinds []placement.Kind) bool {
	of := newLauncher(f.facts, g)
	return slices.ContainsFunc(kinds, func(k placement.Kind) bool { return of.hostFor(k) != nil })
}

// arriving counts the instances that may still become hosts: all Pending ones, and those launching.
func arriving(s cluster.Snapshot, now time.Time) int {
	n := len(s.Instances(cluster.Pending))
	for _, i := range newcomers(s, s.Groups) {
		if i.Phase == cluster.InService && i.young(now) {
			n++
		}
	}
	return n
}

// failedJoins says why new hosts are taken not to join.
type failedJoins struct {
	// why is empty where they do.
	why string
	// probe: it is time to try a single host.
	probe bool
}

// newFailedJoins finds two or more instances of the followed groups that should have joined, while nothing has
// registered since the second youngest was launched. One failure, or two with a success between, proves nothing; nor
// does a read that misses hosts. A single host is tried now and then, to find out when the image is fixed.
func newFailedJoins(s cluster.Snapshot, launching int, now time.Time) failedJoins {
	if s.HostsUnread {
		return failedJoins{}
	}
	late := slices.DeleteFunc(newcomers(s, s.Followers()), func(n newcomer) bool { return !n.overdue(now) })
	if len(late) < 2 {
		return failedJoins{}
	}
	slices.SortFunc(late, func(a, b newcomer) int {
		return cmp.Or(b.LaunchedAt.Compare(a.LaunchedAt), cmp.Compare(a.ID, b.ID))
	})
	newest, registered, wait := late[0].LaunchedAt, time.Time{}, time.Duration(0)
	for _, h := range s.Hosts {
		registered = later(registered, h.RegisteredAt)
	}
	for _, g := range s.Followers() {
		registered, newest, wait = later(registered, g.LastJoined), later(newest, g.LastLaunch), max(wait, toJoin(g))
	}
	if registered.After(late[1].LaunchedAt) {
		return failedJoins{}
	}
	var ids []string
	for _, i := range late[:min(len(late), 5)] {
		ids = append(ids, i.ID)
	}
	why := fmt.Sprintf("%d instances were launched over %d minutes ago and have not joined (%s), and no other has since %s UTC; look at the image and the user data",
		len(late), int(wait.Minutes()), strings.Join(ids, ", "), late[1].LaunchedAt.UTC().Format("15:04"))
	next := newest.Add(probesEvery)
	switch {
	case launching > 0:
		return failedJoins{why: why + fmt.Sprintf("; %s launching, which will show whether that was fixed", hostsAre(launching))}
	case now.Before(next):
		return failedJoins{why: why + fmt.Sprintf("; a single host is tried at %s UTC", next.UTC().Format("15:04"))}
	default:
		return failedJoins{why: why + "; a single host is tried now, to see whether that was fixed", probe: true}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
