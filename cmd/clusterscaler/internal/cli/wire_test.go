package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster/ecsreader"
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
	os.Exit(run(m))
}

func run(m *testing.M) int {
	ctx := context.Background()
	var err error
	if server, err = moto.Start(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer server.Close()
	defer function.RemoveBuilds()
	if binary, err = function.CLI(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
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

func TestExplainShowsReservationAgainstThresholdsAndWhy(t *testing.T) {
	seeded(t,
		seed.Cluster{Name: "api", Entry: `{"cpu": {"scale_out_at": 90, "scale_in_below": 60}}`, Hosts: append(loaded(3, 700, 1200), seed.Host{CPU: 1000, Memory: 2000, Draining: true})},
		seed.Cluster{Name: "hot", Entry: `{}`, Hosts: loaded(3, 800, 600)},
		seed.Cluster{Name: "idle", Entry: `{}`, Hosts: loaded(3, 100, 100)},
		seed.Cluster{Name: "faulty", Entry: `{"scale_in": "no"}`},
	)
	require.NoError(t, seed.PutEntry(t.Context(), server, "gone", `{}`))
	got := clusterscaler(t, nil, "explain")
	assert.Zero(t, got.code)
	assert.Empty(t, got.stderr)
	want, err := os.ReadFile("testdata/explain.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), stamp.ReplaceAllString(got.stdout, "<minute>"))
	assert.Zero(t, written(t), "explain writes nothing")
}

func TestExplainAsJSONIsTheAnswer(t *testing.T) {
	seeded(t, seed.Cluster{Name: "hot", Entry: `{}`, Hosts: loaded(3, 800, 600)}, seed.Cluster{Name: "idle", Entry: `{}`, Hosts: loaded(3, 100, 100)})
	got := clusterscaler(t, nil, "explain", "idle", "--output", "json")
	require.Zero(t, got.code, got.stderr)
	var answer struct {
		Clusters []struct {
			Cluster string   `json:"cluster"`
			Signal  int      `json:"signal"`
			Reasons []string `json:"reasons"`
		} `json:"clusters"`
		Failed []struct{} `json:"failed"`
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &answer))
	require.Len(t, answer.Clusters, 1)
	assert.Equal(t, "idle", answer.Clusters[0].Cluster)
	assert.Equal(t, -1, answer.Clusters[0].Signal)
	assert.NotNil(t, answer.Failed)
}

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

func TestMistakesEndInOneSentence(t *testing.T) {
	seeded(t, seed.Cluster{Name: "web", Entry: `{}`})
	tests := map[string]struct {
		changes []string
		args    []string
		want    string
	}{
		"no region":          {[]string{"AWS_REGION=", "AWS_DEFAULT_REGION="}, []string{"explain"}, "no AWS region is set; set AWS_REGION"},
		"no credentials":     {[]string{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}, []string{"explain"}, "no AWS credentials were found; set AWS_PROFILE"},
		"no such profile":    {[]string{"AWS_PROFILE=nope"}, []string{"explain"}, `there is no AWS profile "nope"; set AWS_PROFILE to one that`},
		"one too many":       {nil, []string{"drain", "web"}, `drain takes no arguments, not "web"`},
		"path without entry": {nil, []string{"explain", "--config-path", "/typo"}, "there is no entry below /typo/clusters in SSM Parameter Store of this account and region; check these and CONFIG_PATH, or add the first with: aws ssm put-parameter"},
		"relative path":      {nil, []string{"explain", "--config-path", "scaler"}, `the configuration path "scaler" must begin with a slash`},
		"unknown cluster":    {nil, []string{"explain", "wbe"}, `cluster "wbe" has no entry; these have one: web`},
		"unknown format":     {nil, []string{"explain", "-o", "yaml"}, "it may be table or json"},
		"unknown command":    {nil, []string{"explian"}, "Did you mean this?\n\texplain"},
		"nobody answers":     {[]string{"AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_MAX_ATTEMPTS=1"}, []string{"explain"}, "ssm:GetParametersByPath could not be reached"},
		"Amazon's namespace": {nil, []string{"publish", "--namespace", "AWS/ECS"}, "names that begin with AWS/ are Amazon's own"},
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
	assert.Contains(t, got.stderr, "AWS denies ssm:GetParametersByPath; allow it in the policy of whoever runs this")
}

// Whatever the policy lacks beside what names the clusters and their hosts costs scale-ins, never tasks, and is named.
func TestExplainNamesEachDeniedReadAndNothingScalesIn(t *testing.T) {
	web := seed.Host{CPU: 2048, Memory: 4000, RegisteredAt: time.Now().Add(-time.Hour), CapacityProvider: "spot", Tasks: []seed.Task{{Service: "web", CPU: 200, Memory: 200}}}
	idle := seed.Cluster{
		Name: "idle", Entry: `{}`, Hosts: []seed.Host{web, web, web, web, web, web},
		Services: []seed.Service{{Name: "web", Desired: 6, CPU: 200, Memory: 200, CapacityProviders: []string{"spot"}}},
		// So that its launch is asked for; one hour later it is no capacity to come.
		Group: &seed.Group{Unregistered: []seed.Instance{{LaunchedAt: time.Now().Add(-time.Hour)}}},
	}
	seedIt := func(t *testing.T) {
		t.Helper()
		seeded(t, idle)
		_, err := ecs.NewFromConfig(server.Config()).CreateCapacityProvider(t.Context(), &ecs.CreateCapacityProviderInput{
			Name: aws.String("spot"),
			AutoScalingGroupProvider: &ecstypes.AutoScalingGroupProvider{
				AutoScalingGroupArn: aws.String("arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/idle"),
				ManagedScaling:      &ecstypes.ManagedScaling{Status: ecstypes.ManagedScalingStatusDisabled},
			},
		})
		require.NoError(t, err)
	}
	seedIt(t)
	explained := func(t *testing.T) (signal int, whole string) {
		t.Helper()
		got := clusterscaler(t, nil, "explain", "idle", "--output", "json")
		require.Zero(t, got.code, got.stderr)
		var answer struct {
			Clusters []struct{ Signal int }
		}
		require.NoError(t, json.Unmarshal([]byte(got.stdout), &answer))
		require.Len(t, answer.Clusters, 1)
		return answer.Clusters[0].Signal, got.stdout
	}
	signal, whole := explained(t)
	require.Equal(t, -1, signal, "with every right one can go: %s", whole)

	for service, client := range map[string]reflect.Type{"ecs": reflect.TypeFor[ecsreader.ECS](), "autoscaling": reflect.TypeFor[ecsreader.AutoScaling]()} {
		for method := range client.Methods() {
			t.Run(method.Name, func(t *testing.T) {
				iam := service + ":" + method.Name
				seedIt(t)
				require.NoError(t, server.Fault(t.Context(), moto.Denied(service+"."+method.Name, iam)))
				signal, whole := explained(t)
				assert.Zero(t, signal, whole)
				assert.Contains(t, whole, "AWS denies "+iam)
				table := clusterscaler(t, nil, "explain", "idle")
				assert.Contains(t, strings.Join(strings.FieldsFunc(table.stdout, func(r rune) bool { return strings.ContainsRune(" │\n", r) }), " "), "AWS denies "+iam)
			})
		}
	}
}

func TestVersionNeedsNoAWS(t *testing.T) {
	for _, asked := range []string{"version", "--version"} {
		got := clusterscaler(t, []string{"AWS_REGION=", "AWS_DEFAULT_REGION="}, asked)
		assert.Zero(t, got.code)
		assert.Regexp(t, `^clusterscaler \S+ \(go\d`, got.stdout)
	}
}

func TestAnInterruptedCommandShowsNoHalfAnswer(t *testing.T) {
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
	assert.Contains(t, clusterscaler(t, nil, "publish", "--every", "1m", "--dry-run").stderr, "exclude each other")
}
