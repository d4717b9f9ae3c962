package calibration

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// judge judges a knob by a recording.
type judge struct {
	of func(*evidence) said
	// afterwards: also by what AWS tells of the past, without having watched.
	afterwards bool
}

// judges are those of the knobs that leave traces in a recording.
var judges = map[string]judge{
	"ec2.running":                    {running, true},
	"ec2.boot":                       {boot, true},
	"ec2.never_joins":                {neverJoins, false},
	"ec2.shut_down":                  {shutDown, false},
	"ec2.failures_per_month":         {failures, true},
	"ec2.health_check":               {healthCheck, false},
	"ec2.spot_interruptions_per_day": {interruptions, true},
	"ec2.reaction":                   {reaction, true},
	"ec2.retry_launch":               {retryLaunch, true},
	"ec2.az_rebalance":               {azRebalance, true},
	"ecs.loop":                       {loop, false},
	"ecs.queue_loop":                 {queueLoop, false},
	"ecs.refusals_to_back_off":       {refusalsToBackOff, false},
	"ecs.back_off":                   {backOff, false},
	"ecs.back_off_max":               {backOffMax, false},
	"ecs.registration_retries":       {registrationRetries, false},
	"ecs.first_pull":                 {firstPull, false},
	"ecs.healthy":                    {healthy(byItself, "replaced tasks, from the new one's RUNNING to the old one's stop", func(k *aws.Knobs) *time.Duration { return &k.ECS.Healthy }), false},
	"ecs.health_check":               {healthy(byCheck, "replaced tasks with a health check, from the new one's RUNNING to the old one's stop", func(k *aws.Knobs) *time.Duration { return &k.ECS.HealthCheck }), false},
	"ecs.target_healthy":             {healthy(byTarget, "replaced tasks behind a load balancer, from the new one's RUNNING to the old one's stop", func(k *aws.Knobs) *time.Duration { return &k.ECS.TargetHealthy }), false},
	"ecs.deregistration":             {deregistration, false},
	"ecs.stop_timeout":               {stopTimeout, false},
	"ecs.provisioning":               {provisioning, false},
	"ecs.agent_blinks_per_hour":      {agentBlinks, false},
	"ecs.blink":                      {blink, false},
	"ecs.agent_deaths_per_month":     {agentDeaths, false},
	"cloudwatch.managed_pause":       {managedPause, true},
}

// Why the others are not seen.
const (
	unwatched = "It shows only to who watches. This recording was made afterwards, from what AWS keeps."
	alarms    = "A recording has no alarms and no metrics, only what came of them."
	load      = "A recording has what services wanted, not the load that they followed. A replay takes it as it was."
	failing   = "A recording does not tell a failed start from other ends of tasks."
	nobody    = "ECS shows it to nobody who only reads."
	ourCalls  = "A recording has what was read, not the calls and ticks of others."
)

// unseen says of every other knob why a recording does not show it.
var unseen = map[string]string{
	"ec2.spot_warning":            "A recording has when Spot took a host, not when it was warned.",
	"ecs.cached_pull":             "It cannot be told from what the containers themselves need to start.",
	"ecs.eni":                     "It cannot be told from what the containers themselves need to start.",
	"ecs.unhealthy":               failing,
	"ecs.short_lived":             failing,
	"ecs.restart":                 failing,
	"ecs.restart_max":             failing,
	"ecs.provisioning_limit":      "It is AWS's quota; yours is in Service Quotas.",
	"ecs.tasks_per_minute":        "It is AWS's quota; yours is in Service Quotas.",
	"ecs.providers_in_turn":       nobody,
	"ecs.protection_holds_drains": "A recording has no task protection.",
	"ecs.daemons_keep_protection": "A recording has no instance protection.",
	"ecs.lists":                   "Descriptions, of which a recording is made, show the present.",
	"ecs.stopped_kept":            nobody,
	"cloudwatch.evaluation":       alarms,
	"cloudwatch.action":           alarms,
	"cloudwatch.range":            alarms,
	"cloudwatch.fast_evaluation":  alarms,
	"cloudwatch.datum_lasts":      alarms,
	"cloudwatch.fast_repeats":     alarms,
	"cloudwatch.newest_alone":     alarms,
	"cloudwatch.sample":           alarms,
	"cloudwatch.own_metrics":      alarms,
	"cloudwatch.managed_metric":   alarms,
	"cloudwatch.managed_drain":    "Looks are further apart than it is long.",
	"cloudwatch.put":              alarms,
	"cloudwatch.schedule":         ourCalls,
	"cloudwatch.event":            ourCalls,
	"services.kind":               load,
	"services.out":                load,
	"services.in":                 load,
	"services.below":              load,
	"services.cooldown":           load,
	"services.minute_delay":       load,
	"services.second_delay":       load,
	"faults.ticks_lost":           ourCalls,
	"faults.ticks_doubled":        ourCalls,
	"faults.ticks_late":           ourCalls,
	"faults.events_lost":          ourCalls,
	"faults.events_doubled":       ourCalls,
	"faults.throttled":            ourCalls,
	"faults.half_pages":           ourCalls,
}
