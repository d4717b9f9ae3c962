package recording

import "time"

// InstanceType is what a type's hosts register in ECS.
type InstanceType struct {
	// Name is EC2's, as `m5.xlarge`.
	Name string `json:"name"`
	// CPU is in CPU units.
	CPU int `json:"cpu_units"`
	// Memory is in MiB: what the operating system sees less what the agent keeps.
	Memory int `json:"memory_mib"`
	// GPUs is how many GPUs it has.
	GPUs int `json:"gpus,omitempty"`
	// AwsvpcTasks is how many tasks with a network interface of their own it takes at once, trunking included; without it,
	// that is not known.
	AwsvpcTasks int `json:"awsvpc_tasks,omitempty"`
}

// Group is an Auto Scaling group.
type Group struct {
	// Name is the group's.
	Name string `json:"name"`
	// Types are the names of the instance types that it may launch.
	Types []string `json:"types"`
	// Zones are the Availability Zones that it may launch in.
	Zones []string `json:"zones"`
	// Spot says that it launches Spot Instances.
	Spot bool `json:"spot,omitempty"`
	// Attributes are the ECS attributes that all its hosts have and that a constraint or strategy names.
	Attributes map[string]string `json:"attributes,omitempty"`
	// Limits are MinSize and MaxSize over time, oldest first. The first point holds from the beginning.
	Limits []Limits `json:"limits"`
	// Desired is the desired capacity over time, oldest first. The first point holds from the beginning.
	Desired []Capacity `json:"desired,omitempty"`
	// Suspended are the suspended processes, as `AZRebalance`.
	Suspended []string `json:"suspended,omitempty"`
	// Hooks are the lifecycle hooks.
	Hooks []Hook `json:"hooks,omitempty"`
	// Provider is the capacity provider of the group; without it, there is none.
	Provider *CapacityProvider `json:"capacity_provider,omitempty"`
	// LaunchFailures are the launches that failed.
	LaunchFailures []LaunchFailure `json:"launch_failures,omitempty"`
}

// Limits are a group's bounds from a time on.
type Limits struct {
	// At is when they held first, as far as is known.
	At time.Time `json:"at"`
	// Min is MinSize.
	Min int `json:"min"`
	// Max is MaxSize.
	Max int `json:"max"`
}

// Capacity is a group's desired capacity from a time on.
type Capacity struct {
	// At is when it was so first, as far as is known.
	At time.Time `json:"at"`
	// Desired is DesiredCapacity.
	Desired int `json:"desired"`
	// Told says that Auto Scaling told the time, in an activity's cause. Without it, a look saw the change.
	Told bool `json:"told,omitempty"`
}

// Hook is a lifecycle hook.
type Hook struct {
	// Name is the hook's.
	Name string `json:"name"`
	// Launching says that it holds hosts that are launched. Without it, it holds hosts that terminate.
	Launching bool `json:"launching,omitempty"`
	// Heartbeat is its HeartbeatTimeout, in seconds.
	Heartbeat int `json:"heartbeat_s"`
	// Abandon says that its default result is ABANDON. Without it, it is CONTINUE.
	Abandon bool `json:"abandon,omitempty"`
}

// CapacityProvider is a capacity provider with its managed scaling
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html).
type CapacityProvider struct {
	// Name is the capacity provider's.
	Name string `json:"name"`
	// TargetCapacity is managed scaling's, in percent; 0 says that managed scaling is off.
	TargetCapacity int `json:"target_capacity,omitempty"`
	// Draining is managedDraining.
	Draining bool `json:"managed_draining,omitempty"`
	// Protection is managedTerminationProtection.
	Protection bool `json:"termination_protection,omitempty"`
}

// LaunchFailure is a scaling activity that launched nothing.
type LaunchFailure struct {
	// At is when it failed.
	At time.Time `json:"at"`
	// Zone is the Availability Zone, where that is known.
	Zone string `json:"zone,omitempty"`
	// NoCapacity says that EC2 had none of that type. Without it, it failed for another reason.
	NoCapacity bool `json:"no_capacity,omitempty"`
}

// Host is an instance of the cluster. Times that are not known are left out.
type Host struct {
	// Instance is EC2's id.
	Instance string `json:"instance"`
	// Type is the name of its instance type.
	Type string `json:"type"`
	// Zone is its Availability Zone.
	Zone string `json:"zone"`
	// Group is the name of its Auto Scaling group; without it, it is in none.
	Group string `json:"group,omitempty"`
	// Launched is when Auto Scaling began to launch it; it may be before the recording.
	Launched time.Time `json:"launched,omitzero"`
	// InService is when it was InService first.
	InService time.Time `json:"in_service,omitzero"`
	// Registered is when its agent registered in ECS; it may be before the recording. Without it, it never did.
	Registered time.Time `json:"registered,omitzero"`
	// Leaving is when Auto Scaling began to terminate it.
	Leaving time.Time `json:"leaving,omitzero"`
	// Cause is why it left: `scale_in`, `health`, `spot`, `rebalance`, `manual` or `other`.
	Cause Cause `json:"cause,omitempty"`
	// Draining is when it was DRAINING first.
	Draining time.Time `json:"draining,omitzero"`
	// Ended is when it was gone. Without it, it was there at the end of the recording.
	Ended time.Time `json:"ended,omitzero"`
	// Disconnected are the times in which its agent was not connected.
	Disconnected []Span `json:"disconnected,omitempty"`
}

// Cause is why a host left.
type Cause string

// Why a host left.
const (
	ScaleIn   Cause = "scale_in"
	Health    Cause = "health"
	Spot      Cause = "spot"
	Rebalance Cause = "rebalance"
	Manual    Cause = "manual"
	Other     Cause = "other"
)
