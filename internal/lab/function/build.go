package function

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"

	"ecs-cluster-scaler/internal/lab/internal/process"
)

// Bootstrap is the released Lambda binary of a function, for this machine: on Linux
// `bootstrap` out of the very zip that is deployed, elsewhere the same code built for
// the host. It lies in a temporary folder of this process, made once per name; call
// RemoveBuilds when done.
func Bootstrap(ctx context.Context, name string) (string, error) {
	return builds.once("bootstrap/"+name, func(dir string) (string, error) {
		repository, err := process.Repository()
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, "bootstrap")
		if runtime.GOOS != "linux" {
			return path, run(ctx, repository, "go", "build", "-tags", "lambda.norpc", "-o", path, "./cmd/"+name)
		}
		archive := fmt.Sprintf("dist/%s_linux_%s.zip", name, runtime.GOARCH)
		if err := run(ctx, repository, "make", "-s", archive); err != nil {
			return "", err
		}
		return path, unzip(filepath.Join(repository, archive), "bootstrap", path)
	})
}

// CLI is cmd/clusterscaler, built for the host into a temporary folder, once per process.
func CLI(ctx context.Context) (string, error) {
	return builds.once("clusterscaler", func(dir string) (string, error) {
		repository, err := process.Repository()
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, "clusterscaler")
		return path, run(ctx, repository, "go", "build", "-o", path, "./cmd/clusterscaler")
	})
}

// RemoveBuilds removes what Bootstrap and CLI made; TestMain calls it last.
func RemoveBuilds() error { return builds.remove() }

var builds workshop

// workshop builds each thing once for all tests of a process.
type workshop struct {
	mu   sync.Mutex
	dir  string
	made map[string]string
}

func (w *workshop) once(name string, build func(dir string) (string, error)) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if path, ok := w.made[name]; ok {
		return path, nil
	}
	if w.dir == "" {
		dir, err := os.MkdirTemp("", "lab-builds-")
		if err != nil {
			return "", fmt.Errorf("build %s: %w", name, err)
		}
		w.dir, w.made = dir, map[string]string{}
	}
	dir := filepath.Join(w.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("build %s: %w", name, err)
	}
	path, err := build(dir)
	if err != nil {
		return "", fmt.Errorf("build %s: %w", name, err)
	}
	w.made[name] = path
	return path, nil
}

func (w *workshop) remove() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dir == "" {
		return nil
	}
	err := os.RemoveAll(w.dir)
	w.dir, w.made = "", nil
	return err
}

func run(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, output.Bytes())
	}
	return nil
}

func unzip(archive, name, target string) error {
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("open %s: %w", archive, err)
	}
	defer func() { _ = reader.Close() }()
	file, err := reader.Open(name)
	if err != nil {
		return fmt.Errorf("take %s out of %s: %w", name, archive, err)
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(file)
	if err != nil {
		return fmt.Errorf("take %s out of %s: %w", name, archive, err)
	}
	if err := os.WriteFile(target, content, 0o700); err != nil {
		return fmt.Errorf("take %s out of %s: %w", name, archive, err)
	}
	return nil
}
