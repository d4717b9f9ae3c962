package drain

// Reason is one of the closed list of reasons that a step can give. Names are a contract: logs, answers and
// documentation use them, and consumers ignore those that they do not know.
type Reason string

// The reasons, in the order of the documentation.
const (
	NotRegistered     Reason = "not_registered"
	TasksRunning      Reason = "tasks_running"
	TasksStopping     Reason = "tasks_stopping"
	DaemonTasks       Reason = "daemon_tasks"
	ServiceBelowFloor Reason = "service_below_floor"
	BelowFloorNotOurs Reason = "below_floor_not_ours"
	CannotMove        Reason = "cannot_move"
	NoRoom            Reason = "no_room"
	StandaloneTask    Reason = "standalone_task"
	ProtectedTask     Reason = "protected_task"
	Deadline          Reason = "deadline"
	HostDead          Reason = "host_dead"
	ForeignHook       Reason = "foreign_hook"
	HookNotAllowed    Reason = "hook_not_allowed"
	NoEntry           Reason = "no_entry"
	Ready             Reason = "ready"
)

// Meanings says what every reason means, in the order of the documentation. It is the only list of them.
var Meanings = []struct {
	Reason   Reason
	Sentence string
}{
	{NotRegistered, "The instance is not a working container instance of any known cluster. It is released 3 minutes after its termination began; while it is still registering, at the deadline."},
	{TasksRunning, "Service tasks still run on the host. ECS has yet to move them."},
	{TasksStopping, "Tasks are stopping. Load balancers deregister them first, then they get SIGTERM."},
	{DaemonTasks, "Only tasks of DAEMON services are left. ECS stops them last."},
	{ServiceBelowFloor, "A service lost a task on this host and is below its floor: fewer of its tasks run on ACTIVE hosts than its minimumHealthyPercent demands. Where it has a health check, only healthy tasks count."},
	{BelowFloorNotOurs, "A service is still below its floor 10 minutes after its last task on this host stopped, so this drain is not the cause. The host is released."},
	{CannotMove, "ECS can never move a task of this host: in whole tasks of the desired count, the minimumHealthyPercent and maximumPercent of its service let ECS neither start another task first nor stop this one first. Raise maximumPercent so that one more may start, or lower minimumHealthyPercent so that one may stop."},
	{NoRoom, "A service task fits on no other ACTIVE host, so ECS cannot move it. The publisher asks for a host."},
	{StandaloneTask, "Tasks that run-task started are left. Nobody moves them. They may run until standalone_deadline_minutes."},
	{ProtectedTask, "A service task is protected from scale-in, or the deadline has passed and its protection could not be read. It may run until its protection ends, at most until standalone_deadline_minutes."},
	{Deadline, "The drain has reached its deadline. Tasks are stopped; with at_deadline: hold, the host is kept for a person to decide. 5 minutes before AWS's own limit the host is released, even if something other than its entry could not be read."},
	{HostDead, "The instance is unhealthy and its agent is disconnected. Nothing on it can be saved, so it is released."},
	{ForeignHook, "The instance waits for a lifecycle hook that the entry does not name. That hook is not ours to complete."},
	{HookNotAllowed, "The host is ready, but its entry names a hook that is not among the function's DRAIN_HOOKS. The hook is not completed, gets no more heartbeats and ends by its own timeout. Add it to drain_hook_names, or name another in the entry."},
	{NoEntry, "This stack has no entry for the cluster, and the group's tag names no stack, so the host may belong to another stack. No task is stopped. The host is released when no task is left on it."},
	{Ready, "No task is left on the host, and every service that lost a task here is at its floor."},
}
