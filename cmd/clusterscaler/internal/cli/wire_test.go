package cli_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/function"
	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

// The built binary against moto over HTTP.
var (
	server *moto.Server
	binary string
)

func TestMain(m *testing.M) {
	os.Exit(moto.Beside(func(ctx context.Context, s *moto.Server) (code int, err error) {
		server = s
		defer function.RemoveBuilds()
		if binary, err = function.CLI(ctx); err != nil {
			return 1, err
		}
		return m.Run(), nil
	}))
}

type ran struct {
	stdout, stderr string
	code           int
}

// clusterscaler runs the binary with moto's environment, changed by NAME=value (an empty value unsets).
func clusterscaler(t *testing.T, changes []string, args ...string) ran {
	t.Helper()
	environment := append(server.Env(), "PATH="+os.Getenv("PATH"))
	for _, change := range changes {
		name, value, _ := strings.Cut(change, "=")
		environment = slices.DeleteFunc(environment, func(pair string) bool { return strings.HasPrefix(pair, name+"=") })
		if value != "" {
			environment = append(environment, change)
		}
	}
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = environment
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ran{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

func loaded(n, cpu, memory int) []seed.Host {
	hosts := make([]seed.Host, n)
	for i := range hosts {
		hosts[i] = seed.Host{CPU: 1000, Memory: 2000, Tasks: []seed.Task{{CPU: cpu, Memory: memory}}}
	}
	return hosts
}

func seeded(t *testing.T, clusters ...seed.Cluster) {
	t.Helper()
	require.NoError(t, server.Reset(t.Context()))
	_, err := seed.Clusters(t.Context(), server, clusters...)
	require.NoError(t, err)
}

func written(t *testing.T) int {
	t.Helper()
	calls, err := server.Calls(t.Context())
	require.NoError(t, err)
	return calls["cloudwatch.PutMetricData"]
}

var stamp = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC`)
