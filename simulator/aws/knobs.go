package aws

import "time"

// Knobs are the numbers of the simulated AWS. [Defaults] has the ones to start from. Each names its source, or says that
// it is a guess where AWS publishes no number, or a choice where the number is nobody's but ours, such as how often a host
// fails.
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
	// Running is launch to InService. A guess: 15 to 40 s seen.
	Running Uniform
	// Boot is launch to the agent's registration in ECS, never before Running. A guess: a median of 75 s seen, and a p95 of
	// 150 to 180 s.
	Boot LogNormal
	// NeverJoins is the share of hosts whose agent never registers, a choice.
	NeverJoins float64
	// ShutDown is Terminating:Proceed to gone, a guess; billing ends when it begins
	// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html).
	ShutDown Uniform
	// FailuresPerMonth is how often a host fails its EC2 status checks, per host, a choice; HealthCheck is failure to the
	// group's replacement, a guess.
	FailuresPerMonth float64
	HealthCheck      time.Duration
	// SpotInterruptionsPerDay is per Spot host, a choice; SpotWarning is warning to reclaim, two minutes
	// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html).
	SpotInterruptionsPerDay float64
	SpotWarning             time.Duration
	// Reaction is a change of desired capacity to the first launch or termination. A guess.
	Reaction Uniform
	// RetryLaunch is how long a group waits after a launch that EC2 refused. A guess.
	RetryLaunch time.Duration
	// AZRebalance is how often a group is looked at whose zones may be out of balance; 0 is never, as where the process is
	// suspended. Every group does it (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html);
	// how often is a guess.
	AZRebalance time.Duration
}

// ECSKnobs are those of ECS.
type ECSKnobs struct {
	// Loop is how often the scheduler looks at a service. A guess: 10 to 30 s seen.
	Loop time.Duration
	// QueueLoop is how often the tasks in PROVISIONING that wait for a capacity provider are tried. A guess: as often as a
	// service. There is no back-off for them.
	QueueLoop time.Duration
	// RefusalsToBackOff placements refused in a row make a service's scheduler wait BackOff, doubling to BackOffMax. AWS
	// says that it backs off exponentially
	// (https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/operating-at-scale-dealing-with-throttles.html); all
	// numbers are guesses. Users saw 3 refusals, 4 to 5 min (https://github.com/aws/amazon-ecs-agent/issues/2309) and 15 min
	// (https://github.com/aws/amazon-ecs-agent/issues/1160), none of them after 2021; nobody saw it double.
	RefusalsToBackOff   int
	BackOff, BackOffMax time.Duration
	// RegistrationRetries: a host that registers ends every service's back-off. A guess, as the opposite is: AWS says that
	// placement is tried again "as new container instances are launched" (ibid.).
	RegistrationRetries bool
	// FirstPull and CachedPull are image pull and start on a host that has not, or has, run the task definition's image.
	// Guesses.
	FirstPull, CachedPull Uniform
	// ENI is what attaching an awsvpc task's network interface adds. A guess.
	ENI Uniform
	// Healthy is RUNNING to healthy without a load balancer, 40 s
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html).
	Healthy time.Duration
	// HealthCheck is RUNNING to HEALTHY with a container health check: its interval, 30 s. Unhealthy is RUNNING to
	// UNHEALTHY of a task that is never healthy: three of them
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html).
	HealthCheck, Unhealthy time.Duration
	// TargetHealthy is RUNNING to healthy behind a load balancer where a workload does not say: five checks at 30 s
	// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html). Deregistration
	// is how long a target takes to leave it
	// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html).
	TargetHealthy, Deregistration time.Duration
	// StopTimeout is SIGTERM to SIGKILL where the definition does not say, ECS_CONTAINER_STOP_TIMEOUT, 30 s
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html).
	StopTimeout time.Duration
	// A task that ends within ShortLived of RUNNING, or before it, failed to start: after the second such round in a row
	// the next waits Restart, doubling to RestartMax. AWS publishes that restarts slow down to 15 min, and names
	// only tasks that never reach RUNNING; the steps are a guess
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html).
	ShortLived, Restart, RestartMax time.Duration
	// Provisioning is how long a task waits for a capacity provider before it gives up, a guess: 10 to 30 min seen;
	// ProvisioningLimit is how many may wait in a cluster, 500
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html).
	Provisioning      Uniform
	ProvisioningLimit int
	// ProvidersInTurn: where the capacity provider that base and weight choose has no room, a service's task is placed through
	// another of its strategy. A guess is that it is not, and waits.
	ProvidersInTurn bool
	// ProtectionHoldsDrains: a task under scale-in protection is not moved off a DRAINING host. A guess is that it is: the
	// document names service scale-in and deployments only
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html).
	ProtectionHoldsDrains bool
	// DaemonsKeepProtection: managed termination protection leaves it on a host that runs daemons alone, as a user saw
	// (https://github.com/aws/containers-roadmap/issues/2814). AWS documents the opposite, which is the default.
	DaemonsKeepProtection bool
	// AgentBlinksPerHour is per host, a guess; Blink is how long the agent is away. ECS closes the agent's connection now and then,
	// and the agent connects again without a wait; after an error it waits from 250 ms on
	// (https://github.com/aws/amazon-ecs-agent/blob/master/ecs-agent/acs/session/session.go, reconnectDelay). How
	// long a connection takes is a guess.
	AgentBlinksPerHour float64
	Blink              Uniform
	// AgentDeathsPerMonth is per host: the agent goes and stays away, tasks run on. A choice.
	AgentDeathsPerMonth float64
	// Lists is how old the state is that ListContainerInstances and ListTasks show; descriptions show the present. AWS says
	// that its API is eventually consistent and no more
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html). A guess: 0.
	Lists Uniform
	// TasksPerMinute is the service launch rate, 500 a minute and service
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html).
	TasksPerMinute int
	// StoppedKept is how long stopped tasks stay describable, an hour
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html).
	StoppedKept time.Duration
}

// CloudWatchKnobs are those of CloudWatch and EventBridge.
type CloudWatchKnobs struct {
	// Evaluation is a minute's end to the evaluation of an alarm on it; Action is the alarm to the policy. Guesses:
	// together 60 to 120 s from a condition to its action at 1 of 1.
	Evaluation, Action Uniform
	// Range is how many periods an evaluation looks at beyond those that it needs, in case that some are missing. A
	// guess from AWS's tables, which show 2 for 3 and say that it depends
	// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
	Range int
	// Sample is how often ECS samples CPUReservation and MemoryReservation: a minute's samples are one datapoint
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html). A guess.
	Sample time.Duration
	// OwnMetrics is a minute's end to AWS's own datapoint for it, such as AWS/ECS CPUReservation. A guess.
	OwnMetrics time.Duration
	// ManagedMetric is a minute's end to ECS's CapacityProviderReservation for it. A guess: as soon as a publisher's own.
	ManagedMetric Uniform
	// ManagedDrain is how often managed draining looks at a host that leaves. A guess.
	ManagedDrain time.Duration
	// ManagedPause is how long managed scaling waits after a step of scaling in before the next. A guess, from AWS's
	// benchmark: 334 hosts became 34 in ten minutes, and in 80 where a step took 5 %
	// (https://aws.amazon.com/blogs/containers/faster-scaling-in-for-amazon-ecs-cluster-auto-scaling/).
	ManagedPause time.Duration
	// Put is how long after PutMetricData a datum is there, for alarms and for whoever reads. AWS says that the statistics of
	// a new metric take up to two minutes (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html)
	// and nothing of one that exists. A guess: 0.
	Put Uniform
	// Schedule is how late within its minute a schedule fires
	// (https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html: 60 s precision).
	Schedule Uniform
	// Event is something's happening to its EventBridge event's arrival. A guess.
	Event Uniform
}

// FaultKnobs are what goes wrong, as shares between 0 and 1. All are choices, and 0 by default.
type FaultKnobs struct {
	// TicksLost and TicksDoubled are of scheduled invocations; TicksLate come over a minute late.
	TicksLost, TicksDoubled, TicksLate float64
	// EventsLost and EventsDoubled are of EventBridge events.
	EventsLost, EventsDoubled float64
	// Throttled is of API calls; HalfPages is of listing calls that return a part, or nothing, and a token.
	Throttled, HalfPages float64
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
