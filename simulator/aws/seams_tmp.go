package aws

import "time"

// Stubs so that the package compiles until the halves are written; each half deletes its own.

// ECS half.

// join is the agent's registration: the instance becomes an ACTIVE host of the cluster.
func (c *Cluster) join(i *Instance) {}

// gone is the end of a host's machine: EC2 terminated it or it failed. Tasks that were not STOPPED end with it. A host
// whose agent was connected is deregistered; another stays, ACTIVE and disconnected
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_instances.html). cause is the instance's.
func (h *Host) gone(cause string) {}

// dark is a host whose machine has failed but not yet been noticed: its agent is away and its tasks do nothing more.
func (h *Host) dark() {}

// ownMetrics are AWS/ECS's CPUReservation and MemoryReservation of the minute that ended, in percent; none without hosts.
func (c *Cluster) ownMetrics() map[string]float64 { return nil }

// The user's hand on a world. All of these lock.

// NewCluster makes an empty cluster.
func (w *World) NewCluster(name string) *Cluster { return nil }

// CreateService makes a service.
func (c *Cluster) CreateService(spec ServiceSpec) *Service { return nil }

// SetDesired sets the desired count.
func (s *Service) SetDesired(n int) {}

// Deploy begins a roll-out of another definition.
func (s *Service) Deploy(d *TaskDefinition) {}

// Delete ends the service and its tasks.
func (s *Service) Delete() {}

// TaskRequest is a RunTask of one task.
type TaskRequest struct {
	Definition *TaskDefinition
	Group      string
	Protected  bool
	// Managed: queued for the managed capacity provider when it fits nowhere, instead of failing.
	Managed bool
	// Lasts is how long it runs, from RUNNING. Since is when the caller first wanted it, for TaskPlaced's wait; zero is now.
	Lasts time.Duration
	Since time.Time
	// Finished is told when it is STOPPED; may be nil. It is called as an outside event and may call the world.
	Finished func(*Task)
}

// RunTask places a standalone task, or says as ECS does why not ("RESOURCE:CPU", "RESOURCE:MEMORY", "AGENT" …): it is not
// queued, but for a managed capacity provider. The caller tells TaskWanted itself, by [World.Want], because a failed
// call leaves nothing in ECS that wants it.
func (c *Cluster) RunTask(r TaskRequest) (t *Task, failure string) { return nil, "" }

// KillAgent stops an instance's agent for good.
func (w *World) KillAgent(i *Instance) {}

// Want tells that a caller wants n more standalone tasks of a size, or fewer; see TaskWanted.
func (w *World) Want(cluster string, n int, size Resources) {}

// Manage has ECS scale a group by managed scaling.
func (w *World) Manage(c *Cluster, p CapacityProvider) {}

// Clients: their methods have the SDK's signatures.
//
//	func (w *World) ECS() *ECS                 every method of drain/drainer.ECS and cluster/ecsreader.ECS
//	func (w *World) AutoScaling() *AutoScaling likewise
//	func (w *World) CloudWatch() *CloudWatch   PutMetricData
//	func (w *World) SSM() *SSM                 GetParametersByPath, GetParameterHistory
