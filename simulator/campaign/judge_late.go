package campaign

import (
	"slices"
	"time"
)

const (
	// attempts is in how many minutes a tick may have gone right before a drain ends that is due. Its deadline and the ten
	// minutes after it both fall between two ticks, and daemons are told to stop last. A second tick in the same minute,
	// doubled or another drainer's, finds no more time gone by.
	attempts = 5
	// foreignHook is how long the other hook holds a host.
	foreignHook = 8 * time.Minute
)

// cannotEndWithout are the actions that a drain needs to come to its end in time, each with what is not known or done
// without it.
var cannotEndWithout = map[string]string{
	listGroups:                      "which hosts leave",
	complete:                        "the end itself",
	"DescribeScalingActivities":     "when the termination began; with each cold start the deadline begins anew",
	"DescribeTaskDefinition":        "how long a task may take to stop: an hour, where that is not known",
	"GetTaskProtection":             "which tasks are protected: any may be, until the standalone deadline",
	"GetParametersByPath":           "the deadline, and which hook",
	"GetParameterHistory":           "the deadline, where the newest entry is faulty",
	"ListContainerInstances":        "the host",
	"DescribeContainerInstances":    "the host",
	"ListTasks":                     "the tasks",
	"DescribeTasks":                 "the tasks",
	"UpdateContainerInstancesState": "ECS moves nothing; only the deadline ends it",
	"StopTask":                      "tasks that never move are not stopped",
}

// late looks at each minute's end for hosts that should have gone.
func (j *judge) late() {
	now := j.world.Now()
	for _, id := range j.waiting() {
		l := j.leaves[id]
		due := j.due(l)
		over := now.Sub(due)
		if over <= 0 {
			continue
		}
		clean, since, counted := 0, 0, time.Time{}
		for n := len(j.ticks) - 1; n >= 0 && j.ticks[n].began.After(l.from); n-- {
			minute := j.ticks[n].began.Truncate(time.Minute)
			if !j.ticks[n].clean(l.cluster) || minute.Equal(counted) {
				continue
			}
			counted = minute
			since++
			if j.ticks[n].began.After(due) {
				clean++
			}
		}
		// The second is for a drain that goes on although ticks run, each with some failing call.
		failed := max(0, int(now.Sub(l.from)/time.Minute)-since)
		if clean < attempts && over <= time.Duration(attempts+failed)*time.Minute {
			continue
		}
		l.told = true
		if why, excused := cannotEndWithout[j.plan.Faults.Denied]; excused {
			j.exempt["drain too long, denied: "+j.plan.Faults.Denied+" ("+why+")"]++
			continue
		}
		j.breaks(DrainTooLong, "%s (%s), leaving since %s, due %s: ticks went right in %d minutes since then", id, l.cause, clock(l.from), clock(due), clean)
	}
}

// waiting are the hosts that wait for the drain hook, in order.
func (j *judge) waiting() []string {
	var found []string
	for id, l := range j.leaves {
		if !l.told && !l.completed && !l.expired && l.to.IsZero() && l.instance.State == "Terminating:Wait" {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found
}

// due is when a host must have gone at the latest.
func (j *judge) due(l *leave) time.Time {
	due := j.last(l, j.forServices)
	later := func(t time.Time) {
		if t.After(due) {
			due = t
		}
	}
	single := j.last(l, j.forStandalone)
	for _, t := range l.standing() {
		l.longest = max(l.longest, t.Definition.StopTimeout)
		if t.Service == nil {
			later(single)
		}
		if t.ProtectedUntil.After(l.protected) {
			l.protected = t.ProtectedUntil
		}
	}
	if l.protected.After(single) {
		later(single)
	} else {
		later(l.protected)
	}
	later(l.lastStandalone)
	return due.Add(toStop + l.longest)
}
