package placement

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestUnknownStaysUnlessTheOtherDecides(t *testing.T) {
	for _, tt := range []struct{ a, b, and, or ternary }{
		{yes, yes, yes, yes},
		{yes, no, no, yes},
		{no, no, no, no},
		{unknown, unknown, unknown, unknown},
		{unknown, yes, unknown, yes},
		{unknown, no, no, unknown},
	} {
		assert.Equal(t, []ternary{tt.and, tt.or}, []ternary{tt.a.and(tt.b), tt.a.or(tt.b)}, "%d, %d", tt.a, tt.b)
		assert.Equal(t, []ternary{tt.and, tt.or}, []ternary{tt.b.and(tt.a), tt.b.or(tt.a)}, "%d, %d", tt.b, tt.a)
	}
	assert.Equal(t, []ternary{no, unknown, yes}, []ternary{yes.not(), unknown.not(), no.not()})
	assert.Equal(t, []ternary{yes, no}, []ternary{is(true), is(false)})
}
