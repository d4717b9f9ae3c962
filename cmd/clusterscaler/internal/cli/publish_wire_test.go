package cli_test

import (
	"bufio"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/seed"
)

func TestPublishWritesAndADryRunDoesNot(t *testing.T) {
	seeded(t, seed.Cluster{Name: "hot", Entry: `{}`, Hosts: loaded(3, 800, 600)})
	dry := clusterscaler(t, nil, "publish", "--dry-run")
	assert.Zero(t, dry.code)
	assert.Contains(t, dry.stdout, "CPU reservation 80% is at or above 75%")
	assert.Equal(t, "dry run: nothing was written\n", dry.stderr)
	assert.Zero(t, written(t))

	wet := clusterscaler(t, nil, "publish", "--namespace", "Elsewhere")
	assert.Zero(t, wet.code)
	assert.Equal(t, dry.stdout, wet.stdout)
	assert.Equal(t, "published to namespace Elsewhere\n", wet.stderr)
	assert.Equal(t, 1, written(t))
}

func TestTheDaemonEndsCleanlyOnSIGTERM(t *testing.T) {
	seeded(t, seed.Cluster{Name: "web", Entry: `{}`})
	cmd := exec.CommandContext(t.Context(), binary, "publish", "--every", "1m")
	cmd.Env = server.Env()
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan())
	assert.Contains(t, lines.Text(), `"msg":"started"`)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	var last string
	for lines.Scan() {
		last = lines.Text()
	}
	require.NoError(t, cmd.Wait(), "exit code 0")
	assert.Contains(t, last, `"msg":"stopped"`)
}

func TestTheDaemonRefusesWhatItCannotKeep(t *testing.T) {
	assert.Contains(t, clusterscaler(t, nil, "publish", "--every", "30s").stderr, "it must be 1m")
	assert.Contains(t, clusterscaler(t, nil, "publish", "--every", "1m", "--dry-run").stderr, "cannot be combined")
}
