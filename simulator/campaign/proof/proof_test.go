package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const repository = "../../.."

// Whoever rewrites a rule learns at once that its proof breaks nothing any more.
func TestEachRuleStandsOnceInItsFileAndCanBeBroken(t *testing.T) {
	assert.GreaterOrEqual(t, len(rules), 8)
	for _, r := range rules {
		broken, err := r.broken(repository)
		if !assert.NoError(t, err, r.name) { //nolint:testifylint // each rule that is out of date is to be told
			continue
		}
		_, err = parser.ParseFile(token.NewFileSet(), r.file, broken, parser.SkipObjectResolution)
		require.NoError(t, err, r.name)
		assert.NotEmpty(t, r.breaks, r.name)
	}
}

func TestARuleThatIsNotThereOrTwiceFails(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "a.go"), []byte("one\ntwo\ntwo\n"), 0o600))
	for find, want := range map[string]string{"three": "0 times", "two": "2 times"} {
		_, err := rule{file: "a.go", find: find}.broken(root)
		require.ErrorContains(t, err, want)
	}
	text, err := rule{file: "a.go", find: "one", replace: "1"}.broken(root)
	require.NoError(t, err)
	assert.Equal(t, "1\ntwo\ntwo\n", string(text))
}
