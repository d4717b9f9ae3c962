package thresholds_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/internal/lab/property"
	"ecs-cluster-scaler/thresholds"
)

func TestMain(m *testing.M) { property.Main(m, 100) }

func TestCrossedThresholdsNameTheirDocuments(t *testing.T) {
	requireFaults(t, map[string]faulty{
		"crosses a built-in default": {entry: `{"cpu": {"scale_out_at": 40}}`,
			want: []string{`entry: cpu thresholds cross: scale_in_below 50 (built-in defaults) must be below scale_out_at 40 (entry)`}},
		"crosses the shared defaults": {entry: `{"cpu": {"scale_in_below": 65}}`, defaults: `{"cpu": {"scale_out_at": 60}}`,
			want: []string{`entry: cpu thresholds cross: scale_in_below 65 (entry) must be below scale_out_at 60 (defaults)`}},
	})
}

func TestEntryInheritsFieldByField(t *testing.T) {
	defaults := []byte(`{"cpu": {"scale_out_at": 90, "scale_in_below": 40}, "min_instances": 2, "scale_in": false}`)
	entry, err := thresholds.Parse([]byte(`{"cpu": {"scale_out_at": null}, "scale_in": true}`), defaults)
	require.NoError(t, err)
	assert.Equal(t, thresholds.Band{ScaleOutAt: nil, ScaleInBelow: 40}, entry.CPU, "null overrides, the rest is inherited")
	assert.Equal(t, thresholds.Band{ScaleOutAt: new(75.0), ScaleInBelow: 50}, entry.Memory, "untouched: built in")
	assert.Equal(t, 2, entry.MinInstances)
	assert.True(t, entry.ScaleIn)
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
	sometimes("headroom", func() any {
		return map[string]any{"tasks": rapid.IntRange(0, 9).Draw(t, "n"), "fitted": rapid.SampledFrom([]any{false, map[string]any{"percentile": 90, "most_percent": 10}, map[string]any{"percentile": 50, "most_percent": 0}}).Draw(t, "fitted")}
	})
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

func TestTheMergedEntryMeansTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := parsed(t, text(t, anyFields(t, "e")), text(t, anyFields(t, "d")))
		if again := parsed(t, []byte(whole), text(t, anyFields(t, "other"))); again != whole {
			t.Fatalf("%s became %s", whole, again)
		}
	})
}

func TestTheTopmostDocumentSetsAField(t *testing.T) {
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
