package main_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
	"ecs-cluster-scaler/internal/metrics"
)

// demanded puts what a cluster demanded in the hours before a minute: in the last ten minutes of each hour 900 CPU more.
func demanded(t *testing.T, cluster string, hours int, minute time.Time) {
	t.Helper()
	api := cloudwatch.NewFromConfig(server.Config())
	for m := minute.Add(-time.Duration(hours) * time.Hour); m.Before(minute); m = m.Add(time.Minute) {
		cpu := 2400.0
		if minute.Sub(m)%time.Hour <= 10*time.Minute {
			cpu += 900
		}
		_, err := metrics.Put(t.Context(), api, "ECSClusterScaler", m, metrics.ScalingOnly, []metrics.Datum{
			{Metric: metrics.CPUDemand, Cluster: cluster, Value: cpu}, {Metric: metrics.MemoryDemand, Cluster: cluster, Value: cpu / 4},
		})
		require.NoError(t, err)
	}
}

func TestHeadroomIsFittedToTheLastDay(t *testing.T) {
	reset(t)
	hosts := loaded(3, 0, 0)
	for i := range hosts {
		hosts[i].Tasks = []seed.Task{{Service: "web", CPU: 800, Memory: 200}}
	}
	_, err := seed.Clusters(t.Context(), server, seed.Cluster{Name: "web", Entry: `{}`, Hosts: hosts})
	require.NoError(t, err)
	minute := thisMinute()

	cold(t)
	denied := moto.Denied("cloudwatch.GetMetricData", "cloudwatch:GetMetricData")
	denied.Times = 1
	require.NoError(t, server.Fault(t.Context(), denied))
	got := pass(t, minute).Clusters[0]
	assert.Equal(t, []string{"cpu_at_scale_out"}, got.Reasons, got.Why)
	assert.Contains(t, got.Headroom.Why, "none; thresholds hold, because what demand was is not known: read 3 metrics of namespace ECSClusterScaler: AWS denies cloudwatch:GetMetricData; allow it in the caller's IAM policy")
	assert.Equal(t, map[string]float64{"cpu": 2400, "memory": 600, "gpu": 0}, got.Demand)
	cpu, found := metric(t, "CPUDemand", "web", minute)
	assert.True(t, found)
	assert.InDelta(t, 2400, cpu, 0)

	demanded(t, "web", 8, minute)
	got = pass(t, minute).Clusters[0]
	assert.Equal(t, []string{"headroom_short"}, got.Reasons, "80 %% is no cause by itself: %v", got.Why)
	assert.Equal(t, 2, got.Headroom.Tasks)
	assert.Equal(t, "2 × web (800 CPU, 200 MiB) kept free: within 4 minutes demand rose by at most 900 CPU 98 times of 100 in the last day", got.Headroom.Why)
	assert.Equal(t, 2, got.InstanceGap)
}
