package main_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/function"
	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

// The released binary, unchanged, behind a Lambda Runtime API, against moto over HTTP. The tick's time is its clock, and
// may not be far from the present: so hours pass by moving the world's past, and nothing sleeps.
var (
	server    *moto.Server
	bootstrap string
)

func TestMain(m *testing.M) {
	os.Exit(moto.Beside(func(ctx context.Context, s *moto.Server) (code int, err error) {
		server = s
		defer function.RemoveBuilds()
		if bootstrap, err = function.Bootstrap(ctx, "drainer"); err != nil {
			return 1, err
		}
		return m.Run(), nil
	}))
}

// step is the contract of the answer, written out again rather than taken from the code under test.
type step struct {
	Cluster, Group, Instance string
	Step, Reason, Detail     string
	Since                    time.Time
	Heartbeat                bool
}

type answer struct {
	Minute    string `json:"minute"`
	Dropped   string `json:"dropped"`
	Instances []step `json:"instances"`
	Failed    []struct {
		Cluster, Instance, Error string
	} `json:"failed"`
}

// world is one seeded situation, with its own clock.
type world struct {
	*seed.World
	t testing.TB
	// began is minute 0; it moves back as the world grows older.
	began time.Time
	// leaving are the instances whose termination began then, stops what tasks were told since.
	leaving []string
	stops   map[string]func() moto.TaskChange
	// warm: one process for all events. Otherwise each has its own, which remembers nothing and has its share of AWS's
	// limits whole.
	warm    bool
	process *function.Process
	// env is what the function has in its environment beside moto.
	env []string
}

// seed makes the clusters; terminating hosts of theirs began to leave at minute 0.
func seeded(tb testing.TB, clusters ...seed.Cluster) *world {
	tb.Helper()
	require.NoError(tb, server.Reset(tb.Context()))
	w := &world{t: tb, stops: map[string]func() moto.TaskChange{}, began: time.Now().UTC().Truncate(time.Minute)}
	tb.Cleanup(w.stop)
	for c := range clusters {
		hosts := [][]seed.Host{clusters[c].Hosts}
		for g := range clusters[c].Groups {
			hosts = append(hosts, clusters[c].Groups[g].Hosts)
		}
		for _, of := range hosts {
			for h := range of {
				if of[h].Terminating {
					of[h].Since = w.began
				}
			}
		}
	}
	var err error
	w.World, err = seed.Clusters(tb.Context(), server, clusters...)
	require.NoError(tb, err)
	actions, err := server.LifecycleActions(tb.Context())
	require.NoError(tb, err)
	for _, a := range actions {
		w.leaving = append(w.leaving, a.Instance)
	}
	require.NoError(tb, server.ResetCalls(tb.Context()))
	return w
}

func (w *world) stop() {
	if w.process != nil {
		assert.NoError(w.t, w.process.Close())
		w.process = nil
	}
}

func (w *world) at(minute int) time.Time { return w.began.Add(time.Duration(minute) * time.Minute) }

func (w *world) host(n int) seed.SeededHost { return w.Clusters["web"].Hosts[n] }

func (w *world) invoke(event []byte) answer {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 50*time.Second)
	defer cancel()
	if w.process == nil || !w.warm {
		w.stop()
		var err error
		w.process, err = function.Start(context.WithoutCancel(ctx), bootstrap, append(server.Env(), w.env...))
		require.NoError(w.t, err)
	}
	result, err := w.process.Invoke(ctx, event)
	require.NoError(w.t, err)
	require.Empty(w.t, result.ErrorMessage, string(result.Logs))
	var a answer
	require.NoError(w.t, json.Unmarshal(result.Payload, &a), string(result.Payload))
	return a
}

// grow makes the present the given minute of the world.
func (w *world) grow(minute int) {
	w.t.Helper()
	w.began = time.Now().UTC().Truncate(time.Minute).Add(-time.Duration(minute) * time.Minute)
	done := w.completed()
	for _, instance := range w.leaving {
		if _, gone := done[instance]; !gone {
			require.NoError(w.t, server.SetInstance(w.t.Context(), instance, moto.InstanceChange{TerminatingAt: &w.began}))
		}
	}
	for arn, change := range w.stops {
		require.NoError(w.t, server.SetTask(w.t.Context(), "web", arn, change()))
	}
}

// tick runs one at the given minute and returns its steps by instance.
func (w *world) tick(minute int) map[string]step {
	w.t.Helper()
	w.grow(minute)
	a := w.invoke([]byte(`{"time": "` + w.at(minute).Format(time.RFC3339) + `"}`))
	require.Empty(w.t, a.Failed)
	steps := map[string]step{}
	for _, s := range a.Instances {
		steps[s.Instance] = s
	}
	return steps
}

// is says what a tick does with a host, and why.
func (w *world) is(minute, host int, does, why string) step {
	w.t.Helper()
	s := w.tick(minute)[w.host(host).Instance]
	require.Equal(w.t, does+" "+why, s.Step+" "+s.Reason, s.Detail)
	return s
}

// task is where the scheduler or the agent has brought one.
func (w *world) task(arn, desired, last string, minute int) {
	w.t.Helper()
	w.stops[arn] = func() moto.TaskChange {
		change := moto.TaskChange{DesiredStatus: aws.String(desired), LastStatus: aws.String(last), StoppingAt: aws.Time(w.at(minute))}
		if last == "STOPPED" {
			change.StoppedAt = aws.Time(w.at(minute))
		}
		return change
	}
	require.NoError(w.t, server.SetTask(w.t.Context(), "web", arn, w.stops[arn]()))
}

func (w *world) service(name string, running int) {
	w.t.Helper()
	require.NoError(w.t, server.SetService(w.t.Context(), "web", name, moto.ServiceChange{Running: aws.Int(running)}))
}

// completed are the hosts whose hook was completed, with the heartbeats they had.
func (w *world) completed() map[string]int {
	w.t.Helper()
	actions, err := server.LifecycleActions(w.t.Context())
	require.NoError(w.t, err)
	done := map[string]int{}
	for _, a := range actions {
		if a.Result != "" {
			require.Equal(w.t, "CONTINUE", a.Result)
			done[a.Instance] = a.Heartbeats
		}
	}
	return done
}

func (w *world) calls() map[string]int {
	w.t.Helper()
	made, err := server.Calls(w.t.Context())
	require.NoError(w.t, err)
	return made
}

func (w *world) metric(name string, minute int) (float64, bool) {
	w.t.Helper()
	value, found, err := moto.Metric(w.t.Context(), server, "ECSClusterScaler", name, "web", w.at(minute))
	require.NoError(w.t, err)
	return value, found
}
