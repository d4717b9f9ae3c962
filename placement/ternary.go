package placement

// ternary is what a constraint says of a host. The caller decides on which side unknown is safe.
type ternary int8

const (
	no ternary = iota - 1
	unknown
	yes
)

func is(condition bool) ternary {
	if condition {
		return yes
	}
	return no
}

// Three-valued logic (Kleene's): unknown stays unknown unless the other side decides.
func (a ternary) and(b ternary) ternary { return min(a, b) }
func (a ternary) or(b ternary) ternary  { return max(a, b) }
func (a ternary) not() ternary          { return -a }
