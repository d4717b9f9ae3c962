package aws

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leaves are the fields of a struct by their names as files have them, but those that no file turns.
func leaves(v reflect.Value, prefix string, with func(name string, field any)) {
	for i := range v.NumField() {
		field, name := v.Field(i), v.Type().Field(i).Name
		switch field.Addr().Interface().(type) {
		case *EC2Knobs, *ECSKnobs, *CloudWatchKnobs, *ServiceScalingKnobs, *FaultKnobs:
			leaves(field, strings.ToLower(name)+".", with)
		default:
			if prefix != "" {
				with(prefix+snake(name), field.Addr().Interface())
			}
		}
	}
}

// snake is a Go name in words: AZRebalance is az_rebalance.
func snake(name string) string {
	var out strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		begins := i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if begins {
			out.WriteRune('_')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

func TestEveryKnobIsInTheListByItsName(t *testing.T) {
	var k Knobs
	listed := map[any]string{}
	var names []string
	for _, knob := range ListKnobs() {
		listed[knob.in(&k)] = knob.Name
		names = append(names, knob.Name)
	}
	var want []string
	leaves(reflect.ValueOf(&k).Elem(), "", func(name string, field any) {
		want = append(want, name)
		assert.Equal(t, name, listed[field], "its row turns another field, or there is none")
	})
	assert.Equal(t, want, names)
	for field := range reflect.TypeFor[Knobs]().Fields() {
		assert.Contains(t, []string{"Seed", "Start", "EC2", "ECS", "CloudWatch", "Services", "Faults"}, field.Name, "leaves does not know it")
	}
}

func TestEveryKnobSaysWhatItIsAndWhereItIsFrom(t *testing.T) {
	assert.Greater(t, len(ListKnobs()), 60)
	for _, k := range ListKnobs() {
		assert.True(t, strings.HasSuffix(k.Meaning, "."), k.Name)
		assert.Regexp(t, `https://|^`+unpublished+`|^a choice: `, k.Source, k.Name)
		if !k.Guess {
			assert.Regexp(t, `^(https://\S+|a choice: .*)$`, k.Source, k.Name)
		}
		if strings.HasPrefix(k.Source, unpublished) {
			assert.True(t, k.Guess, k.Name)
		}
	}
}

func TestEveryKnobTurnsItselfAlone(t *testing.T) {
	for _, k := range ListKnobs() {
		same, err := ParseKnobs([]byte(`{"` + k.Name + `": ` + k.Value(Defaults()) + `}`))
		require.NoError(t, err, "its default is out of its bounds")
		assert.Equal(t, Defaults(), same, k.Name)

		var other string
		switch k.in(&same).(type) {
		case *time.Duration:
			other = `"7s"`
		case *Uniform:
			other = `{"min": "7s", "max": "8s"}`
		case *LogNormal:
			other = `{"median": "7s", "p95": "8s"}`
		case *ServiceScaling:
			other = `"20s"`
		case *bool:
			other = "true"
		case *int:
			other = "7"
		case *float64:
			other = "0.5"
		}
		turned, err := ParseKnobs([]byte(`{"` + k.Name + `": ` + other + `}`))
		require.NoError(t, err, k.Name)
		assert.Len(t, Turned(turned), 1, k.Name)
		assert.Equal(t, other, string(Turned(turned)[k.Name]))
	}
	assert.Empty(t, Turned(Defaults()))
}

func TestTimesAreWrittenWithoutUnitsThatAreNothing(t *testing.T) {
	for text, d := range map[string]time.Duration{
		`"0s"`: 0, `"15s"`: 15 * time.Second, `"1m15s"`: 75 * time.Second, `"5m"`: 5 * time.Minute, `"1h"`: time.Hour,
		`"1h0m1s"`: time.Hour + time.Second, `"1h30m"`: 90 * time.Minute, `"200ms"`: 200 * time.Millisecond,
	} {
		assert.Equal(t, text, quoted(d))
	}
}
