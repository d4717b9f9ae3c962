// Package scaler decides what a cluster needs: another host, one host less, or neither, and says why.
package scaler

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// Decide gives the verdict on one cluster. Any known cause makes it 1; anything unknown forbids −1; only when every
// condition for it holds is it −1; otherwise 0.
func Decide(entry thresholds.Entry, s cluster.Snapshot, now time.Time) Verdict {
	return Until(nil).Decide(entry, s, now)
}

// Until says that the time for judging is over. Packing then ends as it does at its bound of steps: a cause that is known
// stays 1, and nothing is scaled in. A pass judges many clusters, and must publish before its function ends.
type Until func() bool

// Decide is the function of that name, within the time.
func (u Until) Decide(entry thresholds.Entry, s cluster.Snapshot, now time.Time) Verdict {
	j := judge(entry, s, now, u)
	v := Verdict{
		Cluster:       s.Cluster,
		Reservation:   j.reservation,
		Thresholds:    &Thresholds{CPU: entry.CPU, Memory: entry.Memory, GPU: entry.GPU},
		Hosts:         s.Count(),
		UnplacedTasks: j.counted(),
		Instances:     count(s),
		Groups:        groups(s),
		Notes:         append(unitNotes(s), s.Unread...),
		Judged:        true,
	}
	if causes := j.causes(); len(causes) > 0 {
		j.scaleOut(causes, &v)
		v.patient(j)
	} else if n := j.mayScaleIn(&v); n > 0 {
		v.Signal, v.InstanceGap = ScaleIn, -n
		if n > 1 {
			v.because(AllBelowScaleIn, fmt.Sprintf("any %d hosts can be removed together", n))
		}
	}
	switch {
	case j.lack.cut && v.Signal == ScaleOut:
		v.Notes = append(v.Notes, cutShort+"; the gap is only what is known to be missing")
	case j.lack.cut && !v.Has(TooLarge):
		v.because(TooLarge, cutShort)
	}
	if hopeless := j.hopeless(); hopeless != "" {
		v.because(TaskFitsNoInstance, hopeless)
	}
	if j.overruled != "" {
		v.Notes = append(v.Notes, j.overruled)
	}
	if !entry.Enabled {
		v.Signal, v.InstanceGap, v.ScaleOutBlocked = Stay, 0, false
		v.because(Disabled, "enabled is false in the entry, so the signal stays 0")
	}
	return v
}

// scaleOut asks for the hosts that are missing beyond those in flight, unless asking would be in vain or worse.
func (j *judgement) scaleOut(causes []cause, v *Verdict) {
	for _, c := range causes {
		v.because(c.reason, c.why)
	}
	if names := managed(j.s); names != "" {
		v.because(ManagedScaling, fmt.Sprintf("ECS managed scaling sets the size of group %s, so the signal stays 0", names))
		return
	}
	if j.late.why != "" {
		v.because(InstancesNotJoining, j.late.why)
		if j.late.probe {
			v.Signal, v.InstanceGap = ScaleOut, 1
			blocked(j.s, v)
		}
		v.ScaleOutBlocked = true // people are called meanwhile
		return
	}
	gap := j.gap()
	if gap == 0 {
		v.because(InstancesLaunching, fmt.Sprintf("%s launching, which is enough for all that", hosts(j.flying)))
		return
	}
	if j.flying > 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("%s launching; the gap is what is missing beyond that", hosts(j.flying)))
	}
	if !j.instance.known {
		v.because(InstanceSizeUnknown, "the size of a new host is unknown, so the gap is 1; set instance.cpu and instance.memory in the entry")
	}
	if j.instance.known && len(j.untold()) > 0 {
		v.Notes = append(v.Notes, "a task waits that fits on no host like those that the groups launched last; they may launch others, so one host is tried")
	}
	if j.s.GroupsUnread && gap > 1 {
		v.Notes = append(v.Notes, fmt.Sprintf("%d hosts are missing, but the groups were not read and may be launching some, so the gap is 1", gap))
		gap = 1
	}
	v.Signal, v.InstanceGap = ScaleOut, gap
	if len(j.s.Followers()) > 1 {
		v.InstanceGap = 1 // each of them would follow the gap
	}
	v.ScaleOutBlocked = blocked(j.s, v)
}
