package aws

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Knob is one of the [Knobs], as people read it and as a file turns it. Only here it is said what a number means and where
// it is from.
type Knob struct {
	// Name is its place in Knobs: ecs.back_off is Knobs.ECS.BackOff.
	Name    string
	Meaning string
	// Source is AWS's document, or what was seen where AWS publishes no number. Guess says that it does not.
	Source string
	Guess  bool
	// Least and Most bound it, in seconds where it is a time.
	Least, Most float64

	in func(*Knobs) any
}

// Bounds of times, in seconds.
const anHour, aDay = 3600, 86400

// ListKnobs are all knobs but Seed and Start, in the order of Knobs.
func ListKnobs() []Knob {
	var all []Knob
	for _, part := range [][]Knob{ec2Knobs(), ecsKnobs(), ecsTaskKnobs(), cloudWatchKnobs(), serviceKnobs(), faultKnobs()} {
		all = append(all, part...)
	}
	return all
}

func ec2Knobs() []Knob {
	return []Knob{
		{"ec2.running", "Launch to InService.", unpublished + "; 15 to 40 s seen", true, 0, anHour, func(k *Knobs) any { return &k.EC2.Running }},
		{"ec2.boot", "Launch to the agent's registration in ECS, never before ec2.running.", unpublished + "; median 75 s, p95 150 to 180 s seen", true, 0, anHour, func(k *Knobs) any { return &k.EC2.Boot }},
		{"ec2.never_joins", "Share of hosts whose agent never registers.", byDefaultNone, false, 0, 1, func(k *Knobs) any { return &k.EC2.NeverJoins }},
		{"ec2.shut_down", "Terminating:Proceed to gone; the bill ends when it begins.", "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html has the bill, not the time", true, 0, anHour, func(k *Knobs) any { return &k.EC2.ShutDown }},
		{"ec2.failures_per_month", "How often each host fails its EC2 status checks.", byDefaultNone, false, 0, 1000, func(k *Knobs) any { return &k.EC2.FailuresPerMonth }},
		{"ec2.health_check", "A failure to the group's replacement.", unpublished, true, 0, anHour, func(k *Knobs) any { return &k.EC2.HealthCheck }},
		{"ec2.spot_interruptions_per_day", "How often each Spot host is reclaimed.", byDefaultNone, false, 0, 1000, func(k *Knobs) any { return &k.EC2.SpotInterruptionsPerDay }},
		{"ec2.spot_warning", "Spot warning to reclaim.", "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html", false, 0, anHour, func(k *Knobs) any { return &k.EC2.SpotWarning }},
		{"ec2.reaction", "A change of desired capacity to the first launch or termination.", unpublished, true, 0, anHour, func(k *Knobs) any { return &k.EC2.Reaction }},
		{"ec2.retry_launch", "How long a group waits after a launch that EC2 refused.", unpublished, true, 1, anHour, func(k *Knobs) any { return &k.EC2.RetryLaunch }},
		{"ec2.az_rebalance", "How often a group whose zones are out of balance is looked at; 0 is never, as where AZRebalance is suspended.", "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html says that it is, not how often", true, 0, aDay, func(k *Knobs) any { return &k.EC2.AZRebalance }},
	}
}

const (
	unpublished   = "not published"
	byDefaultNone = "a choice: nothing goes wrong by default"
	throttles     = "https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/operating-at-scale-dealing-with-throttles.html"
	restarts      = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html"
	alarmData     = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html"
	quotas        = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html"
)

func ecsKnobs() []Knob {
	return []Knob{
		{"ecs.loop", "How often the scheduler looks at a service.", unpublished + "; 10 to 30 s seen", true, 1, anHour, func(k *Knobs) any { return &k.ECS.Loop }},
		{"ecs.queue_loop", "How often the tasks in PROVISIONING that wait for a capacity provider are tried; they have no back-off.", unpublished + "; as often as a service", true, 1, anHour, func(k *Knobs) any { return &k.ECS.QueueLoop }},
		{"ecs.refusals_to_back_off", "So many placements refused in a row make the scheduler wait.", unpublished + "; 3 seen in https://github.com/aws/amazon-ecs-agent/issues/2309, in 2021", true, 1, 1000, func(k *Knobs) any { return &k.ECS.RefusalsToBackOff }},
		{"ecs.back_off", "How long it waits first; the wait doubles.", throttles + " says that it is exponential and no more; 4 to 5 min seen in https://github.com/aws/amazon-ecs-agent/issues/2309 and 15 min in https://github.com/aws/amazon-ecs-agent/issues/1160, none after 2021", true, 0, aDay, func(k *Knobs) any { return &k.ECS.BackOff }},
		{"ecs.back_off_max", "How long it waits at most.", unpublished + "; nobody saw it double. 15 min was seen, and is the restarts' in " + restarts, true, 0, aDay, func(k *Knobs) any { return &k.ECS.BackOffMax }},
		{"ecs.registration_retries", "A host that registers ends every service's back-off.", throttles + ` has tries "as new container instances are launched", which can be read both ways`, true, 0, 1, func(k *Knobs) any { return &k.ECS.RegistrationRetries }},
		{"ecs.first_pull", "Image pull and start on a host that has not run the task definition's image.", unpublished, true, 0, anHour, func(k *Knobs) any { return &k.ECS.FirstPull }},
		{"ecs.cached_pull", "The same on a host that has.", unpublished, true, 0, anHour, func(k *Knobs) any { return &k.ECS.CachedPull }},
		{"ecs.eni", "What attaching an awsvpc task's network interface adds.", unpublished, true, 0, anHour, func(k *Knobs) any { return &k.ECS.ENI }},
		{"ecs.healthy", "RUNNING to healthy without a load balancer.", "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html", false, 0, anHour, func(k *Knobs) any { return &k.ECS.Healthy }},
		{"ecs.health_check", "RUNNING to HEALTHY with a container health check: its interval.", "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html", false, 0, anHour, func(k *Knobs) any { return &k.ECS.HealthCheck }},
		{"ecs.unhealthy", "RUNNING to UNHEALTHY of a task that is never healthy: three intervals.", "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html", false, 0, anHour, func(k *Knobs) any { return &k.ECS.Unhealthy }},
		{"ecs.target_healthy", "RUNNING to healthy behind a load balancer, where a workload does not say: five checks at 30 s.", "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html", false, 0, anHour, func(k *Knobs) any { return &k.ECS.TargetHealthy }},
		{"ecs.deregistration", "How long a target takes to leave its load balancer, where a workload does not say.", "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html", false, 0, anHour, func(k *Knobs) any { return &k.ECS.Deregistration }},
		{"ecs.stop_timeout", "SIGTERM to SIGKILL where the task definition does not say.", "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html", false, 0, anHour, func(k *Knobs) any { return &k.ECS.StopTimeout }},
	}
}

func ecsTaskKnobs() []Knob {
	return []Knob{
		{"ecs.short_lived", "A task that ends so soon after RUNNING failed to start.", restarts + " names tasks only that never reach RUNNING", true, 0, anHour, func(k *Knobs) any { return &k.ECS.ShortLived }},
		{"ecs.restart", "The wait after the second round of failed starts; it doubles.", restarts + " has no steps", true, 0, anHour, func(k *Knobs) any { return &k.ECS.Restart }},
		{"ecs.restart_max", "The longest such wait.", restarts, false, 0, aDay, func(k *Knobs) any { return &k.ECS.RestartMax }},
		{"ecs.provisioning", "How long a task waits for a capacity provider before it gives up.", unpublished + "; 10 to 30 min seen", true, 0, aDay, func(k *Knobs) any { return &k.ECS.Provisioning }},
		{"ecs.provisioning_limit", "How many tasks of a cluster may wait so.", quotas, false, 1, 1e6, func(k *Knobs) any { return &k.ECS.ProvisioningLimit }},
		{"ecs.providers_in_turn", "Where the capacity provider that base and weight choose has no room, another of the strategy places the task.", unpublished, true, 0, 1, func(k *Knobs) any { return &k.ECS.ProvidersInTurn }},
		{"ecs.protection_holds_drains", "A task under scale-in protection is not moved off a DRAINING host.", "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html does not say", true, 0, 1, func(k *Knobs) any { return &k.ECS.ProtectionHoldsDrains }},
		{"ecs.daemons_keep_protection", "Managed termination protection stays on a host that runs daemons alone, as a user saw (https://github.com/aws/containers-roadmap/issues/2814).", "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html", false, 0, 1, func(k *Knobs) any { return &k.ECS.DaemonsKeepProtection }},
		{"ecs.agent_blinks_per_hour", "How often a host's agent loses its connection, as ECS closes it now and then.", unpublished, true, 0, 60, func(k *Knobs) any { return &k.ECS.AgentBlinksPerHour }},
		{"ecs.blink", "How long the agent is away then: it connects again at once, or from 250 ms on after an error.", "https://github.com/aws/amazon-ecs-agent/blob/master/ecs-agent/acs/session/session.go (reconnectDelay) does not say how long a connection takes", true, 0, anHour, func(k *Knobs) any { return &k.ECS.Blink }},
		{"ecs.agent_deaths_per_month", "How often a host's agent goes and stays away, while its tasks run on.", byDefaultNone, false, 0, 1000, func(k *Knobs) any { return &k.ECS.AgentDeathsPerMonth }},
		{"ecs.lists", "How old the state is that ListContainerInstances and ListTasks show; descriptions show the present.", "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html says that the API is eventually consistent and no more", true, 0, anHour, func(k *Knobs) any { return &k.ECS.Lists }},
		{"ecs.tasks_per_minute", "Tasks that a service starts in a minute at most; 0 is any number.", quotas, false, 0, 1e6, func(k *Knobs) any { return &k.ECS.TasksPerMinute }},
		{"ecs.stopped_kept", "How long stopped tasks stay describable.", "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html", false, 0, aDay, func(k *Knobs) any { return &k.ECS.StoppedKept }},
	}
}

func cloudWatchKnobs() []Knob {
	return []Knob{
		{"cloudwatch.evaluation", "A minute's end to the evaluation of an alarm on it.", unpublished + "; 60 to 120 s seen from a condition to its action at 1 of 1", true, 0, anHour, func(k *Knobs) any { return &k.CloudWatch.Evaluation }},
		{"cloudwatch.action", "The alarm to the policy.", unpublished + "; seen together with cloudwatch.evaluation", true, 0, anHour, func(k *Knobs) any { return &k.CloudWatch.Action }},
		{"cloudwatch.fast_evaluation", "The end of ten seconds to the evaluation of a high-resolution alarm on them.", unpublished, true, 0, 60, func(k *Knobs) any { return &k.CloudWatch.FastEvaluation }},
		{"cloudwatch.datum_lasts", "How long one datum keeps a high-resolution alarm of 1 of 1 in ALARM where no other comes; one period at least.", alarmData + " has such a range only for longer periods; nobody saw it", true, 1, 60, func(k *Knobs) any { return &k.CloudWatch.DatumLasts }},
		{"cloudwatch.fast_repeats", "A high-resolution alarm that stays in ALARM runs its policies again at each evaluation, not each minute.", "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html has each minute and no exception; nobody saw it", true, 0, 1, func(k *Knobs) any { return &k.CloudWatch.FastRepeats }},
		{"cloudwatch.newest_alone", "A step policy goes by an alarm's newest datapoint, whatever its MetricAggregationType; false: by all that the alarm needed.", "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html does not say of which datapoints; nobody saw it", true, 0, 1, func(k *Knobs) any { return &k.CloudWatch.NewestAlone }},
		{"cloudwatch.range", "How many periods an evaluation looks at beyond those that it needs.", alarmData + " shows 2 for 3 and says that it depends", true, 0, 100, func(k *Knobs) any { return &k.CloudWatch.Range }},
		{"cloudwatch.sample", "How often ECS samples CPUReservation and MemoryReservation; a minute's samples are one datapoint.", "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html has no number", true, 1, 60, func(k *Knobs) any { return &k.CloudWatch.Sample }},
		{"cloudwatch.own_metrics", "A minute's end to AWS's own datapoint for it, such as CPUReservation.", unpublished, true, 0, anHour, func(k *Knobs) any { return &k.CloudWatch.OwnMetrics }},
		{"cloudwatch.managed_metric", "A minute's end to ECS's CapacityProviderReservation for it.", unpublished + "; as soon as a publisher's own", true, 0, anHour, func(k *Knobs) any { return &k.CloudWatch.ManagedMetric }},
		{"cloudwatch.managed_drain", "How often managed draining looks at a host that leaves.", unpublished, true, 1, anHour, func(k *Knobs) any { return &k.CloudWatch.ManagedDrain }},
		{"cloudwatch.managed_pause", "How long managed scaling waits after a step of scaling in before the next.", "https://aws.amazon.com/blogs/containers/faster-scaling-in-for-amazon-ecs-cluster-auto-scaling/: 334 hosts became 34 in ten minutes, and in 80 where a step took 5 %", true, 0, anHour, func(k *Knobs) any { return &k.CloudWatch.ManagedPause }},
		{"cloudwatch.put", "How long after PutMetricData a datum is there, for alarms and for whoever reads.", "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html has up to two minutes for a new metric and nothing of one that exists", true, 0, anHour, func(k *Knobs) any { return &k.CloudWatch.Put }},
		{"cloudwatch.schedule", "How late within its minute a schedule fires, which is precise to 60 s.", "https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html", false, 0, 59, func(k *Knobs) any { return &k.CloudWatch.Schedule }},
		{"cloudwatch.event", "Something's happening to its EventBridge event's arrival.", unpublished, true, 0, anHour, func(k *Knobs) any { return &k.CloudWatch.Event }},
	}
}

func serviceKnobs() []Knob {
	const tracking, benchmark = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html", "https://aws.amazon.com/about-aws/whats-new/2026/06/amazon-ecs-faster-autoscaling/"
	return []Knob{
		{"services.kind", "How services follow their load: 60s or 20s by Application Auto Scaling on metrics of so long, or immediate.", "a choice: most services have 60s", false, 0, 0, func(k *Knobs) any { return &k.Services.Kind }},
		{"services.out", "Datapoints above the target that scale out.", tracking, false, 1, 1000, func(k *Knobs) any { return &k.Services.Out }},
		{"services.in", "How long all datapoints are below the target before it scales in.", tracking, false, 0, aDay, func(k *Knobs) any { return &k.Services.In }},
		{"services.below", "The share of the target that a datapoint must be below to scale in.", unpublished + "; from the alarms that AWS makes", true, 0, 1, func(k *Knobs) any { return &k.Services.Below }},
		{"services.cooldown", "How long after one step of scaling in the next may come.", "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html", false, 0, aDay, func(k *Knobs) any { return &k.Services.Cooldown }},
		{"services.minute_delay", "The end of a datapoint's period to the change that follows from it, on metrics of 60 s: metric, alarm and action.", benchmark + " has 363 s from a load to the scale-out", true, 0, anHour, func(k *Knobs) any { return &k.Services.MinuteDelay }},
		{"services.second_delay", "The same on metrics of 20 s.", benchmark + " has 86 s from a load to the scale-out", true, 0, anHour, func(k *Knobs) any { return &k.Services.SecondDelay }},
	}
}

func faultKnobs() []Knob {
	return []Knob{
		{"faults.ticks_lost", "Share of scheduled invocations that are lost.", byDefaultNone, false, 0, 1, func(k *Knobs) any { return &k.Faults.TicksLost }},
		{"faults.ticks_doubled", "Share of scheduled invocations that come twice.", byDefaultNone, false, 0, 1, func(k *Knobs) any { return &k.Faults.TicksDoubled }},
		{"faults.ticks_late", "Share of scheduled invocations that come over a minute late.", byDefaultNone, false, 0, 1, func(k *Knobs) any { return &k.Faults.TicksLate }},
		{"faults.events_lost", "Share of EventBridge events that are lost.", byDefaultNone, false, 0, 1, func(k *Knobs) any { return &k.Faults.EventsLost }},
		{"faults.events_doubled", "Share of EventBridge events that come twice.", byDefaultNone, false, 0, 1, func(k *Knobs) any { return &k.Faults.EventsDoubled }},
		{"faults.throttled", "Share of API calls that are throttled.", byDefaultNone, false, 0, 1, func(k *Knobs) any { return &k.Faults.Throttled }},
		{"faults.half_pages", "Share of listing calls that return a part, or nothing, and a token.", byDefaultNone, false, 0, 1, func(k *Knobs) any { return &k.Faults.HalfPages }},
	}
}

// Value is what the knob is set to, as it stands in a file.
func (k Knob) Value(of Knobs) string {
	switch v := k.in(&of).(type) {
	case *time.Duration:
		return quoted(*v)
	case *Uniform:
		return fmt.Sprintf(`{"min": %s, "max": %s}`, quoted(v.Min), quoted(v.Max))
	case *LogNormal:
		return fmt.Sprintf(`{"median": %s, "p95": %s}`, quoted(v.Median), quoted(v.P95))
	default:
		text, err := json.Marshal(v)
		if err != nil {
			panic(err) // numbers and truths cannot fail
		}
		return string(text)
	}
}

// quoted is a length of time without units that are 0.
func quoted(d time.Duration) string {
	text := d.String()
	if d != 0 && strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return `"` + text + `"`
}

// Turned are the knobs that do not stand where [Defaults] has them, by name.
func Turned(k Knobs) map[string]json.RawMessage {
	turned := map[string]json.RawMessage{}
	for _, knob := range ListKnobs() {
		if value := knob.Value(k); value != knob.Value(Defaults()) {
			turned[knob.Name] = json.RawMessage(value)
		}
	}
	return turned
}
