package workload

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryScenarioSaysWhatItShowsAndLastsLongerThanItSettles(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range append(All(), Large(100, 1000, day)) {
		assert.False(t, seen[w.Name], "%s is there twice", w.Name)
		seen[w.Name] = true
		assert.True(t, strings.HasSuffix(w.Why, ".") || strings.HasSuffix(w.Why, "?"), "%s: %q is no sentence", w.Name, w.Why)
		assert.Greater(t, w.Lasts, w.Settle+time.Hour, w.Name)
		assert.NotNil(t, w.Build, w.Name)
	}
}

func TestUnknownScenarioIsAnsweredWithThoseThereAre(t *testing.T) {
	_, err := Named("dirunal")
	require.Error(t, err)
	assert.Contains(t, err.Error(), "diurnal, flash-crowd")
	for _, name := range Names() {
		w, err := Named(name)
		require.NoError(t, err)
		assert.Equal(t, name, w.Name)
	}
}
