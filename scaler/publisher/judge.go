package publisher

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/fairness"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

const (
	// sideBySide is how many clusters are read at once. At 20 ms a call, eight readers reach our share of AWS's limits, so
	// more would only wait.
	sideBySide = 8
	// besides is how many clusters may read more at once, such as all their tasks. All readers draw on one bucket in
	// turn, so these get a quarter of it while other clusters are still to be read.
	besides = 3
)

// candidate is one cluster on the way to its verdict.
type candidate struct {
	listed ssmstore.Listed
	// watch is told of its snapshot before it is judged.
	watch func(*cluster.Snapshot, time.Time)
	// until ends its judging.
	until    scaler.Until
	snapshot cluster.Snapshot
	// needed is what must still be read.
	needed scaler.Needed
	// partly: the pass had no time for something that every verdict needs.
	partly bool
	// verdict is nil until it is given.
	verdict *scaler.Verdict
	// invalid: the entry, or the defaults it stands on, has faults, whether or not older versions serve instead.
	invalid bool
	// failure says why the cluster, or its entry, could not be read, or not whole for want of time; empty: it could.
	failure string
}

// judge reads the clusters and decides. A wide lane reads what every verdict needs, a narrow one what single clusters need
// besides, such as all their tasks. So a cluster that needs a host does not wait while others' tasks are read, and those
// tasks do not wait for the last cluster.
func (p *Publisher) judge(ctx context.Context, listed []ssmstore.Listed, all groups, now time.Time, watch func(*cluster.Snapshot, time.Time), until scaler.Until) []*candidate {
	candidates := make([]*candidate, len(listed))
	for i := range listed {
		candidates[i] = &candidate{listed: listed[i], watch: watch, until: until}
	}
	wide, narrow := semaphore.NewWeighted(sideBySide), semaphore.NewWeighted(besides)
	inTurn := fairness.Rotate(candidates, now)
	read := p.readHistories(ctx, inTurn, now)
	defer read()
	var group sync.WaitGroup
	for _, c := range inTurn {
		_ = wide.Acquire(context.WithoutCancel(ctx), 1) // begin itself ends with ctx
		group.Go(func() {
			more := false
			p.guarded(c, func() { more = p.begin(ctx, c, all, now) })
			wide.Release(1)
			if more && narrow.Acquire(ctx, 1) == nil {
				p.guarded(c, func() { p.readMore(ctx, c, now) })
				narrow.Release(1)
			}
			p.guarded(c, func() { p.decide(c, now) })
			c.snapshot, c.needed = cluster.Snapshot{}, scaler.Needed{} // hundreds would not fit into the function's memory
		})
	}
	group.Wait()
	return candidates
}

// guarded keeps a panic to the cluster that it comes from.
func (p *Publisher) guarded(c *candidate, do func()) {
	defer func() {
		if panicked := recover(); panicked != nil {
			p.log.Error("judging a cluster panicked; please report this", "cluster", c.listed.Cluster, "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
			c.fail(fmt.Sprintf("an error in this program: %v", panicked))
		}
	}()
	do()
}

// begin reads what every verdict needs. It returns whether this cluster needs more.
func (p *Publisher) begin(ctx context.Context, c *candidate, all groups, now time.Time) bool {
	switch c.listed.State {
	case ssmstore.Expired:
		return c.fail(c.listed.Unread)
	case ssmstore.Invalid, ssmstore.Unsure:
		c.invalid = true
		return c.give(scaler.Invalid(c.listed.Cluster, c.listed.Faults))
	case ssmstore.Valid, ssmstore.Fallback:
	}
	if ctx.Err() != nil {
		return c.fail(leftOut)
	}
	groups, theirs := ownership(all.of[c.listed.Cluster], p.settings.ConfigPath)
	if len(groups) > 0 && len(theirs) == len(groups) {
		return c.give(scaler.Elsewhere(c.listed.Cluster, strings.Join(theirs, "; ")))
	}
	s, err := p.reader.Read(ctx, c.listed.Cluster)
	if err != nil {
		return c.fail(inSentence(ctx, err))
	}
	if s.GroupsUnread = all.err != nil; s.GroupsUnread {
		s.Unread = append(s.Unread, awsclient.Sentence(all.err))
		s.OutOfTime = s.OutOfTime || awsclient.OutOfTime(all.err)
	}
	if c.listed.Unread != "" {
		s.Unread = append(s.Unread, c.listed.Unread)
	}
	p.agents.note(&s, now)
	s.Groups = groups
	c.watch(&s, now)
	p.reader.ReadManagedScaling(ctx, &s)
	p.reader.ReadLaunches(ctx, &s, now)
	s.Past = p.histories.past(ctx, c, scaler.Lead(s), now)
	c.snapshot, c.partly = s, s.OutOfTime
	if c.needed = p.need(c, now); c.needed.Warmup {
		p.reader.ReadWarmup(ctx, &c.snapshot, now)
		c.needed = p.need(c, now)
	}
	return !c.needed.Nothing()
}

// readMore reads what the verdict needs besides, in rounds: what is read may show that more is needed. If something cannot
// be read, asking again in this pass would not help.
func (p *Publisher) readMore(ctx context.Context, c *candidate, now time.Time) {
	for range scaler.Rounds {
		before := len(c.snapshot.Unread)
		if c.needed.Warmup {
			p.reader.ReadWarmup(ctx, &c.snapshot, now)
		}
		p.reader.ReadTasks(ctx, &c.snapshot, c.needed.Hosts)
		p.reader.ReadDefinitions(ctx, &c.snapshot, c.needed.Definitions)
		if len(c.snapshot.Unread) > before {
			return
		}
		if c.needed = p.need(c, now); c.needed.Nothing() {
			return
		}
	}
}

// need and decide judge one cluster at a time: side by side they would share one processor and need the memory of each.
// Where nothing more is needed, the verdict comes from the same judgement.
func (p *Publisher) need(c *candidate, now time.Time) scaler.Needed {
	p.judging.Lock()
	defer p.judging.Unlock()
	j := c.until.Judge(c.listed.Entry, c.snapshot, now)
	needed := j.Need()
	if needed.Nothing() {
		c.give(j.Verdict())
	}
	return needed
}

// decide gives the verdict on what was read.
func (p *Publisher) decide(c *candidate, now time.Time) {
	p.judging.Lock()
	defer p.judging.Unlock()
	if c.verdict == nil {
		c.give(c.until.Decide(c.listed.Entry, c.snapshot, now))
	}
	if c.partly && c.verdict.Judged {
		c.failure = leftOut + "; it was judged by what was read, so nothing is scaled in"
	}
	if c.failure == "" {
		c.failure = c.listed.Unread
	}
	p.histories.note(c.listed.Cluster, *c.verdict, now)
	if c.listed.State == ssmstore.Fallback {
		c.invalid = true
		c.verdict.Notes = append(c.verdict.Notes, fmt.Sprintf("%s; %s", c.listed.Faults, c.listed.Instead))
	}
}

// give sets the verdict. Reading ends with it, so it returns false.
func (c *candidate) give(v scaler.Verdict) bool {
	c.verdict = &v
	return false
}

func (c *candidate) fail(why string) bool {
	c.failure = why
	return c.give(scaler.Unread(c.listed.Cluster, why))
}

// leftOut is what an answer says of a cluster for which the pass ran out of time.
const leftOut = "not read, or only in part: this pass had no time or no share of AWS's limits left; other clusters came first, and the order changes every minute"

// inSentence tells apart a cluster that failed from one that the pass had no time for.
func inSentence(ctx context.Context, err error) string {
	if awsclient.OutOfTime(err) || ctx.Err() != nil {
		return leftOut
	}
	return awsclient.Sentence(err)
}
