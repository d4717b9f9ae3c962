// Package moto runs moto over HTTP with its gaps filled, plays what AWS would do by itself, and makes calls fail. Its Python
// files are the server. It is for tests and `make demo-wire`.
package moto

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"ecs-cluster-scaler/internal/lab/internal/process"
)

//go:embed *.py
var server embed.FS

const (
	// startTimeout is generous because a cold disk, or a machine that does much else, needs long to import moto.
	startTimeout = 3 * time.Minute
	// stopTimeout is how long moto may take to notice that its stdin closed.
	stopTimeout = 5 * time.Second
)

// Server is one moto server on a loopback port of its own.
type Server struct {
	endpoint string
	stdin    io.Closer
	cmd      *exec.Cmd
	stderr   *process.Tail
	exited   chan struct{}
}

// Start runs moto on a free loopback port until Close, the end of ctx or the end
// of this process, however it ends: moto exits when its stdin closes.
func Start(ctx context.Context) (*Server, error) {
	interpreter, err := python()
	if err != nil {
		return nil, err
	}
	dir, err := unpackServer()
	if err != nil {
		return nil, err
	}
	// Python has read all it needs once it has told its port.
	defer func() { _ = os.RemoveAll(dir) }()

	m := &Server{stderr: &process.Tail{}, exited: make(chan struct{})}
	m.cmd = exec.CommandContext(ctx, interpreter, filepath.Join(dir, "server.py"))
	m.cmd.Env = append(withoutAWS(os.Environ()), "PYTHONDONTWRITEBYTECODE=1", "AWS_DEFAULT_REGION="+Region,
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
	m.cmd.Stderr = m.stderr
	stdin, err := m.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start moto: %w", err)
	}
	m.stdin = stdin
	m.cmd.Cancel = stdin.Close
	m.cmd.WaitDelay = stopTimeout
	stdout, err := m.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start moto: %w", err)
	}
	if err := m.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start moto: %w; run `make lab`", err)
	}
	port, err := announcedPort(stdout)
	go m.wait(stdout)
	if err != nil {
		_ = m.Close()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("start moto: %w", ctx.Err())
		}
		if said := process.LastLine(m.stderr.String()); said != "" {
			return nil, fmt.Errorf("start moto: %s; run `make lab`", said)
		}
		return nil, fmt.Errorf("start moto with %s: %w; run `make lab`", interpreter, err)
	}
	m.endpoint = fmt.Sprintf("http://127.0.0.1:%d", port)
	return m, nil
}

func unpackServer() (string, error) {
	dir, err := os.MkdirTemp("", "lab-moto-")
	if err != nil {
		return "", fmt.Errorf("unpack the moto server: %w", err)
	}
	files, err := server.ReadDir(".")
	if err != nil {
		return "", fmt.Errorf("unpack the moto server: %w", err)
	}
	for _, file := range files {
		text, err := server.ReadFile(file.Name())
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, file.Name()), text, 0o600)
		}
		if err != nil {
			return "", fmt.Errorf("unpack the moto server: %w", err)
		}
	}
	return dir, nil
}

// announcedPort reads the line the server prints once it listens.
func announcedPort(stdout io.ReadCloser) (int, error) {
	// A server that neither speaks nor dies would hang the test.
	stop := time.AfterFunc(startTimeout, func() { _ = stdout.Close() })
	defer stop.Stop()
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		return 0, fmt.Errorf("it told no port: %w", err)
	}
	var said struct{ Port int }
	if err := json.Unmarshal(line, &said); err != nil {
		return 0, fmt.Errorf("it said %q instead of a port: %w", line, err)
	}
	return said.Port, nil
}

func (m *Server) wait(stdout io.Reader) {
	_, _ = io.Copy(io.Discard, stdout)
	_ = m.cmd.Wait()
	close(m.exited)
}

// Close ends moto and waits until it is gone.
func (m *Server) Close() error {
	_ = m.stdin.Close()
	select {
	case <-m.exited:
		return nil
	case <-time.After(stopTimeout):
	}
	if err := m.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end moto (process %d): %w", m.cmd.Process.Pid, err)
	}
	<-m.exited
	return nil
}

// Endpoint is what AWS_ENDPOINT_URL should say.
func (m *Server) Endpoint() string { return m.endpoint }

// Log is what moto complained of lately: tracebacks of its own 500s.
func (m *Server) Log() string { return m.stderr.String() }

func withoutAWS(environ []string) []string {
	var kept []string
	for _, variable := range environ {
		if !strings.HasPrefix(variable, "AWS_") {
			kept = append(kept, variable)
		}
	}
	return kept
}
