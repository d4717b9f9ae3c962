package publisher

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"ecs-cluster-scaler/cluster"
)

const (
	// toFindGroups is how long a pass waits for Auto Scaling. Without it the clusters are judged by what ECS says.
	toFindGroups = 10 * time.Second
	// groupsFor is how long groups are believed while they cannot be read: a few passes. Without them a pass would not know
	// what was bought a minute before, and buy it again.
	groupsFor = 5 * time.Minute
)

// groups are the Auto Scaling groups of all clusters; err says why they are not known.
type groups struct {
	of  map[string][]cluster.Group
	err error
}

// lastGroups are the groups as this process last read them.
type lastGroups struct {
	of map[string][]cluster.Group
	at time.Time
}

// orLast takes the last groups where they cannot be read now. err stays set, so that they never allow a scale-in.
func (l *lastGroups) orLast(now groups, minute time.Time) groups {
	switch {
	case now.err == nil:
		l.of, l.at = now.of, minute
	case l.of != nil && minute.Sub(l.at) <= groupsFor:
		now.of = l.of
	}
	return now
}

// findGroups begins to read the groups of all clusters. The function that it returns waits for them.
func (p *Publisher) findGroups(ctx context.Context) func() groups {
	var found groups
	var group sync.WaitGroup
	group.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, toFindGroups)
		defer cancel()
		found.of, found.err = p.reader.ReadGroups(ctx)
	})
	return func() groups {
		group.Wait()
		return found
	}
}

// ownership marks the groups that belong to another stack, and says of each to which.
func ownership(groups []cluster.Group, configPath string) (marked []cluster.Group, theirs []string) {
	marked = slices.Clone(groups)
	for i := range marked {
		if g := &marked[i]; g.OfOther(configPath) {
			g.OtherStack = true
			theirs = append(theirs, fmt.Sprintf("group %s belongs to the stack with configuration path %s", g.Name, g.ConfigPath))
		}
	}
	return marked, theirs
}
