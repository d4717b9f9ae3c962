package drainer

import (
	"context"
	"errors"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/thresholds"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

// entry is what one cluster's says of draining.
type entry struct {
	drain thresholds.Drain
	// there: the cluster has an entry, or had one that this process read.
	there bool
	// named: the hook's name is the entry's own word, or its defaults', not the built-in one of a faulty entry.
	named bool
	// unsure: whether there is one, or what the last valid version of it says, could not be read.
	unsure bool
}

// builtin is what holds for a cluster without an entry.
func builtin() entry { return entry{drain: thresholds.Builtin().Drain} }

// entries are what the entries say of draining, by cluster. A cluster whose entry is faulty drains as the built-in defaults
// say; where they cannot be read, as they were last read by this process. An entry that was deleted goes on to hold, for as
// long as this process lives: SSM deletes a parameter's history with it, so that nothing else tells that there was one
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html).
func (d *Drainer) entries(ctx context.Context) (map[string]entry, error) {
	listing, err := d.store.Read(ctx)
	if _, empty := errors.AsType[*ssmstore.EmptyPathError](err); empty {
		err = nil
	}
	if err != nil {
		return d.memory.entries, err
	}
	entries := map[string]entry{}
	for name, e := range d.memory.entries {
		if !e.unsure {
			entries[name] = e
		}
	}
	for _, c := range listing.Clusters {
		e := builtin()
		e.there, e.unsure = true, c.State == ssmstore.Unsure
		if c.Usable() {
			e.drain, e.named = c.Entry.Drain, true
		}
		entries[c.Cluster] = e
	}
	d.memory.entries = entries
	return entries, nil
}

// right is how far this stack may go with one of the view's hosts.
func (v *view) right(l leaver) drain.Right {
	switch {
	case v.entry.unsure:
		return drain.OnlyHold
	case v.entry.there || l.tagged:
		return drain.Full
	default:
		return drain.OnlyEmpty
	}
}
