package drainer

import (
	"context"
	"maps"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

// readStarts learns when the terminations of the view's instances began, once each. One that cannot be learned began,
// for this process, when it first saw it.
func (d *Drainer) readStarts(ctx context.Context, v *view, now time.Time) {
	missing := map[string][]string{}
	for _, l := range v.leaving {
		if d.memory.of(l.instance.ID, now).began.IsZero() {
			missing[l.group] = append(missing[l.group], l.instance.ID)
		}
	}
	for _, group := range slices.Sorted(maps.Keys(missing)) {
		began, err := d.reader.Terminations(ctx, group, missing[group], now)
		if err != nil {
			v.fail("deadlines count from when this process first saw the hosts: ", err)
			continue
		}
		for id, t := range began {
			known := d.memory.of(id, now)
			known.began, known.dead = t.Began, t.Dead
		}
	}
}

// paint reads what the steps of the view's hosts depend on.
func (d *Drainer) paint(ctx context.Context, v *view, now time.Time) {
	p := &v.picture
	d.readHooks(ctx, v, now)
	for _, l := range v.leaving {
		p.Terminating = append(p.Terminating, d.host(v, l, now))
	}
	d.readTasks(ctx, v, now)
	if names := v.services(now); len(names) > 0 {
		var unread []string
		p.Snapshot, unread = d.reader.WithServices(ctx, p.Snapshot, names)
		p.ServicesRead = len(unread) == 0
		for _, what := range unread {
			v.failed = append(v.failed, Failure{Cluster: v.name, Error: what})
		}
		d.readHealthy(ctx, v, now)
		d.readRoom(ctx, v, now)
	}
	d.readProtection(ctx, v, now)
	d.readStopTimeouts(ctx, v, now)
}

func (d *Drainer) host(v *view, l leaver, now time.Time) drain.Host {
	known := d.memory.of(l.instance.ID, now)
	at := registration(v.picture.Hosts, l.instance.ID)
	dead := known.isDead(at, now)
	h := drain.Host{
		Instance: l.instance.ID, Group: l.group, State: l.instance.State, Unhealthy: l.instance.Unhealthy && dead,
		Began: known.start(), BeganKnown: !known.began.IsZero(), Right: v.right(l),
		Registration: at, SearchedAll: v.searched[l.instance.ID],
	}
	h.Hook = d.hookOf(v, l, now)
	if h.State == cluster.TerminatingWait {
		h.Hook.Overdue = known.beaten.IsZero() && known.began.IsZero()
		h.Hook.Beaten, h.Hook.Gone = known.beaten, !known.gone.IsZero() && now.Sub(known.gone) <= goneFor
	}
	return h
}

// hookOf is the hook of the instance's group. Where it was not read or could not be, what was known before is as likely.
// One that does not wait yet may do so at the next tick, which may not be able to read the groups.
func (d *Drainer) hookOf(v *view, l leaver, now time.Time) drain.Hook {
	hook, read := v.hooks[l.group]
	if !read {
		hook = d.hookAmong(v, nil, errUnseen)
	}
	if before := d.memory.of(l.instance.ID, now).waits; hook.Unread && before != nil {
		for _, name := range before.Beats {
			if name != hook.Name {
				hook.Others = with(hook.Others, name)
			}
		}
	}
	return hook
}

// services are those on which some step depends, sorted: of a host with tasks that have not been told to stop, which of
// them are daemons and what the others wait for; the same past the deadline, when daemons have less time to stop than the
// others; of a host on which all have stopped, whether floors are kept. The names are the tasks' own: a cluster may have
// hundreds of other services.
func (v *view) services(now time.Time) []string {
	names := map[string]bool{}
	for _, h := range v.picture.Terminating {
		running := now.Sub(h.Began) >= time.Duration(v.entry.drain.DeadlineMinutes)*time.Minute
		left := map[string]bool{}
		for _, t := range h.Tasks {
			if !t.Stopped() {
				left[t.Service] = true
				running = running || t.Service != "" && t.WantedRunning
			}
		}
		switch {
		case running && len(left) > 0:
			maps.Copy(names, left)
		case len(left) == 0:
			for _, name := range h.Lost(now) {
				names[name] = true
			}
		}
	}
	delete(names, "") // standalone tasks
	return slices.Sorted(maps.Keys(names))
}

// roomAfter is how long ECS may take to move a task before it is asked whether there is room for it.
const roomAfter = 2 * time.Minute

// readRoom reads the revisions of tasks that ECS has still to move: whether they fit elsewhere explains why it does not.
func (d *Drainer) readRoom(ctx context.Context, v *view, now time.Time) {
	wanted := map[string]bool{}
	for _, h := range v.picture.Terminating {
		if now.Sub(h.Began) < roomAfter {
			continue
		}
		for _, t := range h.Tasks {
			if t.Service != "" && t.WantedRunning && !t.Stopped() {
				wanted[t.Definition] = true
			}
		}
	}
	d.reader.ReadDefinitions(ctx, &v.picture.Snapshot, slices.Sorted(maps.Keys(wanted)))
}

// taking are the hosts whose tasks count for floors: ACTIVE ones that do not leave, by ARN.
func (v *view) taking() map[string]bool {
	leaving := map[string]bool{}
	for _, l := range v.leaving {
		leaving[l.instance.ID] = true
	}
	for _, i := range v.picture.Instances(cluster.Terminating) {
		leaving[i.ID] = true // of another stack's groups too
	}
	hosts := map[string]bool{}
	for _, h := range v.picture.Hosts {
		if h.Status == cluster.Active && !leaving[h.InstanceID] {
			hosts[h.ARN] = true
		}
	}
	return hosts
}
