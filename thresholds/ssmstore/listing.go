package ssmstore

import (
	"fmt"
	"slices"
	"strings"

	"ecs-cluster-scaler/thresholds"
)

// State says which entry counts for a cluster.
type State int

// The states.
const (
	// Valid: the newest entry over the newest defaults has no fault.
	Valid State = iota
	// Fallback: it has faults, and Entry stands on the older versions that Instead names.
	Fallback
	// Invalid: it has faults, and so has every older version. Entry is empty.
	Invalid
	// Unsure: it has faults, and whether an older version is valid could not be read. Entry is empty.
	Unsure
	// Expired: the entry could not be read for so long that the last one does not count any more.
	Expired
)

// Listed is one cluster that has an entry.
type Listed struct {
	Cluster string
	State   State
	Entry   thresholds.Entry
	// Faults says what is wrong with the newest entry or the newest defaults; empty: nothing.
	Faults string
	// Instead says which older versions Entry stands on, in state Fallback.
	Instead string
	// Unread says why the newest entry could not be read, and since when; empty: it was read. Otherwise Entry is an older
	// one, and nothing may be scaled in on it.
	Unread string
}

// Usable tells whether Entry holds a valid entry.
func (l Listed) Usable() bool { return l.State == Valid || l.State == Fallback }

// Listing is everything that the path holds.
type Listing struct {
	// Clusters are in the order of their names.
	Clusters []Listed
	// Strays are parameters below the path that are neither the defaults nor an entry.
	Strays []string
	// NewStrays are those of Strays that were not there, or in another version, when this process last read the path.
	NewStrays []string
	// Unread says why this is an older listing; empty: it was read now. Expired: each of Clusters is Expired.
	Unread  string
	Expired bool
}

// Names are the clusters' names.
func (l Listing) Names() []string {
	names := make([]string, len(l.Clusters))
	for i, c := range l.Clusters {
		names[i] = c.Cluster
	}
	return names
}

// Only keeps the named clusters; none named keeps all. A name without an entry is an error that says which exist.
func (l Listing) Only(names []string) (Listing, error) {
	if len(names) == 0 {
		return l, nil
	}
	kept := l
	kept.Clusters = nil
	for _, name := range names {
		i := slices.IndexFunc(l.Clusters, func(c Listed) bool { return c.Cluster == name })
		if i < 0 {
			return Listing{}, fmt.Errorf("cluster %q has no entry; these clusters have one: %s", name, strings.Join(l.Names(), ", "))
		}
		kept.Clusters = append(kept.Clusters, l.Clusters[i])
	}
	return kept, nil
}
