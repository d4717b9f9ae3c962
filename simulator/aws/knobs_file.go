package aws

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ParseKnobs are the defaults with those that a file turns; see [Knobs.Turn].
func ParseKnobs(text []byte) (Knobs, error) { return Defaults().Turn(text) }

// Turn is the knobs with those that a file turns: a JSON object of values by the knobs' names. Every fault is told.
func (k Knobs) Turn(text []byte) (Knobs, error) {
	knobs := k
	all := ListKnobs()
	var faults []string
	seen := map[string]bool{}
	err := eachField(bytes.TrimPrefix(text, []byte("\ufeff")), func(name string, value json.RawMessage) {
		i := slices.IndexFunc(all, func(k Knob) bool { return k.Name == name })
		switch {
		case i < 0:
			faults = append(faults, unknown(all, name))
		case seen[name]:
			faults = append(faults, name+" stands twice; keep one of them")
		default:
			if err := all[i].set(&knobs, value); err != nil {
				faults = append(faults, name+" "+err.Error())
			}
		}
		seen[name] = true
	})
	if err != nil {
		return Knobs{}, err
	}
	if len(faults) > 0 {
		return Knobs{}, errors.New(strings.Join(faults, "; "))
	}
	return knobs, nil
}

// eachField calls with every field of an object in the order in which they stand, those that stand twice too.
func eachField(text []byte, with func(name string, value json.RawMessage)) error {
	d := json.NewDecoder(bytes.NewReader(text))
	broken := func(err error) error {
		at := d.InputOffset()
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			at = syntax.Offset
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it ends too early")
		}
		return fmt.Errorf(`line %d: %w; it must be a JSON object such as {"ecs.back_off": "1m"}`, 1+bytes.Count(text[:min(int(at), len(text))], []byte("\n")), err)
	}
	if start := bytes.TrimSpace(text); len(start) > 0 && start[0] != '{' {
		return broken(fmt.Errorf("it begins with %q", start[:1]))
	}
	if _, err := d.Token(); err != nil {
		return broken(err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return broken(err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return broken(err)
		}
		with(fmt.Sprint(name), value)
	}
	if _, err := d.Token(); err != nil {
		return broken(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return broken(errors.New("something follows the object"))
	}
	return nil
}

// unknown says what a name may have meant.
func unknown(all []Knob, name string) string {
	plain := func(name string) string {
		return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(name))
	}
	for _, k := range all {
		_, own, _ := strings.Cut(k.Name, ".")
		if plain(name) == plain(k.Name) || plain(name) == plain(own) {
			return fmt.Sprintf("there is no knob %q; this one is called %s", name, k.Name)
		}
	}
	if i := slices.IndexFunc(all, func(k Knob) bool { return strings.HasPrefix(k.Name, name+".") }); i >= 0 {
		return fmt.Sprintf("there is no knob %q; write each whole name, such as %s", name, all[i].Name)
	}
	return fmt.Sprintf("there is no knob %q; simulate --list-knobs names all", name)
}

// set turns the knob.
func (k Knob) set(knobs *Knobs, value json.RawMessage) error {
	switch v := k.in(knobs).(type) {
	case *time.Duration:
		d, err := k.duration(value)
		*v = d
		return err
	case *Uniform:
		low, high, err := k.two(value, "min", "max")
		*v = Uniform{low, high}
		return err
	case *LogNormal:
		low, high, err := k.two(value, "median", "p95")
		*v = LogNormal{low, high}
		return err
	case *ServiceScaling:
		kinds := []ServiceScaling{ByMinutes, BySeconds, Immediate}
		if err := json.Unmarshal(value, v); err != nil || !slices.Contains(kinds, *v) {
			return fmt.Errorf("is %s; it must be %q, %q or %q", value, kinds[0], kinds[1], kinds[2])
		}
		return nil
	case *bool:
		if string(value) != "true" && string(value) != "false" {
			return fmt.Errorf("is %s; it must be true or false", value)
		}
		*v = string(value) == "true"
		return nil
	case *int:
		n, err := strconv.Atoi(string(value))
		if err != nil || float64(n) < k.Least || float64(n) > k.Most {
			return fmt.Errorf("is %s; it must be a whole number from %g to %.0f", value, k.Least, k.Most)
		}
		*v = n
		return nil
	case *float64:
		x, err := strconv.ParseFloat(string(value), 64)
		if err != nil || x < k.Least || x > k.Most {
			return fmt.Errorf("is %s; it must be a number from %g to %g", value, k.Least, k.Most)
		}
		*v = x
		return nil
	default:
		panic("no kind of knob: " + k.Name)
	}
}

// duration is a length of time within the knob's bounds.
func (k Knob) duration(value json.RawMessage) (time.Duration, error) {
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		return 0, fmt.Errorf(`is %s; it must be a duration in quotes, such as "90s" or "5m"`, value)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf(`is %s; it must be a duration, such as "90s" or "5m"`, value)
	}
	least, most := time.Duration(k.Least)*time.Second, time.Duration(k.Most)*time.Second
	switch {
	case d < least || d > most:
		return 0, fmt.Errorf("is %s; it must be from %s to %s", value, quoted(least), quoted(most))
	case d%time.Millisecond != 0:
		return 0, fmt.Errorf("is %s; it must be in whole milliseconds", value)
	}
	return d, nil
}

// two are the lengths of time of a distribution, the first no longer than the second.
func (k Knob) two(value json.RawMessage, first, second string) (low, high time.Duration, err error) {
	must := fmt.Errorf(`is %s; it must be two durations, such as {"%s": "5s", "%s": "40s"}`, bytes.Join(bytes.Fields(value), []byte(" ")), first, second)
	parts := map[string]json.RawMessage{}
	if err := json.Unmarshal(value, &parts); err != nil || len(parts) != 2 || parts[first] == nil || parts[second] == nil {
		return 0, 0, must
	}
	if low, err = k.duration(parts[first]); err != nil {
		return 0, 0, fmt.Errorf("%s %w", first, err)
	}
	if high, err = k.duration(parts[second]); err != nil {
		return 0, 0, fmt.Errorf("%s %w", second, err)
	}
	if low > high {
		return 0, 0, fmt.Errorf("has %s %s, which is more than %s %s; swap them", first, quoted(low), second, quoted(high))
	}
	return low, high, nil
}
