package drainer

import (
	"context"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/drain"
)

// wholeFor is how long a whole read is believed while tasks only stop. That usually takes a load balancer's 300 s.
const wholeFor = 5 * time.Minute

// stopping is what is known of a cluster whose hosts may only wait for tasks that stop.
type stopping struct {
	// steps all wait for such tasks; none: the cluster must be read whole.
	steps  []drain.Step
	failed []Failure
	// said is what ECS has said of tasks. It is not asked again.
	said ecsreader.TaskAnswers
}

// readStopping reads the tasks of a cluster whose hosts, DRAINING and connected, all wait for tasks that stop. One call for a
// hundred tasks confirms that. Every other step needs the whole cluster.
func (r clusterReader) readStopping(ctx context.Context, name string, all []leaving, groups []cluster.Group, now time.Time) stopping {
	c, entry, ok := r.recollect(name, all, now)
	if !ok {
		return stopping{}
	}
	c.Groups = groups
	of := reading{clusterReader: r, entry: entry, now: now}
	for _, one := range all {
		c.Terminating = append(c.Terminating, of.host(c, one, false))
	}
	need := drain.Need(c, entry.Drain, now)
	c, unread := of.hooks(ctx, c, need)
	c.Asked = need
	failed := append(of.refusedHook(name), unread...)
	tasks, said, err := r.reader.Recall(ctx, name, c.Hosts, ecsreader.TaskAnswers{}, now)
	if err != nil || len(tasks) < len(c.Hosts) {
		return stopping{said: said} // the whole read asks again, and reports failures
	}
	c = withTasks(c, tasks)
	for range drain.Rounds {
		// Everything but stop timeouts is as it was when last read.
		need = drain.Need(c, entry.Drain, now)
		c.Asked = c.Asked.And(need)
		c, unread = of.stopTimeouts(ctx, c, need)
		failed = append(failed, unread...)
	}
	steps := drain.Next(c, entry.Drain, now)
	if slices.ContainsFunc(steps, func(s drain.Step) bool { return s.Action != drain.Wait || s.Reason != drain.TasksStopping }) {
		return stopping{said: said}
	}
	return stopping{steps, failed, said}
}

// recollect is the cluster as last read whole; false: that is too long ago, or something is new.
func (r clusterReader) recollect(name string, all []leaving, now time.Time) (drain.Cluster, drain.Entry, bool) {
	c, entry := drain.Cluster{Snapshot: cluster.Snapshot{Cluster: name, HostsUnread: true}}, drain.Entry{}
	for _, l := range all {
		was := r.memory.of(l.instance.ID, now).whole
		if was == nil || was.cluster != name || now.Before(was.at) || now.Sub(was.at) >= wholeFor || l.instance.Unhealthy || l.instance.State == cluster.TerminatingProceed {
			return drain.Cluster{}, drain.Entry{}, false
		}
		entry = was.entry
		c.Hosts = append(c.Hosts, was.registration)
		c.Services = append(c.Services, was.daemons...)
	}
	return c, entry, true
}
