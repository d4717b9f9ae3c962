package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

func TestMistakesEndInOneSentence(t *testing.T) {
	seeded(t, seed.Cluster{Name: "web", Entry: `{}`})
	tests := map[string]struct {
		changes []string
		args    []string
		want    string
	}{
		"no region":           {[]string{"AWS_REGION=", "AWS_DEFAULT_REGION="}, []string{"explain"}, "no AWS region is set; set AWS_REGION"},
		"no credentials":      {[]string{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}, []string{"explain"}, "no AWS credentials were found; set AWS_PROFILE"},
		"no such profile":     {[]string{"AWS_PROFILE=nope"}, []string{"explain"}, `the AWS profile "nope" does not exist; set AWS_PROFILE to one that`},
		"one too many":        {nil, []string{"drain", "web"}, `drain takes no arguments, but "web" is one`},
		"path without entry":  {nil, []string{"explain", "--config-path", "/typo"}, "SSM Parameter Store has no entry below /typo/clusters in this account and region; check account, region and CONFIG_PATH, or add the first entry with: aws ssm put-parameter"},
		"relative path":       {nil, []string{"explain", "--config-path", "scaler"}, `the configuration path "scaler" must begin with a slash`},
		"unknown cluster":     {nil, []string{"explain", "wbe"}, `cluster "wbe" has no entry; these clusters have one: web`},
		"unknown format":      {nil, []string{"explain", "-o", "yaml"}, "it must be table or json"},
		"unknown command":     {nil, []string{"explian"}, `there is no command "explian"; did you mean explain?`},
		"no such command":     {nil, []string{"--config-path", "/x", "list"}, `there is no command "list"; clusterscaler --help lists the commands`},
		"help for no command": {nil, []string{"help", "simulte"}, `there is no command "simulte"; did you mean simulate?`},
		"nobody answers":      {[]string{"AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_MAX_ATTEMPTS=1"}, []string{"explain"}, "ssm:GetParametersByPath could not be reached"},
		"Amazon's namespace":  {nil, []string{"publish", "--namespace", "AWS/ECS"}, "names that begin with AWS/ are Amazon's own"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := clusterscaler(t, tt.changes, tt.args...)
			assert.Equal(t, 1, got.code)
			assert.True(t, strings.HasPrefix(got.stderr, "clusterscaler: "), got.stderr)
			assert.Contains(t, got.stderr, tt.want)
			assert.Empty(t, got.stdout)
		})
	}
}

func TestADeniedActionIsNamed(t *testing.T) {
	seeded(t, seed.Cluster{Name: "web", Entry: `{}`})
	require.NoError(t, server.Fault(t.Context(), moto.Denied("ssm.GetParametersByPath", "ssm:GetParametersByPath")))
	got := clusterscaler(t, nil, "explain")
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.stderr, "AWS denies ssm:GetParametersByPath; allow it in the caller's IAM policy")
}

func TestAnInterruptShowsNoHalfAnswer(t *testing.T) {
	for _, command := range []string{"explain", "publish"} {
		t.Run(command, func(t *testing.T) {
			seeded(t, seed.Cluster{Name: "web", Entry: `{}`})
			require.NoError(t, server.Fault(t.Context(), moto.Fault{Action: "ecs.ListContainerInstances", Times: -1, Delay: 20 * time.Second}))
			cmd := exec.CommandContext(t.Context(), binary, command)
			cmd.Env = server.Env()
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			require.NoError(t, cmd.Start())
			require.Eventually(t, func() bool {
				calls, err := server.Calls(t.Context())
				return err == nil && calls["ecs.ListContainerInstances"] > 0
			}, time.Minute, 20*time.Millisecond)
			require.NoError(t, cmd.Process.Signal(os.Interrupt))
			require.Error(t, cmd.Wait())
			assert.Equal(t, 130, cmd.ProcessState.ExitCode())
			assert.Equal(t, "clusterscaler: interrupted\n", stderr.String())
			assert.Empty(t, stdout.String())
			assert.Zero(t, written(t))
		})
	}
}
