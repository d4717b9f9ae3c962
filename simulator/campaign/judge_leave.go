package campaign

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// leave is one host's way out.
type leave struct {
	instance       *aws.Instance
	cluster, cause string
	from, to       time.Time
	// lost: its machine has ended, whatever the drainer does.
	lost bool
	// expired: the drain hook ended by its timeout; excused, if that was not the drainer's fault.
	expired, excused bool
	// completed: the drainer has ended the hook. asked is when it last asked for that.
	completed bool
	asked     time.Time
	// told: that it waits too long has been said.
	told bool
	// gone are the service tasks that stopped here since the beginning, by service, with when the last one did.
	gone map[string]time.Time
	// lastStandalone is when the last standalone task here stopped; longest is the longest stop timeout of a task here.
	lastStandalone time.Time
	longest        time.Duration
	// protected is until when a task here was protected.
	protected time.Time
}

const (
	// Of AWS: the longest that a hook holds, and how many heartbeats
	// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html).
	longestHook, mostBeats = 48 * time.Hour, 100
	// reserve is how long before that every deadline falls.
	reserve = 15 * time.Minute
)

// most is the longest deadline that there is.
func (j *judge) most() time.Duration {
	return min(longestHook, mostBeats*j.plan.heartbeat()) - reserve
}

// forServices is when an entry has service tasks stopped, forStandalone the others.
func (j *judge) forServices(e Entry) time.Duration {
	if e.holds() {
		return j.most()
	}
	return min(e.deadline(), j.most())
}

func (j *judge) forStandalone(e Entry) time.Duration { return min(e.standalone(), j.most()) }

// earliest and last are a deadline by the entries that were in force while the host left.
func (j *judge) earliest(l *leave, of func(Entry) time.Duration) time.Time {
	least := j.most()
	for _, e := range j.since(l.cluster, l.from) {
		least = min(least, of(e))
	}
	return l.from.Add(least)
}

func (j *judge) last(l *leave, of func(Entry) time.Duration) time.Time {
	most := time.Duration(0)
	for _, e := range j.since(l.cluster, l.from) {
		most = max(most, of(e))
	}
	return l.from.Add(most)
}

// mayStop is from when on the drainer may stop a task there: its deadline, and a protected one's protection until the
// standalone deadline.
func (j *judge) mayStop(l *leave, service string, protected time.Time) time.Time {
	single := j.earliest(l, j.forStandalone)
	if service == "" {
		return single
	}
	due := j.earliest(l, j.forServices)
	if protected.After(single) {
		protected = single
	}
	if protected.After(due) {
		return protected
	}
	return due
}

// mayEnd is from when on a host may take a task with it: ten minutes after its deadline, or when its own stop timeout has
// passed since it was told to stop.
func (j *judge) mayEnd(l *leave, service string, t *aws.Task) time.Time {
	if t == nil {
		return j.mayStop(l, service, time.Time{}).Add(toStop)
	}
	told := j.mayStop(l, service, t.ProtectedUntil)
	if t.Desired == "STOPPED" { // it was told earlier, by ECS or by whoever, and its protection holds nothing any more
		told = j.mayStop(l, service, time.Time{})
	}
	due := told.Add(toStop)
	if t.Desired == "STOPPED" {
		told = t.Stopping
	}
	if end := told.Add(t.Definition.StopTimeout); end.After(due) {
		return end
	}
	return due
}

// stuck: the cluster has no ACTIVE host that stays, and no group may launch one. Then tasks are stopped at once.
func (j *judge) stuck(cluster string) bool {
	for _, g := range j.world.Groups() {
		if g.Spec.Cluster == cluster && g.Max > 0 {
			return false
		}
	}
	for _, h := range j.clusters[cluster].Hosts() {
		if string(h.Status) == "ACTIVE" && !terminating(h.Instance) {
			return false
		}
	}
	return true
}

func terminating(i *aws.Instance) bool { return i.State != "Pending" && i.State != "InService" }

// task finds one that stands on a host.
func (l *leave) task(arn string) *aws.Task {
	if l.instance == nil || l.instance.Host == nil {
		return nil
	}
	for _, t := range l.instance.Host.Cluster.Tasks() {
		if t.ARN == arn {
			return t
		}
	}
	return nil
}

// standing are the tasks of the host that are not STOPPED.
func (l *leave) standing() []*aws.Task {
	var found []*aws.Task
	if h := l.instance.Host; h != nil {
		for _, t := range h.Cluster.Tasks() {
			if t.Host == h && t.Last != "STOPPED" {
				found = append(found, t)
			}
		}
	}
	return found
}

func (j *judge) leaving(h aws.Happened) {
	l := &leave{instance: j.find(h.Instance), cluster: h.Cluster, cause: h.Cause, from: h.At, gone: map[string]time.Time{}}
	l.lost = h.Cause == "health" || h.Cause == "spot"
	j.leaves[h.Instance] = l
	j.counts["drains"]++
}

func (j *judge) stopped(h aws.Happened) {
	l := j.leaves[h.Instance]
	if l == nil {
		return
	}
	if h.Service == "" {
		l.lastStandalone = h.At
		return
	}
	l.gone[h.Service] = h.At
}
