package drainer

import (
	"context"
	"errors"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/thresholds"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

// entries reads what the entries say of draining.
type entries struct {
	store *ssmstore.Store
	// known are those that were last read, and those that were deleted; nil: none were read yet.
	known map[string]drain.Entry
}

// read returns the entries by cluster. A faulty entry counts as the built-in defaults; if none can be read, those that this
// process read last count. A deleted entry goes on to hold while this process lives: SSM deletes its history with it, so
// nothing else tells that there was one
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html).
func (e *entries) read(ctx context.Context) (map[string]drain.Entry, error) {
	listing, err := e.store.Read(ctx)
	if _, empty := errors.AsType[*ssmstore.EmptyPathError](err); empty {
		err = nil
	}
	if err != nil {
		return e.known, err
	}
	read := map[string]drain.Entry{}
	for name, before := range e.known {
		if !before.Unsure {
			read[name] = before
		}
	}
	for _, c := range listing.Clusters {
		of := builtin()
		of.There, of.Unsure = true, c.State == ssmstore.Unsure
		if c.Usable() {
			of.Drain, of.Named = c.Entry.Drain, true
		}
		read[c.Cluster] = of
	}
	e.known = read
	return read, nil
}

// builtin holds for a cluster without an entry.
func builtin() drain.Entry { return drain.Entry{Drain: thresholds.Builtin().Drain} }
