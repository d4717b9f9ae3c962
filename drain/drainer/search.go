package drainer

import (
	"context"
	"errors"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/fairness"
)

// leaving is one instance that Auto Scaling terminates.
type leaving struct {
	group    string
	instance cluster.Instance
	// tagged: its group's tag names this stack.
	tagged bool
}

// leavingFrom are the instances that Auto Scaling terminates, by cluster, without those of another stack's groups.
func leavingFrom(groups map[string][]cluster.Group, configPath string) map[string][]leaving {
	from := map[string][]leaving{}
	for name, of := range groups {
		for _, g := range of {
			if g.OfOther(configPath) {
				continue
			}
			for _, i := range g.Instances {
				if i.Phase == cluster.Terminating {
					from[name] = append(from[name], leaving{g.Name, i, g.ConfigPath != ""})
				}
			}
		}
	}
	return from
}

func ids(all []leaving) []string {
	var names []string
	for _, l := range all {
		names = append(names, l.instance.ID)
	}
	return names
}

func except(all []leaving, one leaving) []leaving {
	return slices.DeleteFunc(slices.Clone(all), func(l leaving) bool { return l.instance.ID == one.instance.ID })
}

// without is ctx less the time that is kept for later.
func without(ctx context.Context, kept time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-kept))
	}
	return context.WithCancel(ctx)
}

// located is one cluster with the leaving hosts that are registered there, or nowhere.
type located struct {
	name    string
	entry   drain.Entry
	leaving []leaving
	// snapshot has the hosts. It is HostsUnread until they are read, so that no host counts as absent before.
	snapshot cluster.Snapshot
	// searched are the instances that no known cluster has.
	searched map[string]bool
	failed   []Failure
}

func locate(name string, e drain.Entry, all []leaving) located {
	return located{name: name, entry: e, leaving: all, snapshot: cluster.Snapshot{Cluster: name, HostsUnread: true}, searched: map[string]bool{}}
}

func (l *located) fail(what string, err error) {
	l.failed = append(l.failed, Failure{Cluster: l.name, Error: what + awsclient.Sentence(err)})
}

// finder finds out in which cluster the leaving instances are registered.
type finder struct {
	reader *ecsreader.LeavingReader
	memory *memory
}

// readHosts reads the hosts of a cluster.
func (f finder) readHosts(ctx context.Context, l located) located {
	s, err := f.reader.ReadHosts(ctx, l.name)
	switch {
	case errors.Is(err, ecsreader.ErrNoCluster):
		l.snapshot.HostsUnread = false
	case err != nil:
		l.fail("", err)
	default:
		l.snapshot = s
		for _, what := range s.Unread {
			// A host that ECS listed but did not describe may be one of those that leave.
			l.failed = append(l.failed, Failure{Cluster: l.name, Error: what})
		}
	}
	return l
}

// readStarts learns when the terminations began, once each. If that is not known, the first sight of it counts.
func (f finder) readStarts(ctx context.Context, l located, now time.Time) located {
	missing := map[string][]string{}
	for _, one := range l.leaving {
		if f.memory.of(one.instance.ID, now).began.IsZero() {
			missing[one.group] = append(missing[one.group], one.instance.ID)
		}
	}
	for _, group := range sorted(missing) {
		began, err := f.reader.Terminations(ctx, group, missing[group], now)
		if err != nil {
			l.fail("it is not known when terminations began, so deadlines count from when this process first saw the hosts: ", err)
			continue
		}
		for id, t := range began {
			known := f.memory.of(id, now)
			known.began, known.dead = t.Began, t.Dead
		}
	}
	return l
}

// searchAfter is how old a termination must be before its instance is searched in other clusters: it is released no earlier.
const searchAfter = 3 * time.Minute

// toSearch is a tick's time for searching: enough for some 25 clusters at a tenth of AWS's limits. The answers are
// remembered, so the next tick goes on.
const (
	toSearch       = 8 * time.Second
	searchedAtOnce = 25
)

// believed is how long a cluster's answer counts, because an agent may register later: 3 minutes if one tick can ask all
// clusters, otherwise twice the time that asking takes.
func believed(clusters int) time.Duration {
	rounds := 1 + clusters/searchedAtOnce
	return time.Duration(1+2*rounds) * time.Minute
}

// search looks for the unregistered instances of a cluster in every other known one. It returns the cluster without those that
// it found, and where they are.
func (f finder) search(ctx context.Context, l located, known map[string]bool, now time.Time) (located, []move) {
	missing := f.missing(l, now)
	if len(missing) == 0 {
		return l, nil
	}
	// Its own cluster is asked again, by name: a page may have lost it, and a release is final.
	here, err := f.reader.Find(ctx, l.name, ids(missing))
	l.snapshot.Hosts = slices.Concat(l.snapshot.Hosts, here)
	if err != nil {
		l.fail("", err)
		return l, nil
	}
	if missing = f.missing(l, now); len(missing) == 0 {
		return l, nil
	}
	// Unregistered hosts must not take the time of those with tasks.
	if _, limited := ctx.Deadline(); limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, toSearch)
		defer cancel()
	}
	others := slices.DeleteFunc(sorted(known), func(name string) bool { return name == l.name })
	var moves []move
	for _, other := range f.neverAskedFirst(fairness.Rotate(others, now), missing, now) {
		found, err := f.ask(ctx, other, missing, believed(len(others)), now)
		for _, one := range found {
			moves = append(moves, move{one, other})
			l.leaving, missing = except(l.leaving, one), except(missing, one)
		}
		if err != nil {
			l.fail("", err)
		}
		if awsclient.OutOfTime(err) || ctx.Err() != nil {
			break
		}
	}
	for _, one := range missing {
		known := f.memory.of(one.instance.ID, now)
		l.searched[one.instance.ID] = !slices.ContainsFunc(others, func(name string) bool { return !known.isNotIn(name, believed(len(others)), now) })
	}
	return l, moves
}

// move is an instance that is registered in another cluster than its group's tag says.
type move struct {
	leaving
	to string
}

// missing are the instances that could be released and that the cluster does not have.
func (f finder) missing(l located, now time.Time) []leaving {
	if l.snapshot.HostsUnread {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(l.leaving), func(one leaving) bool {
		return one.instance.State != cluster.TerminatingWait || drain.Registration(l.snapshot.Hosts, one.instance.ID) != nil ||
			now.Sub(f.memory.of(one.instance.ID, now).start()) < searchAfter
	})
}

// neverAskedFirst puts clusters first that were not yet asked for every instance.
func (f finder) neverAskedFirst(clusters []string, missing []leaving, now time.Time) []string {
	asked := func(name string) bool {
		return !slices.ContainsFunc(missing, func(l leaving) bool {
			return f.memory.of(l.instance.ID, now).absent[name].IsZero()
		})
	}
	again := slices.DeleteFunc(slices.Clone(clusters), func(name string) bool { return !asked(name) })
	return append(slices.DeleteFunc(slices.Clone(clusters), asked), again...)
}

// ask returns the instances that are registered in a cluster. It asks only for those that the cluster was not asked for a
// moment ago. After an error, others may be there too.
func (f finder) ask(ctx context.Context, clusterName string, missing []leaving, believed time.Duration, now time.Time) ([]leaving, error) {
	unasked := slices.DeleteFunc(slices.Clone(missing), func(l leaving) bool { return f.memory.of(l.instance.ID, now).isNotIn(clusterName, believed, now) })
	if len(unasked) == 0 {
		return nil, nil
	}
	hosts, err := f.reader.Find(ctx, clusterName, ids(unasked))
	var found []leaving
	for _, l := range unasked {
		switch {
		case drain.Registration(hosts, l.instance.ID) != nil:
			found = append(found, l)
		case err == nil:
			f.memory.of(l.instance.ID, now).absent[clusterName] = now
		}
	}
	return found, err
}
