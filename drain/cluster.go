// Package drain decides what happens next to hosts that Auto Scaling terminates: one step and its reason per host, over
// all hosts of a cluster at once, because the floors of services are shared.
package drain

import (
	"time"

	"ecs-cluster-scaler/cluster"
)

// Cluster is one cluster with its terminating hosts as a tick saw them.
type Cluster struct {
	// Snapshot is the cluster; Services and Definitions are there only where a step depends on them.
	cluster.Snapshot
	// ServicesRead: Services are all that the tasks on which a step depends name, but for those that are gone.
	ServicesRead bool
	// ProtectionRefused: whether tasks are protected could not be read a short time ago. What only explains is not read again.
	ProtectionRefused bool
	// Asked is what has been asked for in this tick, answered or not.
	Asked Needed
	// Terminating are the hosts that leave.
	Terminating []Host
	// Healthy counts, by service, its tasks that run on ACTIVE hosts which do not leave, and are healthy where they
	// report health. A service that is missing was not counted.
	Healthy map[string]int
}

// Host is one instance that leaves.
type Host struct {
	// Instance is the EC2 instance's id, Group its Auto Scaling group.
	Instance, Group string
	State           cluster.LifecycleState
	// Unhealthy: its group says so, and so does EC2, or the agent has been away for longer than agents blink.
	Unhealthy bool
	// Began is when the termination began; unless BeganKnown, when this process first saw it.
	Began      time.Time
	BeganKnown bool
	Hook       Hook
	// Right is how far the stack may go with it.
	Right Right
	// Registration is its container instance; nil: none in its cluster.
	Registration *cluster.Host
	// SearchedAll: the other known clusters were asked too, and none has the instance. Needed only where Registration is nil.
	SearchedAll bool
	// Tasks are all that are on the host, with desired status RUNNING and STOPPED. TasksRead: they could be read.
	Tasks     []Task
	TasksRead bool
}

// Hook is the lifecycle hook that the entry names, on the host's group.
type Hook struct {
	// Name is its name where the entry does not tell it; empty: the entry's.
	Name string
	// Others are further hooks that may be ours: they get heartbeats, and are not completed.
	Others []string
	// Refused: it is not among those that the drainer may complete.
	Refused bool
	// Found: the group has a terminating hook of that name, or could not be asked, and no other name is in question. Unread:
	// nobody could tell which it is.
	Found, Unread bool
	// Timeout is its heartbeat timeout.
	Timeout time.Duration
	// Beaten is when this process last sent a heartbeat; zero: it has not. Overdue: nor is it known when the termination
	// began, so that the hook may be about to run out.
	Beaten  time.Time
	Overdue bool
	// Gone: AWS has just refused to complete it, because it has no active action for the instance.
	Gone bool
}

// Task is one task on a host that leaves.
type Task struct {
	cluster.TaskDetail
	// Protected from scale-in, until ProtectedUntil; zero: that is not known. ProtectionUnread: whether it is could not be
	// read (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html).
	Protected, ProtectionUnread bool
	ProtectedUntil              time.Time
	// DefinitionUnread: its definition was asked for and could not be read, so that its stopTimeout is not known.
	DefinitionUnread bool
}
