package moto

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// orphaning makes this test binary start a moto, tell its endpoint and wait to be killed.
const orphaning = "LAB_TEST_START_MOTO_AND_WAIT"

func startMotoAndWait() int {
	m, err := Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintln(os.Stdout, m.Endpoint())
	<-m.exited
	return 1
}

// patience is for a machine that does much else; nothing here waits that long.
const patience = 30 * time.Second

func TestMotoDiesWithAKilledParent(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	parent := exec.CommandContext(ctx, os.Args[0], "-test.run=^$")
	parent.Env = append(os.Environ(), orphaning+"=yes")
	parent.Stderr = os.Stderr
	stdout, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	endpoint, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	address := strings.TrimPrefix(strings.TrimSpace(endpoint), "http://")
	assert.True(t, strings.HasPrefix(address, "127.0.0.1:"))
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)

	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()

	// Each connection ends when the process behind it does; the last to close is the
	// listener.
	for err == nil {
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
		_, err = conn.Read(make([]byte, 1))
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "moto still runs")
		_ = conn.Close()
		conn, err = net.Dial("tcp", address)
	}
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func TestCloseAndTheEndOfTheContextEndMoto(t *testing.T) {
	for name, end := range map[string]func(*Server, context.CancelFunc){
		"close":   func(m *Server, _ context.CancelFunc) { assert.NoError(t, m.Close()) },
		"context": func(m *Server, cancel context.CancelFunc) { cancel(); <-m.exited },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			m, err := Start(ctx)
			require.NoError(t, err)
			end(m, cancel)
			require.ErrorIs(t, m.cmd.Process.Signal(syscall.Signal(0)), os.ErrProcessDone)
			assert.NoError(t, m.Close(), "closing twice is no fault")
		})
	}
}

func TestWhatMotoLacksIsSaidInOneLine(t *testing.T) {
	script := func(text string) string {
		path := filepath.Join(t.TempDir(), "python")
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700))
		return path
	}
	for name, c := range map[string]struct{ python, says string }{
		"no such Python":   {"/no/such/python", "LAB_PYTHON names no program"},
		"no moto":          {script(`echo "python cannot import moto[server] (No module named 'moto')" >&2; exit 1`), "cannot import moto[server]"},
		"silent death":     {script("exit 0"), "told no port"},
		"something else":   {script("echo hello; cat"), "instead of a port"},
		"a real one alone": {script("exec python3 -S -I \"$@\""), "cannot import moto[server]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("LAB_PYTHON", c.python)
			_, err := Start(t.Context())
			require.ErrorContains(t, err, c.says)
			assert.Contains(t, err.Error(), "`make lab`")
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestTheEnvironmentHidesTheUsersOwn(t *testing.T) {
	environment := map[string]string{}
	for _, variable := range shared.Env() {
		name, value, _ := strings.Cut(variable, "=")
		environment[name] = value
	}
	assert.Equal(t, shared.Endpoint(), environment["AWS_ENDPOINT_URL"])
	for _, emptied := range []string{"AWS_CA_BUNDLE", "AWS_PROFILE", "AWS_SESSION_TOKEN"} {
		value, set := environment[emptied]
		assert.True(t, set && value == "", emptied)
	}
	assert.Equal(t, os.DevNull, environment["AWS_CONFIG_FILE"])
}
