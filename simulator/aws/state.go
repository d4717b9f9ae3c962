package aws

import (
	"time"

	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// InstanceType is what a group launches.
type InstanceType struct {
	Name string
	// Resources are what the ECS agent registers: memory is what the operating system sees less ECS_RESERVED_MEMORY.
	Resources Resources
	// ENIs is how many awsvpc tasks a host takes at once, trunking included.
	ENIs int
}

// GroupSpec is an Auto Scaling group to be made.
type GroupSpec struct {
	Name, Cluster string
	Type          InstanceType
	// Types are further ones that its mixed instances policy allows: a launch is of any, as EC2 has them
	// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html).
	Types             []InstanceType
	Zones             []string
	Min, Max, Desired int
	Spot              bool
	// Protect gives new instances scale-in protection.
	Protect bool
	// Warmup is DefaultInstanceWarmup; negative means unset, which is the default cooldown of 300 s.
	Warmup     time.Duration
	Tags       map[string]string
	Attributes map[string]string
	Hooks      []HookSpec
	// Deregistration is the delay of an attached target group: it passes in Terminating, before any hook. 0: none attached.
	Deregistration time.Duration
}

// HookSpec is a lifecycle hook for terminating instances.
type HookSpec struct {
	Name      string
	Heartbeat time.Duration
	// Default is CONTINUE or ABANDON.
	Default string
}

// Group is an Auto Scaling group.
type Group struct {
	Spec              GroupSpec
	Min, Max, Desired int
	// Suspended are the suspended processes, as Launch.
	Suspended map[string]bool
	// NoCapacity are the zones in which EC2 refuses launches; "*" is all.
	NoCapacity map[string]bool
	// BadImage makes every new host one that never registers.
	BadImage bool

	world      *World
	cluster    *Cluster
	number     int         // among all groups ever
	launched   int         // instances ever, for their ids
	instances  []*Instance // oldest first, without those that are gone
	activities []*activity // newest last
	policies   []*stepPolicy
	asked      []invocation // of policies, within the last minute
	deciding   bool         // about asked, at the end of this instant
	reacting   bool         // a look at the difference between desired and actual capacity is on its way
	reactions  int
	moving     int  // instances launched to rebalance zones, for which others are still to go
	stuck      bool // told that all that remain are protected
	deleted    bool
	created    time.Time
	why        string // the last change of the desired capacity, as activities tell it
	shown      *autoscaling.AutoScalingGroup
}

// Instances are the group's instances that are not gone, oldest first.
func (g *Group) Instances() []*Instance { return g.instances }

// Instance is an EC2 instance of a group.
type Instance struct {
	ID    string
	Group *Group
	Type  InstanceType
	Zone  string
	State autoscaling.LifecycleState
	// Cause is why it leaves: scale_in, health, spot, manual, rebalance; empty while it does not.
	Cause     string
	Spot      bool
	Protected bool
	// Powered: EC2 runs it. A failed host is not, though Auto Scaling has not noticed yet.
	Powered bool
	// Healthy is Auto Scaling's view.
	Healthy                      bool
	Launched, InService, Leaving time.Time
	// Host is its registration in ECS; nil before.
	Host *Host

	launch, termination *activity
	actions             []*lifecycleAction // that wait, in the order of the hooks
	lost                string             // why its machine ended without Auto Scaling: health or spot
	billed              bool               // EC2 runs it or did, and HostGone has not been told
	gone                time.Time
	luck                uint64 // where nothing else tells two instances apart
	shown               *autoscaling.Instance
}

// Cluster is an ECS cluster.
type Cluster struct {
	Name  string
	world *World

	hosts    []*Host          // oldest registration first, without INACTIVE ones
	byARN    map[string]*Host // INACTIVE ones too, for StoppedKept
	joined   int              // hosts ever
	services []*Service       // INACTIVE ones too
	daemons  []*Service       // of services
	named    map[string]*Service
	tasks    map[string]*Task // by ARN, stopped ones for StoppedKept
	standing []*Task          // not STOPPED, oldest first
	stopped  []*Task          // for StoppedKept, first stopped first
	queue    []*Task          // PROVISIONING, for a managed capacity provider
	provider *CapacityProvider
	provided map[*Group]bool // groups with a capacity provider that ECS does not scale
	made     int             // tasks ever

	groups map[string]*taskGroup
	// zoneNames are the zones that ever had a host, zones how many ACTIVE ones each has.
	zoneNames []string
	zones     []int
	// registered is what ACTIVE and DRAINING hosts have, reserved what RUNNING tasks on them hold.
	registered, reserved Resources
	// room counts every change after which a task that fitted nowhere might fit.
	room      int64
	queueLook time.Time // when the queue is looked at next; zero is never
	known     map[string]*TaskDefinition
}

// Host is a container instance.
type Host struct {
	ARN      string
	Instance *Instance
	Cluster  *Cluster
	Status   ecs.ContainerInstanceStatus
	// Connected is agentConnected.
	Connected  bool
	Registered time.Time
	Total      Resources
	ENIs       int
	Attributes map[string]string

	sequence int
	// tasks are those not STOPPED, oldest first.
	tasks []*Task
	// allocated is what tasks with desiredStatus RUNNING hold: ECS takes a stopping task's resources for free at once.
	// held is what really is in use, stopping tasks included: the agent starts a task when that leaves room.
	allocated, held Resources
	ports           map[int]int // by tasks with desiredStatus RUNNING
	enis, heldENIs  int
	heldPorts       map[int]int
	// waiting are placed tasks whose resources are still held by stopping ones, first in first out.
	waiting []*Task
	pulled  map[string]time.Time // since when a task definition's image is here, or until when it is pulled
	version int64

	stopped         []*Task // for StoppedKept, first stopped first
	running, tasked int     // tasks with desiredStatus RUNNING: in RUNNING, and all
	groups          map[*taskGroup]int
	zone            int // its number among the cluster's
	daemons         map[*Service]*Task
	// daemonRoom is kept free for daemons that are to run here and do not.
	daemonRoom Resources
	daemonENIs int
	// agentDead: it will not connect again. ended: the machine is no more, whatever ECS knows.
	agentDead, ended bool
	unreached        []func() // what is to be done as soon as the agent is connected
	shown            []ecs.Attribute
	described        *ecs.ContainerInstance
	describedAt      int64
}

// TaskDefinition is a revision.
type TaskDefinition struct {
	Family    string
	Revision  int
	Resources Resources
	// Awsvpc: each task needs a network interface.
	Awsvpc bool
	// Ports are static host ports; two tasks with one in common cannot share a host.
	Ports []int
	// Starts is how long a container takes from image to RUNNING, beside the pull.
	Starts time.Duration
	// StopTimeout is SIGTERM to SIGKILL; Stops is how long the container really takes to end after SIGTERM.
	StopTimeout, Stops time.Duration
	// Crashes is how long a task runs before it exits by its own fault; 0 is never.
	Crashes time.Duration
	// NeverHealthy: in a service that checks health, a task of this revision is never HEALTHY.
	NeverHealthy bool
}

// Task is a task.
type Task struct {
	ARN        string
	Cluster    *Cluster
	Definition *TaskDefinition
	// Service is nil for a standalone task.
	Service    *Service
	Deployment *Deployment
	Host       *Host // nil while PROVISIONING
	// Desired is RUNNING or STOPPED; Last is PROVISIONING, PENDING, ACTIVATING, RUNNING, DEACTIVATING, STOPPING or STOPPED.
	Desired, Last                       string
	Healthy                             bool
	Created, Started, Stopping, Stopped time.Time
	// ProtectedUntil is the end of its scale-in protection.
	ProtectedUntil time.Time
	// Cause of its stop: service, drain, api, exit, host, or capacity where it left PROVISIONING without a host.
	Cause string
	// Lasts is how long a standalone task runs.
	Lasts time.Duration

	group    *taskGroup
	provider *Group    // the group behind the capacity provider that it was placed through; nil: none
	wanted   time.Time // since when a standalone task was wanted
	version  int64
	finished func(*Task) // told when it STOPPED; may be nil

	sequence    int
	key         string // of its events and its luck
	step        int    // an event made before it was stopped is void
	holds       bool   // its resources are in use on the host
	unhealthy   bool
	reason      string // stoppedReason
	described   *ecs.Task
	describedAt int64
}

// ServiceSpec is a service to be made.
type ServiceSpec struct {
	Name       string
	Definition *TaskDefinition
	Desired    int
	Daemon     bool
	// MinPercent and MaxPercent are minimumHealthyPercent and maximumPercent.
	MinPercent, MaxPercent int
	// Strategy is a chain of spread:attribute:ecs.availability-zone, spread:instanceId, binpack:cpu, binpack:memory,
	// random; empty is the service default.
	Strategy []string
	// DistinctInstance and MemberOf (attribute==value) are placement constraints.
	DistinctInstance bool
	MemberOf         map[string]string
	// LoadBalanced: healthy after TargetHealthy, and stopping begins with Deregistration.
	LoadBalanced                  bool
	TargetHealthy, Deregistration time.Duration
	// HealthCheck: tasks report health; NeverHealthy ones are never HEALTHY.
	HealthCheck, NeverHealthy bool
	// CircuitBreaker fails a roll-out that does not come up, without rollback.
	CircuitBreaker bool
	// Rebalance is availabilityZoneRebalancing.
	Rebalance bool
	// Managed: its tasks use the cluster's managed capacity provider.
	Managed bool
	// Providers is its capacity provider strategy over groups whose providers ECS does not scale; none: launch type EC2.
	Providers []StrategyItem
}

// StrategyItem names the capacity provider behind a group in a strategy: Base tasks of a service are placed through it
// first, then others by Weight (API_CapacityProviderStrategyItem.html).
type StrategyItem struct {
	Group        *Group
	Base, Weight int
}

// Service is a service.
type Service struct {
	Spec    ServiceSpec
	Cluster *Cluster
	Desired int
	Created time.Time
	// Status is ACTIVE, DRAINING while it is deleted, INACTIVE.
	Status string
	// deployments: PRIMARY first, then ACTIVE ones, newest first.
	deployments []*Deployment
	tasks       []*Task        // not STOPPED, oldest first
	events      []serviceEvent // newest last
	wanted      []time.Time    // since when each unplaced task is wanted, oldest first
	refused     int            // placements refused in a row
	notBefore   time.Time      // back-off

	counts
	strategy []strategy
	group    *taskGroup
	stopped  []*Task   // for StoppedKept, first stopped first
	trying   time.Time // since when the scheduler wants to start a task
	below    int       // running tasks fewer than the floor
	belowBy  string
	nextLook time.Time
	phase    time.Duration
	// refusal is the last one, valid while the cluster's room is refusedAt and the definition the same.
	refusal     refusal
	refusedAt   int64
	refusedFor  *TaskDefinition
	minute      time.Time // of the launch rate
	launched    int       // tasks in that minute
	steady      bool
	spare       *Task   // started to balance zones, not yet healthy
	missing     []*Host // where a daemon is to be started
	rollouts    int
	eventsMade  int
	version     int64
	described   *ecs.Service
	describedAt int64
}

// Deployment is one revision's roll-out.
type Deployment struct {
	ID         string
	Definition *TaskDefinition
	Created    time.Time
	// Rollout is IN_PROGRESS, COMPLETED or FAILED.
	Rollout string
	// failed are tasks that failed one after another, none having come up (API_Deployment.html, failedTasks).
	failed  int
	cameUp  bool
	changed time.Time
	reason  string

	counts
	// rounds of restarts that failed one after another; none before notBefore.
	rounds    int
	notBefore time.Time
}

// counts are of tasks with desiredStatus RUNNING: all, those with a host, in RUNNING, healthy, on DRAINING hosts.
type counts struct{ live, placed, running, healthy, leaving int }

type serviceEvent struct {
	id      string
	at      time.Time
	message string
}

// CapacityProvider is ECS managed scaling of a group
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html).
type CapacityProvider struct {
	Group            *Group
	Target           int
	MinStep, MaxStep int
	Warmup           time.Duration
	// Draining is managed draining; Protection is managed termination protection.
	Draining, Protection bool
}

// activity is a scaling activity; end is zero while it is open.
type activity struct {
	id, description, cause, message, zone string
	status                                autoscaling.ScalingActivityStatusCode
	start, end                            time.Time
	shown                                 *autoscaling.Activity
}

// lifecycleAction is an instance waiting in a terminating hook.
type lifecycleAction struct {
	hook           HookSpec
	token          string
	began, expires time.Time
	over           bool
}

// stepPolicy is a step scaling policy that changes capacity by a number of instances.
type stepPolicy struct {
	name        string
	aggregation string // Maximum, Minimum or Average of the alarm's datapoints
	steps       []Step
	warmup      time.Duration // negative is unset
	percent     bool          // Change is percent of the capacity
}

// invocation is an alarm's call of a policy.
type invocation struct {
	at     time.Time
	policy *stepPolicy
	change int
}

// Step is a step adjustment: bounds are relative to the alarm's threshold, nil is open.
type Step struct {
	Lower, Upper *float64
	Change       int
}
