package cluster

import "time"

// Task is one placed task.
type Task struct {
	ARN string
	// Host is the ARN of its container instance.
	Host string
	// Service is the name of the service it belongs to; empty: a standalone task.
	Service string
	// Group is its task group: service:<name>, or what run-task chose
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html).
	Group string
	// Definition is the ARN of its revision.
	Definition string
	// Provider is the capacity provider that it was placed through; empty: none, or not known.
	Provider string
	// Size is what it reserves where run-task overrode its definition, as Definition.Size counts; nil: no override
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html).
	Size *Resources
	// WantedRunning: its desired status is RUNNING. A stopping task is no longer wanted.
	WantedRunning bool
	// LastStatus is its last known status, as ECS names it. STOPPED is the end.
	LastStatus string
}

// SizeIn is what the task reserves. false: its definition is not known.
func (t Task) SizeIn(definitions map[string]Definition) (Resources, bool) {
	if t.Size != nil {
		return *t.Size, true
	}
	d, known := definitions[t.Definition]
	return d.Size, known
}

// Stopped tells whether the task holds nothing of the host any more. Only lastStatus tells: a task that is stopping has desired
// status STOPPED for minutes
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html).
func (t Task) Stopped() bool { return t.LastStatus == "STOPPED" || t.LastStatus == Forgotten }

// Forgotten is the last status of a task that ECS knows no more.
const Forgotten = "DELETED"

// TaskDetail is a task with what only a drain asks about.
type TaskDetail struct {
	Task
	// StoppingAt is when it was told to stop, StoppedAt when it had; zero: it was not, or that is not known
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html).
	StoppingAt, StoppedAt time.Time
	// ReportsHealth: it says HEALTHY or UNHEALTHY; Healthy: it says HEALTHY.
	ReportsHealth, Healthy bool
}
