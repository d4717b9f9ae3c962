package aws

import "time"

// known are the knobs that the tests of this package rest on, each by its number: a default that changes breaks none of
// them. They are what the defaults were when the tests were written.
func known() Knobs {
	return Knobs{
		Seed:  1,
		Start: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), // a Monday
		EC2: EC2Knobs{
			Running:     Uniform{15 * time.Second, 40 * time.Second},
			Boot:        LogNormal{75 * time.Second, 165 * time.Second},
			ShutDown:    Uniform{30 * time.Second, 90 * time.Second},
			HealthCheck: 2 * time.Minute,
			SpotWarning: 2 * time.Minute,
			Reaction:    Uniform{time.Second, 10 * time.Second},
			RetryLaunch: time.Minute,
		},
		ECS: ECSKnobs{
			Loop:               15 * time.Second,
			QueueLoop:          15 * time.Second,
			RefusalsToBackOff:  3,
			BackOff:            5 * time.Minute,
			BackOffMax:         15 * time.Minute,
			FirstPull:          Uniform{10 * time.Second, 60 * time.Second},
			CachedPull:         Uniform{time.Second, 5 * time.Second},
			ENI:                Uniform{2 * time.Second, 6 * time.Second},
			Healthy:            40 * time.Second,
			HealthCheck:        30 * time.Second,
			Unhealthy:          90 * time.Second,
			StopTimeout:        30 * time.Second,
			ShortLived:         time.Minute,
			Restart:            time.Minute,
			RestartMax:         15 * time.Minute,
			Provisioning:       Uniform{15 * time.Minute, 30 * time.Minute},
			ProvisioningLimit:  500,
			AgentBlinksPerHour: 3,
			Blink:              Uniform{5 * time.Second, 90 * time.Second},
			TasksPerMinute:     500,
			StoppedKept:        time.Hour,
		},
		CloudWatch: CloudWatchKnobs{
			Evaluation: Uniform{5 * time.Second, 40 * time.Second},
			Action:     Uniform{time.Second, 10 * time.Second},
			Range:      2,
			Sample:     20 * time.Second,
			OwnMetrics: 60 * time.Second,
			Schedule:   Uniform{0, 59 * time.Second},
			Event:      Uniform{time.Second, 5 * time.Second},

			ManagedMetric: Uniform{5 * time.Second, 20 * time.Second},
			ManagedDrain:  10 * time.Second,
			ManagedPause:  2 * time.Minute,
		},
	}
}
