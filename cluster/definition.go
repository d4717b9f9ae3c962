package cluster

import "time"

// Definition is what one revision of a task definition says about where its tasks fit and how they stop. A revision never
// changes
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html).
type Definition struct {
	// Size is what ECS reserves for a task: cpu (CPU units) and memory (MiB) of the task where they are set, else the
	// sum over its containers, of memoryReservation before memory; GPUs are summed over the containers'
	// resourceRequirements
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html).
	Size Resources
	// Awsvpc: its network mode is awsvpc, so each task takes a network interface of its host.
	Awsvpc bool
	// Ports are the fixed host ports of its containers: portMappings with a hostPort above 0 in network mode bridge,
	// every containerPort in mode host. A host holds each once
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html).
	Ports []Port
	// Constraints are its placementConstraints; a task definition knows memberOf only.
	Constraints []Constraint
	// Requires are its requiresAttributes by name; an empty value means that any will do
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html#attributes).
	Requires map[string]string
	// StopTimeout is how long its containers may take from SIGTERM to SIGKILL, where one of them says so; zero: as long as
	// the host's agent gives, 30 s by default. Containers that depend on each other stop one after the other
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html).
	StopTimeout time.Duration
	// HealthChecked: an essential container has a health check, so its tasks report health
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html).
	HealthChecked bool
}

// Port is a port of a host.
type Port struct {
	Number int
	UDP    bool
}

// Constraint is one placement constraint. Constraints bind, strategies do not
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementConstraint.html).
type Constraint struct {
	Type ConstraintType
	// Expression is memberOf's, in the cluster query language
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html).
	Expression string
}

// ConstraintType is a constraint's type, as ECS names it.
type ConstraintType string

// The two types of constraint.
const (
	DistinctInstance ConstraintType = "distinctInstance"
	MemberOf         ConstraintType = "memberOf"
)

// Strategy is one part of a service's placement strategy. The parts apply in order
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementStrategy.html).
type Strategy struct {
	Type StrategyType
	// Field is instanceId, host or attribute:<name> to spread by, or cpu or memory to pack by.
	Field string
}

// StrategyType is a strategy's type, as ECS names it.
type StrategyType string

// The three types of strategy.
const (
	Spread  StrategyType = "spread"
	Binpack StrategyType = "binpack"
	Random  StrategyType = "random"
)
