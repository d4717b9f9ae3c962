package publisher_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/simulator/faulty"
)

// demanded puts what a cluster demanded in the hours before: so much CPU, and for the last ten minutes of each hour more.
func (a account) demanded(t *testing.T, cluster string, hours int, cpu, more float64) {
	t.Helper()
	a.Run(minute)
	for name, share := range map[string]float64{"CPUDemand": 1, "MemoryDemand": 0.01} {
		var data []types.MetricDatum
		for m := minute.Add(-time.Duration(hours) * time.Hour); m.Before(minute); m = m.Add(time.Minute) {
			value := cpu
			if minute.Sub(m)%time.Hour >= 50*time.Minute {
				value += more
			}
			data = append(data, types.MetricDatum{
				MetricName: sdk.String(name), Timestamp: sdk.Time(m), Value: sdk.Float64(value * share),
				Dimensions: []types.Dimension{{Name: sdk.String("ClusterName"), Value: sdk.String(cluster)}},
			})
		}
		for len(data) > 0 {
			n := min(len(data), 1000)
			_, err := a.CloudWatch().PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: sdk.String("Ours"), MetricData: data[:n]})
			require.NoError(t, err)
			data = data[n:]
		}
	}
}

// hosted adds a cluster of hosts of which some are full.
func (a account) hosted(name string, hosts, full int) account {
	a.hosts(name, hosts)
	a.load(name, "web", full, 1000)
	return a
}

func (a account) reads() int {
	n := 0
	for _, c := range a.calls.Calls() {
		if c.Action == "GetMetricData" {
			n++
		}
	}
	return n
}

const rose = "within 4 minutes demand rose by at most 700 CPU 98 times of 100 in the last day"

func TestANewProcessReadsTheLastDay(t *testing.T) {
	a := newAccount().with("a", 4, 800)
	a.demanded(t, "a", 24, 3200, 700)
	p := a.publisher()
	v := verdict(t, pass(t, p, 0), "a")
	assert.Equal(t, "1 × web (800 CPU, 10 MiB) kept free, the largest task: "+rose, v.Headroom.Why)
	assert.Equal(t, []scaler.Reason{scaler.HeadroomShort}, v.Reasons, "80 %% is no cause by itself: %v", v.Why)
	assert.Equal(t, 1, a.reads())
	for n := range 3 {
		v = verdict(t, pass(t, p, time.Duration(n+1)*time.Minute), "a")
	}
	assert.Contains(t, v.Headroom.Why, rose)
	assert.Equal(t, 1, a.reads(), "what was read is remembered")
	pass(t, p, 10*time.Minute)
	assert.Equal(t, 2, a.reads(), "other processes may have run meanwhile")
}

func TestAClusterWithoutHistoryGoesByThresholds(t *testing.T) {
	a := newAccount().with("new", 4, 800).with("young", 4, 800)
	a.demanded(t, "young", 5, 3200, 700)
	p := a.publisher()
	answer := pass(t, p, 0)
	for cluster, hours := range map[string]string{"new": "0.0", "young": "5.0"} {
		v := verdict(t, answer, cluster)
		assert.Equal(t, []scaler.Reason{scaler.CPUAtScaleOut, scaler.MemoryAtScaleOut}[:1], v.Reasons)
		assert.Equal(t, "none; thresholds hold until 6 hours of demand are known, now "+hours, v.Headroom.Why)
	}
	pass(t, p, time.Minute)
	assert.Equal(t, 1, a.reads(), "there is no more to read")
}

func TestADeniedReadIsSaidAndTriedAgain(t *testing.T) {
	a := newAccount().with("a", 4, 800)
	a.demanded(t, "a", 24, 3200, 700)
	p := a.publisher()
	a.calls.Set(faulty.Where(func(c faulty.Call) bool { return c.Action == "GetMetricData" }, faulty.Denied))
	for n := range 2 {
		v := verdict(t, pass(t, p, time.Duration(n)*time.Minute), "a")
		assert.Equal(t, []scaler.Reason{scaler.CPUAtScaleOut}, v.Reasons)
		assert.Contains(t, v.Headroom.Why, "none; thresholds hold, because what demand was is not known: read 3 metrics of namespace Ours: AWS denies cloudwatch:GetMetricData")
	}
	a.calls.Set()
	assert.Contains(t, verdict(t, pass(t, p, 2*time.Minute), "a").Headroom.Why, rose)
}

// A call that fails once is no reason to buy hosts for thresholds that will not hold.
func TestAHistoryThatCannotBeReadIsSaidAfterFivePasses(t *testing.T) {
	a := newAccount().hosted("full", 9, 8).with("idle", 8, 100)
	p := a.publisher()
	a.calls.Set(faulty.On(faulty.Throttled, "GetMetricData"))
	for n := range 6 {
		answer := pass(t, p, time.Duration(n)*time.Minute)
		full, idle := verdict(t, answer, "full"), verdict(t, answer, "idle")
		if n < 4 {
			assert.Equal(t, scaler.Stay, full.Signal, "pass %d: 89 %% are reserved, and a task fits: %v", n, full.Why)
			assert.Contains(t, full.Headroom.Why, "what demand was in the last day is not read yet")
			assert.True(t, idle.Has(scaler.Unreadable), idle.Why)
			continue
		}
		assert.True(t, full.Has(scaler.CPUAtScaleOut), "pass %d: %v", n, full.Why)
		assert.Contains(t, full.Headroom.Why, "thresholds hold, because what demand was is not known: read 6 metrics of namespace Ours: AWS throttles cloudwatch:GetMetricData")
		assert.Equal(t, scaler.ScaleIn, idle.Signal, idle.Why)
	}
}

// Else a call that hangs would take twenty seconds of every pass.
func TestAHistoryThatStaysUnreadIsTriedEveryTenMinutes(t *testing.T) {
	a := newAccount().with("a", 4, 800)
	a.demanded(t, "a", 24, 3200, 700)
	p := a.publisher()
	a.calls.Set(faulty.On(faulty.Throttled, "GetMetricData"))
	tried := 0
	for n := range 15 {
		v := verdict(t, pass(t, p, time.Duration(n)*time.Minute), "a")
		if n == 4 {
			tried = a.reads()
		}
		if n >= 4 && n < 14 {
			assert.Equal(t, tried, a.reads(), "pass %d", n)
			assert.Contains(t, v.Headroom.Why, "thresholds hold, because what demand was is not known")
		}
	}
	assert.Greater(t, a.reads(), tried, "ten minutes later")
	a.calls.Set()
	assert.NotContains(t, verdict(t, pass(t, p, 20*time.Minute), "a").Headroom.Why, rose)
	assert.Contains(t, verdict(t, pass(t, p, 24*time.Minute), "a").Headroom.Why, rose)
}

func TestAMetricThatFailsCostsOnlyThoseReadWithIt(t *testing.T) {
	a := newAccount()
	names := []string{"a", "b", "c", "d", "e", "f"} // five are read together
	for _, name := range names {
		a.with(name, 4, 800)
		a.demanded(t, name, 24, 3200, 700)
	}
	first := true
	a.calls.Set(faulty.Where(func(c faulty.Call) bool { return c.Action == "GetMetricData" }, func(_ context.Context, _ faulty.Call, carryOut func() (any, error)) (any, error) {
		out, err := carryOut()
		if answer, is := out.(*cloudwatch.GetMetricDataOutput); is && first {
			answer.MetricDataResults[0].StatusCode, first = types.StatusCodeInternalError, false
		}
		return out, err
	}))
	answer, known := pass(t, a.publisher(), 0), 0
	for _, name := range names {
		if strings.Contains(verdict(t, answer, name).Headroom.Why, rose) {
			known++
		}
	}
	assert.Equal(t, 1, known)
}

func TestAMinuteWithoutMemoryIsNotKnown(t *testing.T) {
	a := newAccount().with("a", 4, 800)
	a.demanded(t, "a", 24, 3200, 700)
	a.calls.Set(func(_ context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
		answer, err := carryOut()
		if out, ok := answer.(*cloudwatch.GetMetricDataOutput); ok && c.Action == "GetMetricData" {
			for n, r := range out.MetricDataResults {
				if *r.Id == "m1" {
					out.MetricDataResults[n].Values, out.MetricDataResults[n].Timestamps = r.Values[:300], r.Timestamps[:300]
				}
			}
		}
		return answer, err
	})
	v := verdict(t, pass(t, a.publisher(), 0), "a")
	assert.Contains(t, v.Headroom.Why, "thresholds hold until 6 hours of demand are known, now 5.0")
}

// A pass that ends before the history is there buys nothing for thresholds that will not hold, and gives nothing back.
func TestAHistoryThatIsLateIsAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount().hosted("full", 9, 8).with("idle", 8, 100)
		p := a.publisher()
		a.calls.Set(faulty.Where(func(c faulty.Call) bool { return c.Action == "GetMetricData" }, faulty.Slow(time.Hour)))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		answer, err := p.Run(ctx, minute)
		require.NoError(t, err)
		v := verdict(t, answer, "full")
		assert.Equal(t, scaler.Stay, v.Signal, "89 %% are reserved, and a task fits: %v", v.Why)
		v = verdict(t, answer, "idle")
		assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.Unreadable}, v.Reasons, v.Why)
		assert.Equal(t, "1 × web (100 CPU, 10 MiB) kept free; what demand was in the last day is not read yet", v.Headroom.Why)
	})
}

func TestHistoriesAreReadFiveTogether(t *testing.T) {
	a := newAccount()
	for n := range 12 {
		a.with(fmt.Sprintf("c%02d", n), 1, 100)
	}
	a.with("off", 1, 100)
	a.enter("off", `{"headroom": {"fitted": false}}`)
	a.pass(t)
	assert.Equal(t, 3, a.reads())
	for _, c := range a.calls.Calls() {
		if in, ok := c.Input.(*cloudwatch.GetMetricDataInput); ok {
			assert.LessOrEqual(t, len(in.MetricDataQueries), 15)
			for _, q := range in.MetricDataQueries {
				assert.NotEqual(t, "off", *q.MetricStat.Metric.Dimensions[0].Value, "nothing is fitted there")
			}
		}
	}
}

func TestDemandIsPublished(t *testing.T) {
	a := newAccount().with("a", 4, 800)
	p := a.publisher()
	pass(t, p, 0)
	cpu, found := a.published("CPUDemand", "a")
	assert.True(t, found)
	assert.InDelta(t, 3200, cpu, 0)
	memory, _ := a.published("MemoryDemand", "a")
	assert.InDelta(t, 40, memory, 0)
	_, found = a.published("GPUDemand", "a")
	assert.False(t, found, "no host has any")
}

// What one process publishes, the next one reads.
func TestADayIsHandedOn(t *testing.T) {
	a := newAccount().with("a", 4, 500)
	var p *publisher.Publisher
	for n := range 400 {
		if n%100 == 0 {
			p = a.publisher()
		}
		a.Run(minute.Add(time.Duration(n) * time.Minute))
		v := verdict(t, pass(t, p, time.Duration(n)*time.Minute), "a")
		if n < 360 {
			require.Contains(t, v.Headroom.Why, fmt.Sprintf("now %.1f", float64(n/6)/10), n)
		} else {
			require.Contains(t, v.Headroom.Why, "1 × web (500 CPU, 10 MiB) kept free", n)
		}
	}
}
