package mutation

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALineThatIsNotThereOrTwiceFails(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "a.go"), []byte("one\ntwo\ntwo\n"), 0o600))
	for find, want := range map[string]string{"three": "0 times", "two": "2 times"} {
		_, err := Mutant{File: "a.go", Find: find}.Source(root)
		require.ErrorContains(t, err, want)
	}
	text, err := Mutant{File: "a.go", Find: "one", Replace: "1"}.Source(root)
	require.NoError(t, err)
	assert.Equal(t, "1\ntwo\ntwo\n", string(text))
}

func TestTheOverlayLeavesTheSourceAsItIs(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "a.go"), []byte("one\n"), 0o600))
	overlay, err := Mutant{File: "a.go", Find: "one", Replace: "1"}.Overlay(root, dir)
	require.NoError(t, err)
	text, err := os.ReadFile(overlay)
	require.NoError(t, err)
	assert.JSONEq(t, `{"Replace": {"`+filepath.Join(root, "a.go")+`": "`+filepath.Join(dir, "broken.go")+`"}}`, string(text))
	source, err := os.ReadFile(filepath.Join(root, "a.go"))
	require.NoError(t, err)
	assert.Equal(t, "one\n", string(source))
}
