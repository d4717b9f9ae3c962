package evaluation

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ecs-cluster-scaler/simulator"
)

// Cache keeps finished runs' measures in a folder, so that an evaluation that was interrupted goes on.
type Cache struct {
	// Folder is made when the first run is kept.
	Folder string
	// Build tells one build of the simulator from another: what one has found is no result of the other.
	Build string
}

// Build is the running binary's.
func Build() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	binary, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = binary.Close() }() // it was only read
	sum := sha256.New()
	if _, err := io.Copy(sum, binary); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:8]), nil
}

func (c Cache) path(j job) string { return filepath.Join(c.Folder, c.Build, j.key()+".json") }

// get finds a run. One that cannot be read is run again.
func (c Cache) get(j job) (m simulator.Measures, found bool) {
	text, err := os.ReadFile(c.path(j))
	if err != nil || json.Unmarshal(text, &m) != nil {
		return simulator.Measures{}, false
	}
	return m, true
}

// put keeps a run, whole or not at all.
func (c Cache) put(j job, m simulator.Measures) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	folder := filepath.Join(c.Folder, c.Build)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	part, err := os.CreateTemp(folder, "part-*")
	if err != nil {
		return err
	}
	_, err = part.Write(text)
	if closed := part.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(part.Name(), c.path(j))
	}
	if err != nil {
		_ = os.Remove(part.Name())
	}
	return err
}
