package thresholds

import (
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// discreet does what sentences does, for a secret document. It repeats no value, and no name that is not a field, because
// that may be a value in the wrong place.
func discreet(e *jsonschema.ValidationError, layers []layer) Faults {
	path := fieldOf(e.InstanceLocation)
	one := func(format string, args ...any) Faults {
		return Faults{{Path: strings.Join(path, "."), In: string(originOf(e.InstanceLocation, layers)), Message: fmt.Sprintf(format, args...)}}
	}
	at := pointer(path)
	switch k := e.ErrorKind.(type) {
	case *kind.Type, *kind.Enum, *onlyOne, *isTrue:
		return sentences(e, layers) // which name types, the choices and fields
	case *kind.AdditionalProperties:
		var faults Faults
		for _, name := range k.Properties {
			unknown := one("contains a name that is not a field; the fields here are %s", known(path, layers))
			unknown[0].In = string(originOf(under(path, name), layers))
			faults = append(faults, unknown...)
		}
		return faults
	case *kind.Minimum:
		return one("must be at least %s; the value at %s is less", plain(k.Want), at)
	case *kind.ExclusiveMinimum:
		return one("must be more than %s; the value at %s is not", plain(k.Want), at)
	case *kind.Maximum:
		return one("must be at most %s; the value at %s is more", plain(k.Want), at)
	case *notBelow:
		low, high, mend := k.origins(path, layers)
		faults := one("thresholds cross: the value at %s (%s) must be below the value at %s (%s)", pointer(under(path, k.low)), low, pointer(under(path, k.high)), high)
		faults[0].In = string(mend)
		return faults
	default:
		return one("breaks the schema's rule %s: the value at %s", strings.Join(e.ErrorKind.KeywordPath(), "/"), at)
	}
}

// fieldOf returns the leading part of path that names fields of an entry.
func fieldOf(path []string) []string {
	var value any = builtinFields()
	for i, name := range path {
		object, _ := value.(map[string]any)
		inner, known := object[name]
		if !known {
			return path[:i]
		}
		value = inner
	}
	return path
}

// pointer is the path as a JSON pointer (RFC 6901). Fields' names need no escapes.
func pointer(path []string) string { return "/" + strings.Join(path, "/") }
