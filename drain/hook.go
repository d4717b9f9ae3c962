package drain

import (
	"maps"
	"slices"
	"time"
)

// Allowed are the hooks that the drainer may complete; none: any.
type Allowed []string

// Has tells whether the hook may be completed.
func (a Allowed) Has(name string) bool { return len(a) == 0 || slices.Contains(a, name) }

// HookNames are the hooks to ask a group for; none: all, because neither the entry nor the environment names one.
func (e Entry) HookNames(allowed Allowed) []string {
	if !e.Named && len(allowed) == 0 {
		return nil
	}
	return e.hookNames(allowed)
}

// hookNames are the possible names, the entry's first. If that is not known or not allowed, the allowed ones are possible.
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

// HookAmong is the hook to complete among those that a group has, by name with their timeouts. Others get heartbeats beside
// it: those that an unread entry may name; the allowed ones, if the entry's is not allowed; all of the group's, if neither
// entry nor environment names one of them. unread: the group could not be asked, so each may be there.
func (e Entry) HookAmong(allowed Allowed, found map[string]time.Duration, unread bool) Hook {
	names := e.hookNames(allowed)
	here := slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, ok := found[name]; return !ok && !unread })
	hook := Hook{Name: names[0], Unread: unread, Refused: e.Named && !allowed.Has(names[0])}
	if !e.Named && len(here) > 0 {
		hook.Name = here[0]
	}
	_, hook.Found = found[hook.Name]
	if unread && !e.Unsure && !hook.Refused && (e.Named || len(names) == 1) {
		// The name is enough: AWS refuses to complete a hook that does not exist.
		hook.Found, hook.Unread = true, false
	}
	if !hook.Found {
		for _, name := range slices.Sorted(maps.Keys(found)) {
			here = With(here, name) // it may be ours, so it is held
		}
		if e.Unsure && len(here) > 0 {
			hook.Name, hook.Found = here[0], len(found) > 0 // OnlyHold completes nothing
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

// HeldAs adds heartbeats for the hooks that were held before, if the hook could not be read.
func (h Hook) HeldAs(before []string) Hook {
	for _, name := range before {
		if h.Unread && name != h.Name {
			h.Others = With(h.Others, name)
		}
	}
	return h
}

// With is all names and one more, without repeats.
func With(all []string, one string) []string {
	if slices.Contains(all, one) {
		return all
	}
	return append(slices.Clone(all), one)
}
