package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Repository is the repository: the folder above the working directory that holds go.mod.
// Tests run in their package's folder, make at the root; both find it so.
func Repository() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("find the repository: %w", err)
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above %s; run this inside the repository", start)
		}
	}
}
