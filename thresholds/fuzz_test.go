package thresholds_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"ecs-cluster-scaler/thresholds"
)

// FuzzParse: any bytes give an entry within its limits or faults, never a panic and never both.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{}`, ``, `null`, `[]`, `{"cpu":{"scale_out_at":75,"scale_in_below":50}}`, `{"cpu":{"cpu":{"cpu":{}}}}`, `{"min_instances":1e400}`,
		`{"headroom":{"tasks":2,"cpu":1024,"memory":2048}}`, `{"instance":{"cpu":1}}`, `{"gpu":{"scale_out_at":null}}`, `{"enabled":true,"enabled":false}`,
		"\xef\xbb\xbf{}", "{\"cpu\":{\"scale_out_at\":\"\xff\"}}", `{"drain":{"hook":"a b"}}`, `{} {}`, `{"min_instances":2.0}`, `{"cpu":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}`,
	} {
		f.Add([]byte(seed), []byte(`{}`))
		f.Add([]byte(`{}`), []byte(seed))
	}
	f.Fuzz(func(t *testing.T, entry, defaults []byte) {
		e, err := thresholds.Parse(entry, defaults)
		var faults thresholds.Faults
		switch {
		case errors.As(err, &faults):
			if len(faults) == 0 || err.Error() == "" {
				t.Fatal("an error that names no fault")
			}
			return
		case err != nil:
			t.Fatalf("an error that is no list of faults: %v", err)
		}
		if !json.Valid(entry) || !json.Valid(defaults) {
			t.Fatalf("accepted what is not JSON: %q over %q", entry, defaults)
		}
		for _, b := range []thresholds.Band{e.CPU, e.Memory, e.GPU} {
			if b.ScaleInBelow < 0 || b.ScaleInBelow > 100 || b.ScaleOutAt != nil && (*b.ScaleOutAt <= b.ScaleInBelow || *b.ScaleOutAt > 100) {
				t.Fatalf("a band out of bounds: %+v", b)
			}
		}
		if e.MinInstances < 0 || e.Drain.Hook == "" || (e.Instance.CPU == nil) != (e.Instance.Memory == nil) {
			t.Fatalf("an entry out of bounds: %+v", e)
		}
	})
}

// anyFields draws valid entries as JSON objects, with any subset of fields. Bands keep apart, so that any two entries
// can be laid over each other.
func anyFields(t *rapid.T, label string) map[string]any {
	fields := map[string]any{}
	sometimes := func(name string, draw func() any) {
		if rapid.Bool().Draw(t, label+name) {
			fields[name] = draw()
		}
	}
	band := func() any {
		b := map[string]any{}
		if rapid.Bool().Draw(t, "in") {
			b["scale_in_below"] = rapid.IntRange(0, 49).Draw(t, "percent")
		}
		if rapid.Bool().Draw(t, "out") {
			b["scale_out_at"] = rapid.SampledFrom([]any{nil, 76, 80.5, 100}).Draw(t, "percent")
		}
		return b
	}
	for _, name := range []string{"cpu", "memory"} {
		sometimes(name, band)
	}
	sometimes("min_instances", func() any { return rapid.IntRange(0, 100).Draw(t, "n") })
	sometimes("scale_in", func() any { return rapid.Bool().Draw(t, "b") })
	sometimes("headroom", func() any { return map[string]any{"tasks": rapid.IntRange(0, 9).Draw(t, "n")} })
	sometimes("drain", func() any { return map[string]any{"deadline_minutes": rapid.IntRange(5, 600).Draw(t, "n")} })
	return fields
}

func text(t *rapid.T, fields map[string]any) []byte {
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parsed(t *rapid.T, entry, defaults []byte) string {
	e, err := thresholds.Parse(entry, defaults)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAnEntryOverItselfChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := text(t, anyFields(t, "e"))
		if alone, over := parsed(t, e, nil), parsed(t, e, e); alone != over {
			t.Fatalf("%s became %s", alone, over)
		}
	})
}

func TestDefaultsAsAnEntryAreTheirEffect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := text(t, anyFields(t, "d"))
		if as, under := parsed(t, d, nil), parsed(t, []byte(`{}`), d); as != under {
			t.Fatalf("%s became %s", as, under)
		}
	})
}

func TestTheEffectiveEntryWrittenOutMeansTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := parsed(t, text(t, anyFields(t, "e")), text(t, anyFields(t, "d")))
		if again := parsed(t, []byte(whole), text(t, anyFields(t, "other"))); again != whole {
			t.Fatalf("%s became %s", whole, again)
		}
	})
}

func TestEachFieldComesFromTheTopmostDocumentThatSetsIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entry, defaults := anyFields(t, "e"), anyFields(t, "d")
		var got map[string]any
		if err := json.Unmarshal([]byte(parsed(t, text(t, entry), text(t, defaults))), &got); err != nil {
			t.Fatal(err)
		}
		var builtin map[string]any
		b, _ := json.Marshal(thresholds.Builtin())
		if err := json.Unmarshal(b, &builtin); err != nil {
			t.Fatal(err)
		}
		for name, value := range got {
			object, isObject := value.(map[string]any)
			if !isObject {
				object = map[string]any{"": value}
			}
			for part, v := range object {
				want := look(builtin, name, part)
				for _, layer := range []map[string]any{defaults, entry} {
					if sets(layer, name, part) {
						want = look(layer, name, part)
					}
				}
				w, _ := json.Marshal(want)
				g, _ := json.Marshal(v)
				if !bytes.Equal(w, g) {
					t.Fatalf("%s.%s is %s, not %s", name, part, g, w)
				}
			}
		}
	})
}

func look(fields map[string]any, name, part string) any {
	if part == "" {
		return fields[name]
	}
	object, _ := fields[name].(map[string]any)
	return object[part]
}

func sets(fields map[string]any, name, part string) bool {
	value, ok := fields[name]
	if !ok || part == "" {
		return ok
	}
	_, ok = value.(map[string]any)[part]
	return ok
}
