package cluster

// Task is one placed task.
type Task struct {
	ARN string
	// Host is the ARN of its container instance.
	Host string
	// Service is the name of the service it belongs to; empty: a standalone task.
	Service string
	// WantedRunning: its desired status is RUNNING. A task that is stopping is wanted no more.
	WantedRunning bool
}
