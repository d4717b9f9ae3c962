// Package drain decides what happens next to hosts that Auto Scaling terminates: one step and its reason per host. All
// hosts of a cluster are judged at once, because they share the floors of its services.
package drain

import (
	"time"

	"ecs-cluster-scaler/cluster"
)

// Cluster is one cluster with its leaving hosts, as a tick read it.
type Cluster struct {
	// Snapshot is the cluster; Services and Definitions are there only where a step depends on them.
	cluster.Snapshot
	// ServicesRead: every service that Need named was read, or does not exist.
	ServicesRead bool
	// ProtectionRefused: protection could not be read a short time ago, so it is not read again just to explain.
	ProtectionRefused bool
	// Asked is what has been asked for in this tick, answered or not.
	Asked Needed
	// Terminating are the hosts that leave.
	Terminating []Host
	// Healthy counts each service's running tasks on staying hosts; those that report health must be HEALTHY. A service
	// that is missing was not counted.
	Healthy map[string]int
}

// Host is one leaving instance.
type Host struct {
	// Instance is the EC2 instance's id, Group its Auto Scaling group.
	Instance, Group string
	State           cluster.LifecycleState
	// Unhealthy: its group says so, and it is Dead.
	Unhealthy bool
	// Began is when the termination began, or, without BeganKnown, when this process first saw it.
	Began      time.Time
	BeganKnown bool
	Hook       Hook
	// Right is how far the stack may go with it.
	Right Right
	// Registration is its container instance; nil: none in its cluster.
	Registration *cluster.Host
	// SearchedAll: no other known cluster has the instance. It matters only without a Registration.
	SearchedAll bool
	// Tasks are the host's, with desired status RUNNING and STOPPED.
	Tasks     []Task
	TasksRead bool
}

// Hook is the lifecycle hook of the host's group that the drainer completes.
type Hook struct {
	// Name is the hook's; empty: the entry names it.
	Name string
	// Others may be ours too. They get heartbeats and are not completed.
	Others []string
	// Refused: the drainer may not complete it.
	Refused bool
	// Found: the group has that hook, or could not be asked and only that name is possible. Unread: the group could not be
	// asked, and several names are possible.
	Found, Unread bool
	// Timeout is its heartbeat timeout.
	Timeout time.Duration
	// Beaten is when this process last sent a heartbeat; zero: never. Overdue: the start of the termination is not known
	// either, so the hook may be about to end.
	Beaten  time.Time
	Overdue bool
	// Gone: AWS has just said that the hook has no active action for the instance.
	Gone bool
}

// Task is one task on a leaving host.
type Task struct {
	cluster.TaskDetail
	// Protected from scale-in until ProtectedUntil; zero: not known. ProtectionUnread: it may be protected
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html).
	Protected, ProtectionUnread bool
	ProtectedUntil              time.Time
	// DefinitionUnread: its definition could not be read, so its stopTimeout is not known.
	DefinitionUnread bool
}
