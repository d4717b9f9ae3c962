package ecsreader

import (
	"sync"
	"time"

	"ecs-cluster-scaler/cluster"
)

// launch is when an instance was launched; not found: before the window in which it was looked for, which began at at.
type launch struct {
	at    time.Time
	found bool
}

// launched remembers the launches of each group's unregistered instances.
type launched struct {
	mu      sync.Mutex
	byGroup map[string]map[string]launch
}

func (l *launched) of(group string) map[string]launch {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byGroup[group]
}

// keep replaces what is known of a group, so that what has registered or gone is forgotten.
func (l *launched) keep(group string, of map[string]launch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byGroup == nil {
		l.byGroup = map[string]map[string]launch{}
	}
	if len(of) == 0 {
		delete(l.byGroup, group)
		return
	}
	l.byGroup[group] = of
}

// newer is what is known after the activities since a moment were read: what was known before stays, because a window
// moves on.
func newer(known map[string]launch, waiting []*cluster.Instance, started map[string]time.Time, since time.Time) map[string]launch {
	all := make(map[string]launch, len(waiting))
	for _, i := range waiting {
		at, found := started[i.ID]
		before, ok := known[i.ID]
		switch {
		case found:
			all[i.ID] = launch{at, true}
		case ok:
			all[i.ID] = before
		default:
			all[i.ID] = launch{since, false}
		}
	}
	return all
}
