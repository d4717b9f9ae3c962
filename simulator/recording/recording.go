// Package recording is the file that holds what a cluster did for some time: what its services wanted, what ran beside
// them, which hosts came and went. `clusterscaler record` writes it, `simulate --recording` replays it, `calibrate`
// holds the simulated AWS against it. docs/recording.md lists every field.
//
// The file is one JSON object. Within a version fields are only added, and an older file stays readable. A field that a
// reader does not know is refused, because a constraint that is skipped changes every answer. Times are RFC 3339 in UTC,
// durations are whole seconds in fields that end in _s, CPU is in units (1024 are a vCPU), memory in MiB. There is no
// image, environment, account or ARN in it.
package recording

import "time"

// Version is that of the files that this package reads and writes.
const Version = 1

// Recording is what a cluster did from one time to another.
type Recording struct {
	// Version is 1. Another one has another meaning and is refused.
	Version int `json:"version"`
	// Anonymous says that every name has been replaced.
	Anonymous bool `json:"anonymous,omitempty"`
	// Cluster is the cluster's name.
	Cluster string `json:"cluster"`
	// Made says how the recording was made: `watched` (read again and again while it happened), `cloudwatch` (read
	// afterwards from metrics, so coarse) or `simulated` (of a simulated day).
	Made Made `json:"made"`
	// From is when the recording begins. What holds then is in the first point of each list.
	From time.Time `json:"from"`
	// To is when the recording ends.
	To time.Time `json:"to"`
	// Resolution is how far apart two looks were, in seconds. A time that AWS does not tell is known to this.
	Resolution int `json:"resolution_s"`
	// Gaps are the times in which nothing could be read. What held before a gap is taken to hold in it.
	Gaps []Span `json:"gaps,omitempty"`
	// Notes are what a reader must know of how it was made and what is missing, a sentence each. They name nobody.
	Notes []string `json:"notes,omitempty"`
	// InstanceTypes are the types of the hosts and of what the groups launch.
	InstanceTypes []InstanceType `json:"instance_types"`
	// Groups are the Auto Scaling groups whose instances are the cluster's hosts.
	Groups []Group `json:"groups"`
	// Services are the services with tasks on the cluster's hosts. Services on Fargate are left out.
	Services []Service `json:"services"`
	// StandaloneTasks are the tasks on the cluster's hosts that belong to no service, in any order.
	StandaloneTasks []StandaloneTask `json:"standalone_tasks"`
	// Hosts are the instances that were there at any time, in any order.
	Hosts []Host `json:"hosts"`
	// Refusals are the times at which ECS told that it could not place a service's task.
	Refusals []Refusal `json:"refusals,omitempty"`
	// ServiceTasks are how tasks of services came up and went. A replay begins with tasks where they were, and `calibrate`
	// learns from them.
	ServiceTasks []ServiceTask `json:"service_tasks,omitempty"`
}

// Made is how a recording was made.
type Made string

// How a recording was made.
const (
	Watched    Made = "watched"
	CloudWatch Made = "cloudwatch"
	Simulated  Made = "simulated"
)

// Span is a time with a beginning and an end.
type Span struct {
	// From is when it begins.
	From time.Time `json:"from"`
	// To is when it ends. Without it, it lasts to the end of the recording or longer.
	To time.Time `json:"to,omitzero"`
}

// Length is how long the recording is.
func (r Recording) Length() time.Duration { return r.To.Sub(r.From) }
