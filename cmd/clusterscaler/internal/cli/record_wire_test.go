package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
	"ecs-cluster-scaler/simulator/recording"
)

// shop is a cluster with a service, standalone tasks and a group.
func shop() seed.Cluster {
	host := seed.Host{
		CPU: 4096, Memory: 15000, InstanceType: "m5.xlarge", Attributes: map[string]string{"ecs.availability-zone": "eu-west-1a"},
		Tasks: []seed.Task{{Service: "shop", CPU: 512, Memory: 1024}, {CPU: 256, Memory: 512}},
	}
	return seed.Cluster{
		Name: "web", Hosts: []seed.Host{host, host, host}, Group: &seed.Group{Name: "web-hosts", Hook: seed.HookName},
		Services: []seed.Service{{Name: "shop", Desired: 4, CPU: 512, Memory: 1024}},
	}
}

// onlyReads holds the calls since the last reset to the rights that the document lists.
func onlyReads(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "recording.md"))
	require.NoError(t, err)
	calls, err := server.Calls(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, calls)
	for call := range calls {
		assert.Regexp(t, `\.(Describe|List|Get)`, call, "record only reads")
		assert.Regexp(t, "[`\"]"+strings.Replace(call, ".", ":", 1)+"[`\"]", string(text), "docs/recording.md lists the right")
	}
}

func TestWatchingACluster(t *testing.T) {
	seeded(t, shop())
	require.NoError(t, server.ResetCalls(t.Context()))
	out := filepath.Join(t.TempDir(), "web.json")
	args := []string{"record", "web", "--every", "2s", "--out", out}
	got := clusterscaler(t, nil, append(args, "--for", "4s")...)
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "of cluster web: 1 service, 3 standalone tasks, 3 hosts and 0 refusals.")
	assert.Equal(t, 1, strings.Count(got.stderr, "\n"), "a line at the beginning, and no noise: %s", got.stderr)
	assert.Contains(t, got.stdout, "Next: clusterscaler simulate --recording "+out)
	onlyReads(t)

	r := read(t, out)
	assert.Equal(t, recording.Watched, r.Made)
	assert.InDelta(t, 4, r.Length().Seconds(), 1.5)
	assert.Equal(t, []recording.InstanceType{{Name: "m5.xlarge", CPU: 4096, Memory: 15000}}, r.InstanceTypes)
	require.Len(t, r.Services, 1)
	assert.Equal(t, 4, r.Services[0].Desired[0].Desired)
	assert.Equal(t, recording.Size{CPU: 512, Memory: 1024}, r.Services[0].Revisions[0].Size)
	assert.Equal(t, recording.Size{CPU: 256, Memory: 512}, r.StandaloneTasks[0].Size)
	require.Len(t, r.Groups, 1)
	assert.Equal(t, 3, r.Groups[0].Desired[0].Desired)
	assert.Equal(t, seed.HookName, r.Groups[0].Hooks[0].Name)
	for _, h := range r.Hosts {
		assert.Equal(t, "web-hosts", h.Group)
		assert.False(t, h.Launched.IsZero())
		assert.False(t, h.Registered.IsZero())
	}

	// The same command is done, and a longer one goes on.
	again := clusterscaler(t, nil, append(args, "--for", "4s")...)
	assert.Equal(t, 1, again.code)
	assert.Contains(t, again.stderr, "already; for more, use a longer --for")
	three := 3
	require.NoError(t, server.SetService(t.Context(), "web", "shop", moto.ServiceChange{Desired: &three}))
	longer := clusterscaler(t, nil, append(args, "--for", fmt.Sprintf("%.0fs", time.Since(r.From).Seconds()+4))...)
	require.Zero(t, longer.code, longer.stderr)
	more := read(t, out)
	assert.Equal(t, r.From, more.From)
	assert.True(t, more.To.After(r.To))
	assert.Len(t, more.StandaloneTasks, 3, "no task is there twice")
	assert.Len(t, more.ServiceTasks, len(r.ServiceTasks))
	assert.Equal(t, 3, more.Services[0].Desired[len(more.Services[0].Desired)-1].Desired)
}

func TestASignalEndsARecordingAndItStays(t *testing.T) {
	seeded(t, shop())
	require.NoError(t, server.ResetCalls(t.Context()))
	out := filepath.Join(t.TempDir(), "web.json")
	cmd := exec.CommandContext(t.Context(), binary, "record", "web", "--for", "24h", "--every", "2s", "--out", out, "--anonymous")
	cmd.Env = server.Env()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	// The second look lists running tasks a second time.
	require.Eventually(t, func() bool {
		calls, err := server.Calls(t.Context())
		return err == nil && calls["ecs.ListTasks"] >= 3
	}, time.Minute, 50*time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.Error(t, cmd.Wait())
	assert.Equal(t, 130, cmd.ProcessState.ExitCode())
	assert.Contains(t, stderr.String(), "clusterscaler: interrupted")
	assert.Contains(t, stderr.String(), "nothing can go on with an anonymous file")

	r := read(t, out)
	assert.True(t, r.Anonymous)
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	for _, name := range []string{"shop", "web", "i-", "eu-west-1", seed.HookName} {
		assert.NotContains(t, string(text), name)
	}
	goOn := clusterscaler(t, nil, "record", "web", "--for", "24h", "--every", "2s", "--out", out)
	assert.Contains(t, goOn.stderr, "is anonymous, so nothing tells whether it is of cluster web")
}

func TestWhatRecordRefuses(t *testing.T) {
	seeded(t, shop(), seed.Cluster{Name: "bare"})
	folder := t.TempDir()
	other := filepath.Join(folder, "other.json")
	require.Zero(t, clusterscaler(t, nil, "simulate", "quiet-night", "--length", "30m", "--record", other).code)
	broken := file(t, "broken.json", "{")
	for _, c := range []struct {
		args []string
		says string
	}{
		{nil, "no cluster is named"},
		{[]string{"web", "bare"}, "run it once for each"},
		{[]string{"arn:aws:ecs:eu-west-1:123456789012:cluster/web"}, "take the part after the last slash, web"},
		{[]string{"web"}, "say how long to watch with --for"},
		{[]string{"web", "--for", "0"}, "--for is 0s; it must be --every (1m) or longer"},
		{[]string{"web", "--for", "24"}, "it must be a duration, such as 90m, 24h or 7d"},
		{[]string{"web", "--for", "1h", "--every", "1s"}, "--every is 1s; it must be from 2s to 30m"},
		{[]string{"web", "--for", "1h", "--since", "14d"}, "--since is for --from-cloudwatch"},
		{[]string{"web", "--from-cloudwatch"}, "needs --since"},
		{[]string{"web", "--from-cloudwatch", "--since", "500d"}, "it must be from 1h to 455d"},
		{[]string{"web", "--from-cloudwatch", "--since", "3d", "--for", "3h"}, "leave --for and --every out"},
		{[]string{"webb", "--for", "1h"}, "ECS has no cluster webb in this account in eu-west-1; aws ecs list-clusters"},
		{[]string{"webb", "--from-cloudwatch", "--since", "3h"}, "ECS has no cluster webb"},
		{[]string{"web", "--for", "1h", "--out", filepath.Join(folder, "none", "web.json")}, "does not exist; make it first"},
		{[]string{"web", "--for", "1h", "--out", "/dev/full"}, "is no file"},
		{[]string{"web", "--for", "1h", "--out", other}, "was not made by watching (simulated)"},
		{[]string{"web", "--for", "1h", "--out", broken}, "it ends too early"},
		{[]string{"web", "--from-cloudwatch", "--since", "3h", "--out", other}, "is there already; name another file with --out"},
	} {
		args := append([]string{"record"}, c.args...)
		if !strings.Contains(strings.Join(args, " "), "--out") && len(c.args) > 0 {
			args = append(args, "--out", filepath.Join(folder, "new.json"))
		}
		got := clusterscaler(t, nil, args...)
		assert.Equal(t, 1, got.code, c.args)
		assert.Contains(t, got.stderr, c.says)
		assert.Empty(t, got.stdout)
	}
	assert.Contains(t, clusterscaler(t, []string{"AWS_REGION=", "AWS_DEFAULT_REGION="}, "record", "web", "--for", "1h", "--out", filepath.Join(folder, "new.json")).stderr, "no AWS region is set")
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, left, 1, "no file is left behind")
}

func TestRecordsOptionsAreDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "recording.md"))
	require.NoError(t, err)
	_, options, _ := strings.Cut(clusterscaler(t, nil, "record", "--help").stdout, "Flags:")
	options, _, _ = strings.Cut(options, "Global Flags:")
	found := regexp.MustCompile(`--[a-z-]+`).FindAllString(options, -1)
	assert.Contains(t, found, "--for")
	for _, option := range found {
		if option != "--help" {
			assert.Regexp(t, `\| .`+option+`\b[^|]*. \| `, string(text))
		}
	}
}

func TestRecordNamesEachMissingRight(t *testing.T) {
	seeded(t, shop())
	for _, action := range []string{
		"ecs.ListContainerInstances", "ecs.DescribeTaskDefinition", "autoscaling.DescribeScalingActivities", "autoscaling.DescribeLifecycleHooks",
	} {
		iam := strings.Replace(action, ".", ":", 1)
		require.NoError(t, server.Fault(t.Context(), moto.Denied(action, iam)))
		got := clusterscaler(t, nil, "record", "web", "--for", "1h", "--out", filepath.Join(t.TempDir(), "web.json"))
		assert.Equal(t, 1, got.code)
		assert.Contains(t, got.stderr, "AWS denies "+iam)
		assert.Contains(t, got.stderr, "docs/recording.md lists all that record needs")
		seeded(t, shop())
	}
}

// The metrics are those of the last three hours, which AWS would have kept of the cluster.
func insights(t *testing.T, name string, of map[string]string, value func(minutesAgo int) (float64, int)) {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Minute)
	var data []moto.Datum
	for n := 180; n >= 1; n-- {
		v, count := value(n)
		data = append(data, moto.Datum{At: now.Add(-time.Duration(n) * time.Minute), Value: v, Count: count})
	}
	namespace := map[bool]string{true: "AWS/ECS", false: "ECS/ContainerInsights"}[name == "CPUUtilization"]
	require.NoError(t, server.PutMetrics(t.Context(), namespace, name, of, data...))
}

func TestReadingThePast(t *testing.T) {
	seeded(t, shop())
	of := map[string]string{"ClusterName": "web", "ServiceName": "shop"}
	for _, name := range []string{"DesiredTaskCount", "RunningTaskCount"} {
		insights(t, name, of, func(ago int) (float64, int) { return float64(2 + ago/60), 1 })
	}
	insights(t, "DesiredTaskCount", map[string]string{"ClusterName": "web", "ServiceName": "old"}, func(int) (float64, int) { return 3, 1 })
	require.NoError(t, server.ResetCalls(t.Context()))
	out := filepath.Join(t.TempDir(), "web.json")
	got := clusterscaler(t, nil, "record", "web", "--from-cloudwatch", "--since", "3h", "--out", out)
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stderr, "reading 7 metrics of 3h, a datapoint every 1m, in about 1 call: at most $0.01 by AWS's list price")
	assert.Contains(t, got.stderr, "note: 1 service is gone and left out: nothing keeps how large tasks were. (old)")
	assert.NotContains(t, got.stderr, "read 1 of")
	r := read(t, out)
	assert.Equal(t, recording.CloudWatch, r.Made)
	assert.Equal(t, 60, r.Resolution)
	var desired []int
	for _, d := range r.Services[0].Desired {
		desired = append(desired, d.Desired)
	}
	assert.Contains(t, [][]int{{5, 4, 3, 2, 4}, {4, 3, 2, 4}}, desired, "by the hour, and what is wanted now")
	onlyReads(t)
	calls, err := server.Calls(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, calls["cloudwatch.GetMetricData"])
	assert.Equal(t, 1, calls["cloudwatch.ListMetrics"])
}

func TestReadingThePastWithoutContainerInsights(t *testing.T) {
	seeded(t, shop())
	out := filepath.Join(t.TempDir(), "web.json")
	args := []string{"record", "web", "--from-cloudwatch", "--since", "3h", "--out", out}
	none := clusterscaler(t, nil, args...)
	assert.Equal(t, 1, none.code)
	assert.Contains(t, none.stderr, "Container Insights is off, and no other metric counts their tasks; watch the cluster instead with --for 24h, or turn Container Insights on (aws ecs update-cluster-settings --cluster web")
	insights(t, "CPUUtilization", map[string]string{"ClusterName": "web", "ServiceName": "shop"}, func(int) (float64, int) { return 17, 3 })
	got := clusterscaler(t, nil, args...)
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stderr, "tasks that waited are missing")
	assert.Equal(t, 3, read(t, out).Services[0].Desired[0].Desired)

	require.NoError(t, server.Fault(t.Context(), moto.Denied("cloudwatch.GetMetricData", "cloudwatch:GetMetricData")))
	denied := clusterscaler(t, nil, "record", "web", "--from-cloudwatch", "--since", "3h", "--out", out+"2")
	assert.Contains(t, denied.stderr, "AWS denies cloudwatch:GetMetricData")
	assert.Contains(t, denied.stderr, "docs/recording.md lists all that record needs")
}
