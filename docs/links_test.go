package docs_test

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = ".."

var (
	link     = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	fence    = regexp.MustCompile("(?s)```.*?```")
	named    = regexp.MustCompile("`([^`\n]+)`")
	filename = regexp.MustCompile(`^[\w.*-]+(/[\w.*-]+)*\.(go|json|md|sh|tf|txtar|yml)$`)
	testname = regexp.MustCompile(`^Test[A-Z]\w+$`)
	declared = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	run      = regexp.MustCompile(`-run '?(Test\w+)`)
)

// files are the repository's own files, by their paths from its root.
func files(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	require.NoError(t, fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		switch {
		case !entry.IsDir():
			all[name] = true
		case base == "bin" || base == "dist" || strings.HasPrefix(base, ".") && base != "." && base != ".github" && base != ".ci":
			return fs.SkipDir
		}
		return nil
	}))
	return all
}

// slug is what GitHub makes of a heading.
func slug(heading string) string {
	kept := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
	return strings.ReplaceAll(kept, " ", "-")
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}

func TestLinksLeadSomewhere(t *testing.T) {
	for document := range files(t) {
		if path.Ext(document) != ".md" {
			continue
		}
		for _, found := range link.FindAllStringSubmatch(fence.ReplaceAllString(read(t, document), ""), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, ":") {
				continue
			}
			if target = path.Join(path.Dir(document), target); found[1][0] == '#' {
				target = document
			}
			if _, err := os.Stat(filepath.Join(root, target)); !assert.NoError(t, err, "%s: %s", document, found[1]) || anchor == "" {
				continue
			}
			var anchors []string
			for _, h := range heading.FindAllStringSubmatch(read(t, target), -1) {
				anchors = append(anchors, slug(h[1]))
			}
			assert.Contains(t, anchors, anchor, "%s: %s", document, found[1])
		}
	}
}

// A file is named by its path from the root or from the document; by its bare name where that says which.
func TestNamedFilesAndTestsExist(t *testing.T) {
	all, tests := files(t), map[string]bool{}
	for name := range all {
		if strings.HasSuffix(name, "_test.go") {
			for _, found := range declared.FindAllStringSubmatch(read(t, name), -1) {
				tests[found[1]] = true
			}
		}
	}
	exists := func(document, file string) bool {
		for name := range all {
			for _, want := range []string{file, path.Join(path.Dir(document), file)} {
				if matched, err := path.Match(want, name); err == nil && matched {
					return true
				}
			}
			if matched, err := path.Match(file, path.Base(name)); err == nil && matched {
				return true
			}
		}
		return false
	}
	for document := range all {
		if path.Ext(document) != ".md" || document == "CHANGELOG.md" { // which tells of files that were
			continue
		}
		for _, found := range run.FindAllStringSubmatch(read(t, document), -1) {
			assert.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(tests)), func(name string) bool { return strings.HasPrefix(name, found[1]) }), "%s runs %s", document, found[1])
		}
		for _, found := range named.FindAllStringSubmatch(fence.ReplaceAllString(read(t, document), ""), -1) {
			switch name := found[1]; {
			case filename.MatchString(name):
				assert.True(t, exists(document, name), "%s names %s", document, name)
			case testname.MatchString(name):
				assert.True(t, tests[name], "%s names %s", document, name)
			}
		}
	}
}

func TestEveryDecisionIsDatedShortAndListed(t *testing.T) {
	index := read(t, "docs/decisions/README.md")
	for name := range files(t) {
		base := path.Base(name)
		if path.Dir(name) != "docs/decisions" || base == "README.md" {
			continue
		}
		lines := strings.Split(strings.TrimSpace(read(t, name)), "\n")
		assert.LessOrEqual(t, len(lines), 30, name)
		require.Greater(t, len(lines), 3, name)
		assert.Regexp(t, `^# `, lines[0], name)
		assert.Regexp(t, `^20\d\d-\d\d-\d\d$`, lines[2], name)
		assert.Contains(t, index, "["+base[:4]+"]("+base+") "+strings.TrimPrefix(lines[0], "# "), "docs/decisions/README.md lists every decision by its title")
	}
}

// A reader of the file list alone opens these.
func TestEightQuestionsHaveTheirFile(t *testing.T) {
	document := read(t, "ARCHITECTURE.md")
	for _, q := range []struct{ question, file, answer string }{
		{"Where is the floor computed?", "cluster/floor.go", "func (s Service) Floor() int"},
		{"Where is the alarm table?", "internal/alarms/alarms.json", `"datapoints_to_alarm"`},
		{"Which calls does a tick make?", "docs/calls.md", "\n## A tick\n"},
		{"What happens when SSM is throttled?", "thresholds/ssmstore/throttled.go", "func (s *Store) ReadOrLast("},
		{"Where is headroom packed?", "scaler/headroom.go", "Spare"},
		{"What makes a −1 impossible?", "scaler/scale_in.go", "ScaleInOff"},
		{"How is a metric added?", "CONTRIBUTING.md", "### Add a metric"},
		{"Where is the 40 % share set?", "internal/awsclient/limit.go", "PublisherShare Share = 0.4"},
	} {
		assert.Contains(t, document, "| "+q.question+" | `"+q.file+"`")
		assert.Contains(t, read(t, q.file), q.answer, q.question)
	}
}
