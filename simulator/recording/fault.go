package recording

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// mostFaults is how many faults an error tells. A file with more of them has one cause for most.
const mostFaults = 8

// faults are what is wrong with a recording, in the order in which it was found.
type faults struct{ found []string }

// at keeps a fault of the field at path; "" is the whole object.
func (f *faults) at(path, format string, args ...any) {
	if path == "" {
		path = "the recording"
	}
	f.found = append(f.found, path+" "+fmt.Sprintf(format, args...))
}

// first puts a fault before all others, which are of what could be read before it.
func (f *faults) first(format string, args ...any) {
	f.found = append([]string{fmt.Sprintf(format, args...)}, f.found...)
}

func (f *faults) any() bool { return len(f.found) > 0 }

// err tells the faults, a line each; nil without any.
func (f *faults) err() error {
	switch n := len(f.found); {
	case n == 0:
		return nil
	case n > mostFaults:
		return errors.New(strings.Join(f.found[:mostFaults], "\n  ") + fmt.Sprintf("\n  and %d more", n-mostFaults))
	default:
		return errors.New(strings.Join(f.found, "\n  "))
	}
}

// text refuses an empty name, and what no name of AWS has in it.
func (f *faults) text(path, value string) {
	if value == "" || len(value) > 255 || strings.ContainsAny(value, "\n\r\t\"\\") {
		f.at(path, "is %q; it must be a name", value)
	}
}

func (f *faults) within(path string, n, least, most int) {
	if n < least || n > most {
		f.at(path, "is %d; it must be from %d to %d", n, least, most)
	}
}

// known says whether a name is one of a list's, and keeps it where it is not.
func known[T any](f *faults, path, list string, names map[string]T, name string) bool {
	_, is := names[name]
	if !is {
		f.at(path, "is %q, which is not among %s; add it there, or correct the name", name, list)
	}
	return is
}

// oneOf keeps a value that is none of those that a field takes.
func oneOf[T ~string](f *faults, path string, value T, of ...T) {
	if slices.Contains(of, value) {
		return
	}
	var all []string
	for _, o := range of {
		all = append(all, string(o))
	}
	f.at(path, "is %q; it must be one of %s", value, strings.Join(all, ", "))
}

// named keeps items without a name, and those with one that stands there before.
func named[T any](f *faults, list, field string, items []T, name func(T) string) {
	first := map[string]int{}
	for i, item := range items {
		path := fmt.Sprintf("%s[%d].%s", list, i, field)
		f.text(path, name(item))
		if n, twice := first[name(item)]; twice {
			f.at(path, "is %q, as in %s[%d]; each may stand there once", name(item), list, n)
			continue
		}
		first[name(item)] = i
	}
}

func indexed[T any](items []T, name func(T) string) map[string]T {
	all := make(map[string]T, len(items))
	for _, item := range items {
		all[name(item)] = item
	}
	return all
}

// points keeps those of a list over time that do not come after the one before.
func points[T any](f *faults, list string, items []T, at func(T) time.Time) {
	for i := range items {
		path := fmt.Sprintf("%s[%d].at", list, i)
		switch {
		case at(items[i]).IsZero():
			f.at(path, "must be a time of the recording; the year 1 is none")
		case i > 0 && !at(items[i]).After(at(items[i-1])):
			f.at(path, "is %s, not after the point before it; sort the points by at, one for each time", shownTime(at(items[i])))
		}
	}
}

// spans keeps those that end before they begin.
func (f *faults) spans(list string, spans []Span) {
	for i, s := range spans {
		if !s.To.IsZero() && s.To.Before(s.From) {
			f.at(fmt.Sprintf("%s[%d].to", list, i), "is %s, before from %s; swap them", shownTime(s.To), shownTime(s.From))
		}
	}
}

type moment struct {
	field string
	at    time.Time
}

// inOrder keeps a moment that lies before one that must have come first. Those that are not known are left out.
func (f *faults) inOrder(path string, moments ...moment) {
	var last moment
	for _, m := range moments {
		switch {
		case m.at.IsZero():
		case m.at.Before(last.at):
			f.at(path+"."+m.field, "is %s, before %s %s; correct one of them or leave it out", shownTime(m.at), last.field, shownTime(last.at))
		default:
			last = m
		}
	}
}

func shownTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
