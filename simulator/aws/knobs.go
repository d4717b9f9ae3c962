package aws

import "time"

// Knobs are the numbers of the simulated AWS. [Defaults] has the ones to start from. [ListKnobs] says what each means and
// where its number is from.
type Knobs struct {
	// Seed makes a world, a choice: one seed, one history.
	Seed uint64
	// Start is when the world begins, a choice.
	Start time.Time

	EC2        EC2Knobs
	ECS        ECSKnobs
	CloudWatch CloudWatchKnobs
	Services   ServiceScalingKnobs
	Faults     FaultKnobs
}

// EC2Knobs are those of EC2 and EC2 Auto Scaling.
type EC2Knobs struct {
	Running                 Uniform
	Boot                    LogNormal
	NeverJoins              float64
	ShutDown                Uniform
	FailuresPerMonth        float64
	HealthCheck             time.Duration
	SpotInterruptionsPerDay float64
	SpotWarning             time.Duration
	Reaction                Uniform
	RetryLaunch             time.Duration
	AZRebalance             time.Duration
}

// ECSKnobs are those of ECS.
type ECSKnobs struct {
	Loop                            time.Duration
	QueueLoop                       time.Duration
	RefusalsToBackOff               int
	BackOff, BackOffMax             time.Duration
	RegistrationRetries             bool
	FirstPull, CachedPull           Uniform
	ENI                             Uniform
	Healthy                         time.Duration
	HealthCheck, Unhealthy          time.Duration
	TargetHealthy, Deregistration   time.Duration
	StopTimeout                     time.Duration
	ShortLived, Restart, RestartMax time.Duration
	Provisioning                    Uniform
	ProvisioningLimit               int
	ProvidersInTurn                 bool
	ProtectionHoldsDrains           bool
	DaemonsKeepProtection           bool
	AgentBlinksPerHour              float64
	Blink                           Uniform
	AgentDeathsPerMonth             float64
	Lists                           Uniform
	TasksPerMinute                  int
	StoppedKept                     time.Duration
}

// CloudWatchKnobs are those of CloudWatch and EventBridge.
type CloudWatchKnobs struct {
	Evaluation, Action Uniform
	FastEvaluation     Uniform
	DatumLasts         time.Duration
	FastRepeats        bool
	NewestAlone        bool
	Range              int
	Sample             time.Duration
	OwnMetrics         time.Duration
	ManagedMetric      Uniform
	ManagedDrain       time.Duration
	ManagedPause       time.Duration
	Put                Uniform
	Schedule           Uniform
	Event              Uniform
}

// FaultKnobs are what goes wrong, as shares between 0 and 1. All are choices, and 0 by default.
type FaultKnobs struct {
	TicksLost, TicksDoubled, TicksLate float64
	EventsLost, EventsDoubled          float64
	Throttled, HalfPages               float64
}

// Defaults are the knobs to start from.
func Defaults() Knobs {
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
			AZRebalance: 5 * time.Minute,
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
			TargetHealthy:      150 * time.Second,
			Deregistration:     300 * time.Second,
			StopTimeout:        30 * time.Second,
			ShortLived:         time.Minute,
			Restart:            time.Minute,
			RestartMax:         15 * time.Minute,
			Provisioning:       Uniform{15 * time.Minute, 30 * time.Minute},
			ProvisioningLimit:  500,
			AgentBlinksPerHour: 3,
			Blink:              Uniform{200 * time.Millisecond, 3 * time.Second},
			TasksPerMinute:     500,
			StoppedKept:        time.Hour,
		},
		CloudWatch: CloudWatchKnobs{
			Evaluation: Uniform{5 * time.Second, 40 * time.Second},
			Action:     Uniform{time.Second, 10 * time.Second},
			Range:      2,

			FastEvaluation: Uniform{time.Second, 10 * time.Second},
			DatumLasts:     30 * time.Second,

			Sample:     20 * time.Second,
			OwnMetrics: 60 * time.Second,
			Schedule:   Uniform{0, 59 * time.Second},
			Event:      Uniform{time.Second, 5 * time.Second},

			ManagedMetric: Uniform{5 * time.Second, 20 * time.Second},
			ManagedDrain:  10 * time.Second,
			ManagedPause:  2 * time.Minute,
		},
		Services: ServiceScalingKnobs{
			Kind:        ByMinutes,
			Out:         3,
			In:          15 * time.Minute,
			Below:       0.9,
			Cooldown:    300 * time.Second,
			MinuteDelay: Uniform{185 * time.Second, 230 * time.Second},
			SecondDelay: Uniform{30 * time.Second, 42 * time.Second},
		},
	}
}
