package recording

import "time"

// Size is what one task needs of a host.
type Size struct {
	// CPU is in CPU units.
	CPU int `json:"cpu_units"`
	// Memory is what ECS reserves, in MiB.
	Memory int `json:"memory_mib"`
	// GPUs is how many GPUs it needs.
	GPUs int `json:"gpus,omitempty"`
	// Awsvpc says that the task needs a network interface of its own.
	Awsvpc bool `json:"awsvpc,omitempty"`
	// HostPorts are its static host ports. Two tasks with one in common cannot share a host.
	HostPorts []int `json:"host_ports,omitempty"`
}

// Service is a service with its desired counts over time.
type Service struct {
	// Name is the service's.
	Name string `json:"name"`
	// Daemon says that one task runs on each host that matches. Without it the service has a desired count (REPLICA).
	Daemon bool `json:"daemon,omitempty"`
	// Created is when the service was made; without it, before the recording.
	Created time.Time `json:"created,omitzero"`
	// Deleted is when the service was deleted; without it, it was there at the end.
	Deleted time.Time `json:"deleted,omitzero"`
	// Revisions are the sizes of its task definitions that were deployed.
	Revisions []Revision `json:"revisions"`
	// Desired is what it wanted over time, oldest first. The first point holds from the beginning, or from
	// when the service was made.
	Desired []Desired `json:"desired"`
	// Running is how many tasks were in RUNNING over time, oldest first.
	Running []Running `json:"running,omitempty"`
	// MinHealthy is minimumHealthyPercent.
	MinHealthy int `json:"minimum_healthy_percent"`
	// Max is maximumPercent.
	Max int `json:"maximum_percent"`
	// Placement is the placement strategy, as `spread:attribute:ecs.availability-zone`, `spread:instanceId`,
	// `binpack:cpu`, `binpack:memory` or `random`, in its order. Without it, it is AWS's default.
	Placement []string `json:"placement_strategy,omitempty"`
	// DistinctInstance says that no two of its tasks may share a host.
	DistinctInstance bool `json:"distinct_instance,omitempty"`
	// MemberOf are the constraints of the kind `attribute:name == value`, by name.
	MemberOf map[string]string `json:"member_of,omitempty"`
	// OtherConstraints is how many placement constraints it has that are of no such kind. A replay leaves them out.
	OtherConstraints int `json:"other_constraints,omitempty"`
	// LoadBalanced says that tasks register with a load balancer.
	LoadBalanced bool `json:"load_balanced,omitempty"`
	// HealthCheck says that a container of its tasks has a health check.
	HealthCheck bool `json:"health_check,omitempty"`
	// CircuitBreaker says that the deployment circuit breaker is on.
	CircuitBreaker bool `json:"circuit_breaker,omitempty"`
	// ZoneRebalancing is availabilityZoneRebalancing.
	ZoneRebalancing bool `json:"zone_rebalancing,omitempty"`
	// CapacityProviders is the capacity provider strategy. Without it, the launch type is EC2.
	CapacityProviders []ProviderShare `json:"capacity_providers,omitempty"`
}

// Revision is a task definition that a service deployed.
type Revision struct {
	// Name tells the service's revisions apart, as `41`.
	Name string `json:"revision"`
	Size
	// StopTimeout is how long a container may take from SIGTERM to SIGKILL, in seconds; without it, the agent's default.
	StopTimeout int `json:"stop_timeout_s,omitempty"`
}

// Desired is what a service wants from a time on.
type Desired struct {
	// At is when it was so first, as far as is known.
	At time.Time `json:"at"`
	// Desired is the desired count; of a daemon, how many hosts it is to run on, which a replay does not use.
	Desired int `json:"desired"`
	// Revision is the name of the revision that is deployed. Another one than before is a roll-out.
	Revision string `json:"revision"`
}

// Running is how many tasks run from a time on.
type Running struct {
	// At is when it was so first, as far as is known.
	At time.Time `json:"at"`
	// Running is how many tasks are in RUNNING.
	Running int `json:"running"`
}

// ProviderShare is a part of a capacity provider strategy
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html).
type ProviderShare struct {
	// Provider is the capacity provider's name.
	Provider string `json:"provider"`
	// Base is how many tasks are placed through it first.
	Base int `json:"base,omitempty"`
	// Weight is its share of the others.
	Weight int `json:"weight,omitempty"`
}

// Refusal is a service event that says that a task could not be placed
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html).
type Refusal struct {
	// At is the event's time.
	At time.Time `json:"at"`
	// Service is the service's name.
	Service string `json:"service"`
	// Lacks is what the closest host lacked: `cpu`, `memory`, `gpu`, `network_interface`, `port`, `attribute` (memberOf),
	// `distinct_instance`, `agent`, `hosts` (there was none) or `other`.
	Lacks Lacks `json:"lacks"`
}

// Lacks is what kept a task from being placed.
type Lacks string

// What kept a task from being placed.
const (
	LacksCPU       Lacks = "cpu"
	LacksMemory    Lacks = "memory"
	LacksGPU       Lacks = "gpu"
	LacksInterface Lacks = "network_interface"
	LacksPort      Lacks = "port"
	LacksAttribute Lacks = "attribute"
	LacksDistinct  Lacks = "distinct_instance"
	LacksAgent     Lacks = "agent"
	LacksHosts     Lacks = "hosts"
	LacksOther     Lacks = "other"
)
