// Package mutation breaks lines of the source on purpose, so that it shows whether tests see it (mutation testing). The
// sources stay as they are: the broken file is laid over the real one for one build
// (https://pkg.go.dev/cmd/go#hdr-Compile_packages_and_dependencies, -overlay).
package mutation

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Mutant is a source file in which what stands there just once is replaced.
type Mutant struct {
	// File is its path below the repository's root.
	File          string
	Find, Replace string
}

// Source is the broken file. It fails where the line is not there just once: then the mutant would break nothing, or
// something else.
func (m Mutant) Source(root string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(root, m.File))
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(text), m.Find); n != 1 {
		return nil, fmt.Errorf("%s holds %q %d times, not once: quote the line anew, or break another one", m.File, m.Find, n)
	}
	return []byte(strings.Replace(string(text), m.Find, m.Replace, 1)), nil
}

// Overlay writes the broken file into a directory, and returns the file that go build and go test take as -overlay.
func (m Mutant) Overlay(root, dir string) (string, error) {
	broken, err := m.Source(root)
	if err != nil {
		return "", err
	}
	laid, err := filepath.Abs(filepath.Join(root, m.File))
	if err != nil {
		return "", err
	}
	source, overlay := filepath.Join(dir, "broken.go"), filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {laid: source}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(source, broken, 0o600); err != nil {
		return "", err
	}
	return overlay, os.WriteFile(overlay, text, 0o600)
}
