package publisher

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

// outcome is what became of one cluster.
type outcome struct {
	verdict scaler.Verdict
	// invalid: the entry, or the defaults it stands on, has faults, whether or not older versions serve instead.
	invalid bool
	// failure says why the cluster could not be read, or not whole for want of time; empty: it could.
	failure string
}

// candidate is a cluster on the way to its outcome.
type candidate struct {
	listed   ssmstore.Listed
	snapshot cluster.Snapshot
	// settled: more reading would not change what is said of it.
	settled bool
	outcome outcome
}

// judge reads the clusters and decides. First all are read as far as every verdict needs, then round by round what
// single ones need besides: a cluster that wants a host must not wait while others' tasks are read to give one up.
func (p *Publisher) judge(ctx context.Context, listed []ssmstore.Listed, all groups, now time.Time) []outcome {
	turn := order(len(listed), now)
	candidates := make([]*candidate, len(listed))
	for i := range listed {
		candidates[i] = &candidate{listed: listed[turn[i]]}
	}
	p.each(candidates, func(c *candidate) { p.begin(ctx, c, all, now) })
	for range scaler.Rounds {
		p.each(inNeed(candidates, now), func(c *candidate) { p.readMore(ctx, c, now) })
	}
	outcomes := make([]outcome, len(listed))
	p.each(candidates, func(c *candidate) { decide(c, now) })
	for i, c := range candidates {
		outcomes[turn[i]] = c.outcome
	}
	return outcomes
}

// each does something for the candidates in their order, some side by side. Whatever goes wrong with one stays with
// it, a panic too.
func (p *Publisher) each(candidates []*candidate, do func(*candidate)) {
	var group errgroup.Group
	group.SetLimit(sideBySide)
	for _, c := range candidates {
		group.Go(func() error {
			defer func() {
				if panicked := recover(); panicked != nil {
					p.log.Error("judging a cluster panicked; please report this", "cluster", c.listed.Cluster, "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
					c.fail(fmt.Sprintf("an error in this program: %v", panicked))
				}
			}()
			do(c)
			return nil
		})
	}
	_ = group.Wait() // each candidate holds its own error
}

// begin reads what every verdict needs.
func (p *Publisher) begin(ctx context.Context, c *candidate, all groups, now time.Time) {
	if !c.listed.Usable() {
		c.outcome = outcome{verdict: scaler.Invalid(c.listed.Cluster, c.listed.Faults), invalid: true}
		c.settled = true
		return
	}
	if ctx.Err() != nil {
		c.fail(leftOut)
		return
	}
	s, err := p.reader.Read(ctx, c.listed.Cluster)
	if err != nil {
		c.fail(inSentence(ctx, err))
		return
	}
	if all.err != nil {
		s.Unread = append(s.Unread, awsclient.Sentence(all.err))
		s.OutOfTime = s.OutOfTime || awsclient.OutOfTime(all.err)
	}
	s.Groups = slices.Clone(all.of[c.listed.Cluster])
	p.reader.ReadManagedScaling(ctx, &s)
	p.reader.ReadLaunches(ctx, &s, now)
	c.snapshot = s
}

// inNeed keeps the candidates of which more must be read, those first that need little: what is read to find out
// whether a host can go comes after what is read to find out whether one is missing.
func inNeed(candidates []*candidate, now time.Time) []*candidate {
	var little, much []*candidate
	for _, c := range candidates {
		if c.settled {
			continue
		}
		switch need := scaler.Need(c.listed.Entry, c.snapshot, now); {
		case need.Nothing():
			c.settled = true
		case need.Tasks == scaler.Everywhere:
			much = append(much, c)
		default:
			little = append(little, c)
		}
	}
	return append(little, much...)
}

// readMore reads what the verdict needs next. Where something cannot be read, asking again in this pass would not
// help.
func (p *Publisher) readMore(ctx context.Context, c *candidate, now time.Time) {
	need := scaler.Need(c.listed.Entry, c.snapshot, now)
	before := len(c.snapshot.Unread)
	p.reader.ReadTasks(ctx, &c.snapshot, need.Hosts)
	p.reader.ReadDefinitions(ctx, &c.snapshot, need.Definitions)
	c.settled = len(c.snapshot.Unread) > before
}

// decide gives the verdict on what was read.
func decide(c *candidate, now time.Time) {
	if c.outcome.verdict.Cluster == "" {
		c.outcome.verdict = scaler.Decide(c.listed.Entry, c.snapshot, now)
		if c.snapshot.OutOfTime {
			c.outcome.failure = leftOut + "; judged by what was read, which scales nothing in"
		}
	}
	if c.listed.Faults != "" && c.listed.Usable() {
		c.outcome.invalid = true
		c.outcome.verdict.Notes = append(c.outcome.verdict.Notes, fmt.Sprintf("%s; %s", c.listed.Faults, c.listed.Instead))
	}
}

func (c *candidate) fail(why string) {
	c.outcome = outcome{verdict: scaler.Unread(c.listed.Cluster, why), failure: why}
	c.settled = true
}

// leftOut is what is said of a cluster for which the pass had no time.
const leftOut = "left out of this pass, or in part: its time, or our share of AWS's limits, ran out; other clusters had their turn first, and the order changes every minute"

// inSentence tells apart a cluster that failed from one that the pass had no time for.
func inSentence(ctx context.Context, err error) string {
	if awsclient.OutOfTime(err) || ctx.Err() != nil {
		return leftOut
	}
	return awsclient.Sentence(err)
}
