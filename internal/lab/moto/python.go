package moto

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"ecs-cluster-scaler/internal/lab/internal/process"
)

// python is the interpreter that should have moto: $LAB_PYTHON, else the virtual
// environment that `make lab` creates, else python3.
func python() (string, error) {
	if named := os.Getenv("LAB_PYTHON"); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("LAB_PYTHON names no program: %w; unset it or run `make lab`", err)
		}
		return path, nil
	}
	if dir, err := process.Repository(); err == nil {
		venv := filepath.Join(dir, ".venv", "bin", "python")
		if _, err := os.Stat(venv); err == nil {
			return venv, nil
		}
	}
	path, err := exec.LookPath("python3")
	if err != nil {
		return "", fmt.Errorf("moto needs Python, and there is no python3 here: %w; install it and run `make lab`", err)
	}
	return path, nil
}
