package ecsreader

import (
	"time"

	"ecs-cluster-scaler/cluster"
)

// longestWarmup is more than any warm-up that is of use. What came into service earlier is warm.
const longestWarmup = 3 * time.Hour

// arrival is when an instance came into service.
type arrival struct {
	// at is that moment if it is exact, else the earliest that it may have been; zero: not known.
	at    time.Time
	exact bool
	// missed is when no activity told of it first. Past askedFor it counts as old.
	missed time.Time
}

// old tells whether the instance is warm whatever the warm-up is.
func (a arrival) old(now time.Time) bool { return a.exact && now.Sub(a.at) > longestWarmup }

// arrive notes which instances are Pending, and which are in service and not known to have been for hours. A host that
// registered long ago is in service for long, because a launch hook holds none for longer than MostToJoin.
func (m *groupLaunches) arrive(g *cluster.Group, registered map[string]time.Time, now time.Time) {
	arrivals := make(map[string]arrival, len(m.arrivals))
	for _, i := range g.Instances {
		a, seen := m.arrivals[i.ID]
		switch at, here := registered[i.ID]; {
		case i.Phase == cluster.Pending:
			a = arrival{at: now}
		case i.Phase != cluster.InService:
			continue
		case !seen && here && now.Sub(at) > cluster.MostToJoin+longestWarmup:
			a = arrival{exact: true}
		case !a.missed.IsZero() && now.Sub(a.missed) >= askedFor:
			a = arrival{exact: true}
		}
		arrivals[i.ID] = a
	}
	m.arrivals = arrivals
}

// unsure are the instances in service of which activities may tell when they came.
func (m *groupLaunches) unsure(g *cluster.Group) []string {
	var ids []string
	for _, i := range g.Instances {
		a := m.arrivals[i.ID]
		if i.Phase == cluster.InService && !a.exact {
			ids = append(ids, i.ID)
		}
	}
	return ids
}

// arrived notes what activities say of instances in service. asked were searched for; all: no activity is unread. One of
// which nothing is found was attached, or has left standby.
func (m *groupLaunches) arrived(started map[string]launch, asked []string, all bool, now time.Time) {
	for id, l := range started {
		if a, here := m.arrivals[id]; here && !l.inService.IsZero() && !a.exact {
			m.arrivals[id] = arrival{at: l.inService, exact: true}
		}
	}
	for _, id := range asked {
		if a := m.arrivals[id]; all && !a.exact && a.missed.IsZero() && started[id].at.IsZero() {
			a.missed = now
			m.arrivals[id] = a
		}
	}
}

// showArrivals writes what is known into the group.
func (m *groupLaunches) showArrivals(g *cluster.Group, now time.Time) {
	for i := range g.Instances {
		instance := &g.Instances[i]
		a, known := m.arrivals[instance.ID]
		instance.InServiceFrom, instance.JustArrived = time.Time{}, known && !a.old(now)
		if instance.JustArrived {
			instance.InServiceFrom = a.at
		}
	}
}
