package campaign

import (
	"encoding/json"
	"reflect"
	"strconv"
)

// Shrink makes a plan plainer, one thing at a time, as long as still holds of what runs: elements of lists go, and fields
// get their plain values. tried is told of each attempt; it may be nil.
func Shrink(p Plan, still func(Outcome) bool, tried func(attempts int)) Plan {
	attempts := 0
	for again := true; again; {
		again = false
		for n := 0; ; n++ {
			plainer, more := plainer(p, n)
			if !more {
				break
			}
			if plainer == nil || len(plainer.Clusters) == 0 || groupless(plainer) {
				continue
			}
			attempts++
			if tried != nil {
				tried(attempts)
			}
			if still(RunInTime(*plainer)) {
				p, again = *plainer, true
				n-- // the next has this one's number now
			}
		}
	}
	return p
}

func groupless(p *Plan) bool {
	for _, c := range p.Clusters {
		if len(c.Groups) == 0 {
			return true
		}
	}
	return false
}

// clone copies a plan with all that it holds.
func (p *Plan) clone() *Plan {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // plain values cannot fail
	}
	var c Plan
	if err := json.Unmarshal(text, &c); err != nil {
		panic(err)
	}
	return &c
}

// plainer is the plan with its nth thing made plain: nil where that is plain already. more is false past the last.
func plainer(p Plan, n int) (made *Plan, more bool) {
	made = p.clone()
	w := &walk{left: n}
	w.visit(reflect.ValueOf(made).Elem(), "")
	switch {
	case !w.found:
		return nil, false
	case !w.changed:
		return nil, true
	}
	return made, true
}

// walk counts what can be made plainer, and makes the one plain at which it has counted down.
type walk struct {
	left           int
	found, changed bool
}

// here tells whether this is the one.
func (w *walk) here() bool {
	w.found = w.left == 0
	w.left--
	return w.found
}

func (w *walk) visit(v reflect.Value, tag string) {
	if w.found || tag == "-" {
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		// From the end: later acts depend on earlier ones.
		for n := v.Len() - 1; n >= 0 && !w.found; n-- {
			if w.here() {
				w.changed = true
				v.Set(reflect.AppendSlice(v.Slice3(0, n, n), v.Slice(n+1, v.Len())))
			}
		}
		for n := 0; n < v.Len() && !w.found && v.Type().Elem().Kind() == reflect.Struct; n++ {
			w.visit(v.Index(n), tag)
		}
	case reflect.Struct:
		for n := 0; n < v.NumField() && !w.found; n++ {
			w.visit(v.Field(n), v.Type().Field(n).Tag.Get("plain"))
		}
	case reflect.String:
		w.set(v, reflect.ValueOf(tag))
	default:
		w.set(v, plain(v.Type(), tag))
	}
}

func (w *walk) set(v, to reflect.Value) {
	if w.here() && !reflect.DeepEqual(v.Interface(), to.Interface()) {
		w.changed = true
		v.Set(to)
	}
}

// plain is a type's value by its tag, else zero.
func plain(t reflect.Type, tag string) reflect.Value {
	v := reflect.New(t).Elem()
	if n, err := strconv.Atoi(tag); err == nil && t.Kind() == reflect.Int {
		v.SetInt(int64(n))
	}
	return v
}
