package publisher

import (
	"maps"
	"slices"
	"sync"
	"time"

	"ecs-cluster-scaler/cluster"
)

// watchedFor is how long after a publication a process knows all that has left since: as long as the datapoints of a scale-in
// alarm. Another process may have published meanwhile.
const watchedFor = 5 * time.Minute

// departures remembers the instances of each cluster's active group as they were at the last publication. A pass that sees one
// begin to leave says 0, and only when that is published may the next pass say more.
type departures struct {
	mu        sync.Mutex
	published map[string]sighting
	// seen is what the pass in progress saw.
	seen map[string]sighting
}

// sighting is a group at a minute.
type sighting struct {
	minute time.Time
	// standing are its instances that are Pending or in service, terminating those that leave.
	standing, terminating []string
}

func sightingOf(g cluster.Group, minute time.Time) sighting {
	s := sighting{minute: minute}
	for _, i := range g.Instances {
		switch i.Phase {
		case cluster.Pending, cluster.InService:
			s.standing = append(s.standing, i.ID)
		case cluster.Terminating:
			s.terminating = append(s.terminating, i.ID)
		case cluster.Aside:
		}
	}
	slices.Sort(s.standing)
	slices.Sort(s.terminating)
	return s
}

// since counts the instances that stood before and stand no more, and those that leave of which nothing was known. All that
// stood in another group count, so that a group that becomes active is watched anew.
func (s sighting) since(before sighting) int {
	n := 0
	for _, id := range before.standing {
		if _, stands := slices.BinarySearch(s.standing, id); !stands {
			n++
		}
	}
	for _, id := range s.terminating {
		_, stood := slices.BinarySearch(before.standing, id)
		_, left := slices.BinarySearch(before.terminating, id)
		if !stood && !left {
			n++
		}
	}
	return n
}

// note fills in which instances have begun to leave since the last publication.
func (d *departures) note(s *cluster.Snapshot, minute time.Time) {
	g := s.ActiveGroup()
	if g == nil || s.GroupsUnread {
		return
	}
	now := sightingOf(*g, minute)
	d.mu.Lock()
	defer d.mu.Unlock()
	before, known := d.published[s.Cluster]
	if s.Unwatched = !known || minute.Sub(before.minute) > watchedFor; !s.Unwatched {
		s.Departed = now.since(before)
	}
	d.seen[s.Cluster] = now
}

// begin forgets what an earlier pass saw and could not publish.
func (d *departures) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen = map[string]sighting{}
}

// publish says that what this pass found is published.
func (d *departures) publish() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.published == nil {
		d.published = map[string]sighting{}
	}
	maps.Copy(d.published, d.seen)
}

// keepOnly drops the clusters that have no entry any more.
func (d *departures) keepOnly(clusters []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.DeleteFunc(d.published, func(name string, _ sighting) bool { return !slices.Contains(clusters, name) })
}
