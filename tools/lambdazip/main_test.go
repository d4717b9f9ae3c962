package main

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestZipHoldsOneExecutableBootstrap(t *testing.T) {
	dir := t.TempDir()
	out := pack(t, dir, "function.zip", "the binary")

	z, err := zip.OpenReader(out)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()

	if len(z.File) != 1 || z.File[0].Name != "bootstrap" {
		t.Fatalf("entries = %v, want one named bootstrap", z.File)
	}
	if mode := z.File[0].Mode(); mode != fs.FileMode(0o755) {
		t.Errorf("mode = %v, want 0755", mode)
	}
	f, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != "the binary" {
		t.Errorf("content = %q", got)
	}
}

func TestZipDependsOnTheBytesAlone(t *testing.T) {
	dir := t.TempDir()
	first := read(t, pack(t, dir, "first.zip", "the binary"))

	// Another name, another mode, another day.
	again := filepath.Join(dir, "again")
	if err := os.WriteFile(again, []byte("the binary"), 0o600); err != nil {
		t.Fatal(err)
	}
	day := time.Date(2020, time.May, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(again, day, day); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "second.zip")
	if err := writeFile(out, again); err != nil {
		t.Fatal(err)
	}

	if !bytes.Equal(first, read(t, out)) {
		t.Error("same bytes in, different zips out")
	}
	if other := read(t, pack(t, dir, "third.zip", "another binary")); bytes.Equal(first, other) {
		t.Error("different bytes in, same zip out")
	}
}

func TestFailureLeavesTheOldZipAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	out := pack(t, dir, "function.zip", "the binary")
	before := read(t, out)

	// A directory opens but cannot be read.
	if err := writeFile(out, t.TempDir()); err == nil {
		t.Fatal("no error")
	}

	if !bytes.Equal(before, read(t, out)) {
		t.Error("the old zip was touched")
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func pack(t *testing.T, dir, name, content string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(binary, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, name)
	if err := writeFile(out, binary); err != nil {
		t.Fatal(err)
	}
	return out
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
