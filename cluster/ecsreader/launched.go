package ecsreader

import (
	"cmp"
	"math"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
)

const (
	// watchedFrom is how young a launch must be when first read to count as watched: twice what most hosts take to join.
	watchedFrom = 20 * time.Minute
	// learntFrom is how far back launches are read: as long as AWS keeps them, because a group may launch none for weeks
	// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html).
	learntFrom = 6 * 7 * 24 * time.Hour
	// askedFor is how long an instance is searched in activities. One may show late; an attached or old instance has none.
	askedFor = 10 * time.Minute
	// slowestOf is how many of a group's latest joins tell how long its slowest host takes, joinsKept how many tell what usual
	// ones take, and usual their share of these.
	slowestOf, joinsKept = 10, 40
	usual                = 0.95
)

// launch is what is known of how an unregistered instance came up.
type launch struct {
	// at is when it was launched; zero: no activity names it. missed is when that was first found.
	at, missed      time.Time
	inService       time.Time // zero: not yet, or not known
	warmed, watched bool
	held            time.Time // by a launch hook, when last seen so
}

// join is how long a host took from its launch to its registration.
type join struct {
	instance string
	at       time.Time
	took     time.Duration
}

// groupLaunches is what a process remembers of one group's launches. One goroutine reads a group at a time.
type groupLaunches struct {
	waiting map[string]launch
	// joined are the group's instances that were seen registered. ECS forgets them with their registration.
	joined map[string]bool
	joins  []join
	// lastJoined and lastLaunch are the newest registration and launch.
	lastJoined, lastLaunch time.Time
	// arrivals are the instances that are Pending or in service.
	arrivals map[string]arrival
}

// launched remembers the launches of all groups, by cluster and name.
type launched struct {
	cache[string, map[string]*groupLaunches]
}

// of returns what is remembered of the cluster's groups, and forgets other groups. Without any, they may be unread.
func (l *launched) of(clusterName string, groups []cluster.Group) map[string]*groupLaunches {
	before, _ := l.get(clusterName)
	if len(groups) == 0 {
		return nil
	}
	now := make(map[string]*groupLaunches, len(groups))
	for _, g := range groups {
		now[g.Name] = cmp.Or(before[g.Name], &groupLaunches{waiting: map[string]launch{}, joined: map[string]bool{}})
	}
	l.put(clusterName, now)
	return now
}

// note notes which instances of the group are registered, and returns those that never were.
func (m *groupLaunches) note(g *cluster.Group, registered map[string]time.Time, now time.Time) []*cluster.Instance {
	var never []*cluster.Instance
	waiting, joined := map[string]launch{}, map[string]bool{}
	for i := range g.Instances {
		instance := &g.Instances[i]
		at, here := registered[instance.ID]
		switch {
		case here:
			joined[instance.ID] = true
			m.join(instance.ID, at, m.waiting[instance.ID])
		case m.joined[instance.ID]:
			joined[instance.ID] = true
		case instance.Phase == cluster.Pending || instance.Phase == cluster.InService:
			l := m.waiting[instance.ID]
			if instance.InLaunchHook() {
				l.held = now
			}
			waiting[instance.ID] = l
			never = append(never, instance)
		}
	}
	m.waiting, m.joined = waiting, joined
	return never
}

// join learns from an instance that has registered. A very late registration is a repeated one, and an instance from a warm
// pool had already booted.
func (m *groupLaunches) join(instance string, at time.Time, l launch) {
	if at.After(m.lastJoined) {
		m.lastJoined = at
	}
	took := at.Sub(l.at)
	if l.at.IsZero() || l.warmed || took <= 0 || took > cluster.MostToJoin {
		return
	}
	m.joins = slices.DeleteFunc(m.joins, func(j join) bool { return j.instance == instance })
	m.joins = append(m.joins, join{instance, at, took})
	slices.SortFunc(m.joins, func(a, b join) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.instance, b.instance)) })
	m.joins = m.joins[:min(len(m.joins), joinsKept)]
}

// asks tells whether activities may tell something new of these instances.
func (m *groupLaunches) asks(never []*cluster.Instance, now time.Time) bool {
	return slices.ContainsFunc(never, func(i *cluster.Instance) bool {
		l := m.waiting[i.ID]
		return l.at.IsZero() && (l.missed.IsZero() || now.Sub(l.missed) < askedFor)
	})
}

// learn notes what a group's activities say; all: none is unread.
func (m *groupLaunches) learn(started map[string]launch, all bool, registered map[string]time.Time, now time.Time) {
	for id, l := range m.waiting {
		if all && l.at.IsZero() && l.missed.IsZero() && started[id].at.IsZero() {
			l.missed = now
			m.waiting[id] = l
		}
	}
	for id, s := range started {
		if s.at.After(m.lastLaunch) {
			m.lastLaunch = s.at
		}
		if l, waits := m.waiting[id]; waits && l.at.IsZero() {
			l.at, l.warmed, l.watched = s.at, s.warmed, now.Sub(s.at) < watchedFrom
			m.waiting[id] = l
		}
		if at, here := registered[id]; here {
			m.join(id, at, s)
		}
	}
}

// show writes what is known into the group.
func (m *groupLaunches) show(g *cluster.Group, never []*cluster.Instance) {
	g.LastJoined, g.LastLaunch, g.SlowestJoin, g.UsualJoin = m.lastJoined, m.lastLaunch, 0, usualOf(m.joins)
	for _, j := range m.joins[:min(len(m.joins), slowestOf)] {
		g.SlowestJoin = max(g.SlowestJoin, j.took)
	}
	for _, i := range never {
		l := m.waiting[i.ID]
		i.LaunchedAt, i.HeldUntil, i.Warmed, i.Watched = l.at, l.held, l.warmed, l.watched
	}
}

// usualOf is what the usual share of joins took at most; zero: there is none.
func usualOf(joins []join) time.Duration {
	if len(joins) == 0 {
		return 0
	}
	took := make([]time.Duration, len(joins))
	for i, j := range joins {
		took[i] = j.took
	}
	slices.Sort(took)
	return took[int(math.Ceil(usual*float64(len(took))))-1]
}
