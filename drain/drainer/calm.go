package drainer

import (
	"context"
	"maps"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/drain"
)

// calmFor is how long a look at hosts and entries is believed while tasks are only stopping, which takes a load
// balancer's 300 s as a rule.
const calmFor = 5 * time.Minute

// looked is what a whole look at a host's cluster saw: the entry, its registration, which of the services are daemons.
type looked struct {
	at           time.Time
	cluster      string
	entry        entry
	registration cluster.Host
	daemons      []cluster.Service
}

// calm are the clusters whose hosts, DRAINING and connected, all only wait for tasks that stop: one call for a hundred
// tasks tells, and nothing but time ends it. Every other step rests on a whole look; said is what such a look need not
// ask again, by cluster.
func (d *Drainer) calm(ctx context.Context, leaving map[string][]leaver, groups map[string][]cluster.Group, now time.Time) (calm []*view, said map[string]ecsreader.TaskAnswers) {
	said = map[string]ecsreader.TaskAnswers{}
	var views []*view
	for _, name := range slices.Sorted(maps.Keys(leaving)) {
		if v, ok := d.recollect(name, leaving[name], now); ok {
			v.picture.Groups = groups[name]
			views = append(views, v)
		}
	}
	d.each(views, func(v *view) { d.decideCalm(ctx, v, now) })
	for _, v := range views {
		said[v.name] = v.said
		if len(v.steps) > 0 {
			calm = append(calm, v)
		}
	}
	return calm, said
}

// recollect is the cluster as it was last seen whole; false: that is too long ago, or something is new.
func (d *Drainer) recollect(name string, leaving []leaver, now time.Time) (*view, bool) {
	v := &view{name: name, leaving: leaving}
	v.picture.Cluster, v.picture.HostsUnread = name, true
	for _, l := range leaving {
		was := d.memory.of(l.instance.ID, now).looked
		if was == nil || was.cluster != name || now.Before(was.at) || now.Sub(was.at) >= calmFor || l.instance.Unhealthy || l.instance.State == cluster.TerminatingProceed {
			return nil, false
		}
		v.entry = was.entry
		v.picture.Hosts = append(v.picture.Hosts, was.registration)
		v.picture.Services = append(v.picture.Services, was.daemons...)
	}
	return v, true
}

// decideCalm fills in the view's steps if they are all to wait for tasks that stop.
func (d *Drainer) decideCalm(ctx context.Context, v *view, now time.Time) {
	p := &v.picture
	d.readHooks(ctx, v, now)
	for _, l := range v.leaving {
		p.Terminating = append(p.Terminating, d.host(v, l, now))
	}
	if !d.reader.RunningOn(p.Hosts) {
		return
	}
	said, err := d.reader.AskAgain(ctx, v.name, p.Hosts, v.said)
	if err != nil {
		return // the whole look asks again, and says so
	}
	v.said = said
	for _, r := range p.Hosts {
		tasks, ok := d.reader.Recall(r, said, now)
		if !ok {
			return
		}
		v.show(r.InstanceID, tasks)
	}
	d.readStopTimeouts(ctx, v, now)
	steps := drain.Next(*p, v.entry.drain, now)
	if !slices.ContainsFunc(steps, func(s drain.Step) bool { return s.Action != drain.Wait || s.Reason != drain.TasksStopping }) {
		v.steps = steps
	}
}

// remember keeps what a whole look saw of the view's hosts.
func (d *Drainer) remember(v *view, now time.Time) {
	for _, h := range v.picture.Terminating {
		known := d.memory.of(h.Instance, now)
		known.looked = nil
		if r := h.Registration; !v.entry.unsure && !v.unread && r != nil && r.Status == cluster.Draining && r.Connected {
			known.looked = &looked{at: now, cluster: v.name, entry: v.entry, registration: *r}
			for _, s := range v.picture.Services {
				if s.Daemon {
					known.looked.daemons = append(known.looked.daemons, s)
				}
			}
		}
	}
}
