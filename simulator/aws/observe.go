package aws

import "time"

// Kind is what happened.
type Kind string

// Kinds. "Wanted" is what a service or a standalone caller asks for, whether or not ECS has found a host for it.
const (
	// TaskWanted: N more tasks are wanted, less where N is negative. Service is empty for a standalone task.
	TaskWanted Kind = "task_wanted"
	// TaskPlaced: a wanted task has a host. Wait is how long it was wanted.
	TaskPlaced Kind = "task_placed"
	// TaskMoved: a service task was stopped because its host drains; its replacement shows as wanted and placed.
	TaskMoved Kind = "task_moved"
	// TaskRunning and TaskStopped: lastStatus became so. Cause of a stop: service, drain, api, exit, host.
	TaskRunning Kind = "task_running"
	TaskStopped Kind = "task_stopped"
	// TaskEndedByHost: the host went under a task that was not STOPPED. Cause says why the host went.
	TaskEndedByHost Kind = "task_ended_by_host"
	// BelowFloor: the service has N running tasks fewer than ceil(desired × minimumHealthyPercent / 100); 0 ends it.
	// Cause is scaling when a task lost to a host that leaves by scale-in made it so, else other.
	BelowFloor Kind = "below_floor"
	// HostLaunched (the bill begins), HostInService, HostRegistered, HostLeaving (Terminating), HostGone (the bill
	// ends). Cause of leaving: scale_in, health, spot, manual, rebalance.
	HostLaunched   Kind = "host_launched"
	HostInService  Kind = "host_in_service"
	HostRegistered Kind = "host_registered"
	HostLeaving    Kind = "host_leaving"
	HostGone       Kind = "host_gone"
	// LaunchFailed: EC2 had no capacity.
	LaunchFailed Kind = "launch_failed"
	// DesiredChanged: the group's desired capacity went From to To. Cause: policy:<name>, api, user.
	DesiredChanged Kind = "desired_changed"
	// AlarmChanged: an alarm's state became Cause.
	AlarmChanged Kind = "alarm_changed"
	// HookExpired: a lifecycle action ended by its time, not by CompleteLifecycleAction.
	HookExpired Kind = "hook_expired"
)

// Happened is one thing that happened. Fields that do not apply are empty.
type Happened struct {
	At                                      time.Time
	Kind                                    Kind
	Cluster, Service, Task, Group, Instance string
	Cause                                   string
	N, From, To                             int
	Wait                                    time.Duration
	// Size is what one of the tasks needs, or what the host has.
	Size Resources
}

// Observe has every later happening told to f, in order. f must not call the world.
func (w *World) Observe(f func(Happened)) { w.observers = append(w.observers, f) }

func (w *World) tell(h Happened) {
	h.At = w.now
	for _, f := range w.observers {
		f(h)
	}
}
