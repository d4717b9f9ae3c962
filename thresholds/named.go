package thresholds

// Named tells which thresholds of each resource somebody named.
type Named struct{ CPU, Memory, GPU NamedBand }

// NamedBand tells which thresholds of one resource somebody named, null too.
type NamedBand struct{ ScaleOutAt, ScaleInBelow bool }

// namedBy finds the thresholds that the entry or the defaults name.
func namedBy(layers []layer) Named {
	band := func(resource string) NamedBand {
		named := func(field string) bool { return originOf([]string{resource, field}, layers) != fromBuiltin }
		return NamedBand{ScaleOutAt: named("scale_out_at"), ScaleInBelow: named("scale_in_below")}
	}
	return Named{CPU: band("cpu"), Memory: band("memory"), GPU: band("gpu")}
}
