package drainer

import (
	"context"
	"maps"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
)

// searchAfter is when an instance that its cluster does not know is looked for in the others: not before it could go.
const searchAfter = 3 * time.Minute

// move is an instance that is registered in another cluster than its group's tag says.
type move struct {
	leaver
	to string
}

// toSearch is a tick's time for it, and with a tenth of AWS's limits some thirty clusters.
const toSearch = 8 * time.Second

// search looks for the view's unregistered instances in every other known cluster, before they go as never registered.
func (d *Drainer) search(ctx context.Context, v *view, known map[string]bool, now time.Time) []move {
	if v.unread {
		return nil
	}
	registered := map[string]bool{}
	for _, h := range v.picture.Hosts {
		registered[h.InstanceID] = true
	}
	var missing []leaver
	for _, l := range v.leaving {
		if !registered[l.instance.ID] && l.instance.State == waiting && now.Sub(d.memory.of(l.instance.ID, now).start()) >= searchAfter {
			missing = append(missing, l)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	others := maps.Clone(known)
	delete(others, v.name)
	// Its own cluster is asked again, by name: a page may have lost it, and what follows cannot be taken back.
	missing = slices.DeleteFunc(missing, func(l leaver) bool {
		here, err := d.reader.Has(ctx, v.name, []string{l.instance.ID})
		if err != nil {
			v.fail("", err)
		}
		return here || err != nil
	})
	if len(missing) == 0 {
		return nil
	}
	var moves []move
	for _, l := range missing {
		v.searched[l.instance.ID] = true
	}
	// A host that never registered must not take the time of those that have tasks. What was asked is remembered, so
	// that a search that is cut goes on a minute later.
	ctx, cancel := context.WithTimeout(ctx, toSearch)
	defer cancel()
	for _, other := range slices.Sorted(maps.Keys(others)) {
		found, err := d.ask(ctx, other, missing, now)
		for _, l := range found {
			moves = append(moves, move{l, other})
			v.leaving = slices.DeleteFunc(v.leaving, func(o leaver) bool { return o.instance.ID == l.instance.ID })
		}
		if err != nil {
			v.fail("", err)
			clear(v.searched)
			return moves
		}
	}
	return moves
}

// ask returns those of the instances that are registered in a cluster. Each cluster is asked for each once.
func (d *Drainer) ask(ctx context.Context, clusterName string, missing []leaver, now time.Time) ([]leaver, error) {
	unasked := slices.DeleteFunc(slices.Clone(missing), func(l leaver) bool { return d.memory.of(l.instance.ID, now).absent[clusterName] })
	if len(unasked) == 0 {
		return nil, nil
	}
	some, err := d.reader.Has(ctx, clusterName, ids(unasked))
	if err != nil {
		return nil, err
	}
	var found []leaver
	for _, l := range unasked {
		here := false
		if some {
			if here, err = d.reader.Has(ctx, clusterName, []string{l.instance.ID}); err != nil {
				return found, err
			}
		}
		if here {
			found = append(found, l)
		} else {
			d.memory.of(l.instance.ID, now).notIn(clusterName)
		}
	}
	return found, nil
}

func ids(leaving []leaver) []string {
	var names []string
	for _, l := range leaving {
		names = append(names, l.instance.ID)
	}
	return names
}

// waiting and proceeding are AWS's lifecycle states of those names.
const (
	waiting    = "Terminating:Wait"
	proceeding = "Terminating:Proceed"
)

func registration(hosts []cluster.Host, instance string) *cluster.Host {
	var found *cluster.Host
	for i := range hosts {
		// An instance that registered anew leaves its old registration behind, disconnected. Should both agents be away,
		// the newer one has the tasks.
		h := &hosts[i]
		newer := found == nil || h.Connected == found.Connected && h.RegisteredAt.After(found.RegisteredAt)
		if h.InstanceID == instance && (newer || h.Connected && !found.Connected) {
			found = h
		}
	}
	return found
}

func (r *remembered) start() time.Time {
	if !r.began.IsZero() {
		return r.began
	}
	return r.seen
}
