// Package scaler decides what a cluster needs: another host, one host less, or neither, and says why.
package scaler

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// Decide gives the verdict on one cluster: 1 for any known cause, −1 only if every condition for it holds and nothing
// is unknown, otherwise 0.
func Decide(entry thresholds.Entry, s cluster.Snapshot, now time.Time) Verdict {
	return Until(nil).Decide(entry, s, now)
}

// Decide is the function Decide, within the time.
func (u Until) Decide(entry thresholds.Entry, s cluster.Snapshot, now time.Time) Verdict {
	return u.Judge(entry, s, now).Verdict()
}

// decision is the result of the rules, before it becomes a Verdict.
type decision struct {
	signal       Signal
	gap          int
	enough       bool // a cause is there, and what is launching clears it
	blocked      bool
	explanations []explanation
	notes        []string
}

func (d *decision) because(r Reason, format string, args ...any) {
	d.explanations = append(d.explanations, explanation{r, fmt.Sprintf(format, args...)})
}

func (d *decision) note(format string, args ...any) {
	d.notes = append(d.notes, fmt.Sprintf(format, args...))
}

// Verdict is the verdict by this judgement.
func (j *Judgement) Verdict() Verdict {
	d := j.decide()
	v := Verdict{
		Cluster: j.s.Cluster, Signal: d.signal, InstanceGap: d.gap, ScaleOutBlocked: d.blocked,
		Reservation:   j.reservation,
		Thresholds:    &Thresholds{CPU: j.entry.CPU, Memory: j.entry.Memory, GPU: j.entry.GPU},
		Hosts:         j.s.Count(),
		UnplacedTasks: j.shortage.counted(j.demand),
		Instances:     count(j.s),
		Groups:        groups(j.s),
		Notes:         append(append(append(unitNotes(j.s), warmupNotes(j.s)...), j.s.Unread...), d.notes...),
		Headroom:      j.demand.headroom.shown(j.facts),
		Judged:        true,
	}
	if demand, known := j.s.Demanded(j.now); known {
		v.Demand = &demand
	}
	for _, c := range d.explanations {
		v.because(c.reason, c.why)
	}
	v.sizing = j.size(d)
	v.InstancesWanted = v.sizing.useful.hosts + d.gap
	return v.Sized(j.now)
}

// decide scales out if there is a cause. Otherwise it removes as many hosts as can be spared.
func (j *Judgement) decide() decision {
	var d decision
	if len(j.causes) > 0 {
		d = j.holdForReconnect(j.scaleOut(j.causes))
	} else {
		d = j.scaleIn()
	}
	switch {
	case j.shortage.cut && d.signal == ScaleOut:
		d.note(cutShort + "; the gap is only what is known to be missing")
	case j.shortage.cut && !j.spare: // otherwise it is among the objections
		d.because(TooLarge, cutShort)
	}
	if j.unplaceable != "" {
		d.because(TaskFitsNoInstance, "%s", j.unplaceable)
	}
	if j.newHost.overruled != "" {
		d.note("%s", j.newHost.overruled)
	}
	if !j.entry.Enabled {
		d.signal, d.gap, d.enough, d.blocked = Stay, 0, false, false
		d.because(Disabled, "enabled is false in the entry, so the signal stays 0")
	}
	return d
}
