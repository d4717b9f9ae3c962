package thresholds_test

import (
	"encoding/json"
	"errors"
	"testing"

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
			t.Fatalf("accepted what is not valid JSON: %q over %q", entry, defaults)
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
