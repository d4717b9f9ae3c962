package publisher_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler/publisher"
)

func TestAStaleEventRunsNoPass(t *testing.T) {
	a := newAccount().with("a", 4, 900)
	answer, err := a.publisher().Event(t.Context(), []byte(`{"time": "2026-11-22T04:36:00Z"}`), minute)
	require.NoError(t, err)
	assert.Equal(t, publisher.Dropped{Minute: minute.Add(-2 * time.Minute), Dropped: "stale"}, answer)
	assert.Empty(t, a.calls.Calls())
}

func TestAnEventRunsAPassOfItsMinute(t *testing.T) {
	answer, err := newAccount().with("a", 4, 900).publisher().Event(t.Context(), []byte(`{"time": "2026-11-22T04:37:20Z"}`), minute)
	require.NoError(t, err)
	require.IsType(t, publisher.Answer{}, answer)
	assert.Equal(t, minute.Add(-time.Minute), answer.(publisher.Answer).Minute)
}
