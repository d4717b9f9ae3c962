package recording

import "time"

// StandaloneTask is a task that belongs to no service.
type StandaloneTask struct {
	Size
	// Group is the task group, which spreading counts by; without it, each size is a group of its own.
	Group string `json:"group,omitempty"`
	// StopTimeout is how long a container may take from SIGTERM to SIGKILL, in seconds; without it, the agent's default.
	StopTimeout int `json:"stop_timeout_s,omitempty"`
	// Asked is when it was asked for first, where that is known and was before it got a host.
	Asked time.Time `json:"asked,omitzero"`
	// Placed is when it got a host; it may be before the recording. Without it, it never got one.
	Placed time.Time `json:"placed,omitzero"`
	// Running is when it was RUNNING, where that is known.
	Running time.Time `json:"running,omitzero"`
	// Ended is when it was STOPPED. Without it, it ran at the end of the recording.
	Ended time.Time `json:"ended,omitzero"`
	// Cut says that it did not end by itself: it was stopped, or its host ended.
	Cut bool `json:"cut,omitempty"`
	// Host is the instance that it ran on, where that is known.
	Host string `json:"host,omitempty"`
}

// ServiceTask is how a task of a service came up and went, as far as ECS tells
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html). Times that are not known are left out.
type ServiceTask struct {
	// Service is the service's name.
	Service string `json:"service"`
	// Revision is the name of the service's revision.
	Revision string `json:"revision"`
	// Host is the instance that it ran on.
	Host string `json:"host,omitempty"`
	// Created is ECS's createdAt: it was placed, or began to wait for a capacity provider.
	Created time.Time `json:"created"`
	// Placed is when it was seen with a host first, of a task that was seen waiting for one in PROVISIONING.
	Placed time.Time `json:"placed,omitzero"`
	// PullBegan is pullStartedAt.
	PullBegan time.Time `json:"pull_began,omitzero"`
	// PullEnded is pullStoppedAt.
	PullEnded time.Time `json:"pull_ended,omitzero"`
	// Running is startedAt.
	Running time.Time `json:"running,omitzero"`
	// Healthy is when it was seen HEALTHY first.
	Healthy time.Time `json:"healthy,omitzero"`
	// Stopping is stoppingAt.
	Stopping time.Time `json:"stopping,omitzero"`
	// Exited is executionStoppedAt: its containers ended.
	Exited time.Time `json:"exited,omitzero"`
	// Stopped is stoppedAt.
	Stopped time.Time `json:"stopped,omitzero"`
	// Cause is why it stopped: `service` (fewer are wanted, or another revision), `drain` (its host drains), `api`
	// (StopTask), `exit` (a container ended), `host` (its host ended), `capacity` (it gave up waiting for a capacity
	// provider) or `other`.
	Cause StopCause `json:"cause,omitempty"`
}

// StopCause is why a task stopped.
type StopCause string

// Why a task stopped.
const (
	StoppedByService   StopCause = "service"
	StoppedByDrain     StopCause = "drain"
	StoppedByAPI       StopCause = "api"
	StoppedByExit      StopCause = "exit"
	StoppedByHost      StopCause = "host"
	StoppedForCapacity StopCause = "capacity"
	StoppedOtherwise   StopCause = "other"
)
