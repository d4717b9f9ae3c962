package placement

// ternary is what a constraint says of a host. What cannot be known is neither yes nor no; who asks decides which side
// is the safe one.
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

// Three-valued logic (Kleene's): unknown stays unknown unless the other side settles it.
func (a ternary) and(b ternary) ternary { return min(a, b) }
func (a ternary) or(b ternary) ternary  { return max(a, b) }
func (a ternary) not() ternary          { return -a }
