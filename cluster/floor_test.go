package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
)

func TestFloorRoundsUp(t *testing.T) {
	for _, tt := range []struct{ desired, percent, want int }{{4, 100, 4}, {3, 50, 2}, {1, 50, 1}, {1, 0, 0}, {0, 100, 0}, {10, 33, 4}} {
		s := cluster.Service{Desired: tt.desired, MinimumHealthyPercent: tt.percent}
		assert.Equal(t, tt.want, s.Floor(), tt)
	}
}

// canLeave plays what ECS may do for a task on a DRAINING host: start one elsewhere while no more than maximumPercent of
// the desired tasks run, and stop the one while no fewer than minimumHealthyPercent are left.
func canLeave(desired, minimum, maximum int) bool {
	for running := desired; ; running++ {
		if (running-1)*100 >= desired*minimum {
			return true
		}
		if (running+1)*100 > desired*maximum {
			return false
		}
	}
}

func TestImmovableIfNoneMayStopOrStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := service(rapid.IntRange(1, 300).Draw(t, "desired"), 0, 0)
		s.MinimumHealthyPercent = rapid.IntRange(0, 100).Draw(t, "minimumHealthyPercent")
		s.MaximumPercent = rapid.IntRange(100, 200).Draw(t, "maximumPercent")
		assert.Equal(t, !canLeave(s.Desired, s.MinimumHealthyPercent, s.MaximumPercent), s.Immovable())
	})
}

func TestMovableServices(t *testing.T) {
	fixed := func(change func(*cluster.Service)) cluster.Service {
		s := service(4, 4, 0)
		s.MaximumPercent = 100
		change(&s)
		return s
	}
	assert.True(t, fixed(func(*cluster.Service) {}).Immovable())
	for name, change := range map[string]func(*cluster.Service){
		"nothing is desired":                     func(s *cluster.Service) { s.Desired = 0 },
		"deployments run side by side":           func(s *cluster.Service) { s.Rollout = cluster.SideBySide },
		"it is being deleted":                    func(s *cluster.Service) { s.Active = false },
		"ECS stops daemons without another":      func(s *cluster.Service) { s.Daemon = true },
		"a task may be stopped first":            func(s *cluster.Service) { s.MinimumHealthyPercent = 75 },
		"a task may be started first":            func(s *cluster.Service) { s.MaximumPercent = 125 },
		"no task has to run while another comes": func(s *cluster.Service) { s.MinimumHealthyPercent = 0 },
	} {
		assert.False(t, fixed(change).Immovable(), name)
	}
}
