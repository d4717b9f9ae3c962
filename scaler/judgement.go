package scaler

import (
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// Until tells whether the time for judging is over. Packing then ends as at its bound of steps: a known cause stays 1, and
// nothing is scaled in. A pass judges many clusters and must publish before its function ends.
type Until func() bool

// Judgement is what the rules found about one cluster. If Need names nothing, Verdict is final.
type Judgement struct {
	findings
	// causes are the reasons to scale out.
	causes []cause
	// unplaceable says which tasks no new host would take; empty: none.
	unplaceable string
	// spare: there is no cause, and every reservation is below its scale-in threshold. objections then forbid a scale-in
	// whatever the tasks are.
	spare      bool
	objections []cause
	rebound    rebound
}

// findings are what follows from the facts.
type findings struct {
	*facts
	newHost     newHost
	demand      demand
	toCome      daemonsToCome
	interfaces  interfaces
	shortage    shortage
	refusals    []cluster.Service
	launching   int
	failedJoins failedJoins
}

// cause is a reason with its sentence.
type cause struct {
	reason Reason
	why    string
}

// Judge applies the rules to one cluster.
func Judge(entry thresholds.Entry, s cluster.Snapshot, now time.Time) *Judgement {
	return Until(nil).Judge(entry, s, now)
}

// Judge is the function Judge, within the time.
func (u Until) Judge(entry thresholds.Entry, s cluster.Snapshot, now time.Time) *Judgement {
	f := find(newFacts(entry, s, now, u))
	j := &Judgement{findings: f, causes: f.causesToScaleOut(), unplaceable: f.unplaceable()}
	if len(j.causes) == 0 && len(f.capacity) > 0 && len(notBelow(entry, f.reservation)) == 0 {
		j.spare, j.rebound = true, newRebound(&f)
		j.objections = f.objections(j.rebound)
	}
	return j
}

// find works out step by step what follows from the facts. Each step takes what the steps before it found.
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
