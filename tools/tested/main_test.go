package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("package p\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestShare(t *testing.T) {
	rules := folder(t, "doc.go", "gap.go", "gap_test.go", "decide.go", "world_test.go", "notes.md")
	other := folder(t, "next.go", "next_test.go")
	for _, c := range []struct {
		folders []string
		least   int
		holds   bool
		says    string
	}{
		{[]string{rules}, 50, true, "1 of 2; without: decide.go"},
		{[]string{rules}, 51, false, "1 of 2 rule files have a test file of their name: 50.0 %"},
		{[]string{rules, other}, 66, true, "2 of 3 rule files have a test file of their name: 66.7 %"},
		{[]string{rules, other}, 67, false, "(at least 67)"},
	} {
		var says strings.Builder
		holds, err := report(&says, c.folders, c.least)
		if err != nil || holds != c.holds || !strings.Contains(says.String(), c.says) {
			t.Errorf("%+v: holds %v, %v, says\n%s", c, holds, err, &says)
		}
	}
}

func TestEmptyFolderIsAnError(t *testing.T) {
	if holds, err := report(&strings.Builder{}, []string{folder(t)}, 0); holds || err == nil {
		t.Errorf("holds %v, %v", holds, err)
	}
}
