package drainer

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/fairness"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

const (
	// sideBySide is how many clusters are read at once.
	sideBySide = 4
	// toAct is the part of the function's time that is kept for acting, publishing and answering.
	toAct = 20 * time.Second
)

// planner finds out what a tick has to do.
type planner struct {
	clusterReader
	entries    *entries
	configPath string
	log        *slog.Logger
}

func newPlanner(clients Clients, s settings.Settings, known *memory, log *slog.Logger) planner {
	reader := ecsreader.NewLeaving(clients.ECS, clients.AutoScaling)
	return planner{clusterReader{finder{reader, known}, s.DrainHooks}, &entries{store: ssmstore.New(clients.SSM, s.ConfigPath)}, s.ConfigPath, log}
}

// clusterTick is what becomes of one cluster in a tick.
type clusterTick struct {
	located
	stopping stopping
	steps    []drain.Step
	// panicked: an error in this program kept it from being read.
	panicked bool
}

// plan finds the leaving hosts, reads what their steps depend on, and decides. It returns the groups too.
func (p planner) plan(ctx context.Context, minute time.Time) (Answer, map[string][]cluster.Group, error) {
	ctx, cancel := without(ctx, toAct)
	defer cancel()
	answer := nothingToDo(minute)
	groups, err := p.reader.ReadGroups(ctx)
	if err != nil {
		return Answer{}, nil, err
	}
	answer.OtherStacks = otherStacks(groups, p.configPath)
	from := leavingFrom(groups, p.configPath)
	p.forget(from)
	said := map[string]ecsreader.TaskAnswers{}
	for _, c := range p.stopping(ctx, from, groups, minute) {
		said[c.name] = c.stopping.said
		if len(c.stopping.steps) > 0 {
			answer.add(c.stopping.steps, c.stopping.failed)
			delete(from, c.name)
		}
	}
	if len(from) > 0 {
		entries, err := p.entries.read(ctx)
		if err != nil {
			answer.Failed = append(answer.Failed, Failure{Error: awsclient.Sentence(err) + "; drains go on with what was last read, and without that no host is released"})
		}
		for _, c := range p.decide(ctx, p.locate(ctx, from, groups, entries, minute), groups, said, minute) {
			answer.add(c.steps, c.failed)
		}
	}
	p.memory.keepWaiting(answer.Instances, minute)
	return answer, groups, nil
}

// forget drops what is remembered of instances that do not leave.
func (p planner) forget(from map[string][]leaving) {
	now := map[string]bool{}
	for _, of := range from {
		for _, id := range ids(of) {
			now[id] = true
		}
	}
	p.memory.forget(now)
	p.reader.KeepHosts(now)
}

// stopping reads the clusters whose hosts may only wait for tasks that stop.
func (p planner) stopping(ctx context.Context, from map[string][]leaving, groups map[string][]cluster.Group, now time.Time) []*clusterTick {
	var all []*clusterTick
	for _, name := range sorted(from) {
		all = append(all, &clusterTick{located: locate(name, drain.Entry{}, from[name])})
	}
	p.each(all, func(c *clusterTick) { c.stopping = p.readStopping(ctx, c.name, c.leaving, groups[c.name], now) })
	return all
}

// locate reads the hosts of clusters with leaving hosts, and gives each instance to the cluster in which it is registered,
// whatever its group's tag says.
func (p planner) locate(ctx context.Context, from map[string][]leaving, groups map[string][]cluster.Group, entries map[string]drain.Entry, now time.Time) []*clusterTick {
	known := map[string]bool{}
	for _, name := range slices.Concat(sorted(groups), sorted(entries)) {
		known[name] = true
	}
	byName := map[string]*clusterTick{}
	var all []*clusterTick
	open := func(name string) *clusterTick {
		if byName[name] == nil {
			of, ok := entries[name]
			if !ok {
				of = builtin()
				of.Unsure = entries == nil // none was ever read, so that this one may have an entry too
			}
			byName[name] = &clusterTick{located: locate(name, of, nil)}
			all = append(all, byName[name])
		}
		return byName[name]
	}
	for _, name := range sorted(from) {
		open(name).leaving = fairness.Rotate(from[name], now)
	}
	turn := fairness.Rotate(all, now)
	p.each(turn, func(c *clusterTick) {
		c.located = p.readStarts(ctx, p.readHosts(ctx, c.located), now)
	})
	for _, c := range turn {
		p.guarded(c, func() {
			found, moves := p.search(ctx, c.located, known, now)
			c.located = found
			for _, move := range moves {
				before := len(all)
				to := open(move.to)
				to.leaving = append(to.leaving, move.leaving)
				if len(all) > before {
					p.guarded(to, func() { to.located = p.readHosts(ctx, to.located) })
				}
			}
		})
	}
	return fairness.Rotate(all, now)
}

// decide reads the clusters and decides their steps. It holds the hosts of a cluster in which this program failed.
func (p planner) decide(ctx context.Context, all []*clusterTick, groups map[string][]cluster.Group, said map[string]ecsreader.TaskAnswers, now time.Time) []*clusterTick {
	p.each(all, func(c *clusterTick) {
		of, failed := p.read(ctx, c.located, groups[c.name], said[c.name], now)
		p.memory.keepWhole(of, c.entry, now)
		c.steps, c.failed = drain.Next(of, c.entry.Drain, now), append(c.failed, failed...)
	})
	p.each(all, func(c *clusterTick) {
		if c.panicked {
			of := p.unread(c.located, now)
			p.memory.keepWhole(of, c.entry, now)
			c.steps = drain.Next(of, c.entry.Drain, now)
		}
	})
	return all
}

// each handles several clusters at once. An error or panic in one does not affect the others.
func (p planner) each(all []*clusterTick, do func(*clusterTick)) {
	var group errgroup.Group
	group.SetLimit(sideBySide)
	for _, c := range all {
		group.Go(func() error {
			p.guarded(c, func() { do(c) })
			return nil
		})
	}
	_ = group.Wait() // each cluster has its own errors
}

func (p planner) guarded(c *clusterTick, do func()) {
	defer func() {
		if panicked := recover(); panicked != nil {
			p.log.Error("reading a cluster panicked; please report this", "cluster", c.name, "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
			c.steps, c.panicked = nil, true
			c.failed = append(c.failed, Failure{Cluster: c.name, Error: fmt.Sprintf("an error in this program: %v", panicked)})
		}
	}()
	do()
}
