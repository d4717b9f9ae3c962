package drainer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/internal/awsclient"
)

// clusterReader reads what the steps of a cluster's leaving hosts depend on.
type clusterReader struct {
	finder
	allowed drain.Allowed
}

// reading is one cluster that is being read. Each of its steps takes the cluster and returns it with what it read.
type reading struct {
	clusterReader
	entry drain.Entry
	said  ecsreader.TaskAnswers
	now   time.Time
}

// read reads what drain.Need names, round by round. said is what ECS has said of tasks in this tick.
func (r clusterReader) read(ctx context.Context, l located, groups []cluster.Group, said ecsreader.TaskAnswers, now time.Time) (drain.Cluster, []Failure) {
	of := reading{r, l.entry, said, now}
	c := drain.Cluster{Snapshot: l.snapshot, ProtectionRefused: r.reader.ProtectionRefused(l.name, now)}
	c.Groups = groups
	for _, one := range l.leaving {
		c.Terminating = append(c.Terminating, of.host(c, one, l.searched[one.instance.ID]))
	}
	failed := of.refusedHook(l.name)
	for range drain.Rounds {
		need := drain.Need(c, l.entry.Drain, now)
		if need.Nothing() {
			break
		}
		c.Asked = c.Asked.And(need)
		for _, step := range []func(context.Context, drain.Cluster, drain.Needed) (drain.Cluster, []Failure){
			of.hooks, of.tasks, of.services, of.healthy, of.sizes, of.protection, of.stopTimeouts,
		} {
			var unread []Failure
			c, unread = step(ctx, c, need)
			failed = append(failed, unread...)
		}
	}
	return c, failed
}

// unread is a cluster of which nothing could be read. Its hosts are held.
func (r clusterReader) unread(l located, now time.Time) drain.Cluster {
	c := drain.Cluster{Snapshot: cluster.Snapshot{Cluster: l.name, HostsUnread: true}}
	for _, one := range l.leaving {
		h := reading{clusterReader: r, entry: l.entry, now: now}.host(c, one, false)
		h.Right = drain.OnlyHold
		c.Terminating = append(c.Terminating, h)
	}
	return c
}

// host is a leaving host before anything is read for it.
func (r reading) host(c drain.Cluster, l leaving, searched bool) drain.Host {
	known := r.memory.of(l.instance.ID, r.now)
	at := drain.Registration(c.Hosts, l.instance.ID)
	known.agent = known.agent.Observe(at, r.now)
	h := drain.Host{
		Instance: l.instance.ID, Group: l.group, State: l.instance.State,
		Unhealthy: l.instance.Unhealthy && drain.Dead(known.dead, at, known.agent, r.now),
		Began:     known.start(), BeganKnown: !known.began.IsZero(), Right: r.entry.Right(l.tagged),
		Registration: at, SearchedAll: searched,
	}
	h.Hook = r.hookOf(h, r.entry.HookAmong(r.allowed, nil, true))
	return h
}

// hookOf is the group's hook with what is known of it for one host.
func (r reading) hookOf(h drain.Host, hook drain.Hook) drain.Hook {
	known := r.memory.of(h.Instance, r.now)
	if known.waits != nil {
		hook = hook.HeldAs(known.waits.Beats)
	}
	if h.State == cluster.TerminatingWait {
		hook.Overdue = known.beaten.IsZero() && known.began.IsZero()
		hook.Beaten, hook.Gone = known.beaten, !known.gone.IsZero() && r.now.Sub(known.gone) <= goneFor
	}
	return hook
}

// refusedHook says that the entry names a hook that this function may not complete.
func (r reading) refusedHook(clusterName string) []Failure {
	if name := r.entry.Hook; r.entry.Named && !r.allowed.Has(name) {
		return []Failure{{Cluster: clusterName, Error: fmt.Sprintf("drain.hook of its entry is %s, which this function may not complete (DRAIN_HOOKS is %s): "+
			"name one of these in the entry, or add it to drain_hook_names in Terraform", name, strings.Join(r.allowed, ","))}}
	}
	return nil
}

// hookTries is how often a tick asks for the hooks of a group with several waiting hosts.
const hookTries = 3

func (r reading) hooks(ctx context.Context, c drain.Cluster, need drain.Needed) (drain.Cluster, []Failure) {
	var failed []Failure
	c.Terminating = slices.Clone(c.Terminating)
	for _, group := range need.Hooks {
		var found map[string]time.Duration
		var err error
		tries := 0
		for _, h := range c.Terminating {
			if h.Group == group && h.State == cluster.TerminatingWait && tries < hookTries && (tries == 0 || err != nil) {
				tries++
				found, err = r.reader.Hooks(ctx, group, r.entry.HookNames(r.allowed), r.now)
			}
		}
		failed = append(failed, failures(c, "", err)...)
		hook := r.entry.HookAmong(r.allowed, found, err != nil && len(found) == 0)
		for i, h := range c.Terminating {
			if h.Group == group {
				c.Terminating[i].Hook = r.hookOf(h, hook)
			}
		}
	}
	return c, failed
}

// toCount is kept for counting floors while tasks are listed, some twenty calls at a tenth of AWS's limits. Otherwise a tick
// that never lists all hosts' tasks would never release one.
const toCount = 10 * time.Second

// tasks reads the tasks of hosts: first those that are known, of all hosts together. Where none is known, or all of them have
// stopped, it reads what ECS lists.
func (r reading) tasks(ctx context.Context, c drain.Cluster, need drain.Needed) (drain.Cluster, []Failure) {
	var hosts []cluster.Host
	for _, h := range c.Terminating {
		if slices.Contains(need.Tasks, h.Instance) {
			hosts = append(hosts, *h.Registration)
		}
	}
	known, _, err := r.reader.Recall(ctx, c.Cluster, hosts, r.said, r.now)
	if err != nil {
		return c, failures(c, "", err)
	}
	unsettled := slices.DeleteFunc(hosts, func(h cluster.Host) bool { _, ok := known[h.InstanceID]; return ok })
	running := 0
	for _, h := range c.Hosts {
		running += h.Tasks
	}
	listing, cancel := without(ctx, toCount)
	defer cancel()
	listed, unread := r.reader.ListTasks(listing, c.Cluster, unsettled, running, r.now)
	return withTasks(withTasks(c, known), listed), failures(c, "the tasks of hosts that leave: ", unread...)
}

func withTasks(c drain.Cluster, byInstance map[string][]cluster.TaskDetail) drain.Cluster {
	c.Terminating = slices.Clone(c.Terminating)
	for i := range c.Terminating {
		h := &c.Terminating[i]
		tasks, read := byInstance[h.Instance]
		h.TasksRead = h.TasksRead || read
		for _, t := range tasks {
			h.Tasks = append(h.Tasks, drain.Task{TaskDetail: t})
		}
	}
	return c
}

func (r reading) services(ctx context.Context, c drain.Cluster, need drain.Needed) (drain.Cluster, []Failure) {
	if len(need.Services) == 0 {
		return c, nil
	}
	var failed []Failure
	s, unread := r.reader.WithServices(ctx, c.Snapshot, need.Services)
	for _, what := range unread {
		failed = append(failed, Failure{Cluster: c.Cluster, Error: what})
	}
	c.Snapshot, c.ServicesRead = s, len(unread) == 0
	return c, failed
}

// healthy counts the running tasks of the services whose floors decide whether a host is released.
func (r reading) healthy(ctx context.Context, c drain.Cluster, need drain.Needed) (drain.Cluster, []Failure) {
	var services []cluster.Service
	for _, name := range need.Healthy {
		services = append(services, c.Services[slices.IndexFunc(c.Services, func(s cluster.Service) bool { return s.Name == name })])
	}
	read := r.reader.Healthy(ctx, c.Cluster, services, c.Staying(), c.HealthReports())
	c.Healthy = merged(c.Healthy, read.Running)
	c.Definitions = merged(c.Definitions, read.Definitions)
	return c, failures(c, "", read.Unread...)
}

func (r reading) sizes(ctx context.Context, c drain.Cluster, need drain.Needed) (drain.Cluster, []Failure) {
	read, _ := r.reader.Definitions(ctx, need.Sizes) // it only explains
	c.Definitions = merged(c.Definitions, read)
	return c, nil
}

// protection marks protected tasks. If protection decides whether a task is stopped, an unread one may be protected.
func (r reading) protection(ctx context.Context, c drain.Cluster, need drain.Needed) (drain.Cluster, []Failure) {
	asked := slices.Concat(need.Protection, need.Explaining)
	slices.Sort(asked)
	read, err := r.reader.Protection(ctx, c.Cluster, asked, r.now)
	c = eachTask(c, func(t *drain.Task) {
		if p, known := read[t.ARN]; known {
			t.Protected, t.ProtectedUntil = p.Protected, p.Until
		} else {
			t.ProtectionUnread = t.ProtectionUnread || slices.Contains(need.Protection, t.ARN)
		}
	})
	return c, failures(c, "the protection of tasks is not known, so none that may be protected is stopped before standalone_deadline_minutes: ", err)
}

func (r reading) stopTimeouts(ctx context.Context, c drain.Cluster, need drain.Needed) (drain.Cluster, []Failure) {
	read, unread := r.reader.Definitions(ctx, need.StopTimeouts)
	c.Definitions = merged(c.Definitions, read)
	c = eachTask(c, func(t *drain.Task) {
		_, known := read[t.Definition]
		t.DefinitionUnread = t.DefinitionUnread || !known && slices.Contains(need.StopTimeouts, t.Definition)
	})
	return c, failures(c, "how long tasks may take to stop: ", unread...)
}

// eachTask is the cluster with changed copies of its leaving hosts' tasks.
func eachTask(c drain.Cluster, change func(*drain.Task)) drain.Cluster {
	c.Terminating = slices.Clone(c.Terminating)
	for i := range c.Terminating {
		h := &c.Terminating[i]
		h.Tasks = slices.Clone(h.Tasks)
		for j := range h.Tasks {
			change(&h.Tasks[j])
		}
	}
	return c
}

func merged[V any](before, more map[string]V) map[string]V {
	all := map[string]V{}
	maps.Copy(all, before)
	maps.Copy(all, more)
	return all
}

func failures(c drain.Cluster, what string, errs ...error) []Failure {
	var failed []Failure
	for _, err := range errs {
		if err != nil {
			failed = append(failed, Failure{Cluster: c.Cluster, Error: what + awsclient.Sentence(err)})
		}
	}
	return failed
}
