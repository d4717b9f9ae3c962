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
	"ecs-cluster-scaler/internal/fairness"
)

// leaver is one instance that Auto Scaling terminates.
type leaver struct {
	group    string
	instance cluster.Instance
	// tagged: its group's tag names this stack.
	tagged bool
}

// view is one cluster on the way to its steps.
type view struct {
	name    string
	entry   entry
	leaving []leaver
	// searched are the instances that no known cluster has.
	searched map[string]bool
	// hooks are those of the groups whose hosts wait for one.
	hooks   map[string]drain.Hook
	picture drain.Picture
	// unread: its hosts could not be read.
	unread bool
	// panicked: an error in this program kept it from being looked at.
	panicked bool
	// said is what ECS has said of tasks in this tick.
	said   ecsreader.TaskAnswers
	steps  []drain.Step
	failed []Failure
}

func (v *view) fail(what string, err error) {
	v.failed = append(v.failed, Failure{Cluster: v.name, Error: what + awsclient.Sentence(err)})
}

// Look says what a tick would do, and does nothing.
func (d *Drainer) Look(ctx context.Context, minute time.Time) (Answer, error) {
	answer, _, err := d.look(ctx, minute)
	return answer, err
}

func (d *Drainer) look(ctx context.Context, minute time.Time) (Answer, map[string][]cluster.Group, error) {
	looking, cancel := without(ctx, toAct)
	defer cancel()
	answer := NothingToDo(minute)
	groups, err := d.reader.ReadGroups(looking)
	if err != nil {
		return Answer{}, nil, err
	}
	answer.OtherStacks = others(groups, d.settings.ConfigPath)
	leaving := leavers(groups, d.settings.ConfigPath)
	d.memory.forget(instances(leaving))
	d.reader.KeepHosts(instances(leaving))
	if len(leaving) == 0 {
		return answer, groups, nil
	}
	calm, said := d.calm(looking, leaving, groups, minute)
	for _, v := range calm {
		answer.Instances = append(answer.Instances, v.steps...)
		answer.Failed = append(answer.Failed, v.failed...)
		delete(leaving, v.name)
	}
	d.memory.keepWaiting(answer.Instances, minute)
	if len(leaving) == 0 {
		return answer, groups, nil
	}
	entries, err := d.entries(looking)
	if err != nil {
		answer.Failed = append(answer.Failed, Failure{Error: awsclient.Sentence(err) + "; drains go on with what was last read, and let no host go where that is nothing"})
	}
	views := d.views(looking, leaving, groups, entries, minute)
	d.each(views, func(v *view) {
		v.picture.Groups, v.said = groups[v.name], said[v.name]
		d.paint(looking, v, minute)
		d.remember(v, minute)
		v.steps = drain.Next(v.picture, v.entry.drain, minute)
	})
	d.each(slices.DeleteFunc(slices.Clone(views), func(v *view) bool { return !v.panicked }), func(v *view) { v.steps = d.unseen(v, minute) })
	for _, v := range views {
		answer.Instances = append(answer.Instances, v.steps...)
		answer.Failed = append(answer.Failed, v.failed...)
	}
	d.memory.keepWaiting(answer.Instances, minute)
	return answer, groups, nil
}

// leavers are the instances in Terminating, Terminating:Wait and Terminating:Proceed, by cluster, but those of groups that
// belong to another stack.
func leavers(groups map[string][]cluster.Group, configPath string) map[string][]leaver {
	leaving := map[string][]leaver{}
	for name, of := range groups {
		for _, g := range of {
			if g.OfOther(configPath) {
				continue
			}
			for _, i := range g.Instances {
				if i.Phase == cluster.Terminating {
					leaving[name] = append(leaving[name], leaver{g.Name, i, g.ConfigPath != ""})
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

// unseen are the steps of a view that could not be looked at: its hosts are held.
func (d *Drainer) unseen(v *view, now time.Time) []drain.Step {
	p := drain.Picture{HostsUnread: true}
	p.Cluster = v.name
	for _, l := range v.leaving {
		h := d.host(&view{hooks: map[string]drain.Hook{l.group: d.hookAmong(v, nil, errUnseen)}}, l, now)
		h.Right = drain.OnlyHold
		p.Terminating = append(p.Terminating, h)
	}
	return drain.Next(p, v.entry.drain, now)
}

var errUnseen = errors.New("it was not looked at")

// views reads the hosts of the clusters from which something leaves, and gives each instance to the cluster that it is
// registered in, whatever its group's tag says.
func (d *Drainer) views(ctx context.Context, leaving map[string][]leaver, groups map[string][]cluster.Group, entries map[string]entry, now time.Time) []*view {
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
			of, ok := entries[name]
			if !ok {
				of = builtin()
				of.unsure = entries == nil // none was ever read, so that this one may have an entry too
			}
			byName[name] = &view{name: name, entry: of, searched: map[string]bool{}}
			views = append(views, byName[name])
		}
		return byName[name]
	}
	for _, name := range slices.Sorted(maps.Keys(leaving)) {
		open(name).leaving = fairness.Rotate(leaving[name], now)
	}
	turn := fairness.Rotate(views, now)
	d.each(turn, func(v *view) {
		d.readHosts(ctx, v)
		d.readStarts(ctx, v, now)
	})
	for _, v := range turn {
		d.guarded(v, func(v *view) {
			for _, move := range d.search(ctx, v, known, now) {
				before := len(views)
				to := open(move.to)
				to.leaving = append(to.leaving, move.leaver)
				if len(views) > before {
					d.guarded(to, func(to *view) { d.readHosts(ctx, to) })
				}
			}
		})
	}
	return fairness.Rotate(views, now)
}

func (d *Drainer) readHosts(ctx context.Context, v *view) {
	// Unread until the opposite is known, a panic included: hosts that were not seen must not count as absent.
	v.unread, v.picture.HostsUnread = true, true
	defer func() { v.picture.HostsUnread = v.unread }()
	s, err := d.reader.ReadHosts(ctx, v.name)
	switch {
	case errors.Is(err, ecsreader.ErrNoCluster):
		v.unread, v.picture.Cluster = false, v.name
	case err != nil:
		v.picture.Cluster = v.name
		v.fail("", err)
	default:
		v.picture.Snapshot, v.unread = s, false
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
			d.guarded(v, do)
			return nil
		})
	}
	_ = group.Wait() // each view holds its own errors
}

func (d *Drainer) guarded(v *view, do func(*view)) {
	defer func() {
		if panicked := recover(); panicked != nil {
			d.log.Error("looking at a cluster panicked; please report this", "cluster", v.name, "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
			v.steps, v.panicked = nil, true
			v.failed = append(v.failed, Failure{Cluster: v.name, Error: fmt.Sprintf("an error in this program: %v", panicked)})
		}
	}()
	do(v)
}
