package simulator

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// known are the knobs that the tests of this package rest on, each by its number: a default that changes breaks none of
// them. They are what the defaults were when the tests were written.
func known() aws.Knobs {
	return aws.Knobs{
		Seed:  1,
		Start: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), // a Monday
		EC2: aws.EC2Knobs{
			Running:     aws.Uniform{Min: 15 * time.Second, Max: 40 * time.Second},
			Boot:        aws.LogNormal{Median: 75 * time.Second, P95: 165 * time.Second},
			ShutDown:    aws.Uniform{Min: 30 * time.Second, Max: 90 * time.Second},
			HealthCheck: 2 * time.Minute,
			SpotWarning: 2 * time.Minute,
			Reaction:    aws.Uniform{Min: time.Second, Max: 10 * time.Second},
			RetryLaunch: time.Minute,
		},
		ECS: aws.ECSKnobs{
			Loop:               15 * time.Second,
			QueueLoop:          15 * time.Second,
			RefusalsToBackOff:  3,
			BackOff:            5 * time.Minute,
			BackOffMax:         15 * time.Minute,
			FirstPull:          aws.Uniform{Min: 10 * time.Second, Max: 60 * time.Second},
			CachedPull:         aws.Uniform{Min: time.Second, Max: 5 * time.Second},
			ENI:                aws.Uniform{Min: 2 * time.Second, Max: 6 * time.Second},
			Healthy:            40 * time.Second,
			HealthCheck:        30 * time.Second,
			Unhealthy:          90 * time.Second,
			TargetHealthy:      20 * time.Second,
			Deregistration:     30 * time.Second,
			StopTimeout:        30 * time.Second,
			ShortLived:         time.Minute,
			Restart:            time.Minute,
			RestartMax:         15 * time.Minute,
			Provisioning:       aws.Uniform{Min: 15 * time.Minute, Max: 30 * time.Minute},
			ProvisioningLimit:  500,
			AgentBlinksPerHour: 3,
			Blink:              aws.Uniform{Min: 5 * time.Second, Max: 90 * time.Second},
			TasksPerMinute:     500,
			StoppedKept:        time.Hour,
		},
		CloudWatch: aws.CloudWatchKnobs{
			Evaluation: aws.Uniform{Min: 5 * time.Second, Max: 40 * time.Second},
			Action:     aws.Uniform{Min: time.Second, Max: 10 * time.Second},
			Range:      2,
			OwnMetrics: 60 * time.Second,
			Schedule:   aws.Uniform{Min: 0, Max: 59 * time.Second},
			Event:      aws.Uniform{Min: time.Second, Max: 5 * time.Second},

			ManagedDrain: 10 * time.Second,
		},
		Services: aws.ServiceScalingKnobs{Kind: aws.Immediate},
	}
}
