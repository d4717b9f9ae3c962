package terraform_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A group's initial_lifecycle_hook is ForceNew: to add, change or remove it replaces the group, and its hosts end undrained
// (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/autoscaling_group#initial_lifecycle_hook-1).
// So a text that names it says in the same breath that it is not for a group that exists, or is about how modules/capacity
// or this rule is made.
func TestNoTextAdvisesTheInitialHookForAGroupThatExists(t *testing.T) {
	named := 0
	for file, text := range texts(t) {
		for part := range strings.SplitSeq(text, "\n\n") {
			if !strings.Contains(part, "initial_lifecycle_hook") {
				continue
			}
			named++
			assert.True(t, warns(part), "%s names initial_lifecycle_hook and does not warn of what it does to a group that exists:\n%s", file, part)
		}
	}
	assert.NotZero(t, named, "the warning itself is gone")
}

var warning = regexp.MustCompile(`(?i)never add an .initial_lifecycle_hook. block to|never applied yet|replace[sd]? the group|replaces (the|a) group|No input replaces a group|ignore_changes = \[name_prefix, initial_lifecycle_hook\]|not a resource`)

func warns(text string) bool { return warning.MatchString(text) }

// What people read before they write: documents, and every string and comment of the modules and of the code.
func texts(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); name != ".." && (strings.HasPrefix(name, ".") && name != ".github" || name == "bin" || name == "dist") {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, "_test.go") || !slices.Contains([]string{".md", ".tf", ".go", ".py", ".tftpl", ".json"}, filepath.Ext(path)) {
			return nil
		}
		text, err := os.ReadFile(path)
		all[path] = string(text)
		return err
	}))
	return all
}
