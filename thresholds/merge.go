package thresholds

import (
	"maps"
	"slices"
)

// origin names the document that a value came from, so that a fault can say where to mend it.
type origin string

const (
	fromEntry    origin = "entry"
	fromDefaults origin = "defaults"
	fromBuiltin  origin = "built-in defaults"
)

// layer is one document's fields, as decoded from JSON.
type layer struct {
	origin origin
	fields map[string]any
}

// merge puts over's fields into base: objects field by field, everything else (null too) as a whole.
func merge(base, over map[string]any) {
	for name, value := range over {
		overObject, isObject := value.(map[string]any)
		baseObject, wasObject := base[name].(map[string]any)
		switch {
		case isObject && wasObject:
			merge(baseObject, overObject)
		case isObject:
			base[name] = clone(overObject)
		default:
			base[name] = value
		}
	}
}

func clone(object map[string]any) map[string]any {
	copied := maps.Clone(object)
	for name, value := range copied {
		if inner, ok := value.(map[string]any); ok {
			copied[name] = clone(inner)
		}
	}
	return copied
}

// originOf names the topmost layer that sets path.
func originOf(path []string, layers []layer) origin {
	for _, layer := range slices.Backward(layers) {
		if sets(layer.fields, path) {
			return layer.origin
		}
	}
	return fromEntry
}

func sets(fields map[string]any, path []string) bool {
	var value any = fields
	for _, name := range path {
		object, ok := value.(map[string]any)
		if !ok {
			return false
		}
		if value, ok = object[name]; !ok {
			return false
		}
	}
	return true
}
