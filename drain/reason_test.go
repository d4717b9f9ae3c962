package drain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/drain"
)

func TestEveryReasonHasOneSentence(t *testing.T) {
	seen := map[drain.Reason]bool{}
	for _, m := range drain.Meanings {
		assert.False(t, seen[m.Reason], m.Reason)
		assert.Regexp(t, `^[A-Z].*\.$`, m.Sentence)
		seen[m.Reason] = true
	}
	assert.Len(t, seen, 16)
}
