// Package seed makes clusters in moto through the AWS SDK, as a test describes them.
package seed

import (
	"time"

	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/internal/lab/moto"
)

// Cluster is one ECS cluster as a test wants it. What is left out gets a sensible
// value, so that a test reads as its situation and no more.
type Cluster struct {
	Name string

	Entry   string   // its newest entry; empty: none, nobody asks for this cluster
	History []string // older versions of the entry, oldest first
	Secure  bool     // entry stored as SecureString

	Hosts    []Host
	Services []Service

	Group  *Group  // the Auto Scaling group that Hosts stand in; nil: none
	Groups []Group // further groups, with hosts of their own
}

// Host is a container instance.
type Host struct {
	CPU, Memory  int // registered; both 0: 2048 and 7680
	GPUs         int
	GPUInteger   bool   // GPU registered as a number, not as a set of ids
	InstanceType string // empty: m5.large
	Attributes   map[string]string

	Tasks []Task

	Draining     bool
	Disconnected bool
	RegisteredAt time.Time // zero: now
	Version      int64     // zero: unknown, as moto has it
	// CapacityProvider is whose instance it was when it registered; empty: nobody's.
	CapacityProvider string

	// Only for hosts of a group.
	Protected   bool // from scale-in
	Unhealthy   bool
	Terminating bool      // in Terminating:Wait, its hook's action open
	Since       time.Time // of that termination; zero: now
	LaunchedAt  time.Time // zero: now
}

// Task is one or more equal tasks on a host.
type Task struct {
	Service string // empty: standalone
	Count   int    // 0: 1

	// Sizes; all 0: those of the service.
	CPU, Memory, GPUs int
	HostPorts         []int32
	AwsVPC            bool

	StartedBy     string // empty: of a service's task its deployment's id, else nothing
	LastStatus    string // empty: RUNNING
	DesiredStatus string // empty: RUNNING
	Health        string // empty: UNKNOWN
}

// Service is an ECS service. One that hosts' tasks name but Services does not is made
// with just as many tasks as run.
type Service struct {
	Name              string
	Desired           int
	Running           int // 0: as many as the hosts' tasks of this service
	Pending           int
	CPU, Memory, GPUs int
	HostPorts         []int32
	AwsVPC            bool

	Strategy   string // REPLICA (if empty) or DAEMON
	LaunchType string // EC2 (if empty) or FARGATE
	Controller string // ECS (if empty), CODE_DEPLOY or EXTERNAL
	Status     string // ACTIVE if empty

	MinimumHealthyPercent *int32 // nil: AWS's default for the strategy
	MaximumPercent        *int32
	Constraints           []ecstypes.PlacementConstraint
	Placement             []ecstypes.PlacementStrategy
	CapacityProviders     []string // instead of a launch type

	Deployments []moto.Deployment // nil: one PRIMARY, COMPLETED, that counts as the service
	TaskSets    []moto.TaskSet
	Events      []moto.Event // newest first, as ECS tells them
}

// Group is an Auto Scaling group, tagged as the design wants it.
type Group struct {
	Name     string // empty: the cluster's name
	Hosts    []Host // only in Cluster.Groups; Cluster.Group takes the cluster's
	Untagged bool   // without the tag that names its cluster
	Active   bool   // tagged as the one that follows the signal
	// ConfigPath is that of the stack that its tag names; empty: it has no such tag.
	ConfigPath string

	Min          int
	Max          *int // nil: ten more than it has
	Unregistered []Instance
	Suspended    []string // processes: "Launch", "Terminate"…
	Managed      bool     // under ECS managed scaling, by a capacity provider

	Hook      string // a terminating hook of this name; empty: HookName if a host needs one
	Heartbeat int32  // of that hook, in seconds; 0: 300
}

// Instance is one of a group that has not registered with ECS.
type Instance struct {
	State      string    // LifecycleState; empty: InService
	LaunchedAt time.Time // zero: now
}

const (
	// ClusterTag is the tag that groups are found by.
	ClusterTag = "ecs-cluster-scaler:cluster"
	// ActiveTag marks the one group that follows the signal.
	ActiveTag = "ecs-cluster-scaler:active"
	// ConfigPathTag names the stack that a group belongs to.
	ConfigPathTag = "ecs-cluster-scaler:config-path"
	// HookName is the hook an entry names by default.
	HookName = "ecs-cluster-scaler-drain"
	// ConfigPath is where entries lie by default.
	ConfigPath = "/ecs-cluster-scaler"
)

// World is what Clusters made: the ids that moto gave.
type World struct {
	Clusters map[string]*Seeded
}

// Seeded is one cluster of a World.
type Seeded struct {
	ARN   string
	Hosts []SeededHost // Cluster.Hosts first, then those of Groups, in their order
	// Unregistered are the EC2 ids of instances that groups have and ECS has not.
	Unregistered []string
}

// SeededHost is one container instance of a World.
type SeededHost struct {
	ARN      string   // of the container instance
	Instance string   // EC2 id
	Group    string   // Auto Scaling group, if any
	Tasks    []string // ARNs, in the order of Host.Tasks
}
