package drainer

import (
	"context"
	"maps"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/fairness"
)

// searchAfter is when an instance that its cluster does not know is looked for in the others: not before it could go.
const searchAfter = 3 * time.Minute

// move is an instance that is registered in another cluster than its group's tag says.
type move struct {
	leaver
	to string
}

// toSearch is a tick's time for it, and with a tenth of AWS's limits some searchedAtOnce clusters. What was asked is
// remembered, so that a search that is cut goes on a minute later.
const (
	toSearch       = 8 * time.Second
	searchedAtOnce = 25
)

// believed is how long a cluster's answer counts that it does not have an instance: the agent may register after it was
// asked. It is 3 minutes if one tick can ask all clusters, otherwise twice as long as asking them takes.
func believed(clusters int) time.Duration {
	rounds := 1 + clusters/searchedAtOnce
	return time.Duration(1+2*rounds) * time.Minute
}

// search looks for the view's unregistered instances in every other known cluster, before they go as never registered.
func (d *Drainer) search(ctx context.Context, v *view, known map[string]bool, now time.Time) []move {
	missing := d.missing(v, now)
	if len(missing) == 0 {
		return nil
	}
	// Its own cluster is asked again, by name: a page may have lost it, and what follows cannot be taken back.
	here, err := d.reader.Find(ctx, v.name, ids(missing))
	v.picture.Hosts = append(v.picture.Hosts, here...)
	if err != nil {
		v.fail("", err)
		return nil
	}
	if missing = d.missing(v, now); len(missing) == 0 {
		return nil
	}
	// A host that never registered must not take the time of those that have tasks.
	if _, limited := ctx.Deadline(); limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, toSearch)
		defer cancel()
	}
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(known)), func(name string) bool { return name == v.name })
	var moves []move
	for _, other := range d.neverAskedFirst(fairness.Rotate(others, now), missing, now) {
		found, err := d.ask(ctx, other, missing, believed(len(others)), now)
		for _, l := range found {
			moves = append(moves, move{l, other})
			v.leaving = except(v.leaving, l)
			missing = except(missing, l)
		}
		if err != nil {
			v.fail("", err)
		}
		if awsclient.OutOfTime(err) || ctx.Err() != nil {
			break
		}
	}
	for _, l := range missing {
		known := d.memory.of(l.instance.ID, now)
		v.searched[l.instance.ID] = !slices.ContainsFunc(others, func(name string) bool { return !known.isNotIn(name, believed(len(others)), now) })
	}
	return moves
}

// missing are the instances that could go and that the view's cluster does not show.
func (d *Drainer) missing(v *view, now time.Time) []leaver {
	if v.unread {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(v.leaving), func(l leaver) bool {
		return l.instance.State != cluster.TerminatingWait || registration(v.picture.Hosts, l.instance.ID) != nil ||
			now.Sub(d.memory.of(l.instance.ID, now).start()) < searchAfter
	})
}

func except(all []leaver, one leaver) []leaver {
	return slices.DeleteFunc(slices.Clone(all), func(l leaver) bool { return l.instance.ID == one.instance.ID })
}

// neverAskedFirst puts clusters that were not yet asked for every one of the instances before the others.
func (d *Drainer) neverAskedFirst(clusters []string, missing []leaver, now time.Time) []string {
	asked := func(name string) bool {
		return !slices.ContainsFunc(missing, func(l leaver) bool {
			return d.memory.of(l.instance.ID, now).absent[name].IsZero()
		})
	}
	again := slices.DeleteFunc(slices.Clone(clusters), func(name string) bool { return !asked(name) })
	return append(slices.DeleteFunc(slices.Clone(clusters), asked), again...)
}

// ask returns those of the instances that are registered in a cluster, with one call where none is. A cluster that was
// asked for one a moment ago is believed; an error means that others may be there too.
func (d *Drainer) ask(ctx context.Context, clusterName string, missing []leaver, believed time.Duration, now time.Time) ([]leaver, error) {
	unasked := slices.DeleteFunc(slices.Clone(missing), func(l leaver) bool { return d.memory.of(l.instance.ID, now).isNotIn(clusterName, believed, now) })
	if len(unasked) == 0 {
		return nil, nil
	}
	hosts, err := d.reader.Find(ctx, clusterName, ids(unasked))
	var found []leaver
	for _, l := range unasked {
		switch {
		case registration(hosts, l.instance.ID) != nil:
			found = append(found, l)
		case err == nil:
			d.memory.of(l.instance.ID, now).notIn(clusterName, now)
		}
	}
	return found, err
}

func ids(leaving []leaver) []string {
	var names []string
	for _, l := range leaving {
		names = append(names, l.instance.ID)
	}
	return names
}

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
