package publisher

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

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

// judge reads one cluster and decides. Whatever goes wrong stays with this cluster.
func (p *Publisher) judge(ctx context.Context, listed ssmstore.Listed, all groups, now time.Time) (o outcome) {
	defer func() {
		if panicked := recover(); panicked != nil {
			p.log.Error("judging a cluster panicked; please report this", "cluster", listed.Cluster, "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
			o = unread(listed.Cluster, fmt.Sprintf("an error in this program: %v", panicked))
		}
	}()
	if !listed.Usable() {
		return outcome{verdict: scaler.Invalid(listed.Cluster, listed.Faults), invalid: true}
	}
	snapshot, err := p.read(ctx, listed, all, now)
	if err != nil {
		o = unread(listed.Cluster, inSentence(ctx, err))
	} else {
		o = outcome{verdict: scaler.Decide(listed.Entry, snapshot, now)}
		if snapshot.OutOfTime {
			o.failure = leftOut + "; judged by what was read, which scales nothing in"
		}
	}
	if listed.Faults != "" {
		o.invalid = true
		o.verdict.Notes = append(o.verdict.Notes, fmt.Sprintf("%s; %s", listed.Faults, listed.Instead))
	}
	return o
}

// read reads what the verdict needs, and no more: what has been read may show that more is needed. It ends early where
// something could not be read, because asking again would not help.
func (p *Publisher) read(ctx context.Context, listed ssmstore.Listed, all groups, now time.Time) (cluster.Snapshot, error) {
	if ctx.Err() != nil {
		return cluster.Snapshot{}, ctx.Err()
	}
	s, err := p.reader.Read(ctx, listed.Cluster)
	if err != nil {
		return cluster.Snapshot{}, err
	}
	if all.err != nil {
		s.Unread = append(s.Unread, awsclient.Sentence(all.err))
		s.OutOfTime = s.OutOfTime || awsclient.OutOfTime(all.err)
	}
	s.Groups = all.of[listed.Cluster]
	p.reader.ReadLaunches(ctx, &s, now)
	unread := len(s.Unread)
	for range scaler.Rounds {
		need := scaler.Need(listed.Entry, s, now)
		if len(need.Hosts) == 0 || len(s.Unread) > unread {
			break
		}
		p.reader.ReadTasks(ctx, &s, need.Hosts)
	}
	return s, nil
}

func unread(name, why string) outcome {
	return outcome{verdict: scaler.Unread(name, why), failure: why}
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
