package scaler

// Reason is one of the closed list of reasons that a verdict can give. Names are a contract: logs, answers and
// documentation use them, and consumers ignore those that they do not know.
type Reason string

// Causes: each alone makes the signal 1.
const (
	CPUAtScaleOut    Reason = "cpu_at_scale_out"
	MemoryAtScaleOut Reason = "memory_at_scale_out"
	GPUAtScaleOut    Reason = "gpu_at_scale_out"
	UnplacedTasks    Reason = "unplaced_tasks"
	PlacementRefused Reason = "placement_refused"
	HeadroomShort    Reason = "headroom_short"
)

// AllBelowScaleIn is the first condition of a scale-in; each of the others forbids it.
const (
	AllBelowScaleIn      Reason = "all_below_scale_in"
	WithinBand           Reason = "within_band"
	InstancesDraining    Reason = "instances_draining"
	InstancesLaunching   Reason = "instances_launching"
	WouldNotFit          Reason = "would_not_fit"
	WouldBounce          Reason = "would_bounce"
	HeadroomWouldBreak   Reason = "headroom_would_break"
	CannotMove           Reason = "cannot_move"
	TasksUnread          Reason = "tasks_unread"
	TooLarge             Reason = "too_large"
	AtMinInstances       Reason = "at_min_instances"
	AllProtected         Reason = "all_protected"
	CapacityUnitsUnknown Reason = "capacity_units_unknown"
	ScaleInOff           Reason = "scale_in_off"
	NoInstances          Reason = "no_instances"
)

// Reasons that qualify a verdict or stand in its place.
const (
	AtMaxInstances      Reason = "at_max_instances"
	ScalingSuspended    Reason = "scaling_suspended"
	InstancesNotJoining Reason = "instances_not_joining"
	AgentsAway          Reason = "agents_away"
	ManagedScaling      Reason = "managed_scaling"
	TaskFitsNoInstance  Reason = "task_fits_no_instance"
	InstanceSizeUnknown Reason = "instance_size_unknown"
	Disabled            Reason = "disabled"
	OtherStack          Reason = "other_stack"
	InvalidEntry        Reason = "invalid_entry"
	Unreadable          Reason = "unreadable"
)

// Meanings has one sentence for every reason, in the order of the documentation. It is the only list of them.
var Meanings = []struct {
	Reason   Reason
	Sentence string
}{
	{CPUAtScaleOut, "CPU reservation is at or above cpu.scale_out_at."},
	{MemoryAtScaleOut, "Memory reservation is at or above memory.scale_out_at."},
	{GPUAtScaleOut, "GPU reservation is at or above gpu.scale_out_at."},
	{UnplacedTasks, "Services want tasks that, packed together, do not all fit on the ACTIVE, connected hosts."},
	{PlacementRefused, "ECS refuses to place a task for which there seems to be room: no host goes, and one is added unless an idle one stands there. If the task has a network interface, a host is taken to hold as many such tasks as the fullest of its type does."},
	{HeadroomShort, "The headroom does not fit beside the tasks that are wanted."},
	{AllBelowScaleIn, "Every resource's reservation is below its scale_in_below."},
	{WithinBand, "No resource asks for another host, and at least one is not below its scale_in_below."},
	{InstancesDraining, "A host is leaving already; one scale-in is finished before the next begins."},
	{InstancesLaunching, "A host is on its way: nothing is scaled in before it has joined, and nothing is bought twice."},
	{WouldNotFit, "The tasks of some host that might go, or tasks that wait beside them, would not all find room on the others."},
	{WouldBounce, "With one host less, a resource would land at or above its scale_out_at."},
	{HeadroomWouldBreak, "With one host less, the headroom would not fit twice beside the tasks: once is kept, and once more lest the next task buy the host back."},
	{CannotMove, "Some host that might go has a task that ECS can never move: its service's minimum and maximum percent let no task start first and none stop first."},
	{TasksUnread, "Tasks, or their sizes, are not known, so that nobody can tell whether they would fit elsewhere."},
	{TooLarge, "There are more tasks, hosts or constraints than a pass can read or pack: nothing is scaled in."},
	{AtMinInstances, "No more hosts than min_instances, or than the group's MinSize, are left."},
	{AllProtected, "Every host of the group is protected from scale-in."},
	{CapacityUnitsUnknown, "The group counts its sizes in units, and how many units each of its hosts counts is not known: nothing is scaled in, and scaling out goes on."},
	{ScaleInOff, "The entry says scale_in: false."},
	{NoInstances, "The cluster has no host on which tasks can be placed."},
	{AtMaxInstances, "The group is at its MaxSize; the signal stays 1 and ScaleOutBlocked is 1."},
	{ScalingSuspended, "The group's processes are suspended, so that it does not follow the signal."},
	{InstancesNotJoining, "Two or more instances were launched longer ago than hosts take to join, and none has joined the cluster since. The signal is 0, so that a bad image buys no fleet; one host is tried every 30 minutes."},
	{AgentsAway, "Agents went away less than 3 minutes ago, as they do several times an hour, and with their hosts no other is missing. The signal is 0 until they are back or the 3 minutes have passed."},
	{ManagedScaling, "ECS managed scaling moves the group; the signal is 0, because two masters would fight."},
	{TaskFitsNoInstance, "A task is wanted that even an empty new instance would not take, by size or by constraint; no host is added for it."},
	{InstanceSizeUnknown, "Nothing tells how large a new host would be, so the gap is 1; set instance in the entry."},
	{Disabled, "The entry says enabled: false; the signal is 0 whatever the cluster needs."},
	{OtherStack, "Every Auto Scaling group of the cluster carries another stack's tag ecs-cluster-scaler:config-path; the signal is 0."},
	{InvalidEntry, "The cluster's entry has faults and no valid version of it is known; the signal is 0."},
	{Unreadable, "Part of the cluster, or its entry, could not be read, so that nothing is scaled in."},
}
