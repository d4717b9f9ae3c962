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
	AgentLost            Reason = "agent_lost"
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

// Meanings says what every reason means, in the order of the documentation. It is the only list of them.
var Meanings = []struct {
	Reason   Reason
	Sentence string
}{
	{CPUAtScaleOut, "CPU reservation is at or above cpu.scale_out_at."},
	{MemoryAtScaleOut, "Memory reservation is at or above memory.scale_out_at."},
	{GPUAtScaleOut, "GPU reservation is at or above gpu.scale_out_at."},
	{UnplacedTasks, "The tasks that services want do not all fit on the ACTIVE, connected hosts when they are packed together."},
	{PlacementRefused, "ECS refuses a task although there seems to be room for it. No host is removed. One host is added, unless a suitable one stands idle or has joined since. If the task has its own network interface, a host counts as full with as many such tasks as the fullest host of its type."},
	{HeadroomShort, "The headroom does not fit beside the tasks that services want."},
	{AllBelowScaleIn, "The reservation of every resource is below its scale_in_below, where one holds."},
	{WithinBand, "Nothing asks for another host, but the reservation of at least one resource is not below its scale_in_below."},
	{InstancesDraining, "Hosts have begun to leave since the last pass, or may have: it is a process's first. What was proved before is used up, so that this pass removes none. Where no single group follows the signal, none is removed until all have left."},
	{InstancesLaunching, "A host is launching. Until it has joined, nothing is scaled in, and no second host is bought for the same need."},
	{WouldNotFit, "Auto Scaling may choose a host whose tasks would not all fit on the other hosts, beside the tasks that already wait."},
	{WouldBounce, "With one host less, the reservation of a resource would be at or above its scale_out_at."},
	{HeadroomWouldBreak, "With one host less, too little headroom would be free. Half as much again as was needed lately must stay free, or twice as much where headroom.fitted is false, so that the next task does not buy the host back."},
	{CannotMove, "Auto Scaling may choose a host with a task that ECS can never move: the minimumHealthyPercent and maximumPercent of its service let ECS neither start another task first nor stop this one first. Raise maximumPercent so that one more may start, or lower minimumHealthyPercent so that one may stop. Or its service is in a roll-out whose new tasks stop one after another, and ECS would start one of those in its place: mend the roll-out, or roll it back."},
	{AgentLost, "Auto Scaling may choose a host with tasks whose agent has been disconnected for 3 minutes or longer, or for nobody knows how long. Nobody can stop its tasks properly, so that they would end with it. Replace the host, or restart its agent."},
	{TasksUnread, "Some tasks or their sizes are not known. Nothing is scaled in, because they might not fit on the other hosts."},
	{TooLarge, "There are more tasks, hosts or constraints than one pass can read or pack. Nothing is scaled in."},
	{AtMinInstances, "The cluster has no more hosts than min_instances, or its group is at its MinSize."},
	{AllProtected, "Every host of the group is protected from scale-in."},
	{CapacityUnitsUnknown, "The group counts its sizes in units, and it is not known how many units each host counts. Nothing is scaled in. Scaling out goes on. Give the instance types weights, or let the group count instances."},
	{ScaleInOff, "The entry says scale_in: false."},
	{NoInstances, "The cluster has no host that can take tasks."},
	{AtMaxInstances, "Another host is wanted, but the group is at its MaxSize. The signal stays 1 and ScaleOutBlocked is 1."},
	{ScalingSuspended, "The group does not follow the signal, because some of its processes are suspended. Resume them."},
	{InstancesNotJoining, "Two or more instances did not join the cluster in the time that hosts need, and no other has joined since they were launched. The signal is 0, so that a bad image does not buy a fleet. One host is tried every 30 minutes. Look at the image and the user data."},
	{AgentsAway, "Agents disconnected less than 3 minutes ago, as they do several times an hour. With their hosts back, no other host is needed. The signal is 0 until then, for 3 minutes at most."},
	{ManagedScaling, "ECS managed scaling sets the size of the group. The signal is 0, because two scalers would work against each other. Use only one of them."},
	{TaskFitsNoInstance, "A wanted task would not fit even on an empty new instance: its size, a constraint, a port or its capacity provider forbids it. No host is added for it."},
	{InstanceSizeUnknown, "The size of a new host is not known, so the gap is 1. Set instance in the entry."},
	{Disabled, "The entry says enabled: false. The signal is 0 whatever the cluster needs."},
	{OtherStack, "Every Auto Scaling group of the cluster belongs to another stack by its tag ecs-cluster-scaler:config-path. The signal is 0."},
	{InvalidEntry, "The cluster's entry has faults, and no valid version of it is known. The signal is 0. Correct the entry."},
	{Unreadable, "Part of the cluster or its entry could not be read. Nothing is scaled in."},
}
