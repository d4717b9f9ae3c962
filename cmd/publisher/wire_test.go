package main_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/function"
	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

// The released binary, unchanged, behind a Lambda Runtime API, against moto over HTTP.
var (
	server    *moto.Server
	bootstrap string
	process   *function.Process
)

func TestMain(m *testing.M) {
	os.Exit(moto.Beside(func(ctx context.Context, s *moto.Server) (code int, err error) {
		server = s
		defer function.RemoveBuilds()
		if bootstrap, err = function.Bootstrap(ctx, "publisher"); err != nil {
			return 1, err
		}
		if process, err = function.Start(ctx, bootstrap, server.Env()); err != nil {
			return 1, err
		}
		defer process.Close()
		return m.Run(), nil
	}))
}

// answer is the contract, written out again rather than taken from the code under test.
type answer struct {
	Minute   string `json:"minute"`
	Dropped  string `json:"dropped"`
	Clusters []struct {
		Cluster     string             `json:"cluster"`
		Signal      int                `json:"signal"`
		InstanceGap int                `json:"instance_gap"`
		Change      int                `json:"capacity_change"`
		Wanted      int                `json:"instances_wanted"`
		Reasons     []string           `json:"reasons"`
		Why         []string           `json:"why"`
		Reservation map[string]float64 `json:"reservation"`
		Demand      map[string]float64 `json:"demand"`
		Headroom    struct {
			Tasks int    `json:"tasks"`
			Why   string `json:"why"`
		} `json:"headroom"`
	} `json:"clusters"`
	Failed []struct {
		Cluster string `json:"cluster"`
		Error   string `json:"error"`
	} `json:"failed"`
}

// thisMinute is recent, because the function drops old events and moto keeps what it is given.
func thisMinute() time.Time { return time.Now().UTC().Truncate(time.Minute) }

func scheduled(minute time.Time) []byte {
	return []byte(`{"time": "` + minute.Format(time.RFC3339) + `"}`)
}

// contextFor's end is the deadline that the function is told.
func contextFor(t *testing.T, time time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), time)
}

func invoke(t *testing.T, event []byte) function.Result {
	t.Helper()
	ctx, cancel := contextFor(t, 50*time.Second)
	defer cancel()
	result, err := process.Invoke(ctx, event)
	require.NoError(t, err)
	return result
}

func pass(t *testing.T, minute time.Time) answer {
	t.Helper()
	result := invoke(t, scheduled(minute))
	require.Empty(t, result.ErrorMessage, string(result.Logs))
	var a answer
	require.NoError(t, json.Unmarshal(result.Payload, &a), string(result.Payload))
	return a
}

func metric(t *testing.T, name, cluster string, minute time.Time) (float64, bool) {
	t.Helper()
	value, found, err := moto.Metric(t.Context(), server, "ECSClusterScaler", name, cluster, minute)
	require.NoError(t, err)
	return value, found
}

func reset(t *testing.T) {
	t.Helper()
	require.NoError(t, server.Reset(t.Context()))
}

// loaded are n hosts of 1000 CPU and 2000 MiB with one task of this size each.
func loaded(n, cpu, memory int) []seed.Host {
	hosts := make([]seed.Host, n)
	for i := range hosts {
		hosts[i] = seed.Host{CPU: 1000, Memory: 2000}
		if cpu > 0 || memory > 0 {
			hosts[i].Tasks = []seed.Task{{CPU: cpu, Memory: memory}}
		}
	}
	return hosts
}

func TestAPassScoresEveryCluster(t *testing.T) {
	reset(t)
	_, err := seed.Clusters(t.Context(), server,
		seed.Cluster{Name: "hot-cpu", Entry: `{}`, Hosts: loaded(4, 800, 1200)},
		seed.Cluster{Name: "hot-memory", Entry: `{}`, Hosts: loaded(4, 600, 1600)},
		seed.Cluster{Name: "hot-cpu-idle-memory", Entry: `{}`, Hosts: loaded(4, 800, 1)},
		seed.Cluster{Name: "idle", Entry: `{}`, Hosts: loaded(4, 100, 100)},
		seed.Cluster{Name: "within-band", Entry: `{}`, Hosts: loaded(4, 600, 1200)},
		seed.Cluster{Name: "at-threshold", Entry: `{}`, Hosts: loaded(4, 750, 1)},
		seed.Cluster{Name: "at-lower-threshold", Entry: `{}`, Hosts: loaded(4, 500, 1)},
		seed.Cluster{Name: "empty", Entry: `{}`},
		seed.Cluster{Name: "tuned", Entry: `{"cpu": {"scale_out_at": 90}}`, Hosts: loaded(4, 800, 1)},
		seed.Cluster{Name: "faulty", Entry: `{"cpu": {"scale_out_at": 175}, "enable": true}`, Hosts: loaded(4, 800, 1)},
		seed.Cluster{Name: "not-ours", Hosts: loaded(1, 800, 1)},
	)
	require.NoError(t, err)
	require.NoError(t, seed.PutEntry(t.Context(), server, "gone", `{}`))

	want := map[string]struct {
		signal  int
		reasons []string
		cpu     float64
		capable bool
	}{
		"hot-cpu":             {1, []string{"cpu_at_scale_out"}, 80, true},
		"hot-memory":          {1, []string{"memory_at_scale_out"}, 60, true},
		"hot-cpu-idle-memory": {1, []string{"cpu_at_scale_out"}, 80, true},
		"idle":                {-1, []string{"all_below_scale_in"}, 10, true},
		"within-band":         {0, []string{"within_band"}, 60, true},
		"at-threshold":        {1, []string{"cpu_at_scale_out"}, 75, true},
		"at-lower-threshold":  {0, []string{"within_band"}, 50, true},
		"empty":               {0, []string{"no_instances"}, 0, false},
		"tuned":               {0, []string{"within_band"}, 80, true},
		"faulty":              {0, []string{"invalid_entry"}, 0, false},
		"gone":                {0, []string{"unreadable"}, 0, false},
	}
	minute := thisMinute()
	got := pass(t, minute)

	assert.Equal(t, minute.Format(time.RFC3339), got.Minute)
	require.Len(t, got.Clusters, len(want))
	for _, c := range got.Clusters {
		w := want[c.Cluster]
		assert.Equal(t, w.signal, c.Signal, c.Cluster)
		assert.Equal(t, w.reasons, c.Reasons, c.Cluster)
		// What the alarms will see, zeros too.
		signal, found := metric(t, "ScalingSignal", c.Cluster, minute)
		assert.True(t, found, "%s has a datapoint", c.Cluster)
		assert.InDelta(t, w.signal, signal, 0, c.Cluster)
		cpu, found := metric(t, "CPUReservation", c.Cluster, minute)
		assert.Equal(t, w.capable, found, "%s has a CPU reservation", c.Cluster)
		assert.InDelta(t, w.cpu, cpu, 1e-9, c.Cluster)
	}
	_, found := metric(t, "ScalingSignal", "not-ours", minute)
	assert.False(t, found, "a cluster without entry is left alone")

	require.Len(t, got.Failed, 1)
	assert.Equal(t, "gone", got.Failed[0].Cluster)
	assert.Contains(t, got.Failed[0].Error, "ECS has no such cluster")
	for name, value := range map[string]float64{"ClustersRead": 9, "ClustersFailed": 1, "InvalidEntries": 1} {
		total, found := metric(t, name, "", minute)
		assert.True(t, found, name)
		assert.InDelta(t, value, total, 0, name)
	}
}

func TestALogLineTellsEachVerdict(t *testing.T) {
	reset(t)
	_, err := seed.Clusters(t.Context(), server, seed.Cluster{Name: "web", Entry: `{}`, Hosts: loaded(2, 800, 1)})
	require.NoError(t, err)
	result := invoke(t, scheduled(thisMinute()))
	var line struct {
		Msg     string          `json:"msg"`
		Verdict json.RawMessage `json:"verdict"`
	}
	require.NoError(t, json.Unmarshal(result.Logs, &line), string(result.Logs))
	assert.Equal(t, "verdict", line.Msg)
	var whole struct{ Clusters []json.RawMessage }
	require.NoError(t, json.Unmarshal(result.Payload, &whole))
	assert.JSONEq(t, string(whole.Clusters[0]), string(line.Verdict), "the log line holds the answer's value")
}

// The in alarm takes the Maximum, so that of two passes in one minute the more careful one counts.
func TestADoubledEventFallsIntoTheSameDatapoint(t *testing.T) {
	reset(t)
	_, err := seed.Clusters(t.Context(), server, seed.Cluster{Name: "web", Entry: `{}`, Hosts: loaded(4, 10, 1)})
	require.NoError(t, err)
	minute := thisMinute()
	assert.Equal(t, -1, pass(t, minute).Clusters[0].Signal)
	require.NoError(t, seed.PutEntry(t.Context(), server, "web", `{"scale_in": false}`))
	assert.Equal(t, 0, pass(t, minute).Clusters[0].Signal)
	signal, found := metric(t, "ScalingSignal", "web", minute)
	assert.True(t, found)
	assert.InDelta(t, 0, signal, 0)
	_, found = metric(t, "ScalingSignal", "web", minute.Add(time.Minute))
	assert.False(t, found)
}

func TestAStaleEventIsDropped(t *testing.T) {
	reset(t)
	minute := thisMinute().Add(-5 * time.Minute)
	require.NoError(t, server.ResetCalls(t.Context()))
	got := pass(t, minute)
	assert.Equal(t, "stale", got.Dropped)
	assert.Equal(t, minute.Format(time.RFC3339), got.Minute)
	calls, err := server.Calls(t.Context())
	require.NoError(t, err)
	assert.Empty(t, calls)
}

func TestAnEmptyPathNamesTheNextStep(t *testing.T) {
	reset(t)
	result := invoke(t, []byte(`{}`))
	assert.Contains(t, result.ErrorMessage, "SSM Parameter Store has no entry below /ecs-cluster-scaler/clusters in this account and region; check account, region and CONFIG_PATH, or add the first entry with: aws ssm put-parameter")
}

func TestADeniedActionIsNamed(t *testing.T) {
	reset(t)
	_, err := seed.Clusters(t.Context(), server, seed.Cluster{Name: "web", Entry: `{}`}, seed.Cluster{Name: "api", Entry: `{}`, Hosts: loaded(2, 800, 1)})
	require.NoError(t, err)

	denied := moto.Denied("ecs.ListContainerInstances", "ecs:ListContainerInstances")
	denied.Cluster = "web"
	require.NoError(t, server.Fault(t.Context(), denied))
	got := pass(t, thisMinute())
	require.Len(t, got.Failed, 1)
	assert.Equal(t, "web", got.Failed[0].Cluster)
	assert.Contains(t, got.Failed[0].Error, "AWS denies ecs:ListContainerInstances; allow it in the caller's IAM policy")
	assert.Equal(t, 1, got.Clusters[0].Signal, "the other cluster is scored all the same")

	// In a process that has read no entry yet: one that has goes on with them.
	denied = moto.Denied("ssm.GetParametersByPath", "ssm:GetParametersByPath")
	denied.Times = 2 // the second attempt is without decryption
	require.NoError(t, server.Fault(t.Context(), denied))
	cold, err := function.Start(t.Context(), bootstrap, server.Env())
	require.NoError(t, err)
	defer cold.Close()
	result, err := cold.Invoke(t.Context(), []byte(`{}`))
	require.NoError(t, err)
	assert.Contains(t, result.ErrorMessage, "AWS denies ssm:GetParametersByPath; allow it in the caller's IAM policy")
}

func TestRefusedMetricsFailThePass(t *testing.T) {
	reset(t)
	_, err := seed.Clusters(t.Context(), server, seed.Cluster{Name: "web", Entry: `{}`, Hosts: loaded(2, 800, 1)})
	require.NoError(t, err)
	require.NoError(t, server.Fault(t.Context(), moto.Denied("cloudwatch.PutMetricData", "cloudwatch:PutMetricData")))
	result := invoke(t, []byte(`{}`))
	assert.Contains(t, result.ErrorMessage, "AWS denies cloudwatch:PutMetricData; allow it in the caller's IAM policy")
}
