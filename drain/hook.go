package drain

import (
	"maps"
	"slices"
	"time"
)

// Allowed are the names of the hooks that the drainer may complete; none: any.
type Allowed []string

// Has tells whether a hook of that name may be completed.
func (a Allowed) Has(name string) bool { return len(a) == 0 || slices.Contains(a, name) }

// HookNames are the hooks to ask a group for; none: all. Where neither the entry nor the environment names a hook, the
// group's own may be what holds its hosts.
func (e Entry) HookNames(allowed Allowed) []string {
	if !e.Named && len(allowed) == 0 {
		return nil
	}
	return e.hookNames(allowed)
}

// hookNames are the names in question, the likeliest first: the entry's. Where the entry does not tell, or names one that
// may not be completed, those that may.
func (e Entry) hookNames(allowed Allowed) []string {
	if e.Named && allowed.Has(e.Hook) {
		return []string{e.Hook}
	}
	others := slices.DeleteFunc(slices.Clone(allowed), func(other string) bool { return other == e.Hook })
	if !e.Named && !allowed.Has(e.Hook) {
		return others
	}
	return append([]string{e.Hook}, others...)
}

// HookAmong is the hook to complete among those that a group was found to have, with their timeouts, and with those that get
// heartbeats beside it while tasks are left. Where the entry could not be read, these are the hooks that it may name. Where
// it names a hook that may not be completed, they are those that may. Where neither entry nor environment names a hook of
// the group, all of its hooks may be ours. unread: the hooks could not be read, and none is known, so that each may be there.
func (e Entry) HookAmong(allowed Allowed, found map[string]time.Duration, unread bool) Hook {
	names := e.hookNames(allowed)
	here := slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, ok := found[name]; return !ok && !unread })
	hook := Hook{Name: names[0], Unread: unread, Refused: e.Named && !allowed.Has(names[0])}
	if !e.Named && len(here) > 0 {
		hook.Name = here[0]
	}
	_, hook.Found = found[hook.Name]
	if unread && !e.Unsure && !hook.Refused && (e.Named || len(names) == 1) {
		// A name is enough to complete it by: AWS refuses where there is none.
		hook.Found, hook.Unread = true, false
	}
	if !hook.Found {
		for _, name := range slices.Sorted(maps.Keys(found)) {
			here = With(here, name) // one of them may be ours: it is held, and not completed
		}
		if e.Unsure && len(here) > 0 {
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

// HeldAs is the hook, where it could not be read, with heartbeats for those that were held before: these are as likely.
func (h Hook) HeldAs(before []string) Hook {
	for _, name := range before {
		if h.Unread && name != h.Name {
			h.Others = With(h.Others, name)
		}
	}
	return h
}

// With is all and one, once.
func With(all []string, one string) []string {
	if slices.Contains(all, one) {
		return all
	}
	return append(slices.Clone(all), one)
}
