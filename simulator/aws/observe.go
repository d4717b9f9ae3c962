package aws

import "time"

// Kind is what happened.
type Kind string

// Kinds.
//
// Demand and what of it has no host make two exact books, in tasks or, by Size, in resources:
//
//	tasks wanted, placed or not = Σ DemandChanged.N
//	tasks wanted without a host = Σ TaskWanted.N − TaskPlaced
//
// A REPLICA service wants its desired count. It lacks desired less those of its tasks with desiredStatus RUNNING that
// have a host, whatever the host's status and the task's revision, and never less than nothing: what still serves on a
// DRAINING host, or of an older revision, is no lack. So a task that ends, or is stopped before its replacement is
// placed, is wanted again from that moment; when desired falls, the youngest wanted go first. A replacement placed
// beside what it replaces is told as wanted and placed at once. A task without a host in PROVISIONING is a wanted one.
// Size is the PRIMARY deployment's: a roll-out tells what is wanted anew at its size.
//
// A standalone task is wanted by its caller ([World.Want]), placed by [Cluster.RunTask], and demand until it has
// STOPPED. Daemons follow the hosts: they are no demand, and never told as wanted or placed.
const (
	// DemandChanged: N more tasks of a Size are wanted in total, less where N is negative.
	DemandChanged Kind = "demand_changed"
	// TaskWanted: N more tasks lack a host, less where N is negative. Service is empty for a standalone task. Cause:
	// desired (also delete and roll-out), or why a task is lost: service, drain, api, exit, host, capacity.
	TaskWanted Kind = "task_wanted"
	// TaskPlaced: a wanted task has a host, Instance. Wait is how long it was wanted, or, where it replaces one that
	// still serves, how long ECS has tried to place it.
	TaskPlaced Kind = "task_placed"
	// TaskMoved: a service task was stopped because its host drains; its replacement shows as wanted and placed.
	TaskMoved Kind = "task_moved"
	// TaskRunning and TaskStopped: lastStatus became so. Cause of a stop: service, drain, api, exit,
	// host, or capacity where a task waited for a capacity provider in vain.
	TaskRunning Kind = "task_running"
	TaskStopped Kind = "task_stopped"
	// TaskEndedByHost: the host went under a task that was not STOPPED. Cause says why the host went.
	TaskEndedByHost Kind = "task_ended_by_host"
	// BelowFloor: the service has N running tasks fewer than ceil(desired × minimumHealthyPercent / 100); 0 ends it.
	// Cause is scaling when a task lost to a host that leaves by scale-in made it so, else other.
	BelowFloor Kind = "below_floor"
	// HostLaunched (the bill begins), HostInService, HostRegistered, HostLeaving (Terminating), HostGone (the bill
	// ends). Cause of leaving: scale_in, health, spot, manual, rebalance. A host that leaves before EC2 runs it is neither
	// told as launched nor as gone. One that Spot reclaims is gone before it leaves.
	HostLaunched   Kind = "host_launched"
	HostInService  Kind = "host_in_service"
	HostRegistered Kind = "host_registered"
	HostLeaving    Kind = "host_leaving"
	HostGone       Kind = "host_gone"
	// LaunchFailed: EC2 had no capacity.
	LaunchFailed Kind = "launch_failed"
	// DesiredChanged: the group's desired capacity went From to To. Cause: policy:<name>, api, user.
	DesiredChanged Kind = "desired_changed"
	// AlarmChanged: the state of Alarm became Cause.
	AlarmChanged Kind = "alarm_changed"
	// HookExpired: a lifecycle action of the hook Cause ended by its time, not by CompleteLifecycleAction.
	HookExpired Kind = "hook_expired"
)

// Happened is one thing that happened. Fields that do not apply are empty.
type Happened struct {
	At                                      time.Time
	Kind                                    Kind
	Cluster, Service, Task, Group, Instance string
	Alarm, Cause                            string
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
