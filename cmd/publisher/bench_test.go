package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/lab/canned"
	"ecs-cluster-scaler/internal/lab/function"
)

// measured runs one pass of the released function against canned answers and reports what it took.
func measured(b *testing.B, canned *canned.Server, f *function.Process) {
	b.Helper()
	canned.Calls()
	ctx, cancel := context.WithTimeout(b.Context(), 50*time.Second) // the function's time in Terraform
	defer cancel()
	began := time.Now()
	result, err := f.Invoke(ctx, []byte(`{}`))
	took := time.Since(began)
	require.NoError(b, err)
	require.Empty(b, result.ErrorMessage)
	var got struct {
		Clusters, Failed []json.RawMessage
	}
	require.NoError(b, json.Unmarshal(result.Payload, &got))
	require.Len(b, got.Clusters, canned.Clusters)

	all := 0
	byBucket := map[string]int{}
	for action, n := range canned.Calls() {
		all += n
		for _, bucket := range awsclient.Buckets {
			for _, known := range bucket.Actions {
				if strings.HasSuffix(known, "."+action) {
					byBucket[bucket.Name] += n
				}
			}
		}
	}
	b.ReportMetric(float64(all), "calls/op")
	for name, n := range byBucket {
		b.ReportMetric(float64(n), strings.ReplaceAll(name, " ", "-")+"/op")
	}
	b.ReportMetric(took.Seconds(), "s/op")
	b.ReportMetric(float64(len(got.Failed)), "left-out/op")
	unread := 0
	for _, c := range got.Clusters {
		if bytes.Contains(c, []byte(`"tasks_unread"`)) || bytes.Contains(c, []byte(`"unreadable"`)) {
			unread++
		}
	}
	b.ReportMetric(float64(unread), "in-doubt/op")
	peak := float64(f.PeakRSS()) / (1 << 20)
	require.Less(b, peak, 64.0, "MiB")
	b.ReportMetric(peak, "MiB-peak")
	b.ReportMetric(0, "ns/op")
}

func functionFor(b *testing.B, canned *canned.Server) *function.Process {
	b.Helper()
	require.NoError(b, canned.Start())
	b.Cleanup(func() { canned.Close() })
	bootstrap, err := function.Bootstrap(b.Context(), "publisher")
	require.NoError(b, err)
	f, err := function.Start(b.Context(), bootstrap, canned.Env())
	require.NoError(b, err)
	b.Cleanup(func() { f.Close() })
	return f
}

// BenchmarkWarmHotPass is the world that the peers were measured on: 18, 37 and 63 calls.
func BenchmarkWarmHotPass3ClustersOf10HostsAnd5Services(b *testing.B) {
	canned := &canned.Server{Clusters: 3, HostsEach: 10, ServicesEach: 5, TasksPerService: 4, Reserved: 80}
	f := functionFor(b, canned)
	measured(b, canned, f)
	for b.Loop() {
		measured(b, canned, f)
	}
}

// BenchmarkPass is one pass over 200 clusters of 20 hosts and 20 services at 20 ms a call. Between passes it waits
// until half of each bucket is full again, as it is a minute later.
func BenchmarkPass200ClustersOf20HostsAnd20Services(b *testing.B) {
	world := func(reserved int) *canned.Server {
		return &canned.Server{Clusters: 200, HostsEach: 20, ServicesEach: 20, TasksPerService: 5, Reserved: reserved, Delay: 20 * time.Millisecond}
	}
	const refill = 6 * time.Second
	b.Run("cold", func(b *testing.B) {
		for range b.N {
			canned := world(80)
			measured(b, canned, functionFor(b, canned))
		}
	})
	b.Run("hot", func(b *testing.B) {
		canned := world(80)
		f := functionFor(b, canned)
		measured(b, canned, f)
		for range b.N {
			<-time.After(refill)
			measured(b, canned, f)
		}
	})
	// Every cluster may give a host up, for which its tasks and their definitions must be known: what the first minutes
	// read, the later ones remember.
	canned := world(10)
	f := functionFor(b, canned)
	for _, minute := range []string{"quiet-night-1st-minute", "2nd", "3rd", "4th"} {
		b.Run(minute, func(b *testing.B) {
			for range b.N {
				measured(b, canned, f)
				<-time.After(refill)
			}
		})
	}
}

// BenchmarkStart is the time from starting the process to its first poll for an event, and the package's size.
func BenchmarkStart(b *testing.B) {
	canned := &canned.Server{Clusters: 1}
	require.NoError(b, canned.Start())
	defer canned.Close()
	bootstrap, err := function.Bootstrap(b.Context(), "publisher")
	require.NoError(b, err)
	var total time.Duration
	for b.Loop() {
		f, err := function.Start(b.Context(), bootstrap, canned.Env())
		require.NoError(b, err)
		total += f.InitDuration()
		require.NoError(b, f.Close())
	}
	b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "ms-to-first-poll")
	zip, err := os.Stat(zipPath)
	require.NoError(b, err)
	b.ReportMetric(float64(zip.Size())/1e6, "MB-zip")
}

// zipPath is what function.Bootstrap has built.
var zipPath = filepath.Join("..", "..", "dist", "publisher_linux_"+runtime.GOARCH+".zip")

func TestThePackageStaysBelowFiveMegabytes(t *testing.T) {
	zip, err := os.Stat(zipPath)
	require.NoError(t, err)
	require.LessOrEqual(t, zip.Size(), int64(5_000_000))
}
