package cluster_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

// service is an ACTIVE replica service on EC2 in a steady state, with AWS's default percentages.
func service(desired, running, pending int, change ...func(*cluster.Service)) cluster.Service {
	s := cluster.Service{
		Name: "web", Active: true, Home: cluster.OnEC2, Rollout: cluster.Rolling,
		Desired: desired, Running: running, Pending: pending,
		MinimumHealthyPercent: 100, MaximumPercent: 200,
		Deployments: []cluster.Deployment{{Primary: true, Desired: desired, Running: running, Pending: pending}},
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

// rollingOut puts a new deployment with so many running and pending tasks beside the old one.
func rollingOut(running, pending int) func(*cluster.Service) {
	return func(s *cluster.Service) {
		s.Deployments = []cluster.Deployment{
			{Primary: true, InProgress: true, Desired: s.Desired, Running: running, Pending: pending},
			{Desired: s.Desired, Running: s.Running - running, Pending: s.Pending - pending},
		}
	}
}

func TestAbsurdCountsNeverOverflow(t *testing.T) {
	for name, desired := range map[string]int{"32 bits": math.MaxInt32, "64 bits": math.MaxInt64} {
		t.Run(name, func(t *testing.T) {
			s := cluster.Service{Name: "web", Active: true, Home: cluster.OnEC2, Rollout: cluster.Rolling, Desired: desired, MinimumHealthyPercent: desired, MaximumPercent: desired}
			assert.Equal(t, math.MaxInt32, s.Unplaced(0))
			assert.Positive(t, s.Floor())
			s.Running, s.Pending = desired, desired
			assert.Zero(t, s.Unplaced(0))
			s.Rollout, s.Deployments = cluster.SideBySide, []cluster.Deployment{{Desired: desired}, {Desired: desired, Running: -desired}}
			assert.Equal(t, 2*math.MaxInt32, s.Unplaced(0))
		})
	}
	s := cluster.Snapshot{Services: []cluster.Service{{
		Name: "web", Active: true, Home: cluster.OnEC2, Rollout: cluster.SideBySide,
		Deployments: []cluster.Deployment{{TaskDefinition: "a", Desired: math.MaxInt64, Running: math.MaxInt64, Pending: math.MaxInt64}, {TaskDefinition: "b", Desired: math.MaxInt64, Running: math.MinInt64}},
	}}}
	if demand := s.Demand(); assert.Len(t, demand, 1) {
		assert.Equal(t, "b", demand[0].Definition)
		assert.Equal(t, math.MaxInt32, demand[0].Tasks)
	}
	negative := cluster.Service{Active: true, Home: cluster.OnEC2, Desired: math.MinInt64, Running: math.MinInt64, MaximumPercent: math.MinInt64, MinimumHealthyPercent: math.MinInt64}
	assert.Zero(t, negative.Unplaced(0))
	assert.Zero(t, negative.Floor())
	assert.False(t, negative.RolloutWaits())
}
