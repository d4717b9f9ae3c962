package publisher

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestJudgingEndsBeforeTheFunctionDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		over := timeToJudge(ctx)
		<-time.After(46 * time.Second)
		assert.False(t, over(), "what was read last has still to be judged")
		<-time.After(time.Second)
		assert.True(t, over(), "what was judged has still to be published")
	})
	assert.Nil(t, timeToJudge(t.Context()), "a pass by hand has no end")
}
