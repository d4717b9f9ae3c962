package cluster

import "time"

// Past is what was seen of a cluster's demand before now: see Snapshot.Demanded.
type Past struct {
	// Minutes is how many of the last day's are known.
	Minutes int
	// Unread says why those of before this process could not be read; empty: they were, or there are none.
	Unread string
	// Awaited: they are not read yet, for lack of time.
	Awaited bool
	// Lead is how long a new host takes to come, from the demand for it.
	Lead time.Duration
	// Rise is what demand rose by within Lead, at most, in the share of minutes that the entry gives.
	Rise Resources
	// Needed is the most that was needed as headroom within the last half hour.
	Needed Resources
	// AtZero: demand was 0 for hours of the last day.
	AtZero bool
}
