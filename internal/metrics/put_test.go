package metrics_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/metrics"
)

type fakeCloudWatch struct {
	puts   []*cloudwatch.PutMetricDataInput
	refuse map[int]error
}

func (f *fakeCloudWatch) PutMetricData(_ context.Context, in *cloudwatch.PutMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	f.puts = append(f.puts, in)
	return &cloudwatch.PutMetricDataOutput{}, f.refuse[len(f.puts)]
}

var minute = time.Date(2026, 11, 22, 4, 38, 0, 0, time.UTC)

func signals(n int) []metrics.Datum {
	data := make([]metrics.Datum, n)
	for i := range data {
		data[i] = metrics.Datum{Metric: metrics.ScalingSignal, Cluster: "web", Value: -1}
	}
	return data
}

func TestDataCarryMinuteUnitAndDimension(t *testing.T) {
	api := &fakeCloudWatch{}
	n, err := metrics.Put(t.Context(), api, "Ours", minute, metrics.Everything, []metrics.Datum{
		{Metric: metrics.CPUReservation, Cluster: "web", Value: 62.5},
		{Metric: metrics.ClustersRead, Value: 3},
	})
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	require.Len(t, api.puts, 1)
	assert.Equal(t, "Ours", *api.puts[0].Namespace)
	perCluster, total := api.puts[0].MetricData[0], api.puts[0].MetricData[1]
	assert.Equal(t, minute, *perCluster.Timestamp)
	assert.EqualValues(t, "Percent", perCluster.Unit)
	require.Len(t, perCluster.Dimensions, 1)
	assert.Equal(t, "ClusterName=web", aws.ToString(perCluster.Dimensions[0].Name)+"="+aws.ToString(perCluster.Dimensions[0].Value))
	assert.Empty(t, total.Dimensions)
}

func TestADatumOfASecondHasHighResolution(t *testing.T) {
	api, at := &fakeCloudWatch{}, minute.Add(42*time.Second+700*time.Millisecond)
	_, err := metrics.Put(t.Context(), api, "Ours", minute, metrics.ScalingOnly, []metrics.Datum{
		{Metric: metrics.CapacityChange, Cluster: "web", Value: 3, At: at}, {Metric: metrics.InstanceGap, Cluster: "web", Value: 3},
	})
	require.NoError(t, err)
	second, whole := api.puts[0].MetricData[0], api.puts[0].MetricData[1]
	assert.Equal(t, minute.Add(42*time.Second), *second.Timestamp)
	assert.EqualValues(t, 1, aws.ToInt32(second.StorageResolution))
	assert.Equal(t, minute, *whole.Timestamp)
	assert.Nil(t, whole.StorageResolution)
}

func TestAThousandDataACall(t *testing.T) {
	api := &fakeCloudWatch{}
	n, err := metrics.Put(t.Context(), api, "Ours", minute, metrics.Everything, signals(2001))
	require.NoError(t, err)
	assert.Equal(t, 2001, n)
	var sizes []int
	for _, put := range api.puts {
		sizes = append(sizes, len(put.MetricData))
	}
	assert.Equal(t, []int{1000, 1000, 1}, sizes)
}

func TestARefusedBatchLeavesTheOthers(t *testing.T) {
	refused := errors.New("refused")
	api := &fakeCloudWatch{refuse: map[int]error{1: refused}}
	n, err := metrics.Put(t.Context(), api, "Ours", minute, metrics.Everything, signals(1001))
	require.ErrorIs(t, err, refused)
	assert.Equal(t, 1, n)
	assert.Len(t, api.puts, 2)
}

func TestScalingOnlyLeavesOutWhatNoAlarmNeeds(t *testing.T) {
	api := &fakeCloudWatch{}
	var data []metrics.Datum
	for _, m := range metrics.All {
		data = append(data, metrics.Datum{Metric: m, Cluster: "web"})
	}
	_, err := metrics.Put(t.Context(), api, "Ours", minute, metrics.ScalingOnly, data)
	require.NoError(t, err)
	var kept []string
	for _, d := range api.puts[0].MetricData {
		kept = append(kept, *d.MetricName)
	}
	assert.Equal(t, []string{"ScalingSignal", "InstanceGap", "CapacityChange", "InstancesWanted", "ScaleOutBlocked", "CPUDemand", "MemoryDemand", "GPUDemand", "DrainBlocked", "OldestDrainMinutes", "ClustersRead", "ClustersFailed", "InvalidEntries"}, kept)
}

// Should a thousand of the longest data ever come near 1 MB, Put must split by size too. JSON is longer than the CBOR
// that the client sends.
func TestAFullCallStaysFarBelowAMegabyte(t *testing.T) {
	longest := metrics.All[0]
	for _, m := range metrics.All {
		if m.PerCluster && len(m.Name) > len(longest.Name) {
			longest = m
		}
	}
	data := make([]metrics.Datum, 1000)
	for i := range data {
		data[i] = metrics.Datum{Metric: longest, Cluster: strings.Repeat("c", 255), Value: 100.0 / 3}
	}
	api := &fakeCloudWatch{}
	_, err := metrics.Put(t.Context(), api, strings.Repeat("n", 255), minute, metrics.Everything, data)
	require.NoError(t, err)
	require.Len(t, api.puts, 1)
	text, err := json.Marshal(api.puts[0])
	require.NoError(t, err)
	assert.Less(t, len(text), 1<<20)
}
