package drainer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/thresholds"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

// leaver is one instance that Auto Scaling terminates.
type leaver struct {
	group    string
	instance cluster.Instance
}

// view is one cluster on the way to its steps.
type view struct {
	name    string
	drain   thresholds.Drain
	leaving []leaver
	// searched are the instances that no known cluster has.
	searched map[string]bool
	picture  drain.Picture
	// unread: its hosts could not be read.
	unread bool
	steps  []drain.Step
	failed []Failure
}

func (v *view) fail(what string, err error) {
	v.failed = append(v.failed, Failure{Cluster: v.name, Error: what + awsclient.Sentence(err)})
}

// Look says what a tick would do, and does nothing.
func (d *Drainer) Look(ctx context.Context, minute time.Time) (Answer, error) {
	looking, cancel := without(ctx, toAct)
	defer cancel()
	answer := NothingToDo(minute)
	groups, err := d.reader.ReadGroups(looking)
	if err != nil {
		return Answer{}, err
	}
	leaving := leavers(groups)
	d.memory.forget(instances(leaving))
	if len(leaving) == 0 {
		return answer, nil
	}
	entries, err := d.entries(looking)
	if err != nil {
		answer.Failed = append(answer.Failed, Failure{Error: awsclient.Sentence(err) + "; drains go on with the built-in defaults"})
	}
	views := d.views(looking, leaving, groups, entries, minute)
	d.each(views, func(v *view) {
		v.picture.Groups = groups[v.name]
		d.paint(looking, v, minute)
		v.steps = drain.Next(v.picture, v.drain, minute)
	})
	for _, v := range views {
		answer.Instances = append(answer.Instances, v.steps...)
		answer.Failed = append(answer.Failed, v.failed...)
	}
	return answer, nil
}

// leavers are the instances in Terminating, Terminating:Wait and Terminating:Proceed, by cluster.
func leavers(groups map[string][]cluster.Group) map[string][]leaver {
	leaving := map[string][]leaver{}
	for name, of := range groups {
		for _, g := range of {
			for _, i := range g.Instances {
				if i.Phase == cluster.Terminating {
					leaving[name] = append(leaving[name], leaver{g.Name, i})
				}
			}
		}
	}
	return leaving
}

func instances(leaving map[string][]leaver) map[string]bool {
	ids := map[string]bool{}
	for _, of := range leaving {
		for _, l := range of {
			ids[l.instance.ID] = true
		}
	}
	return ids
}

// entries are what the entries say of draining, by cluster. A cluster whose entry is faulty, or that has none, drains as
// the built-in defaults say.
func (d *Drainer) entries(ctx context.Context) (map[string]thresholds.Drain, error) {
	listing, err := d.store.Read(ctx)
	if _, empty := errors.AsType[*ssmstore.EmptyPathError](err); empty {
		return nil, nil
	}
	entries := map[string]thresholds.Drain{}
	for _, c := range listing.Clusters {
		entries[c.Cluster] = thresholds.Builtin().Drain
		if c.Usable() {
			entries[c.Cluster] = c.Entry.Drain
		}
	}
	return entries, err
}

// views reads the hosts of the clusters from which something leaves, and gives each instance to the cluster that it is
// registered in, whatever its group's tag says.
func (d *Drainer) views(ctx context.Context, leaving map[string][]leaver, groups map[string][]cluster.Group, entries map[string]thresholds.Drain, now time.Time) []*view {
	known := map[string]bool{}
	for name := range groups {
		known[name] = true
	}
	for name := range entries {
		known[name] = true
	}
	byName := map[string]*view{}
	var views []*view
	open := func(name string) *view {
		if byName[name] == nil {
			want, ok := entries[name]
			if !ok {
				want = thresholds.Builtin().Drain
			}
			byName[name] = &view{name: name, drain: want, searched: map[string]bool{}}
			views = append(views, byName[name])
		}
		return byName[name]
	}
	for _, name := range slices.Sorted(maps.Keys(leaving)) {
		open(name).leaving = turned(leaving[name], now)
	}
	turn := turned(views, now)
	d.each(turn, func(v *view) {
		d.readHosts(ctx, v)
		d.readStarts(ctx, v, now)
	})
	for _, v := range turn {
		for _, move := range d.search(ctx, v, known, now) {
			before := len(views)
			to := open(move.to)
			to.leaving = append(to.leaving, move.leaver)
			if len(views) > before {
				d.readHosts(ctx, to)
			}
		}
	}
	return turned(views, now)
}

// turned begins with another one each minute, so that the tail for which a tick may have no time is not always the same.
func turned[T any](all []T, now time.Time) []T {
	if len(all) == 0 {
		return all
	}
	at := int(now.Unix()/60) * 7 % len(all)
	return slices.Concat(all[at:], all[:at])
}

func (d *Drainer) readHosts(ctx context.Context, v *view) {
	s, err := d.reader.ReadHosts(ctx, v.name)
	switch {
	case errors.Is(err, ecsreader.ErrNoCluster):
		v.picture.Cluster = v.name
	case err != nil:
		v.unread = true
		v.picture.Cluster = v.name
		v.fail("", err)
	default:
		v.picture.Snapshot = s
		for _, what := range s.Unread {
			// A host that ECS listed but did not describe may be one of those that leave.
			v.unread = true
			v.failed = append(v.failed, Failure{Cluster: v.name, Error: what})
		}
	}
}

// each does something for the views, some side by side. Whatever goes wrong with one stays with it, a panic too.
func (d *Drainer) each(views []*view, do func(*view)) {
	var group errgroup.Group
	group.SetLimit(sideBySide)
	for _, v := range views {
		group.Go(func() error {
			defer func() {
				if panicked := recover(); panicked != nil {
					d.log.Error("looking at a cluster panicked; please report this", "cluster", v.name, "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
					v.steps = nil
					v.failed = append(v.failed, Failure{Cluster: v.name, Error: fmt.Sprintf("an error in this program: %v", panicked)})
				}
			}()
			do(v)
			return nil
		})
	}
	_ = group.Wait() // each view holds its own errors
}
