package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const repository = "../.."

// Whoever rewrites a line learns at once that its mutant breaks nothing any more.
func TestEachMutantBreaksOneLineThatStands(t *testing.T) {
	for _, r := range rules() {
		for _, m := range r.mutants {
			name := r.name + ": " + m.says
			broken, err := m.mutation().Source(repository)
			if !assert.NoError(t, err, name) { //nolint:testifylint // each mutant that is out of date is to be told
				continue
			}
			_, err = parser.ParseFile(token.NewFileSet(), m.file, broken, parser.SkipObjectResolution)
			require.NoError(t, err, name)
			assert.NotEqual(t, m.find, m.replace, name)
			for _, text := range []string{m.find, m.replace} {
				assert.NotContains(t, strings.Trim(text, "\n"), "\n", "%s: it breaks one line", name)
			}
		}
	}
}

func TestFewMutantsSurviveOfMany(t *testing.T) {
	seen, managed := map[string]bool{}, 0
	for _, r := range rules() {
		for _, m := range r.mutants {
			name := r.name + ": " + m.says
			assert.False(t, seen[name], "%s stands twice", name)
			seen[name] = true
			if strings.HasPrefix(filepath.Base(m.file), "managed_") {
				managed++
			}
		}
	}
	assert.GreaterOrEqual(t, len(seen), 40)
	assert.GreaterOrEqual(t, managed, 10)
	assert.LessOrEqual(t, len(survivors), 4)
	for name, why := range survivors {
		assert.True(t, seen[name], "%s is no mutant", name)
		assert.NotEmpty(t, why, name)
	}
}

func TestEachRuleOfTheTableHasAMutant(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "docs", "simulator.md"))
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "\n## AWS as simulated\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	mutants := map[string]int{}
	for _, r := range rules() {
		mutants[r.name] = len(r.mutants)
	}
	rows := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(line, " | ")
		name := strings.TrimPrefix(cells[0], "| ")
		if len(cells) < 3 || name == "Rule" {
			continue
		}
		rows++
		assert.Positive(t, mutants[name], "docs/simulator.md has the rule %q, and no mutant breaks it", name)
	}
	assert.GreaterOrEqual(t, rows, 15)
}

// A module of one package and one test stands for the repository.
func TestATestThatFailsKillsAMutantAndNoneLetsItLive(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                  "module small\n\ngo 1.26\n",
		"simulator/aws/a.go":      "package aws\n\nfunc one() int { return 1 }\n\nfunc two() int { return 2 }\n",
		"simulator/aws/a_test.go": "package aws\n\nimport \"testing\"\n\nfunc TestOne(t *testing.T) {\n\tif one() != 1 {\n\t\tt.Fail()\n\t}\n}\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o600))
	}
	dir := t.TempDir()
	alone := suites(root, dir)[:1]
	for returned, want := range map[string]string{"return 1": "TestOne", "return 2": ""} {
		killer, err := mutant{file: "simulator/aws/a.go", find: returned, replace: "return 3"}.killer(root, dir, alone)
		require.NoError(t, err)
		assert.Equal(t, want, killer, returned)
	}
	_, err := mutant{file: "simulator/aws/a.go", find: "return 1", replace: "return one"}.killer(root, dir, alone)
	require.ErrorContains(t, err, "does not build")
	_, err = mutant{file: "simulator/aws/a.go", find: "return", replace: "panic"}.killer(root, dir, alone)
	require.ErrorContains(t, err, "2 times")
}
