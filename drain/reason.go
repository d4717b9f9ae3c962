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

// Meanings has one sentence for every reason, in the order of the documentation. It is the only list of them.
var Meanings = []struct {
	Reason   Reason
	Sentence string
}{
	{NotRegistered, "The instance is no container instance of any known cluster, or not yet or no more a working one; it goes 3 minutes after its termination began."},
	{TasksRunning, "ECS still has to move tasks of services off the host."},
	{TasksStopping, "Tasks are stopping: load balancers deregister them, then SIGTERM has its turn."},
	{DaemonTasks, "Only tasks of DAEMON services are left, which ECS stops last."},
	{ServiceBelowFloor, "A service that lost a task here has fewer running (healthy, where it has a health check) tasks on ACTIVE hosts than its minimumHealthyPercent demands."},
	{BelowFloorNotOurs, "A service is still below its floor 10 minutes after its last task here stopped, so this drain is not what holds it down; the host goes."},
	{CannotMove, "A service's minimumHealthyPercent and maximumPercent, in whole tasks of its desired count, let ECS neither stop its task first nor start another first: the task never moves."},
	{NoRoom, "A service's task fits on no ACTIVE host, so that ECS cannot move it; the publisher asks for a host for it."},
	{StandaloneTask, "Tasks that run-task started are left; nobody moves them, they may finish until standalone_deadline_minutes."},
	{ProtectedTask, "A service's task is protected from scale-in, or whether it is could not be read past the deadline. It may run until its protection ends, at most until standalone_deadline_minutes."},
	{Deadline, "The drain has reached its deadline: tasks are stopped, or with at_deadline hold the host is kept for a person to decide; 5 minutes before AWS's own cap the host goes, whatever could not be read."},
	{HostDead, "EC2 calls the instance unhealthy and its agent does not answer: nothing on it can be saved."},
	{ForeignHook, "The instance waits for a lifecycle hook that is not the entry's, which is not ours to complete."},
	{HookNotAllowed, "The host is ready, and its entry names a hook that is not among the function's DRAIN_HOOKS: the hook is not completed, gets no more heartbeats and ends by its own timeout. Add it to drain_hook_names, or name another in the entry."},
	{NoEntry, "This stack has no entry for the cluster, and the group's tag names no stack: the host may be another stack's. It goes when no task is left on it; no task is stopped."},
	{Ready, "Nothing is left on the host, and every service that lost a task here is at its floor."},
}
