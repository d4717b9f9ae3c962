package publisher_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator/faulty"
)

func TestDataCarryTheScheduledMinuteButForOne(t *testing.T) {
	a := newAccount().with("a", 4, 900).with("b", 4, 100)
	p := a.publisher()
	a.Run(minute.Add(17 * time.Second))
	pass(t, p, 0)
	of := map[string]int{}
	for _, put := range a.puts() {
		for _, d := range put.MetricData {
			of[*d.MetricName]++
			if *d.MetricName == "CapacityChange" {
				assert.Equal(t, minute.Add(17*time.Second), *d.Timestamp, "the second of the put")
				assert.EqualValues(t, 1, *d.StorageResolution)
				continue
			}
			assert.Equal(t, minute, *d.Timestamp, *d.MetricName)
			assert.Nil(t, d.StorageResolution, *d.MetricName)
		}
	}
	assert.Equal(t, 2, of["CapacityChange"], "one datum a pass for each cluster")
}

func TestNothingPublishedIsAFailure(t *testing.T) {
	a := newAccount().with("a", 4, 900)
	a.calls.Set(faulty.On(faulty.Denied, "PutMetricData"))
	_, err := a.publisher().Run(t.Context(), minute)
	require.ErrorContains(t, err, "not authorized")

	a.calls.Forget()
	a.calls.Set(faulty.On(faulty.Throttled, "GetParametersByPath"))
	_, err = a.publisher().Run(t.Context(), minute)
	require.Error(t, err)
	assert.Empty(t, a.puts())
}

func TestARefusedBatchIsNamedTheRestPublished(t *testing.T) {
	a := newAccount()
	for n := range 100 { // eleven data each: two batches
		a.with(fmt.Sprintf("c%03d", n), 1, 900)
	}
	a.calls.Set(func(ctx context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
		if c.Action == "PutMetricData" && a.calls.Count(c.Action) == 1 {
			return faulty.Throttled(ctx, c, carryOut)
		}
		return carryOut()
	})
	answer := a.pass(t)
	require.Len(t, answer.Failed, 1)
	assert.Empty(t, answer.Failed[0].Cluster)
	assert.Contains(t, answer.Failed[0].Error, "AWS throttles cloudwatch:PutMetricData")
	assert.Len(t, a.puts(), 2)
}

func TestEachVerdictIsOneLogLine(t *testing.T) {
	var log bytes.Buffer
	pass(t, newAccount().with("a", 4, 900).with("b", 4, 100).logging(&log), 0)
	assert.Equal(t, 2, bytes.Count(log.Bytes(), []byte(`"msg":"verdict"`)))
	assert.Contains(t, log.String(), `"timestamp":`)
	assert.Contains(t, log.String(), slog.LevelInfo.String())
}

func TestACancelledPassStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a := newAccount().with("a", 4, 900)
	a.calls.Set(func(ctx context.Context, c faulty.Call, _ func() (any, error)) (any, error) {
		cancel()
		return nil, c.Fails(ctx.Err())
	})
	_, err := a.publisher().Run(ctx, minute)
	require.ErrorIs(t, err, context.Canceled)
}

func TestNothingGoesOnAfterAFailedPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount().with("a", 4, 900)
		p := a.publisher()
		ended := false
		a.calls.Set(func(ctx context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
			switch c.Action {
			case "GetParametersByPath":
				return nil, errors.New("throttled")
			case "DescribeAutoScalingGroups":
				<-ctx.Done() // else it would take its time
				ended = true
			}
			return carryOut()
		})
		_, err := p.Run(t.Context(), minute)
		require.Error(t, err)
		assert.True(t, ended)
	})
}

// Time is the bubble's: a pass of fifty seconds takes none.
func TestADeadlineLeavesTimeToPublish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount()
		for n := range 20 {
			a.with(fmt.Sprintf("c%02d", n), 1, 900)
		}
		p := a.publisher()
		// Four calls a cluster, eight clusters at once: 20 clusters want 120 s.
		a.calls.Set(faulty.Where(func(c faulty.Call) bool { return c.Service == "ECS" }, faulty.Slow(10*time.Second)))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		began := time.Now()
		answer, err := p.Run(ctx, minute)
		require.NoError(t, err)
		assert.Equal(t, 45*time.Second, time.Since(began), "five seconds are left to publish and answer")

		var left []string
		for _, failure := range answer.Failed {
			assert.Contains(t, failure.Error, "not read, or only in part")
			left = append(left, failure.Cluster)
		}
		assert.Len(t, left, 12)
		for _, v := range answer.Clusters {
			signal, found := a.published("ScalingSignal", v.Cluster)
			assert.True(t, found)
			if slices.Contains(left, v.Cluster) {
				assert.Zero(t, signal)
			} else {
				assert.InDelta(t, 1, signal, 0)
			}
		}
	})
}

// SSM hangs until the pass is out of time: nothing is read, and nothing is made up.
func TestWithoutTimeKnownClustersGetZero(t *testing.T) {
	p := newAccount().with("a", 4, 900).publisher()
	pass(t, p, 0)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	answer, err := p.Judge(ctx, minute.Add(time.Minute))
	require.NoError(t, err)
	v := verdict(t, answer, "a")
	assert.Equal(t, scaler.Stay, v.Signal)
	assert.Equal(t, []scaler.Reason{scaler.Unreadable}, v.Reasons)
}
