package main

import (
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const repository = "../../.."

// Whoever rewrites a rule learns at once that its proof breaks nothing any more.
func TestEachRuleStandsOnceInItsFileAndCanBeBroken(t *testing.T) {
	assert.GreaterOrEqual(t, len(rules), 8)
	for _, r := range rules {
		broken, err := r.Source(repository)
		if !assert.NoError(t, err, r.name) { //nolint:testifylint // each rule that is out of date is to be told
			continue
		}
		_, err = parser.ParseFile(token.NewFileSet(), r.File, broken, parser.SkipObjectResolution)
		require.NoError(t, err, r.name)
		assert.NotEmpty(t, r.breaks, r.name)
	}
}
