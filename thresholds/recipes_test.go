package thresholds_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/thresholds"
)

func TestEachRecipeIsAnEntry(t *testing.T) {
	var names []string
	for _, r := range thresholds.Recipes() {
		names = append(names, r.Name)
		_, err := thresholds.Parse(r.Entry, nil)
		require.NoError(t, err, r.Name)
		assert.NotEmpty(t, r.For)
		found, err := thresholds.RecipeNamed(r.Name)
		require.NoError(t, err)
		assert.Equal(t, r, found)
	}
	assert.Equal(t, []string{"balanced", "safe", "cheap", "batch", "gpu"}, names)
	assert.JSONEq(t, "{}", string(thresholds.Recipes()[0].Entry), "what holds without an entry")
}

func TestAnUnknownRecipeListsThem(t *testing.T) {
	_, err := thresholds.RecipeNamed("chaep")
	require.EqualError(t, err, "there is no recipe @chaep; there are @balanced, @safe, @cheap, @batch, @gpu")
}
