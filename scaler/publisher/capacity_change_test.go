package publisher_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// growing is a cluster of four full hosts, and two more in service since a while that are full too; three tasks wait for a host
// each. Its group's step policy lets hosts warm up for three minutes.
func growing(t *testing.T, since time.Duration) account {
	t.Helper()
	a := newAccount()
	g := a.hosts("a", 4, ecsreader.ClusterTag, "a")
	g.PutStepPolicy("out-10s", "Maximum", 3*time.Minute, []aws.Step{{Lower: new(float64), Change: 1}})
	a.load("a", "web", 9, 900)
	a.Run(minute.Add(-since - time.Minute))
	g.SetDesired(6)
	a.Run(minute.Add(-since))
	for !inService(g, 6) {
		a.Run(a.Now().Add(time.Second))
	}
	return a
}

func inService(g *aws.Group, n int) bool {
	for _, i := range g.Instances() {
		if i.InService.IsZero() {
			return false
		}
	}
	return len(g.Instances()) == n
}

// changes are what was published of a metric.
func (a account) values(metric string) []float64 {
	var values []float64
	for _, put := range a.puts() {
		for _, d := range put.MetricData {
			if *d.MetricName == metric {
				values = append(values, *d.Value)
			}
		}
	}
	return values
}

func TestHostsThatWarmUpAreInTheChange(t *testing.T) {
	for since, inFlight := range map[time.Duration]int{time.Minute: 2, 20 * time.Minute: 0} {
		a := growing(t, since)
		v := verdict(t, a.pass(t), "a")
		require.Positive(t, v.InstanceGap, v.Why)
		assert.Equal(t, inFlight, v.CapacityChange-v.InstanceGap)
		assert.Equal(t, 6, v.InstancesWanted-v.InstanceGap)
		for metric, want := range map[string]int{"CapacityChange": v.CapacityChange, "InstancesWanted": v.InstancesWanted, "InstanceGap": v.InstanceGap} {
			assert.Equal(t, []float64{float64(want)}, a.values(metric), metric)
		}
	}
}

// A pass takes time. What is warm when it publishes, or will be half a minute later, does not count as in flight.
func TestTheChangeIsOfTheMomentOfThePut(t *testing.T) {
	a := growing(t, time.Minute)
	last := time.Time{}
	for _, i := range a.Groups()[0].Instances() {
		if i.InService.After(last) {
			last = i.InService
		}
	}
	for early, inFlight := range map[time.Duration]int{31 * time.Second: 1, 30 * time.Second: 0} {
		p := a.publisher()
		a.calls.Set(func(_ context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
			if c.Action == "ListServices" {
				a.Run(last.Add(3*time.Minute - early))
			}
			return carryOut()
		})
		v := verdict(t, pass(t, p, 0), "a")
		assert.Equal(t, inFlight, v.CapacityChange-v.InstanceGap, "%s before the last one is warm", early)
	}
}

func TestAQuietClusterCostsNoCallForIt(t *testing.T) {
	a := newAccount()
	a.hosts("a", 4, ecsreader.ClusterTag, "a").PutStepPolicy("out", "Maximum", 3*time.Minute, []aws.Step{{Lower: new(float64), Change: 1}})
	a.load("a", "web", 4, 600)
	a.pass(t)
	assert.Zero(t, a.calls.Count("DescribePolicies"))
	assert.Zero(t, a.calls.Count("DescribeScalingActivities"))
	assert.Equal(t, []float64{0}, a.values("CapacityChange"))
	assert.Equal(t, []float64{4}, a.values("InstancesWanted"))
}

func TestDeniedPoliciesBuyLateAndAreNoted(t *testing.T) {
	a := growing(t, time.Minute)
	a.calls.Set(faulty.On(faulty.Denied, "DescribePolicies"))
	v := verdict(t, a.pass(t), "a")
	assert.Positive(t, v.InstanceGap)
	assert.Equal(t, v.InstanceGap, v.CapacityChange)
	require.NotEmpty(t, v.Notes)
	assert.Contains(t, v.Notes[0], "autoscaling:DescribePolicies")
}

// An alarm would go on with an older datapoint: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html.
func TestAClusterThatIsNotReadChangesNothing(t *testing.T) {
	a := growing(t, time.Minute)
	a.calls.Set(faulty.On(faulty.Denied, "ListContainerInstances"))
	answer := a.pass(t)
	require.Len(t, answer.Failed, 1)
	assert.IsType(t, publisher.Failure{}, answer.Failed[0])
	assert.Equal(t, []float64{0}, a.values("CapacityChange"))
	assert.Empty(t, a.values("InstancesWanted"), "nobody knows")
}
