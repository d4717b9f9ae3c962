package drainer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

// hookTries is how often a group's hooks are asked for in one tick, where several of its hosts wait for one.
const hookTries = 3

// timeouts are the heartbeat timeouts of the terminating hooks that a group was found to have, by name.
type timeouts map[string]time.Duration

// readHooks reads the hooks of the groups whose hosts wait for one: once where that works, for all of a group's hosts.
func (d *Drainer) readHooks(ctx context.Context, v *view, now time.Time) {
	failed := map[string]error{}
	tries := map[string]int{}
	v.hooks = map[string]drain.Hook{}
	for _, l := range v.leaving {
		if l.instance.State != cluster.TerminatingWait || tries[l.group] > 0 && failed[l.group] == nil || tries[l.group] == hookTries {
			continue
		}
		tries[l.group]++
		found, err := d.reader.Hooks(ctx, l.group, d.namesToAsk(v), now)
		v.hooks[l.group], failed[l.group] = d.hookAmong(v, found, err), err
	}
	for _, group := range slices.Sorted(maps.Keys(failed)) {
		if failed[group] != nil {
			v.fail("", failed[group])
		}
	}
	if name := v.entry.drain.Hook; v.entry.named && !d.mayEnd(name) {
		v.failed = append(v.failed, Failure{Cluster: v.name, Error: fmt.Sprintf("drain.hook of its entry is %s, which this function may not complete (DRAIN_HOOKS is %s): "+
			"name one of these in the entry, or add it to drain_hook_names in Terraform", name, strings.Join(d.settings.DrainHooks, ","))})
	}
}

// hookNames are the names to ask for, the likeliest first: the entry's. Where the entry does not tell, or names one that
// this function may not complete, those that it may.
func (d *Drainer) hookNames(v *view) []string {
	name := v.entry.drain.Hook
	if v.entry.named && d.mayEnd(name) {
		return []string{name}
	}
	others := slices.DeleteFunc(slices.Clone(d.settings.DrainHooks), func(other string) bool { return other == name })
	if !v.entry.named && !d.mayEnd(name) {
		return others
	}
	return append([]string{name}, others...)
}

// namesToAsk are the names to ask for; none: any. Where neither the entry nor the environment names a hook, the group's own
// may be what holds its hosts.
func (d *Drainer) namesToAsk(v *view) []string {
	if !v.entry.named && len(d.settings.DrainHooks) == 0 {
		return nil
	}
	return d.hookNames(v)
}

// mayEnd tells whether the environment lets the function complete a hook of that name.
func (d *Drainer) mayEnd(name string) bool {
	return len(d.settings.DrainHooks) == 0 || slices.Contains(d.settings.DrainHooks, name)
}

// hookAmong is the hook to complete among those that a group was found to have, with those that get heartbeats beside it
// while tasks are left. Where the entry could not be read, these are the hooks that it may name. Where it names a hook that
// this function may not complete, they are those that it may. Where neither entry nor environment names a hook of the group,
// all of its hooks may be ours. If the hooks could not be read and none is known, each may be there.
func (d *Drainer) hookAmong(v *view, found timeouts, err error) drain.Hook {
	names := d.hookNames(v)
	unread := err != nil && len(found) == 0
	here := slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, ok := found[name]; return !ok && !unread })
	hook := drain.Hook{Name: names[0], Unread: unread, Refused: v.entry.named && !d.mayEnd(names[0])}
	if !v.entry.named && len(here) > 0 {
		hook.Name = here[0]
	}
	_, hook.Found = found[hook.Name]
	if unread && !v.entry.unsure && !hook.Refused && (v.entry.named || len(names) == 1) {
		// A name is enough to complete it by: AWS refuses where there is none.
		hook.Found, hook.Unread = true, false
	}
	if !hook.Found {
		for _, name := range slices.Sorted(maps.Keys(found)) {
			here = with(here, name) // one of them may be ours: it is held, and not completed
		}
		if v.entry.unsure && len(here) > 0 {
			hook.Name, hook.Found = here[0], len(found) > 0 // nothing is completed there, and an empty host is held too
		}
	}
	for _, name := range here {
		if timeout := found[name]; hook.Timeout == 0 || timeout < hook.Timeout {
			hook.Timeout = timeout
		}
	}
	hook.Others = slices.DeleteFunc(here, func(name string) bool { return name == hook.Name })
	return hook
}

// with is all and one, once.
func with(all []string, one string) []string {
	if slices.Contains(all, one) {
		return all
	}
	return append(slices.Clone(all), one)
}
