package thresholds

import "slices"

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

// merge puts over's fields into base: objects field by field, everything else (null too) as a whole. An object in place of
// another value is laid over the built-in one. base shares no object with over.
func merge(base, over, builtin map[string]any) {
	for name, value := range over {
		object, isObject := value.(map[string]any)
		if !isObject {
			base[name] = value
			continue
		}
		inner, _ := builtin[name].(map[string]any)
		into, wasObject := base[name].(map[string]any)
		if !wasObject {
			into = map[string]any{}
			base[name] = into
			merge(into, inner, nil)
		}
		merge(into, object, inner)
	}
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
