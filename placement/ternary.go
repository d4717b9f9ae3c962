package placement

// answer is what a constraint says of a host. What cannot be known is neither yes nor no; who asks decides which side
// is the safe one.
type answer int8

const (
	no answer = iota - 1
	unknown
	yes
)

func is(condition bool) answer {
	if condition {
		return yes
	}
	return no
}

// Three-valued logic (Kleene's): unknown stays unknown unless the other side settles it.
func (a answer) and(b answer) answer { return min(a, b) }
func (a answer) or(b answer) answer  { return max(a, b) }
func (a answer) not() answer         { return -a }
