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
	var moves []move
	for _, l := range missing {
		v.searched[l.instance.ID] = true
	}
	for _, other := range slices.Sorted(maps.Keys(others)) {
		found, err := d.reader.Has(ctx, other, ids(missing))
		if err != nil {
			v.fail("", err)
			clear(v.searched)
			return moves
		}
		if !found {
			continue
		}
		for _, l := range missing {
			if here, err := d.reader.Has(ctx, other, []string{l.instance.ID}); err == nil && here {
				moves = append(moves, move{l, other})
				v.leaving = slices.DeleteFunc(v.leaving, func(o leaver) bool { return o.instance.ID == l.instance.ID })
			} else if err != nil {
				delete(v.searched, l.instance.ID)
			}
		}
	}
	return moves
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
		// An instance that registered anew leaves its old registration behind, disconnected.
		if h := &hosts[i]; h.InstanceID == instance && (found == nil || h.Connected && !found.Connected) {
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
