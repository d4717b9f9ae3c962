package scaler

import (
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// Until bounds judging in time: when it returns true, packing ends as at its bound of steps. A known cause then stays 1,
// and nothing is scaled in. A pass judges many clusters and must publish before its function ends. nil: no bound.
type Until func() bool

// Judgement is what the rules found about one cluster. If Need names nothing, Verdict is final.
type Judgement struct {
	findings
	// causes are the reasons to scale out.
	causes []explanation
	// unplaceable says which tasks no new host would take; empty: none.
	unplaceable string
	// spare: there is no cause, and every reservation is below its scale-in threshold. objections then forbid a scale-in
	// whatever the tasks are.
	spare      bool
	objections []explanation
	rebound    rebound // what the thresholds would say without a host
}

// findings are what follows from the facts.
type findings struct {
	*facts
	newHost     newHost
	demand      demand
	toCome      daemonsToCome // the room that daemon tasks still need
	interfaces  interfaces
	shortage    shortage
	refusals    []cluster.Service // ECS refused a task of theirs lately, although it fits by our packing
	launching   int               // hosts
	failedJoins failedJoins       // whether new hosts fail to join the cluster
}

// explanation is a reason with its sentence. It may explain a 1, forbid a −1, or say why the signal is 0.
type explanation struct {
	reason Reason
	why    string
}

// Judge applies the rules to one cluster.
func Judge(entry thresholds.Entry, s cluster.Snapshot, now time.Time) *Judgement {
	return Until(nil).Judge(entry, s, now)
}

// Judge is the function Judge, within the time.
func (u Until) Judge(entry thresholds.Entry, s cluster.Snapshot, now time.Time) *Judgement {
	found := find(newFacts(entry, s, now, u))
	j := &Judgement{findings: found, causes: found.causesToScaleOut(), unplaceable: found.unplaceable()}
	if len(j.causes) == 0 && len(j.capacity) > 0 && len(notBelow(j.entry, j.reservation)) == 0 {
		j.spare, j.rebound = true, newRebound(&found)
		j.objections = found.objections(j.rebound)
	}
	return j
}

// find works out step by step what follows from the facts. The shortage is packed without bounds on interfaces (nil)
// first: only a task that fits and was refused shows that interfaces ran out. Then it is packed again within the bounds.
func find(f *facts) findings {
	host := expectNewHost(f)
	wanted := newDemand(f, host)
	toCome := newDaemonsToCome(f)
	short := newShortage(f, host, wanted, toCome, nil)
	bound := newInterfaces(f, host, wanted, toCome, short)
	if bound != nil {
		host = host.within(bound)
		short = newShortage(f, host, wanted, toCome, bound)
	}
	coming := launching(f.s, f.s.Groups, f.now)
	return findings{
		facts: f, newHost: host, demand: wanted, toCome: toCome, interfaces: bound, shortage: short,
		refusals: refusals(f, wanted, short), launching: coming, failedJoins: newFailedJoins(f.s, coming, f.now),
	}
}
